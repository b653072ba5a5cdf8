import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerKnowledge } from '../comfy/capabilities';
import { type ExactJson, parseExact, stringifyExact } from '../comfy/exact-json';
import type { ApiGraph } from '../comfy/graph';
import type { DocumentClient } from '../jobs/user-document';
import { SavedForms } from './saved-forms';

const FILE = 'darkroom.forms.json';
const graph = (seed: number | bigint): ApiGraph => ({ '3': { class_type: 'KSampler', inputs: { seed } } });
const draft = (name: string, seed: number | bigint = 1) => ({
  name,
  graph: graph(seed),
  layout: { pins: [name] },
});

/** A server with user data, as text: what a device writes, another reads. */
class Server implements DocumentClient {
  readonly server = new ServerKnowledge();
  text: string | null = null;
  readUserdata = (path: string): Promise<ExactJson | null> =>
    Promise.resolve(path === FILE && this.text !== null ? parseExact(this.text) : null);
  writeUserdata = (_: string, json: ExactJson): Promise<void> => {
    this.text = stringifyExact(json);
    return Promise.resolve();
  };
  deleteUserdata = (): Promise<void> => Promise.resolve();
}

/** A browser with a storage of its own. */
class Device {
  readonly #items = new Map<string, string>();
  readonly forms: SavedForms;

  constructor(server: Server, now: () => number) {
    this.use();
    this.forms = new SavedForms(server, { now });
  }

  use(): void {
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => this.#items.get(key) ?? null,
      setItem: (key: string, value: string) => this.#items.set(key, value),
      removeItem: (key: string) => this.#items.delete(key),
    });
  }

  async load(): Promise<void> {
    this.use();
    await this.forms.load();
  }
}

describe('saved forms', () => {
  let server: Server;
  let now: number;
  let a: Device;
  let b: Device;
  const names = ({ forms }: Device): string[] => forms.list().map(({ name }) => name);

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    now = 5;
    server = new Server();
    a = new Device(server, () => now);
    b = new Device(server, () => now);
    a.use();
  });
  afterEach(() => vi.useRealTimers());

  it('come back as they were saved, seeds exact, on another device too', async () => {
    const saved = a.forms.save(draft('Portrait', 18446744073709551615n));
    expect(saved).toMatchObject({ name: 'Portrait', changedAt: 5, layout: { pins: ['Portrait'] } });
    await a.load();
    await b.load();
    expect(b.forms.list()).toEqual([saved]);
    expect(b.forms.get(saved.id)?.graph).toEqual(graph(18446744073709551615n));
  });

  it('are changed, renamed and taken away, with the way back', async () => {
    const { id, version } = a.forms.save(draft('One'));
    a.forms.rename(id, 'Two');
    expect(names(a)).toEqual(['Two']);
    expect(a.forms.get(id)?.version).not.toBe(version);
    const putBack = a.forms.remove(id);
    expect(names(a)).toEqual([]);
    putBack();
    expect(names(a)).toEqual(['Two']);
    await a.load();
    await b.load();
    expect(names(b)).toEqual(['Two']);
  });

  it('saved by two devices at once are both there', async () => {
    a.forms.save(draft('From A'));
    b.use();
    b.forms.save(draft('From B'));
    await a.load();
    await b.load();
    await a.load();
    expect(names(a)).toEqual(['From A', 'From B']);
    expect(names(b)).toEqual(['From A', 'From B']);
  });

  it('changed by two devices at once: the later counts, and the other is kept as a copy', async () => {
    const { id } = a.forms.save(draft('Shared', 1));
    await a.load();
    await b.load();
    a.use();
    a.forms.save(draft('Shared', 2), id);
    vi.advanceTimersByTime(10);
    b.use();
    b.forms.save(draft('Shared', 3), id);
    await b.load();
    await a.load();
    expect(a.forms.get(id)?.graph).toEqual(graph(3));
    const copy = a.forms.list().find(({ name }) => name === 'Shared (2)');
    expect(copy?.graph).toEqual(graph(2));
    await a.load();
    await b.load();
    expect(names(b)).toEqual(['Shared', 'Shared (2)']);
  });

  it('changed one after the other make no copy', async () => {
    const { id } = a.forms.save(draft('Shared', 1));
    await a.load();
    await b.load();
    b.use();
    b.forms.save(draft('Shared', 2), id);
    await b.load();
    await a.load();
    expect(names(a)).toEqual(['Shared']);
    expect(a.forms.get(id)?.graph).toEqual(graph(2));
  });

  it('deleted elsewhere are gone, not copied', async () => {
    const { id } = a.forms.save(draft('Gone'));
    await a.load();
    await b.load();
    b.use();
    b.forms.remove(id);
    await b.load();
    await a.load();
    expect(names(a)).toEqual([]);
  });

  it('tell of every change', async () => {
    const heard = vi.fn();
    a.forms.onChange(heard);
    const { id } = a.forms.save(draft('One'));
    a.forms.remove(id);
    expect(heard).toHaveBeenCalledTimes(2);
    b.use();
    b.forms.save(draft('Two'));
    await b.load();
    await a.load();
    expect(heard.mock.calls.length).toBeGreaterThan(2);
  });
});
