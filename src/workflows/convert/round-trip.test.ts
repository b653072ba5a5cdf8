import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ExactJson } from '../../comfy/exact-json';
import {
  convert,
  inputsById,
  sketch,
  type SketchLink,
  type SketchNode,
  type SketchSubgraph,
} from './fixtures/sketch';

/** What stands between an output and the input it feeds. */
type Detour = 'none' | 'reroute' | 'bypass';

/** A node of a random chain of LoRAs: strength, and how it is reached. */
const step = fc.record({
  strength: fc.double({ noNaN: true, noDefaultInfinity: true }),
  name: fc.string(),
  detours: fc.array(fc.constantFrom<Detour>('none', 'reroute', 'bypass'), { maxLength: 4 }),
  saved: fc.constantFrom('list', 'by-name'),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Builds the chain as the editor would keep it, and as the API graph says it. */
class Chain {
  readonly nodes: SketchNode[] = [{ id: 1, type: 'Load', values: ['a'] }];
  readonly links: SketchLink[] = [];
  readonly expected: Record<string, Record<string, ExactJson>> = {};
  last = 1;
  #next = 2;
  #from = 1;

  add({ strength, name, detours, saved }: Step): void {
    for (const detour of detours) {
      const id = this.#place(
        detour === 'reroute'
          ? { type: 'Reroute', in: { '': 0 } }
          : { type: 'Lora', mode: 4, in: { model: 0 } },
      );
      if (detour === 'none') {
        this.nodes.pop();
        this.links.pop();
      } else {
        this.#from = id;
      }
    }
    const values: ExactJson = saved === 'list' ? [name, strength] : { strength, name };
    const id = this.#place({ type: 'Lora', in: { model: 0 }, values });
    this.expected[id] = { name, strength, model: [String(this.last), 0] };
    this.#from = id;
    this.last = id;
  }

  #place(node: Omit<SketchNode, 'id'>): number {
    const id = this.#next++;
    const link = id * 10;
    const [input = ''] = Object.keys(node.in ?? {});
    this.nodes.push({ ...node, id, in: { [input]: link } });
    this.links.push([link, this.#from, 0, id, 0]);
    return id;
  }
}

describe('a workflow made of an API graph', () => {
  it('becomes that graph again, whatever stands in the way of its links', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const chain = new Chain();
        steps.forEach((one) => {
          chain.add(one);
        });
        const values = inputsById(convert(sketch(chain.nodes, chain.links)));
        expect(values).toEqual({ 1: { ckpt_name: 'a' }, ...chain.expected });
      }),
    );
  });

  it('becomes the same under a longer id when it lies in subgraphs', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (steps, depth) => {
        const chain = new Chain();
        steps.forEach((one) => {
          chain.add(one);
        });
        const subgraphs: SketchSubgraph[] = [{ id: 's0', nodes: chain.nodes, links: chain.links }];
        for (let i = 1; i < depth; i++) {
          subgraphs.push({ id: `s${i}`, nodes: [{ id: 100 + i, type: `s${i - 1}` }], links: [] });
        }
        const top: SketchNode = { id: 200, type: `s${depth - 1}` };
        const path = [200, ...Array.from({ length: depth - 1 }, (_, i) => 100 + depth - 1 - i)].join(':');
        const values = inputsById(convert(sketch([top], [], subgraphs)));
        const expected = Object.entries({ 1: { ckpt_name: 'a' }, ...chain.expected }).map(([id, inputs]) => [
          `${path}:${id}`,
          'model' in inputs
            ? { ...inputs, model: [`${path}:${(inputs['model'] as [string, number])[0]}`, 0] }
            : inputs,
        ]);
        expect(values).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('never throws, whatever the file holds', () => {
    const any = fc.json().map((text) => JSON.parse(text) as ExactJson);
    const node = fc.record(
      {
        id: fc.oneof(fc.integer({ min: 0, max: 5 }), any),
        type: fc.constantFrom(
          'Load',
          'Lora',
          'Resize',
          'Reroute',
          'PrimitiveNode',
          'Batch',
          'part',
          'Switch',
          'Pick',
        ),
        mode: fc.constantFrom<ExactJson>(0, 2, 4, null),
        inputs: fc.array(
          fc.record({
            name: fc.constantFrom('model', '', 'image', 'images.image0', 'on_true'),
            type: fc.constantFrom('MODEL', '*', 'INT'),
            link: fc.option(fc.integer({ min: 0, max: 9 })),
          }),
          { maxLength: 3 },
        ),
        widgets_values: fc.oneof(
          any,
          fc.array(fc.constantFrom<ExactJson>('like', 1, true, null, []), { maxLength: 4 }),
        ),
        properties: fc.record({
          proxyWidgets: fc.oneof(
            any,
            fc.constant([
              ['1', 'name'],
              ['2', 'value'],
            ]),
          ),
        }),
      },
      { requiredKeys: ['id', 'type'] },
    );
    const link = fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: -1, max: 5 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 3 }),
      fc.constant('*'),
    );
    const graph = { nodes: fc.array(node, { maxLength: 6 }), links: fc.array(link, { maxLength: 8 }) };
    const slot = fc.record({
      name: fc.constantFrom('a', 'model'),
      type: fc.constant('MODEL'),
      linkIds: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
    });
    const part = fc.record({
      id: fc.constant('part'),
      ...graph,
      inputs: fc.array(slot, { maxLength: 2 }),
      outputs: fc.array(slot, { maxLength: 2 }),
    });
    const workflow = fc.record({
      ...graph,
      definitions: fc.record({ subgraphs: fc.oneof(fc.array(part, { maxLength: 1 }), any) }),
    });
    fc.assert(
      fc.property(workflow, (value) => {
        try {
          convert(value as unknown as ExactJson);
        } catch (error) {
          // What cannot be read is said so; see the fixture.
          expect(String(error)).toMatch(/^Error: (not-a-workflow|bad-|duplicate-id)/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
