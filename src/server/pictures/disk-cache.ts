import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Sources can be fetched again from ComfyUI while it runs, so they give way first. */
const SOURCE = /-source\./;
/** What is freed beyond the need, as a part of the cap: not every new file should have to make room. */
const SLACK = 0.05;

interface Entry {
  bytes: number;
  /** Order of use. */
  used: number;
}

/**
 * Files on disk under a cap of bytes. The least recently used give way, sources before what was made of them. A file
 * appears under its name only when it is whole.
 */
export class DiskCache {
  readonly #folder: string;
  readonly #cap: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #uses = 0;
  #parts = 0;

  constructor(folder: string, cap: number) {
    this.#folder = folder;
    this.#cap = cap;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = readdirSync(folder).flatMap((name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      if (name.endsWith('.part')) {
        rmSync(join(folder, name), { force: true });
        return [];
      }
      return stats?.isFile() ? [{ name, bytes: stats.size, at: stats.mtimeMs }] : [];
    });
    for (const { name, bytes } of found.sort((a, b) => a.at - b.at)) {
      this.#enter(name, bytes);
    }
  }

  /** Bytes kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whole path of a kept file, or `null`. Counts as a use. */
  find(name: string): string | null {
    const entry = this.#entries.get(name);
    if (!entry) {
      return null;
    }
    entry.used = this.#uses += 1;
    return join(this.#folder, name);
  }

  /** The name of a kept file that begins like this, or `null`. */
  findByStem(stem: string): string | null {
    for (const name of EXTENSIONS) {
      if (this.#entries.has(stem + name)) {
        return stem + name;
      }
    }
    return null;
  }

  /**
   * Keeps a file.
   * @param write fills the file at the path it is given, which does not exist yet.
   * @returns its whole path.
   */
  async keep(name: string, write: (path: string) => Promise<unknown>): Promise<string> {
    const part = join(this.#folder, `${name}.${process.pid}-${(this.#parts += 1)}.part`);
    const path = join(this.#folder, name);
    try {
      await write(part);
      const { size } = await stat(part);
      await rename(part, path);
      this.#forget(name);
      this.#enter(name, size);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await this.#makeRoom(name);
    return path;
  }

  /** Removes everything whose name begins like this. */
  async drop(stem: string): Promise<void> {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(stem));
    await Promise.all(names.map((name) => this.#remove(name)));
  }

  async #makeRoom(justKept: string): Promise<void> {
    if (this.#bytes <= this.#cap) {
      return;
    }
    const goal = this.#cap * (1 - SLACK);
    const byNeed = [...this.#entries]
      .filter(([name]) => name !== justKept)
      .sort(([a, x], [b, y]) => Number(SOURCE.test(b)) - Number(SOURCE.test(a)) || x.used - y.used);
    for (const [name] of byNeed) {
      if (this.#bytes <= goal) {
        return;
      }
      await this.#remove(name);
    }
  }

  async #remove(name: string): Promise<void> {
    const bytes = this.#entries.get(name)?.bytes ?? 0;
    this.#forget(name);
    try {
      await rm(join(this.#folder, name), { force: true });
    } catch {
      // Windows removes no file that is being read. It still takes up room, and gives way another time.
      this.#enter(name, bytes);
    }
  }

  #enter(name: string, bytes: number): void {
    this.#entries.set(name, { bytes, used: (this.#uses += 1) });
    this.#bytes += bytes;
  }

  #forget(name: string): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.delete(name);
  }
}

/** Every extension that files of the cache have. */
export const EXTENSIONS = ['.webp', '.png', '.jpg', '.gif', '.avif', '.mp4', '.webm'] as const;
