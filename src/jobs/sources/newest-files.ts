import type { FileRef } from '../../comfy/file-ref';
import type { FileFacts } from '../../comfy/picture-source';
import type { FileChange, FileRow } from './library-files';
import type { FilePlace } from './library-stream';

/** Some screens of a large display. */
export const NEWEST = 500;

/** One of the newest files, as ComfyUI names it. */
export type NewestFile = readonly [ref: FileRef, facts: FileFacts];

/**
 * The newest files of a library, so that a page knows the first screen before it has read everything that is kept.
 * What is taken in costs the same however many files there are.
 */
export class NewestFiles {
  readonly #rows = new Map<string, readonly [FilePlace, FileRow]>();
  readonly #all: () => Iterable<readonly [FilePlace, FileRow]>;
  /** Files that are older than all of these are not looked at. */
  #since = -Infinity;
  #isFilled = false;

  /** @param all every file there is: asked once, and again when most of the newest ones have gone. */
  constructor(all: () => Iterable<readonly [FilePlace, FileRow]>) {
    this.#all = all;
  }

  /** What is held besides these may have changed: they are looked for anew when they are asked for. */
  reset(): void {
    this.#isFilled = false;
  }

  take(changes: Iterable<FileChange>): void {
    for (const [place, row] of changes) {
      if (!row || row.modified < this.#since) {
        this.#rows.delete(keyOf(place));
      } else {
        this.#rows.set(keyOf(place), [place, row]);
      }
    }
    if (this.#rows.size > 2 * NEWEST) {
      this.#cut();
    }
  }

  /** The newest first. */
  list(): (readonly [FilePlace, FileRow])[] {
    const hasLostMost = this.#since > -Infinity && this.#rows.size < NEWEST / 2;
    if (!this.#isFilled || hasLostMost) {
      this.#fill();
    }
    this.#cut();
    return [...this.#rows.values()];
  }

  #fill(): void {
    this.#rows.clear();
    this.#since = -Infinity;
    this.#isFilled = true;
    for (const file of this.#all()) {
      this.take([file]);
    }
  }

  /** Keeps the newest ones, in order. */
  #cut(): void {
    const sorted = [...this.#rows].sort(([, [, a]], [, [, b]]) => b.modified - a.modified);
    const kept = sorted.slice(0, NEWEST);
    if (kept.length < sorted.length) {
      this.#since = kept.at(-1)?.[1][1].modified ?? -Infinity;
    }
    this.#rows.clear();
    kept.forEach(([key, file]) => this.#rows.set(key, file));
  }
}

function keyOf({ tree, folder, name }: FilePlace): string {
  return `${tree}\n${folder}\n${name}`;
}

/** As one text: see `packChanges`. */
export function packNewest(files: readonly NewestFile[]): string {
  return JSON.stringify(
    files.map(([{ type, subfolder, filename }, { key, bytes, width, height }]) => [
      ...[type, subfolder, filename],
      ...[key, bytes, width, height],
    ]),
  );
}

/** Reads what `packNewest` wrote. @throws for anything else. */
export function unpackNewest(text: string): NewestFile[] {
  const rows = JSON.parse(text) as [
    ...[FileRef['type'], string, string],
    ...[string, number, number, number],
  ][];
  return rows.map(([type, subfolder, filename, key, bytes, width, height]) => [
    { type, subfolder, filename },
    { key, bytes, width, height },
  ]);
}
