import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { openThumbDb, type PictureFacts, type ThumbDb } from './thumb-db';

function facts(key: string, thumbBytes: number, madeAt = 0): PictureFacts {
  return { key, width: 640, height: 480, opaque: true, tone: 0x102030, thumbBytes, madeAt };
}

async function put(db: ThumbDb, key: string, text: string, madeAt = 0): Promise<void> {
  const thumb = new Blob([text], { type: 'image/webp' });
  await db.write(facts(key, thumb.size, madeAt), thumb);
}

const textOf = (thumb: Blob | null | undefined): Promise<string> | null => thumb?.text() ?? null;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe('the database of thumbnails', () => {
  it('gives back what was written, in the order asked for', async () => {
    const db = await openThumbDb();
    await put(db, 'a', 'first');
    await put(db, 'b', 'second');
    const [b, missing, a] = await db.read(['b', 'x', 'a']);
    expect([await textOf(b), missing, await textOf(a)]).toEqual(['second', null, 'first']);
    expect(b?.type).toBe('image/webp');
    expect((await db.facts()).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('remembers after it was closed', async () => {
    await put(await openThumbDb(), 'a', 'first');
    const again = await openThumbDb();
    expect(await again.facts()).toEqual([facts('a', 5)]);
    expect(await textOf((await again.read(['a']))[0])).toBe('first');
  });

  it('drops the oldest thumbnails when it is full, but no facts', async () => {
    const db = await openThumbDb(100);
    for (let i = 0; i < 12; i++) {
      await put(db, `k${i}`, 'ten bytes!', i);
    }
    const left = (await db.facts()).filter(({ thumbBytes }) => thumbBytes > 0);
    expect((await db.facts()).length).toBe(12);
    expect(left.reduce((sum, { thumbBytes }) => sum + thumbBytes, 0)).toBeLessThanOrEqual(100);
    const thumbs = await db.read(Array.from({ length: 12 }, (_, i) => `k${i}`));
    expect(thumbs[0]).toBeNull();
    expect(await textOf(thumbs[11])).toBe('ten bytes!');
    expect(thumbs.filter(Boolean).length).toBe(left.length);
  });

  it('drops those first that were not shown for longest', async () => {
    const db = await openThumbDb(100);
    for (let i = 0; i < 10; i++) {
      await put(db, `k${i}`, 'ten bytes!', i);
    }
    await db.touch(['k0', 'gone'], 50);
    await put(db, 'k10', 'ten bytes!', 60);
    const [k0, k1, k10] = await db.read(['k0', 'k1', 'k10']);
    expect([k0 === null, k1 === null, k10 === null]).toEqual([false, true, false]);
    expect((await db.facts()).find(({ key }) => key === 'k0')?.usedAt).toBe(50);
    expect((await db.facts()).some(({ key }) => key === 'gone')).toBe(false);
  });

  it('drops every thumbnail on request, but no facts, and counts from there', async () => {
    const db = await openThumbDb(100);
    await put(db, 'a', 'x'.repeat(90));
    await db.clear();
    expect(await db.read(['a'])).toEqual([null]);
    expect(await db.facts()).toEqual([facts('a', 0)]);
    await put(db, 'b', 'y'.repeat(60));
    expect(await textOf((await db.read(['b']))[0])).toBe('y'.repeat(60));
  });

  it('counts a thumbnail that is made anew once', async () => {
    const db = await openThumbDb(100);
    await put(db, 'other', 'ten bytes!', 0);
    for (let i = 1; i < 30; i++) {
      await put(db, 'same', 'ten bytes!', i);
    }
    expect((await db.read(['other', 'same'])).every(Boolean)).toBe(true);
  });

  it('makes do with memory where there is no database', async () => {
    globalThis.indexedDB = {
      open: () => {
        throw new DOMException('forbidden', 'SecurityError');
      },
    } as unknown as IDBFactory;
    const db = await openThumbDb();
    await put(db, 'a', 'first');
    expect(await textOf((await db.read(['a']))[0])).toBe('first');
    expect((await db.facts()).length).toBe(1);
  });
});
