import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import { serverPictures } from '../../comfy/picture-source';
import { HeldFiles } from './held-files';

const { signal } = new AbortController();
const ref = (filename: string): FileRef => ({ filename, subfolder: '', type: 'output' });
const cat = ref('cat.png');
const blob = (size = 4): Blob => new Blob([new Uint8Array(size)]);

/** A server whose files all have one tag, with a log of what was asked. */
function serverWith(tag: string | null): {
  client: ComfyClient;
  log: string[];
  state: { tag: string | null; ok: boolean };
} {
  const log: string[] = [];
  const state = { tag, ok: true };
  const client = new ComfyClient({
    baseUrl: 'http://comfy.test',
    fetch: (_, init) => {
      const method = init?.method ?? 'GET';
      log.push(method);
      const headers = new Headers(state.tag === null ? [] : [['etag', state.tag]]);
      const body = method === 'HEAD' ? null : 'file';
      return Promise.resolve(new Response(state.ok ? body : null, { status: state.ok ? 200 : 404, headers }));
    },
  });
  return { client, log, state };
}

describe('files held for the next room', () => {
  it('are handed over once, without fetching them, while the server has the very same', async () => {
    const { client, log } = serverWith('"1"');
    const held = new HeldFiles(serverPictures(client));
    const file = blob();
    held.keep(cat, file, '"1"');
    expect(await held.take(cat, signal)).toBe(file);
    expect(log).toEqual(['HEAD']);
    expect(await held.take(cat, signal)).toBeNull();
  });

  it('are not when the file was written anew or is gone', async () => {
    const { client, state } = serverWith('"2"');
    const held = new HeldFiles(serverPictures(client));
    held.keep(cat, blob(), '"1"');
    expect(await held.take(cat, signal)).toBeNull();
    held.keep(cat, blob(), '"2"');
    state.ok = false;
    expect(await held.take(cat, signal)).toBeNull();
  });

  it('are not kept when the server tells no tag', async () => {
    const held = new HeldFiles(serverPictures(serverWith(null).client));
    held.keep(cat, blob(), null);
    expect(await held.take(cat, signal)).toBeNull();
  });

  it('are few, and small together; the oldest go', async () => {
    const held = new HeldFiles(serverPictures(serverWith('"1"').client));
    for (const name of ['a', 'b', 'c', 'd']) {
      held.keep(ref(name), blob(), '"1"');
    }
    expect(await held.take(ref('a'), signal)).toBeNull();
    expect(await held.take(ref('b'), signal)).not.toBeNull();
    held.keep(ref('e'), blob(60 * 2 ** 20), '"1"');
    held.keep(ref('f'), blob(5 * 2 ** 20), '"1"');
    expect(await held.take(ref('e'), signal)).toBeNull();
    expect(await held.take(ref('f'), signal)).not.toBeNull();
    held.keep(ref('g'), blob(65 * 2 ** 20), '"1"');
    expect(await held.take(ref('g'), signal)).toBeNull();
  });

  it('can be fetched before they are asked for, once', async () => {
    const { client, log } = serverWith('"1"');
    const held = new HeldFiles(serverPictures(client));
    held.ahead(cat);
    held.ahead(cat);
    expect(await (await held.take(cat, signal))?.text()).toBe('file');
    expect(log).toEqual(['GET']);
  });

  it('are fetched again when that was long ago, as nothing tells whether they were written since', async () => {
    const { client, log } = serverWith('"1"');
    let now = 1_000_000;
    const held = new HeldFiles(serverPictures(client), () => now);
    held.ahead(cat);
    now += 31_000;
    expect(await held.take(cat, signal)).toBeNull();
    held.ahead(cat);
    now += 31_000;
    held.ahead(cat);
    now += 29_000;
    expect(await held.take(cat, signal)).not.toBeNull();
    expect(log).toEqual(['GET', 'GET', 'GET']);
  });

  it('count with their size once they are there', async () => {
    const large = new Blob([new Uint8Array(65 * 2 ** 20)]);
    const pictures = {
      url: () => '',
      read: () => Promise.resolve(large),
      readUpTo: () => Promise.resolve(null),
      stat: () => Promise.resolve(null),
    };
    const held = new HeldFiles(pictures);
    held.ahead(cat);
    await Promise.resolve();
    await Promise.resolve();
    expect(await held.take(cat, signal)).toBeNull();
  });

  it('leave it to who takes them to fetch what failed', async () => {
    const { client, state } = serverWith('"1"');
    state.ok = false;
    const held = new HeldFiles(serverPictures(client));
    held.ahead(cat);
    expect(await held.take(cat, signal)).toBeNull();
  });
});
