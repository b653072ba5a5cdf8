import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from './graph';
import { hasSeed, randomBetween, seedPlaces, withNewSeeds } from './graph-seeds';

const MAX = 18446744073709551615n;

const GRAPH: ApiGraph = {
  '1': { class_type: 'KSampler', inputs: { seed: 1, steps: 20, model: ['2', 0] } },
  '2': { class_type: 'KSamplerAdvanced', inputs: { noise_seed: MAX } },
  '3': { class_type: 'KSampler', inputs: { seed: ['4', 0] } },
  '4': { class_type: 'PrimitiveInt', inputs: { value: 77 } },
  '5': { class_type: 'KSampler', inputs: { seed: ['6', 0] } },
  '6': { class_type: 'PrimitiveInt', inputs: { value: 512 } },
  '7': { class_type: 'EmptyLatentImage', inputs: { width: ['6', 0], batch_size: 1 } },
  '8': { class_type: 'Text', inputs: { 'sampling_mode.seed': '18446744073709551615', seed_behavior: 'x' } },
  '9': { class_type: 'Seed (rgthree)', inputs: { seed: -1 } },
  '10': { class_type: 'KSampler', inputs: { seed: ['gone', 0] } },
};

describe('the seeds of a graph', () => {
  it('are found by name, through links to numbers of their own, and to the last digit', () => {
    expect(seedPlaces(GRAPH).map(({ nodeId, input, value }) => [nodeId, input, value])).toEqual([
      ['1', 'seed', 1],
      ['2', 'noise_seed', MAX],
      ['4', 'value', 77],
      ['8', 'sampling_mode.seed', MAX],
    ]);
  });

  it('are limited by the input that uses them', () => {
    expect(seedPlaces(GRAPH)[2]?.usedBy).toEqual({ className: 'KSampler', input: 'seed' });
  });

  it('may be missing', () => {
    expect(hasSeed(GRAPH)).toBe(true);
    expect(hasSeed({ '1': { class_type: 'ImageBlur', inputs: { sigma: 2 } } })).toBe(false);
    expect(hasSeed({ '3': { class_type: 'KSampler', inputs: { seed: ['4', 0] } } })).toBe(false);
  });
});

describe('a random seed', () => {
  it('stays within its limits and within what every front end reads exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 53n - 1n), fc.bigInt(0n, MAX), (a, b) => {
        const [min, max] = a < b ? [a, b] : [b, a];
        const seed = randomBetween(min, max);
        expect(Number.isSafeInteger(seed)).toBe(true);
        expect(BigInt(seed) >= min && BigInt(seed) <= max).toBe(true);
      }),
    );
  });
});

describe('new seeds', () => {
  const info = {
    darkroom: { recipe: 'inpaint', values: { seed: MAX, prompt: 'a hand', steps: 1 } },
    workflow: {
      nodes: [
        { id: 1, widgets_values: [1, 'randomize', 20] },
        { id: 2, widgets_values: ['enable', MAX, 1, 1] },
        { id: 4, widgets_values: [77, 77] },
      ],
    },
  };

  it('replace all, and nothing else', () => {
    const before = structuredClone({ graph: GRAPH, info });
    const job = withNewSeeds({ graph: GRAPH, pngInfo: info });
    const drawn = job?.graph['2']?.inputs['noise_seed'];
    const first = job?.graph['1']?.inputs['seed'];
    expect(Number.isSafeInteger(drawn)).toBe(true);
    expect(first).not.toBe(1);
    expect(job?.graph).toEqual({
      ...GRAPH,
      '1': { class_type: 'KSampler', inputs: { seed: first, steps: 20, model: ['2', 0] } },
      '2': { class_type: 'KSamplerAdvanced', inputs: { noise_seed: drawn } },
      '4': { class_type: 'PrimitiveInt', inputs: { value: expect.any(Number) as number } },
      // Equal before, equal after.
      '8': { class_type: 'Text', inputs: { 'sampling_mode.seed': drawn, seed_behavior: 'x' } },
    });
    expect(job?.graph['4']?.inputs['value']).not.toBe(77);
    expect({ graph: GRAPH, info }).toEqual(before);
  });

  it.each([
    [{ recipe: '', sweep: { id: 's' } }, { recipe: '' }],
    [
      { recipe: 'x', values: { steps: 1 }, sweep: { id: 's' } },
      { recipe: 'x', values: { steps: 1 } },
    ],
  ])('make it a run of its own, not one of a sweep: %j', (darkroom, expected) => {
    expect(withNewSeeds({ graph: GRAPH, pngInfo: { darkroom } })?.pngInfo).toEqual({ darkroom: expected });
  });

  it('are told in the picture: in the form, and in the graph of ComfyUI’s editor where that is certain', () => {
    const job = withNewSeeds({ graph: GRAPH, pngInfo: info });
    const drawn = job?.graph['2']?.inputs['noise_seed'];
    expect(job?.pngInfo).toEqual({
      darkroom: { recipe: 'inpaint', values: { seed: drawn, prompt: 'a hand', steps: 1 } },
      workflow: {
        nodes: [
          { id: 1, widgets_values: [job?.graph['1']?.inputs['seed'], 'randomize', 20] },
          { id: 2, widgets_values: ['enable', drawn, 1, 1] },
          { id: 4, widgets_values: [77, 77] },
        ],
      },
    });
  });

  it('stay within what the node takes, as told or as the old one suggests', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, MAX), fc.option(fc.bigInt(1n, MAX), { nil: null }), (value, max) => {
        const graph: ApiGraph = { '1': { class_type: 'Odd', inputs: { seed: value } } };
        const made = withNewSeeds({ graph, pngInfo: {} }, () => (max === null ? null : { min: 1, max }));
        const seed = BigInt(made?.graph['1']?.inputs['seed'] as number);
        if (max !== null) {
          expect(seed >= 1n && seed <= max).toBe(true);
        } else if (value < 2n ** 31n) {
          expect(seed < 2n ** 31n).toBe(true);
        }
        expect(seed !== value || max === 1n).toBe(true);
      }),
    );
  });

  it('are not drawn for a graph without any', () => {
    expect(withNewSeeds({ graph: { '1': { class_type: 'ImageBlur', inputs: {} } }, pngInfo: {} })).toBeNull();
  });
});
