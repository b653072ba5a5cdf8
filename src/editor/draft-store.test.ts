import 'fake-indexeddb/auto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DraftStore } from './draft-store';
import { maskHash } from './mask/hash';
import type { ByteCodec } from './mask/history';
import { MaskDocument } from './mask/mask-document';
import { maskTiles } from './mask/mask-tiles';

vi.setConfig({ testTimeout: 60_000 });

const codec: ByteCodec = {
  deflate: async (bytes) => new Uint8Array(await promisify(deflateRaw)(bytes)),
  inflate: async (bytes) => new Uint8Array(await promisify(inflateRaw)(bytes)),
};

let store: DraftStore;
let count = 0;

beforeEach(async () => {
  store = await DraftStore.open(codec, `drafts-${count++}`);
});
afterEach(() => {
  store.close();
});

/** A mask whose changes are saved as they are made. */
function painted(save: (doc: MaskDocument, indices: readonly number[]) => void): MaskDocument {
  const doc: MaskDocument = new MaskDocument(900, 700, {
    codec,
    events: {
      committed: ({ indices }) => {
        save(doc, indices);
      },
    },
  });
  return doc;
}

function dab(doc: MaskDocument, x: number, y: number, mode: 'paint' | 'erase' = 'paint'): void {
  doc.beginStroke({ mode, hardness: 0.4, opacity: 1, tool: 'brush' });
  doc.strokeTo({ x, y, radius: 90, strength: 1 });
  doc.endStroke();
}

async function restored(picture = 'a'): Promise<string | null> {
  const draft = await store.newest(picture, 900, 700);
  if (!draft) {
    return null;
  }
  const doc = new MaskDocument(900, 700, { codec });
  doc.restore(draft.changes);
  return maskHash(maskTiles(doc.grid));
}

const hashOf = (doc: MaskDocument): string => maskHash(maskTiles(doc.grid));

describe('DraftStore', () => {
  it('brings back the mask after any number of saves, packed or in a hurry', async () => {
    const writer = store.write('a', 900, 700);
    let urgent = false;
    const saves: Promise<void>[] = [];
    const doc = painted((now, indices) => {
      urgent = !urgent;
      saves.push(writer.save(now.grid, indices, null, urgent));
    });
    expect(await restored()).toBeNull();
    for (let i = 0; i < 130; i++) {
      dab(doc, (i * 137) % 900, (i * 89) % 700, i % 4 === 3 ? 'erase' : 'paint');
      if (i % 40 === 39) {
        doc.invert();
        await Promise.all(saves);
        expect(await restored()).toBe(hashOf(doc));
      }
    }
    await doc.undo();
    doc.clear();
    await doc.undo();
    await Promise.all(saves);
    expect(await restored()).toBe(hashOf(doc));
    doc.clear();
    await writer.settled();
    expect(await restored()).toBe(hashOf(new MaskDocument(900, 700, { codec })));
  });

  it('keeps pictures and sizes apart', async () => {
    const doc = painted(() => undefined);
    dab(doc, 100, 100);
    await store.write('a', 900, 700).save(doc.grid, [0], null);
    expect(await restored('b')).toBeNull();
    expect(await store.newest('a', 700, 900)).toBeNull();
    expect(await restored('a')).toBe(hashOf(doc));
  });

  it('keeps two tabs on one picture apart and restores the newer', async () => {
    const first = painted(() => undefined);
    const second = painted(() => undefined);
    const one = store.write('a', 900, 700);
    const two = store.write('a', 900, 700);
    dab(first, 100, 100);
    await one.save(first.grid, [0], null);
    dab(second, 800, 600);
    await two.save(second.grid, [11], null);
    expect(await restored()).toBe(hashOf(second));
    await new Promise((resolve) => setTimeout(resolve, 5));
    dab(first, 500, 300);
    await one.save(
      first.grid,
      Array.from({ length: 12 }, (_, i) => i),
      null,
    );
    expect(await restored()).toBe(hashOf(first));
  });

  it('forgets on request, and a tab still painting writes its whole mask again', async () => {
    const doc = painted(() => undefined);
    const writer = store.write('a', 900, 700);
    dab(doc, 100, 100);
    await writer.save(doc.grid, [0], null);
    await store.discard('a');
    expect(await restored()).toBeNull();
    dab(doc, 800, 600);
    await writer.save(doc.grid, [11], null);
    expect(await restored()).toBe(hashOf(doc));
  });

  it('does not pile up drafts of one picture', async () => {
    const doc = painted(() => undefined);
    for (let i = 0; i < 8; i++) {
      dab(doc, 100 * i, 100);
      await store.write('a', 900, 700).save(doc.grid, [], null);
    }
    await store.write('b', 900, 700).save(doc.grid, [], null);
    expect(await restored()).toBe(hashOf(doc));
    expect(await restored('b')).toBe(hashOf(doc));
    await store.discard('a');
    expect(await restored('b')).toBe(hashOf(doc));
  });

  it('saves what the mask was when asked, whatever comes after', async () => {
    const doc = painted(() => undefined);
    const writer = store.write('a', 900, 700);
    dab(doc, 100, 100);
    const then = hashOf(doc);
    const saving = writer.save(doc.grid, [0], null);
    dab(doc, 110, 100, 'erase');
    doc.invert();
    await saving;
    expect(await restored()).toBe(then);
  });
});
