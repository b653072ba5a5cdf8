import { expect, it } from 'vitest';

import type { ApiGraph } from '../../comfy/graph';
import { promptRoles } from './prompt-roles';

const GRAPH: ApiGraph = {
  clip: { class_type: 'CLIPLoader', inputs: {} },
  yes: { class_type: 'CLIPTextEncode', inputs: { text: 'a', clip: ['clip', 0] } },
  no: { class_type: 'CLIPTextEncode', inputs: { text: 'b', clip: ['clip', 0] } },
  net: { class_type: 'ControlNetApplyAdvanced', inputs: { positive: ['yes', 0], negative: ['no', 0] } },
  sampler: { class_type: 'KSampler', inputs: { positive: ['net', 0], negative: ['net', 1] } },
  loose: { class_type: 'CLIPTextEncode', inputs: { text: 'c' } },
};

it('tells the prompts apart by the side they lead to, through nodes that have both', () => {
  expect(Object.fromEntries(promptRoles(GRAPH))).toEqual({ yes: 'positive', no: 'negative' });
});

it('survives a circle and links to nothing', () => {
  const graph: ApiGraph = {
    a: { class_type: 'X', inputs: { positive: ['b', 0] } },
    b: { class_type: 'X', inputs: { positive: ['a', 0], negative: ['gone', 0] } },
  };
  expect(promptRoles(graph).get('a')).toBe('positive');
});
