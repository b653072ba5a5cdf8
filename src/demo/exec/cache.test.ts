import { expect, test } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { cacheKey, ResultCache } from './cache';

const none = new Map<string, unknown>();

function graph(a: string, b: string, width = 5): ApiGraph {
  return {
    [a]: { class_type: 'EmptyImage', inputs: { width, height: 6 } },
    [b]: { class_type: 'SaveImage', inputs: { images: [a, 0], filename_prefix: 'x' } },
  };
}

test('node ids do not matter, contents do', () => {
  const key = cacheKey(graph('1', '2'), '2', none, 'r');
  expect(cacheKey(graph('31', '7'), '7', none, 'r')).toBe(key);
  expect(cacheKey(graph('1', '2', 6), '2', none, 'r')).not.toBe(key);
});

test('the order of inputs does not matter', () => {
  const swapped: ApiGraph = { '1': { class_type: 'EmptyImage', inputs: { height: 6, width: 5 } } };
  expect(cacheKey(swapped, '1', none, 'r')).toBe(cacheKey(graph('1', '2'), '1', none, 'r'));
});

test('which of two equal ancestors is linked matters', () => {
  const twice = (first: string, second: string): ApiGraph => ({
    a: { class_type: 'SolidMask', inputs: { value: 0 } },
    b: { class_type: 'SolidMask', inputs: { value: 1 } },
    c: { class_type: 'MaskComposite', inputs: { destination: [first, 0], source: [second, 0] } },
  });
  expect(cacheKey(twice('a', 'b'), 'c', none, 'r')).not.toBe(cacheKey(twice('b', 'a'), 'c', none, 'r'));
});

test('a fingerprint changes the key of everything after it', () => {
  const before = cacheKey(graph('1', '2'), '2', new Map([['1', ['aa']]]), 'r');
  expect(cacheKey(graph('1', '2'), '2', new Map([['1', ['bb']]]), 'r')).not.toBe(before);
});

test('NaN never equals the NaN of another run', () => {
  const marks = new Map([['1', NaN]]);
  expect(cacheKey(graph('1', '2'), '2', marks, 'one')).not.toBe(cacheKey(graph('1', '2'), '2', marks, 'two'));
});

test('a node without inputs kills the worker', () => {
  const broken = { '1': { class_type: 'EmptyImage' } } as unknown as ApiGraph;
  expect(() => cacheKey(broken, '1', none, 'r')).toThrow("'inputs'");
});

test('drops the least recently used results first, never those in use', () => {
  const cache = new ResultCache(1000);
  const entry = () => ({ outputs: [{ data: new Float32Array(100) }], ui: null });
  ['a', 'b', 'c', 'd'].forEach((key) => cache.set(key, entry()));
  cache.get('a');
  cache.trim(new Set(['b']));
  expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== null)).toEqual(['a', 'b']);
});
