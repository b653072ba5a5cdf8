import { expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { loadWords } from '../i18n/index.svelte';
import { NO_PROGRESS } from '../jobs/state/progress';
import { nodeWords, stageWords } from './run-stage';

await loadWords('queue');

const graph: ApiGraph = Object.fromEntries(
  [
    'CheckpointLoaderSimple',
    'CLIPTextEncode',
    'VAEEncodeForInpaint',
    'KSampler',
    'VAEDecode',
    'SaveImage',
    'ImageBlur',
    'LoadImage',
  ].map((class_type) => [class_type, { class_type, inputs: {} }]),
);

it.each([
  ['CheckpointLoaderSimple', 0, 0, 'Loading the model'],
  ['CLIPTextEncode', 0, 0, 'Reading the prompt'],
  ['VAEEncodeForInpaint', 0, 0, 'Encoding the picture'],
  ['KSampler', 0, 0, 'Preparing to sample'],
  ['KSampler', 14, 30, 'Sampling 14 of 30'],
  ['VAEDecode', 0, 0, 'Decoding'],
  ['VAEDecode', 1, 4, 'VAEDecode: 1 of 4'],
  ['SaveImage', 0, 0, 'Saving'],
  ['LoadImage', 0, 0, 'Opening the picture'],
  ['ImageBlur', 0, 0, 'ImageBlur'],
])('%s at %i of %i is “%s”', (nodeId, value, max, words) => {
  expect(stageWords({ ...NO_PROGRESS, nodeId, nodeTitle: nodeId, value, max }, graph)).toBe(words);
});

it('is what the server says it does, where it says so', () => {
  const sampler = { ...NO_PROGRESS, nodeId: 'KSampler', nodeTitle: 'KSampler' };
  expect(stageWords({ ...sampler, activity: 'loading' }, graph)).toBe('Loading the model');
  expect(stageWords({ ...sampler, value: 3, max: 30, activity: 'loading' }, graph)).toBe('Loading the model');
  // A word nobody knows yet says less than the node.
  expect(stageWords({ ...sampler, value: 3, max: 30, activity: 'purring' }, graph)).toBe('Sampling 3 of 30');
});

it('is “Running” before the first node, and the node’s name without a graph', () => {
  expect(stageWords(NO_PROGRESS, graph)).toBe('Running');
  expect(stageWords({ ...NO_PROGRESS, nodeId: '1', nodeTitle: 'My node' }, null)).toBe('My node');
});

it('counts the node at work by those that are done, without the parts of one', () => {
  const done = new Set(['KSampler', 'KSampler.0.1', 'VAEDecode']);
  expect(nodeWords({ ...NO_PROGRESS, done }, graph)).toBe('node 3 of 8');
  expect(nodeWords({ ...NO_PROGRESS, done: new Set(Object.keys(graph)) }, graph)).toBe('node 8 of 8');
  expect(nodeWords(NO_PROGRESS, null)).toBeNull();
});
