import { describe, expect, it } from 'vitest';
import type { ApiGraph, ApiNode } from './graph';
import { settle, textPlaces, wholeText, widgetValue } from './graph-walk';

function node(class_type: string, inputs: ApiNode['inputs']): ApiNode {
  return { class_type, inputs };
}

const TEXTS: ApiGraph = {
  a: node('PrimitiveString', { value: 'a cat' }),
  made: node('TextGenerate', { prompt: 'more' }),
  on: node('PrimitiveBoolean', { value: true }),
  which: node('ComfySwitchNode', { switch: ['on', 0], on_false: ['made', 0], on_true: ['a', 0] }),
  shown: node('PreviewAny', { source: ['which', 0] }),
  filled: node('StringReplace', { string: 'photo of {x}, $&', find: '{x}', replace: ['shown', 0] }),
  joined: node('StringConcatenate', { string_a: ['filled', 0], string_b: ['made', 0], delimiter: ', ' }),
};

const read = (graph: ApiGraph, id: string) => node('CLIPTextEncode', { text: [id, 0] });

describe('texts', () => {
  it('are read through switches, previews and replacements', () => {
    expect(widgetValue(TEXTS, read(TEXTS, 'filled'), 'text')).toBe('photo of a cat, $&');
    expect(wholeText(TEXTS, read(TEXTS, 'filled'), 'text')).toBe('photo of a cat, $&');
  });

  it('are not whole where a part is only made while the graph runs', () => {
    expect(widgetValue(TEXTS, read(TEXTS, 'joined'), 'text')).toBe('photo of a cat, $&');
    expect(wholeText(TEXTS, read(TEXTS, 'joined'), 'text')).toBeNull();
  });

  it('are those of the side that an output carries', () => {
    const graph: ApiGraph = {
      good: node('CLIPTextEncode', { text: 'good' }),
      bad: node('CLIPTextEncode', { text: 'bad' }),
      pair: node('Apply', { positive: ['good', 0], negative: ['bad', 0] }),
      both: node('EncodePair', { prompt: 'good', negative_prompt: 'bad' }),
    };
    expect(textPlaces(graph, ['pair', 1], 'negative')).toEqual([{ node: 'bad', inputs: ['text'] }]);
    expect(textPlaces(graph, ['both', 1], 'negative')).toEqual([
      { node: 'both', inputs: ['negative_prompt'] },
    ]);
    const sideOf = (_: ApiNode, slot: number) => (slot === 1 ? ('negative' as const) : null);
    expect(textPlaces(graph, ['pair', 1], 'positive', { sideOf })).toEqual([
      { node: 'bad', inputs: ['text'] },
    ]);
  });
});

describe('switches', () => {
  it('are looked through where the graph says what they choose', () => {
    expect(settle(TEXTS, ['which', 0])).toEqual(['a', 0]);
    const open: ApiGraph = { ...TEXTS, on: node('Random', {}) };
    expect(settle(open, ['which', 0])).toEqual(['which', 0]);
  });

  it('may lead to each other', () => {
    const round: ApiGraph = {
      a: node('ComfySwitchNode', { switch: true, on_false: ['a', 0], on_true: ['b', 0] }),
      b: node('ComfySwitchNode', { switch: true, on_false: ['a', 0], on_true: ['a', 0] }),
    };
    expect(settle(round, ['a', 0])[0]).toMatch(/[ab]/);
  });
});
