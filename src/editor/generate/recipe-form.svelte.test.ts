import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerKnowledge } from '../../comfy/capabilities';
import { type NodeInfo, parseNodeInfo } from '../../comfy/object-info';
import type { Recipe } from '../../workflows/recipe';
import type { ApiGraph } from '../../comfy/graph';
import { recipes } from '../../workflows/recipes';
import { savedGraphs } from '../../workflows/saved-graphs.svelte';
import { checkpointGraph, fluxGraph } from '../../workflows/surgery/fixtures/small-graphs';
import { smallServer } from '../../workflows/surgery/fixtures/small-server';
import type { PictureGraph } from './picture-setup.svelte';
import { formDocuments, RecipeForm } from './recipe-form.svelte';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

function form(
  remote: unknown = null,
  path = 'darkroom.recipes.json',
  picture: { made: PictureGraph | null } = { made: null },
): RecipeForm {
  const client = {
    server: new ServerKnowledge(),
    readUserdata: (asked: string) => Promise.resolve((asked === path ? remote : null) as null),
    writeUserdata: () => Promise.resolve(),
    deleteUserdata: () => Promise.resolve(),
  };
  return new RecipeForm(formDocuments(client), { unread: null, ...picture });
}

function server(checkpoints: string[]): Map<string, NodeInfo> {
  const inputs: Record<string, unknown> = {
    CheckpointLoaderSimple: { ckpt_name: [checkpoints] },
    KSampler: {
      sampler_name: [['euler']],
      scheduler: [['normal']],
      seed: ['INT', { max: 18446744073709551615n }],
    },
  };
  const names = new Set(recipes.flatMap(({ needs }) => needs));
  return new Map(
    [...names].flatMap((name) => {
      const info = parseNodeInfo(name, { input: { required: inputs[name] ?? {} } });
      return info ? [[name, info] as const] : [];
    }),
  );
}

describe('the recipe form', () => {
  beforeEach(() => stored.clear());

  it('starts with a recipe that can run', () => {
    const empty = form();
    empty.setInfos(server([]));
    expect(empty.recipe?.id).toBe('blur');
    const full = form();
    full.setInfos(server(['a.safetensors']));
    expect(full.recipe?.id).toBe('inpaint-checkpoint');
    expect(full.ready).toBe(true);
  });

  it('cannot run before the server was asked, nor when it lacks a node', () => {
    const waiting = form();
    expect(waiting.ready).toBe(false);
    expect(waiting.missing).toEqual([]);
    const infos = server(['a.safetensors']);
    infos.delete('KSampler');
    const lacking = form();
    lacking.choose('inpaint-checkpoint');
    lacking.setInfos(infos);
    expect(lacking.missing).toEqual(['KSampler']);
    expect(lacking.ready).toBe(false);
  });

  it('keeps each recipe’s values separately and across a reload, seeds exactly', () => {
    const first = form();
    first.setInfos(server(['a.safetensors']));
    first.set('seed', 18446744073709551615n);
    first.choose('blur');
    first.set('size', 99);
    const second = form();
    second.setInfos(server(['a.safetensors']));
    expect(second.recipe?.id).toBe('blur');
    expect(second.values['size']).toBe(99);
    second.choose('inpaint-checkpoint');
    expect(second.values['seed']).toBe(18446744073709551615n);
  });

  it('draws a new seed after a run unless it is kept', () => {
    const one = form();
    one.setInfos(server(['a.safetensors']));
    one.set('seed', 7);
    one.setKeepSeed(true);
    one.advanceSeed();
    expect(one.values['seed']).toBe(7);
    one.setKeepSeed(false);
    one.advanceSeed();
    expect(one.values['seed']).not.toBe(7);
  });

  it('adopts what another device filled in later, and nothing older or malformed', async () => {
    const values = { blur: { size: 50 } };
    const later = { changedAt: Date.now() + 1000, recipe: 'blur', keepSeed: true, values };
    const newer = form(later, 'darkroom/recipes.json');
    await newer.load();
    expect(newer.recipe?.id).toBe('blur');
    expect(newer.values['size']).toBe(50);
    newer.set('size', 60);

    const older = form({ changedAt: 1, recipe: 'inpaint-checkpoint', keepSeed: false, values: {} });
    await older.load();
    expect(older.recipe?.id).toBe('blur');
    const broken = form('nonsense');
    await broken.load();
    expect(broken.values['size']).toBe(60);
  });

  it('merges two devices field by field', async () => {
    const entries = {
      recipe: [Date.now() - 1000, 'tablet', 'blur'],
      'value/blur/size': [Date.now() - 1000, 'tablet', 50],
      'value/blur/style': [Date.now() + 1000, 'tablet', 'pixelate'],
    };
    const here = form({ format: 1, revision: 4, entries });
    here.setInfos(server([]));
    here.set('size', 70);
    here.set('style', 'blur');
    await here.load();
    expect(here.values).toMatchObject({ size: 70, style: 'pixelate' });
  });

  it('takes over what an earlier version kept in the browser', () => {
    const values = { blur: { size: 33 } };
    stored.set('darkroom.recipes', JSON.stringify({ changedAt: 5, recipe: 'blur', keepSeed: true, values }));
    const kept = form();
    expect([kept.recipe?.id, kept.keepSeed, kept.values['size']]).toEqual(['blur', true, 33]);
  });
});

