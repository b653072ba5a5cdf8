import { mkdirSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemCode } from '../errors';

/** A picture that was not used for so long is noted as used when it is, ms: not at every look. */
const TOUCH_MS = 24 * 3_600_000;
/** What is left of the cap after room was made. */
const AFTER = 0.9;
/** From which share of the cap on none are made in advance. */
const NEARLY = 0.8;

interface Kept {
  path: string;
  bytes: number;
  used: number;
}

/**
 * Thumbnails on disk, by content key, in folders of their first two letters. When they take more than the cap, those
 * that were not looked at for longest are removed. Nothing of them is kept in memory: there may be a million.
 */
export class ThumbStore {
  readonly #folder: string;
  readonly #cap: number;
  /** Bytes on disk; `null` until they were counted. */
  #bytes: number | null = null;
  #clearing: Promise<void> | null = null;
  #parts = 0;

  /** @param cap bytes. @throws when the folder cannot be made. */
  constructor(folder: string, cap: number) {
    this.#folder = folder;
    this.#cap = cap;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Whole path that the thumbnail of a file with this content has. */
  pathOf(key: string): string {
    // Not every file system tells capitals from small letters, and keys do.
    const name = Buffer.from(key, 'base64url').toString('hex');
    return join(this.#folder, name.slice(0, 2), `${name}.webp`);
  }

  /** Whether a thumbnail is kept; that is no use of it. */
  async has(key: string): Promise<boolean> {
    return (await stat(this.pathOf(key)).catch(() => null))?.isFile() ?? false;
  }

  /** Whether more thumbnails would soon drive out others. */
  get isNearlyFull(): boolean {
    return this.#bytes !== null && this.#bytes > this.#cap * NEARLY;
  }

  async find(key: string): Promise<Buffer | null> {
    try {
      const file = await open(this.pathOf(key));
      try {
        const { mtimeMs } = await file.stat();
        const now = Date.now();
        if (now - mtimeMs > TOUCH_MS) {
          await file.utimes(now / 1000, now / 1000);
        }
        const bytes = await file.readFile();
        return bytes.length > 0 ? bytes : null;
      } finally {
        await file.close();
      }
    } catch (error) {
      if (systemCode(error) === undefined) {
        throw error;
      }
      return null;
    }
  }

  /** Keeps a thumbnail, if there is room on the disk: who waits for it gets it all the same. */
  async keep(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(key);
    const part = `${path}.${process.pid}-${(this.#parts += 1)}.part`;
    try {
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await writeFile(part, bytes, { mode: 0o600 });
      await rename(part, path);
    } catch (error) {
      if (systemCode(error) === undefined) {
        throw error;
      }
      await rm(part, { force: true }).catch(() => undefined);
      return;
    }
    this.#bytes = this.#bytes === null ? null : this.#bytes + bytes.length;
    if (this.#bytes === null || this.#bytes > this.#cap) {
      this.#clearing ??= this.#makeRoom().finally(() => {
        this.#clearing = null;
      });
    }
  }

  /** Done when no room is being made; for tests, and for ending. */
  async settled(): Promise<void> {
    await this.#clearing;
  }

  async #makeRoom(): Promise<void> {
    const kept = await this.#list();
    let bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > this.#cap) {
      kept.sort((a, b) => a.used - b.used);
      for (const file of kept) {
        if (bytes <= this.#cap * AFTER) {
          break;
        }
        await rm(file.path, { force: true }).catch(() => undefined);
        bytes -= file.bytes;
      }
    }
    this.#bytes = bytes;
  }

  async #list(): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (const shard of await namesIn(this.#folder)) {
      for (const name of await namesIn(join(this.#folder, shard))) {
        const path = join(this.#folder, shard, name);
        const stats = await stat(path).catch(() => null);
        if (stats?.isFile()) {
          kept.push({ path, bytes: stats.size, used: stats.mtimeMs });
        }
      }
    }
    return kept;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
