import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerKnowledge } from '../../comfy/capabilities';
import { stringifyExact } from '../../comfy/exact-json';
import { UserDocument } from '../../jobs/user-document';
import { ModelGuesses, modelsDocument } from './model-guesses.svelte';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

/** A server with one shelf for documents. */
class Shelf {
  readonly documents = new Map<string, string>();
  readonly server = new ServerKnowledge();
  readUserdata = (path: string) => Promise.resolve(JSON.parse(this.documents.get(path) ?? 'null') as null);
  writeUserdata = (path: string, json: unknown) => {
    this.documents.set(path, stringifyExact(json));
    return Promise.resolve();
  };
  deleteUserdata = () => Promise.resolve();
}

const guesses = (shelf: Shelf): ModelGuesses => new ModelGuesses(new UserDocument(shelf, modelsDocument));

beforeEach(() => stored.clear());

describe('corrected guesses', () => {
  it('reach another browser', async () => {
    const shelf = new Shelf();
    const mine = guesses(shelf);
    mine.tell('sub/mystery.safetensors', 'z-image');
    expect(mine.told).toEqual({ 'sub/mystery.safetensors': 'z-image' });
    await mine.load();
    stored.clear();
    const theirs = guesses(shelf);
    expect(theirs.told).toEqual({});
    await theirs.load();
    expect(theirs.told).toEqual({ 'sub/mystery.safetensors': 'z-image' });
  });

  it('that were kept in the browser alone go to the server, behind what was said there since', async () => {
    const shelf = new Shelf();
    const other = guesses(shelf);
    other.tell('both.safetensors', 'flux-dev');
    await other.load();
    stored.clear();
    stored.set('darkroom.models', '{"both.safetensors":"qwen","mine.safetensors":"chroma"}');
    const mine = guesses(shelf);
    expect(mine.told).toEqual({ 'both.safetensors': 'qwen', 'mine.safetensors': 'chroma' });
    await mine.load();
    expect(mine.told).toEqual({ 'both.safetensors': 'flux-dev', 'mine.safetensors': 'chroma' });
    stored.clear();
    const third = guesses(shelf);
    await third.load();
    expect(third.told).toEqual(mine.told);
  });

  it.each(['[1]', '{"a":1}', 'null', '"x"'])('take %s for nothing', (json) => {
    stored.set('darkroom.models', json);
    expect(guesses(new Shelf()).told).toEqual({});
  });
});
