import { report, reporting } from '../../base/report';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';

/** What is held at most: a room hands over one picture, and the one before or after it may be opened instead. */
const MOST_FILES = 3;
const MOST_BYTES = 64 * 2 ** 20;
/** How long a file that was fetched ahead is trusted, ms: no tag would tell that it was written since. */
const AHEAD_TIME = 30_000;

interface Held {
  file: Promise<Blob>;
  /** The file's tag (API reference 2.2) before it was fetched; null for a file that is being fetched anew. */
  tag: string | null;
  bytes: number;
  /** When it began to be held, ms since the epoch. */
  since: number;
}

/**
 * Files one room has fetched and the next is about to open: rooms do not know each other, and the viewer's picture need
 * not travel twice. Bounded; the oldest go first.
 */
export class HeldFiles {
  readonly #pictures: PictureSource;
  readonly #files = new Map<string, Held>();
  readonly #now: () => number;

  constructor(pictures: PictureSource, now: () => number = Date.now) {
    this.#pictures = pictures;
    this.#now = now;
  }

  /** Keeps a whole file, byte by byte as the server has it. Without a tag nothing would tell that it is still that. */
  keep(ref: FileRef, file: Blob, tag: string | null): void {
    if (tag !== null) {
      this.#put(ref, { file: Promise.resolve(file), tag, bytes: file.size, since: this.#now() });
    }
  }

  /** Somebody is about to open the file: begins to fetch it, unless it is held. */
  ahead(ref: FileRef): void {
    const known = this.#files.get(fileRefKey(ref));
    if (known && !this.#isStale(known)) {
      return;
    }
    const file = this.#pictures.read(ref);
    const held: Held = { file, tag: null, bytes: 0, since: this.#now() };
    this.#put(ref, held);
    void file.then(
      ({ size }) => {
        held.bytes = size;
        this.#shrink();
      },
      // Whoever takes it is told as well.
      reporting('held-files.ahead'),
    );
  }

  /** Whether the file may be held; `take` tells for certain. */
  has(ref: FileRef): boolean {
    return this.#files.has(fileRefKey(ref));
  }

  /**
   * Hands the file over if it is held and the server still has that very file; it is not held any more then. Null: it
   * must be fetched.
   */
  async take(ref: FileRef, signal: AbortSignal): Promise<Blob | null> {
    const key = fileRefKey(ref);
    const held = this.#files.get(key);
    this.#files.delete(key);
    if (!held || this.#isStale(held)) {
      return null;
    }
    try {
      const [file, now] = await Promise.all([
        held.file,
        held.tag === null ? null : this.#pictures.stat(ref, signal),
      ]);
      return held.tag === null || now?.tag === held.tag ? file : null;
    } catch (error) {
      // Fetching it again tells the user what is wrong.
      report(error, 'held-files.take');
      return null;
    }
  }

  #put(ref: FileRef, held: Held): void {
    const key = fileRefKey(ref);
    this.#files.delete(key);
    this.#files.set(key, held);
    this.#shrink();
  }

  #isStale({ tag, since }: Held): boolean {
    return tag === null && this.#now() - since > AHEAD_TIME;
  }

  #shrink(): void {
    let bytes = [...this.#files.values()].reduce((sum, other) => sum + other.bytes, 0);
    for (const [oldest, other] of this.#files) {
      if (this.#files.size <= MOST_FILES && bytes <= MOST_BYTES) {
        return;
      }
      this.#files.delete(oldest);
      bytes -= other.bytes;
    }
  }
}

const shelves = new WeakMap<PictureSource, HeldFiles>();

/** The files held for the rooms of the page. */
export function heldFiles(pictures: PictureSource): HeldFiles {
  const known = shelves.get(pictures) ?? new HeldFiles(pictures);
  shelves.set(pictures, known);
  return known;
}
