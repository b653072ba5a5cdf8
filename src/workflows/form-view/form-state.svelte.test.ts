import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph, ApiInput } from '../../comfy/graph';
import type { NodeInfo } from '../../comfy/object-info';
import { contentFor, json, link } from '../form/arbitraries';
import { EVERYTHING, USUAL } from '../form/fixtures';
import { FormState } from './form-state.svelte';

const INFOS: ReadonlyMap<string, NodeInfo> = new Map([...USUAL, ['Everything', EVERYTHING]]);

/** Bare lists that are no links are left out: the server refuses them, and the form wraps them. */
const input: fc.Arbitrary<ApiInput> = fc.oneof(
  json.filter((any) => !Array.isArray(any)),
  link,
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
);
const names = fc.oneof(
  fc.constantFrom(...EVERYTHING.inputs.keys(), 'how.more', 'named.left', 'ckpt_name'),
  fc.string(),
);
const graphs: fc.Arbitrary<ApiGraph> = fc.dictionary(
  fc.oneof(fc.nat(20).map(String), fc.constantFrom('57:30', 'x y', 'constructor')),
  fc.record({
    class_type: fc.constantFrom(...INFOS.keys(), 'Gone', 'constructor'),
    inputs: fc.dictionary(names, input),
  }),
  { maxKeys: 8 },
);

describe('a graph open as a form', () => {
  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(new FormState(graph, INFOS).graph).toEqual(graph);
      }),
      { numRuns: 300 },
    );
  });

  it('says in the graph what its fields say, however they were filled in', () => {
    fc.assert(
      fc.property(fc.gen(), fc.nat(30), (gen, steps) => {
        const form = new FormState({ 1: { class_type: 'Everything', inputs: {} } }, INFOS);
        const fields = () => form.nodes.get('1')?.fields ?? [];
        for (let i = 0; i < steps; i++) {
          const field = fields()[gen(fc.nat, fields().length - 1)];
          if (field) {
            form.nodes.get('1')?.write(field.path, gen(contentFor, field.spec));
          }
        }
        const again = new FormState(form.graph, INFOS);
        expect(again.graph).toEqual(form.graph);
        const contents = (of: FormState) =>
          of.nodes.get('1')?.fields.map(({ path, content }) => [path, content] as const);
        expect(contents(again)).toEqual(contents(form));
      }),
      { numRuns: 200 },
    );
  });

  it('does not change the graph it was given', () => {
    const graph: ApiGraph = { 1: { class_type: 'KSampler', inputs: { steps: 20 } } };
    const form = new FormState(graph, INFOS);
    form.set('1', 'steps', 4);
    form.set('9', 'steps', 4);
    form.set('1', 'gone', 4);
    expect(graph['1']?.inputs).toEqual({ steps: 20 });
    expect(form.graph['1']?.inputs).toEqual({ steps: 4 });
  });

  it('keeps values and controls when the server has other choices', () => {
    const form = new FormState(
      { 1: { class_type: 'KSampler', inputs: { seed: 5, sampler_name: 'ddim' } } },
      INFOS,
    );
    form.find('1', 'seed')?.setControl('increment');
    expect(form.find('1', 'sampler_name')?.fault).toEqual({ kind: 'not-a-choice', value: 'ddim' });
    const info = INFOS.get('KSampler') as NodeInfo;
    const inputs = new Map(info.inputs);
    const spec = inputs.get('sampler_name');
    if (spec?.kind === 'combo') {
      inputs.set('sampler_name', { ...spec, options: [...spec.options, 'ddim'] });
    }
    form.setInfos(new Map(INFOS).set('KSampler', { ...info, inputs }));
    expect(form.find('1', 'sampler_name')?.fault).toBeNull();
    expect(form.find('1', 'seed')).toMatchObject({ value: 5, control: 'increment' });
  });

  it('gives a number of its own the control of the seed it is used as', () => {
    const form = new FormState(
      {
        1: { class_type: 'PrimitiveInt', inputs: { value: 3 } },
        2: { class_type: 'KSampler', inputs: { seed: ['1', 0] } },
      },
      INFOS,
      { controls: new Map([['1\0value', 'decrement']]) },
    );
    const { graphs: runs, accepted } = form.prepare(2);
    expect(runs.map((graph) => graph['1']?.inputs['value'])).toEqual([3, 2]);
    accepted(2);
    expect(form.graph['1']?.inputs['value']).toBe(1);
  });

  it('prepares no run at all, and runs without anything that moves', () => {
    const form = new FormState({ 1: { class_type: 'Save', inputs: { filename_prefix: 'x' } } }, INFOS);
    expect(form.prepare(0).graphs).toEqual([]);
    const { graphs: runs, accepted } = form.prepare(2);
    expect(runs).toEqual([form.graph, form.graph]);
    accepted(2);
    expect(form.graph['1']?.inputs).toEqual({ filename_prefix: 'x' });
  });

  it('knows where something is wrong', () => {
    const form = new FormState(
      {
        1: { class_type: 'LoadModel', inputs: { ckpt_name: 'z' } },
        2: { class_type: 'LoadModel', inputs: { ckpt_name: 'a' } },
      },
      INFOS,
    );
    expect(form.faultyNodes).toBe(1);
    form.set('1', 'ckpt_name', 'b');
    expect(form.faultyNodes).toBe(0);
  });
});
