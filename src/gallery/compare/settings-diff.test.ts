import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { type GraphSummary, summarizeGraph } from '../../comfy/graph-summary';
import { emptyRecord } from '../../workflows/darkroom-record';
import { type Change, diffSetups, type Setup } from './settings-diff';

const SUMMARY: GraphSummary = {
  prompt: 'a red fox, snow, soft light',
  negative: 'blurry',
  model: 'real.safetensors',
  loras: [{ name: 'ink', strength: 0.5 }],
  seed: 18446744073709551614n,
  steps: 20,
  cfg: 7,
  sampler: 'euler',
  scheduler: 'normal',
  denoise: 0.45,
  width: 512,
  height: 512,
};

function setup(summary: Partial<GraphSummary> = {}, more: Partial<Setup> = {}): Setup {
  return {
    graph: null,
    summary: { ...SUMMARY, ...summary },
    record: null,
    masked: null,
    size: null,
    ...more,
  };
}

/** A graph of the usual shape, and its summary. */
function graphSetup(seed: number, more: Record<string, object> = {}, words = 'a fox'): Setup {
  const graph = {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
    '2': { class_type: 'CLIPTextEncode', inputs: { text: words, clip: ['1', 1] } },
    '3': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
    '4': {
      class_type: 'KSampler',
      inputs: { seed, steps: 20, cfg: 7, positive: ['2', 0], negative: ['2', 0], model: ['1', 0] },
    },
    '5': { class_type: 'SaveImage', inputs: { images: ['4', 0], filename_prefix: `run ${seed}` } },
    ...more,
  } as unknown as ApiGraph;
  return { graph, summary: summarizeGraph(graph, '5'), record: null, masked: null, size: null };
}

describe('what was done otherwise', () => {
  it('is nothing between a picture and itself', () => {
    expect(diffSetups(setup(), setup())).toEqual([]);
    expect(diffSetups(graphSetup(1), graphSetup(1))).toEqual([]);
  });

  it('is not known when nobody knows how one was made', () => {
    const unknown = setup({}, { summary: null });
    expect(diffSetups(setup(), unknown)).toBeNull();
    expect(diffSetups(unknown, setup())).toBeNull();
  });

  it('is each setting, seeds to the last digit', () => {
    const other = setup({ denoise: 0.6, seed: 18446744073709551615n, scheduler: null });
    expect(diffSetups(setup(), other)).toEqual([
      { kind: 'setting', name: 'seed', from: '18446744073709551614', to: '18446744073709551615' },
      { kind: 'setting', name: 'scheduler', from: 'normal', to: null },
      { kind: 'setting', name: 'denoise', from: '0.45', to: '0.6' },
    ]);
  });

  it('is phrases of the prompt, wherever they moved', () => {
    const other = setup({ prompt: 'snow,  soft light, a blue fox', negative: null });
    expect(diffSetups(setup(), other)).toEqual([
      { kind: 'phrases', name: 'prompt', removed: ['a red fox'], added: ['a blue fox'] },
      { kind: 'phrases', name: 'negative', removed: ['blurry'], added: [] },
    ]);
  });

  it('counts phrases that are said twice', () => {
    expect(diffSetups(setup({ prompt: 'fox, fox' }), setup({ prompt: 'fox' }))).toEqual([
      { kind: 'phrases', name: 'prompt', removed: ['fox'], added: [] },
    ]);
  });

  it('is LoRAs that came, went, or changed in strength', () => {
    const loras = [
      { name: 'ink', strength: 0.8 },
      { name: 'x', strength: 0.7 },
      { name: 'bare', strength: null },
    ];
    expect(diffSetups(setup(), setup({ loras }))).toEqual([
      { kind: 'lora', name: 'ink', from: '0.5', to: '0.8' },
      { kind: 'lora', name: 'x', from: null, to: '0.7' },
      { kind: 'lora', name: 'bare', from: null, to: '' },
    ]);
  });

  it('is told in one line when only one was made by a model', () => {
    const record = emptyRecord('blur');
    const none = { prompt: null, negative: null, seed: null, steps: null, cfg: null, sampler: null };
    const blurred = setup({ ...none, scheduler: null, denoise: null, model: null, loras: [] }, { record });
    expect(diffSetups(setup(), blurred)).toEqual([
      { kind: 'sampled', from: true, to: false },
      { kind: 'setting', name: 'recipe', from: null, to: 'blur' },
    ]);
  });

  it('is the size of the mask, once both are counted', () => {
    const mask = { filename: 'm.png', subfolder: '', type: 'input' } as const;
    const record = { ...emptyRecord('blur'), mask };
    const masked = (share: number | null): Setup => setup({}, { record, masked: share });
    expect(diffSetups(masked(0.1), masked(0.112))).toEqual([{ kind: 'mask', from: 0.1, to: 0.112 }]);
    expect(diffSetups(masked(0.1), masked(0.1001))).toEqual([]);
    expect(diffSetups(masked(0.1), masked(null))).toEqual([]);
    expect(diffSetups(setup(), masked(0.1))).toContainEqual({ kind: 'mask', from: null, to: 0.1 });
  });

  it('is area, edge and further fields of a recipe, each once', () => {
    const record = (values: object, more: object = {}): Setup =>
      setup(
        { denoise: 'strength' in values ? (values.strength as number) : null },
        { record: { ...emptyRecord('blur'), values: values as never, ...more } },
      );
    const area = { x: 8, y: 16, width: 512, height: 256 };
    const edge = { denoiseMask: { grow: 6, feather: 0 }, compositeMask: { grow: 6, feather: 8 } };
    expect(
      diffSetups(
        record({ strength: 0.45, radius: 4 }),
        record({ strength: 0.6, radius: 9 }, { area, ...edge }),
      ),
    ).toEqual([
      { kind: 'setting', name: 'denoise', from: '0.45', to: '0.6' },
      { kind: 'setting', name: 'area', from: null, to: '512 × 256 (8, 16)' },
      { kind: 'setting', name: 'grow', from: null, to: '6' },
      { kind: 'setting', name: 'feather', from: null, to: '0 / 8' },
      { kind: 'input', node: null, name: 'radius', from: '4', to: '9' },
    ]);
  });
});

