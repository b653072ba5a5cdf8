import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerKnowledge } from '../../comfy/capabilities';
import { type NodeInfo, parseNodeInfo } from '../../comfy/object-info';
import { UserDocument } from '../../jobs/user-document';
import { recipes } from '../../workflows/recipes';
import { recipeDocument, RecipeForm } from './recipe-form.svelte';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

function form(remote: unknown = null, path = 'darkroom.recipes.json'): RecipeForm {
  const client = {
    server: new ServerKnowledge(),
    readUserdata: (asked: string) => Promise.resolve((asked === path ? remote : null) as null),
    writeUserdata: () => Promise.resolve(),
    deleteUserdata: () => Promise.resolve(),
  };
  return new RecipeForm(new UserDocument(client, recipeDocument));
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
