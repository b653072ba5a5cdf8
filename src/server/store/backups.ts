import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** How many daily backups are kept. */
export const BACKUPS_KEPT = 7;

const NAME = /^darkroom-\d{4}-\d{2}-\d{2}\.sqlite$/;

/** The daily copies of the database: `darkroom-2026-01-31.sqlite`, by UTC date. */
export class Backups {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Names of the backups, newest first. */
  list(): string[] {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return readdirSync(this.#folder)
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();
  }

  /**
   * Makes today's backup unless there is one, and removes all but the newest seven.
   * @param write writes the whole database into a file that does not exist yet.
   */
  keepDaily(write: (file: string) => void, now = new Date()): void {
    const name = `darkroom-${now.toISOString().slice(0, 10)}.sqlite`;
    if (!this.list().includes(name)) {
      // Under its own name only once it is whole. Several processes may share the folder.
      const unfinished = join(this.#folder, `${name}.${process.pid}.part`);
      rmSync(unfinished, { force: true });
      try {
        write(unfinished);
        renameSync(unfinished, join(this.#folder, name));
      } finally {
        rmSync(unfinished, { force: true });
      }
    }
    for (const old of this.list().slice(BACKUPS_KEPT)) {
      rmSync(join(this.#folder, old), { force: true });
    }
  }

  /**
   * Copies the newest backup that is sound to `path`.
   * @returns its name, or `null` if there is none.
   */
  restoreNewest(path: string, isSound: (file: string) => boolean): string | null {
    for (const name of this.list()) {
      const candidate = `${path}.restored`;
      copyFileSync(join(this.#folder, name), candidate);
      const fits = isSound(candidate);
      for (const suffix of ['-wal', '-shm']) {
        rmSync(candidate + suffix, { force: true });
      }
      if (fits) {
        renameSync(candidate, path);
        return name;
      }
      rmSync(candidate, { force: true });
    }
    return null;
  }
}
