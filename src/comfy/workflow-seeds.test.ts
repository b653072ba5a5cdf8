import { describe, expect, it } from 'vitest';
import type { ExactJson } from './exact-json';
import { withNewSeeds } from './graph-seeds';
import { workflowWithSeed } from './workflow-seeds';

const sampler = (id: number, ...widgets: ExactJson[]): ExactJson => ({
  id,
  type: 'KSampler',
  inputs: [
    { name: 'model', type: 'MODEL' },
    { name: 'seed', type: 'INT', widget: { name: 'seed' } },
  ],
  widgets_values: widgets,
});

const instance = (id: number, type: string, facts: { [key: string]: ExactJson } = {}): ExactJson => ({
  id,
  type,
  ...facts,
});

const subgraph = (id: string, nodes: ExactJson[], links: ExactJson[] = []): ExactJson => ({
  id,
  nodes,
  links,
  inputNode: { id: -10 },
});

const workflow = (nodes: ExactJson[], subgraphs: ExactJson[]): ExactJson => ({
  version: 0.4,
  nodes,
  definitions: { subgraphs },
});

/** The link that leads an input of the subgraph to the sampler's seed. */
const toSeed = (to: number): ExactJson => ({
  id: 1,
  origin_id: -10,
  origin_slot: 0,
  target_id: to,
  target_slot: 1,
});

describe('a new seed in a workflow with subgraphs', () => {
  it('reaches the node inside, and leaves the given workflow as it is', () => {
    const before = workflow([instance(5, 'part')], [subgraph('part', [sampler(12, 7, 'fixed', 20)])]);
    const kept = structuredClone(before);
    expect(workflowWithSeed(before, { nodeId: '5:12', input: 'seed', value: 7 }, 99)).toEqual(
      workflow([instance(5, 'part')], [subgraph('part', [sampler(12, 99, 'fixed', 20)])]),
    );
    expect(before).toEqual(kept);
  });

  it('reaches a node in a subgraph of a subgraph', () => {
    const made = (seed: number): ExactJson =>
      workflow(
        [instance(5, 'outer')],
        [subgraph('outer', [instance(8, 'inner')]), subgraph('inner', [sampler(3, seed, 20)])],
      );
    expect(workflowWithSeed(made(7), { nodeId: '5:8:3', input: 'seed', value: 7 }, 99)).toEqual(made(99));
  });

  it.each([
    ['listed by it', { properties: { proxyWidgets: [['12', 'seed']] } }, []],
    ['linked to one of its inputs', {}, [toSeed(12)]],
  ])('reaches the instance that shows the widget, %s', (_, facts, links) => {
    const made = (shown: number, inside: number): ExactJson =>
      workflow(
        [instance(5, 'part', { ...facts, widgets_values: [shown, 'fixed'] })],
        [subgraph('part', [sampler(12, inside, 20)], links)],
      );
    // The value inside counts for nothing there, and may be an old one.
    expect(workflowWithSeed(made(7, 3), { nodeId: '5:12', input: 'seed', value: 7 }, 99)).toEqual(
      made(99, 3),
    );
    expect(workflowWithSeed(made(7, 7), { nodeId: '5:12', input: 'seed', value: 7 }, 99)).toEqual(
      made(99, 99),
    );
  });

  it('spares what an instance shows of other widgets', () => {
    const made = (seed: number): ExactJson =>
      workflow(
        [instance(5, 'part', { properties: { proxyWidgets: [['12', 'steps']] }, widgets_values: [20] })],
        [subgraph('part', [sampler(12, seed, 'fixed')])],
      );
    expect(workflowWithSeed(made(20), { nodeId: '5:12', input: 'seed', value: 20 }, 99)).toEqual(made(99));
  });

  it.each<[string, ExactJson]>([
    ['no workflow', null],
    ['no such instance', workflow([instance(6, 'part')], [subgraph('part', [sampler(12, 7)])])],
    ['no such subgraph', workflow([instance(5, 'other')], [subgraph('part', [sampler(12, 7)])])],
    ['two widgets with that value', workflow([instance(5, 'part')], [subgraph('part', [sampler(12, 7, 7)])])],
    ['no nodes', { definitions: { subgraphs: 'none' } }],
  ])('changes nothing where there is %s', (_, given) => {
    expect(workflowWithSeed(given, { nodeId: '5:12', input: 'seed', value: 7 }, 99)).toEqual(given);
  });

  it('is one for all instances, as the widget inside is', () => {
    const graph = {
      '5:12': { class_type: 'KSampler', inputs: { seed: 7 } },
      '6:12': { class_type: 'KSampler', inputs: { seed: 7 } },
    };
    const made = (seed: ExactJson): ExactJson =>
      workflow([instance(5, 'part'), instance(6, 'part')], [subgraph('part', [sampler(12, seed, 20)])]);
    const job = withNewSeeds({ graph, pngInfo: { workflow: made(7) } });
    const seed = job?.graph['5:12']?.inputs['seed'] as number;
    expect(job?.graph['6:12']?.inputs['seed']).toBe(seed);
    expect(job?.pngInfo).toEqual({ workflow: made(seed) });
  });
});
