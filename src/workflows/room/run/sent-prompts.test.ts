import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../../comfy/graph';
import { withTyped } from '../../prompt/typed-prompts';
import { sentPrompts } from './sent-prompts';

const FIELDS = [
  { node: '6', path: 'text' },
  { node: '7', path: 'text' },
];
const graph = (seed: number, text: string): ApiGraph => ({
  '3': { class_type: 'KSampler', inputs: { seed, model: ['4', 0] } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: ['8', 0], clip: ['4', 1] } },
});

describe('prompts as they are sent', () => {
  it('have a choice made by the seed: the same seed the same, others others', () => {
    const typed = 'a {red|green|blue|white|black} house';
    const sentBy = (seed: number): unknown =>
      sentPrompts(graph(seed, typed), FIELDS, 0, {}).graph['6']?.inputs['text'];
    expect(sentBy(1)).toMatch(/^a (red|green|blue|white|black) house$/);
    expect(sentBy(1)).toBe(sentBy(1));
    expect(new Set(Array.from({ length: 30 }, (_, seed) => sentBy(seed))).size).toBeGreaterThan(2);
  });

  it('come with what was typed, which brings the form back', () => {
    const original = graph(1, '{a|b}');
    const { graph: sent, prompts } = sentPrompts(original, FIELDS, 0, {});
    expect(prompts).toMatchObject([{ typed: '{a|b}' }]);
    expect(withTyped(sent, prompts)).toEqual(original);
  });

  it('without choices are sent as typed, and links stay', () => {
    const original = graph(1, 'a plain (prompt:1.2)');
    expect(sentPrompts(original, FIELDS, 0, {})).toEqual({ graph: original, prompts: [] });
  });
});
