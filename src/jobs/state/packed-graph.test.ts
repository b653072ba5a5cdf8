import { describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../comfy/schemas';
import { graph } from '../fixtures/fake-comfy';
import { packEntry } from './pack-entry';
import { unpack } from './packed-graph';
import { fromQueue, graphOf } from './records';

const SEED = 2n ** 64n - 1n;
const darkroom = { recipe: 'blur', parent: null, mask: null };
const workflow = { nodes: [{ id: 1, type: 'KSampler', widgets_values: ['片', 0.1] }] };

function entry(pngInfo: object): QueueEntry {
  const extraData = { client_id: 'me', extra_pnginfo: pngInfo, darkroom: { browser: 'b', name: 'Ada' } };
  return {
    number: 3,
    id: 'job',
    graph: graph(SEED) as QueueEntry['graph'],
    extraData,
    outputNodes: ['save'],
  };
}

describe('a packed job', () => {
  it.each([
    ['a workflow', { workflow, darkroom }],
    ['seeds no double can hold', { workflow: { seed: SEED, nodes: [-SEED] } }],
    ['nothing', {}],
  ])('is as it was when it is unpacked, with %s', (_what, pngInfo) => {
    expect(unpack(packEntry(entry(pngInfo)).job)).toEqual(graphOf(entry(pngInfo)));
  });

  it('tells the list as much as the whole one, and carries no workflow about', () => {
    const whole = entry({ workflow, darkroom });
    const { entry: light } = packEntry(whole);
    expect(fromQueue(light, 'pending', undefined, 'me')).toEqual(
      fromQueue(whole, 'pending', undefined, 'me'),
    );
    expect(JSON.stringify(light.extraData)).not.toContain('KSampler');
  });
});
