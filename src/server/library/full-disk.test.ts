import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemCode } from '../errors';
import { temporaryFolder } from './fixtures';
import { ThumbMaker } from './thumb-maker';
import { ThumbStore } from './thumb-store';

const KEY = 'aaaaaaaaaaaaaaaa';

let folder: ReturnType<typeof temporaryFolder>;
let thumbs: string;
let release: (() => void) | null;

beforeEach(() => {
  folder = temporaryFolder();
  thumbs = join(folder.path, 'thumbs');
  mkdirSync(thumbs);
  release = null;
});
afterEach(() => {
  release?.();
  folder.remove();
});

/** Mounts a disk of 128 kB where thumbnails are kept; returns whether this user may. */
function mountSmall(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', thumbs], { stdio: 'ignore' });
  } catch {
    return false;
  }
  release = () => {
    execFileSync('umount', [thumbs]);
  };
  return true;
}

/** Uses the disk up, or has what is written next go to a device that is always full; returns the way back. */
function fill(store: ThumbStore, key: string): () => void {
  if (!mountSmall()) {
    const part = `${store.pathOf(key)}.${process.pid}-1.part`;
    mkdirSync(join(part, '..'), { recursive: true });
    symlinkSync('/dev/full', part);
    return () => undefined;
  }
  const filling = join(thumbs, 'filling');
  expect(codeOf(() => writeFileSync(filling, Buffer.alloc(1024 * 1024)))).toBe('ENOSPC');
  return () => {
    rmSync(filling);
  };
}

function codeOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return systemCode(error);
  }
  return undefined;
}

describe.runIf(process.platform === 'linux')('a full disk', () => {
  it('costs no thumbnail, leaves no half one, and is used again once there is room', async () => {
    const path = join(folder.path, 'picture.png');
    // Noise, so that its thumbnail takes room.
    const pixels = Buffer.from(Array.from({ length: 400 * 400 * 3 }, (_, i) => (i * 2654435761) >>> 24));
    await sharp(pixels, { raw: { width: 400, height: 400, channels: 3 } })
      .png()
      .toFile(path);
    const store = new ThumbStore(thumbs, 1_000_000);
    const { size, mtimeMs } = statSync(path);
    const file = { path, root: folder.path, name: 'picture.png', size, modified: Math.floor(mtimeMs) };
    const maker = new ThumbMaker(store, () => Promise.resolve([{ ...file, format: 'png' as const }]));
    const makeRoom = fill(store, KEY);

    const made = await maker.get(KEY);
    expect(made.got === 'bytes' ? made.bytes.length : made.why).toBeGreaterThan(4096);
    expect(await store.has(KEY)).toBe(false);
    const left = readdirSync(thumbs, { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);

    makeRoom();
    expect((await maker.get(KEY)).got).toBe('bytes');
    expect(await store.has(KEY)).toBe(true);
  });
});
