import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json';
import { historyText, readHistoryText } from './history-text';

const SEED = '18446744073709551615';

/** An entry as Python writes it. */
function entry(id: string, text = 'a cat', more = ''): string {
  return (
    `{"prompt": [7, ${JSON.stringify(id)}, {"3": {"class_type": "KSampler", "inputs": {"seed": ${SEED}, "text": ${JSON.stringify(text)}}}}, ` +
    `{"extra_pnginfo": {"workflow": {"nodes": [1, 2], "size": 0.10000000000000001}}}, ["9"]], ` +
    `"outputs": {"9": {"images": [{"filename": "${id.length}.png", "subfolder": "", "type": "output"}]}}${more}}`
  );
}

const pageOf = (...entries: [id: string, text: string][]): string =>
  `{${entries.map(([id, text]) => `${JSON.stringify(id)}: ${text}`).join(', ')}}`;

describe('readHistoryText', () => {
  it('gives each entry with the very text it came in, newest first', () => {
    const [a, b] = [entry('a'), entry('b', 'naïve 猫')];
    const text = pageOf(['a', a], ['b', b]);
    const read = readHistoryText(text);
    expect(read.map(({ item }) => item.id)).toEqual(['b', 'a']);
    expect(read.map((one) => one.text)).toEqual([b, a]);
    for (const { at, text: own } of read) {
      expect(text.slice(at ?? 0, (at ?? 0) + own.length)).toBe(own);
    }
    expect(read[1]?.item.prompt.graph['3']?.inputs['seed']).toBe(BigInt(SEED));
    expect(read[1]?.item.outputs['9']?.['images']).toHaveLength(1);
  });

  it.each([
    [
      'words that look like an entry',
      entry('a', '", "b": {"prompt": [1], "outputs": {}}, "c": {"prompt": ['),
    ],
    ['an odd id', entry('x')],
    [
      'an entry inside an entry',
      entry('a', 'a', ', "meta": {"z": {"prompt": [2, "z", {}, {}, []], "outputs": {}}}'),
    ],
    ['a list inside that begins so', entry('a', 'a', ', "meta": [{"prompt": [2]}, {"prompt": [3]}]')],
    ['keys in another order', '{"outputs": {}, "prompt": [1, "a", {}, {}, []]}'],
    ['no prompt', '{"outputs": {"9": {"images": []}}}'],
    ['null', 'null'],
  ])('reads the same as the whole where a page has %s', (_name, odd) => {
    for (const id of ['a', 'say "a"', '__proto__', 'b\\']) {
      const text = pageOf(['first', entry('first')], [id, odd], ['last', entry('last')]);
      const read = readHistoryText(text);
      expect(read.map(({ item }) => item.id)).toEqual(['last', id, 'first']);
      const whole = new Map<string, unknown>(Object.entries(parseExact(text) as object));
      expect(read.map((one) => parseExact(one.text))).toEqual(
        ['last', id, 'first'].map((key) => whole.get(key)),
      );
    }
  });

  it('keeps the text of an entry in which something else begins as one does', () => {
    const odd = entry('a', 'a', ', "meta": [{"prompt": [2]}, {"prompt": [3]}]');
    expect(readHistoryText(pageOf(['a', odd])).map(({ text }) => text)).toEqual([odd]);
  });

  it('reads an empty history, and refuses what is none', () => {
    expect(readHistoryText(' {} ')).toEqual([]);
    for (const text of [
      '',
      '[]',
      'null',
      '<html>',
      `${pageOf(['a', entry('a')])}}`,
      `{"a": {"prompt": [}}`,
    ]) {
      expect(() => readHistoryText(text), text).toThrow(SyntaxError);
    }
  });

  it('reads what it writes of a graph alone', () => {
    const graph = { '3': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n } } };
    const text = `{"id": ${historyText(graph, { workflow: { nodes: [9007199254740993n] } }, 'id')}}`;
    const [read] = readHistoryText(text);
    expect(read?.item.prompt.graph).toEqual(graph);
    expect(read?.item.prompt.extraData).toEqual({
      extra_pnginfo: { workflow: { nodes: [9007199254740993n] } },
    });
    expect(read?.item.damage).toBeUndefined();
  });
});