describe('what differs between two graphs', () => {
  it('is said once: what the summary tells is not repeated', () => {
    expect(diffSetups(graphSetup(1), graphSetup(2, {}, 'a cat'))).toEqual([
      { kind: 'phrases', name: 'prompt', removed: ['a fox'], added: ['a cat'] },
      { kind: 'phrases', name: 'negative', removed: ['a fox'], added: ['a cat'] },
      { kind: 'setting', name: 'seed', from: '1', to: '2' },
    ]);
  });

  it('is further inputs and nodes', () => {
    const blurred = graphSetup(1, { '6': { class_type: 'ImageBlur', inputs: { blur_radius: 3 } } });
    const more = graphSetup(1, { '6': { class_type: 'ImageBlur', inputs: { blur_radius: 5 } } });
    expect(diffSetups(blurred, more)).toEqual([
      { kind: 'input', node: 'ImageBlur', name: 'blur_radius', from: '3', to: '5' },
    ]);
    expect(diffSetups(graphSetup(1), more)).toEqual([
      { kind: 'node', title: 'ImageBlur', from: null, to: 'ImageBlur' },
    ]);
  });

  it('is another workflow when hardly a node is shared', () => {
    const other = graphSetup(1);
    const graph = { '9': { class_type: 'LoadImage', inputs: { image: 'a.png' } } } as unknown as ApiGraph;
    expect(diffSetups(other, { ...other, graph })).toEqual([{ kind: 'workflow' }]);
  });
});

describe('the difference the other way round', () => {
  it('has the same lines with their sides exchanged', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd e')).map((list) => list.join(', '));
    const summaries = fc.record({
      prompt: words,
      negative: fc.option(words),
      seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      denoise: fc.constantFrom(0.4, 0.6, null),
      loras: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y'), strength: fc.constantFrom(1, 2) }), {
        selector: ({ name }) => name,
      }),
    });
    const turn = (change: Change): Change =>
      change.kind === 'phrases'
        ? { ...change, removed: change.added, added: change.removed }
        : 'from' in change
          ? ({ ...change, from: change.to, to: change.from } as Change)
          : change;
    fc.assert(
      fc.property(summaries, summaries, (a, b) => {
        const there = diffSetups(setup(a), setup(b)) ?? [];
        const back = diffSetups(setup(b), setup(a)) ?? [];
        expect(new Set(back.map((change) => JSON.stringify(change)))).toEqual(
          new Set(there.map((change) => JSON.stringify(turn(change)))),
        );
      }),
    );
  });
});