describe('the setup that made the open picture', () => {
  beforeEach(() => stored.clear());

  const made = (graph = checkpointGraph()): { made: PictureGraph | null } => ({
    made: { graph, output: null, files: {} },
  });
  const formOf = (picture: { made: PictureGraph | null }): RecipeForm => {
    const one = form(null, undefined, picture);
    one.setInfos(smallServer());
    return one;
  };

  it('comes first, with what the graph says, whatever was used before', () => {
    const before = formOf({ made: null });
    before.choose('blur');
    const now = formOf(made());
    expect(now.recipes.map(({ id }) => id)).toEqual(['same-setup', ...recipes.map(({ id }) => id)]);
    expect(now.recipe?.id).toBe('same-setup');
    expect(now.values).toMatchObject({ prompt: 'a cat', steps: 20, seed: 18446744073709551615n });
    expect(now.ready).toBe(true);
  });

  it('is what refining works with, from that picture every time; without it, a checkpoint is', () => {
    const one = formOf(made());
    one.choose('refine');
    expect(one.values).toMatchObject({ prompt: 'a cat', denoise: 0.35, 'refine.scale': '2' });
    one.set('prompt', 'a door');
    expect(one.values['prompt']).toBe('a door');
    const bare = formOf({ made: null });
    bare.choose('refine');
    expect(bare.values).toMatchObject({ prompt: '', denoise: 0.35 });
  });

  it('stands before the graphs that people saved', () => {
    const image = { class_type: 'LoadImage', inputs: { image: 'a.png' } };
    const saved: ApiGraph = {
      '1': image,
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
    };
    const useless: ApiGraph = { '1': image };
    savedGraphs.set([
      { name: 'mine', graph: saved },
      { name: 'useless', graph: useless },
    ]);
    try {
      const one = formOf(made());
      const ids = one.recipes.map(({ id }) => id);
      expect([ids[0], ids.at(-1), ids.length]).toEqual(['same-setup', 'own:mine', recipes.length + 2]);
      expect(one.refused).toEqual([{ name: 'useless', problem: { kind: 'no-picture', output: null } }]);
    } finally {
      savedGraphs.set([]);
    }
  });

  it('starts over with every picture, while other recipes keep their values', () => {
    const one = formOf(made());
    one.set('prompt', 'a door');
    expect(one.values['prompt']).toBe('a door');
    one.choose('blur');
    one.set('size', 99);
    expect(one.recipe?.id).toBe('blur');
    one.startOver();
    expect([one.recipe?.id, one.values['prompt']]).toEqual(['same-setup', 'a cat']);
    one.choose('blur');
    expect(one.values['size']).toBe(99);
  });

  it('does not take the form away from somebody who fills it in', () => {
    const one = formOf({ made: null });
    one.set('size', 50);
    const other = formOf(made());
    other.choose('blur');
    other.set('size', 51);
    expect(other.recipe?.id).toBe('blur');
    expect(one.recipe?.id).toBe('inpaint-checkpoint');
  });

  it('has the values of the last run one call away, but not what belongs to another model', () => {
    const first = formOf(made());
    first.set('prompt', 'a door');
    first.set('steps', 8);
    first.remember(first.recipe as Recipe, first.values);
    const second = formOf(made(fluxGraph()));
    expect(second.values).toMatchObject({ prompt: 'a fox', steps: 20, seed: 42 });
    expect(second.last).toEqual({ prompt: 'a door', steps: 8, scheduler: 'normal' });
    second.useLast();
    expect(second.values).toMatchObject({
      prompt: 'a door',
      steps: 8,
      scheduler: 'normal',
      model: 'flux.safetensors',
      seed: 42,
    });
    expect(second.last).toEqual({});
  });

  it('is taken up again from a result', () => {
    const one = formOf(made());
    one.restore('same-setup', { prompt: 'a door', seed: 7 });
    expect(one.values).toMatchObject({ prompt: 'a door', seed: 7, steps: 20 });
  });

  it('says why it cannot be used, and leaves the other recipes', () => {
    const graph = checkpointGraph();
    graph['4'] = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'bases.safetensors' } };
    const one = formOf(made(graph));
    expect(one.setup).toMatchObject({
      ok: false,
      problems: [{ kind: 'missing-file', near: ['base.safetensors'] }],
    });
    expect(one.recipe?.id).toBe('inpaint-checkpoint');
  });

  it('gives its prompt to other recipes where it cannot be used, until somebody writes another', () => {
    const before = formOf({ made: null });
    before.choose('inpaint-checkpoint');
    before.set('prompt', 'a hand');
    before.set('steps', 150);
    const graph = checkpointGraph();
    graph['4'] = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'gone.safetensors' } };
    const one = formOf(made(graph));
    expect(one.values).toMatchObject({ prompt: 'a cat', negative: 'ugly', steps: 20 });
    expect(one.last).toEqual({ prompt: 'a hand', steps: 150 });
    one.set('prompt', 'a dog');
    expect(one.values['prompt']).toBe('a dog');
    expect(one.own).toEqual({
      recipe: 'inpaint-checkpoint',
      values: { 'inpaint-checkpoint': { prompt: 'a dog' } },
    });
  });
});
