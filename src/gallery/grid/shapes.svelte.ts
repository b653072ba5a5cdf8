import { report, reporting } from '../../base/report';
import type { PictureSource } from '../../comfy/picture-source';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { TaskPool } from '../../jobs/thumbs/task-pool';
import { pictureKey, type ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';

const AT_ONCE = 3;

type Sizes = Pick<ThumbStore, 'size'>;

/**
 * The shapes of pictures, before the pictures are there: from what this browser remembers, else from the
 * graph, else from the first bytes of the file.
 */
export class Shapes {
  /** A server that answers slowly holds the first layout up no longer than this, ms. */
  static patience = 600;

  readonly #pictures: PictureSource;
  readonly #thumbs: Sizes;
  /** Width over height by what names the picture; null where its first bytes do not tell. */
  readonly #read = new Map<string, number | null>();
  /** Could not be read, as when the server is away. */
  readonly #failed = new Set<string>();
  readonly #listeners = new Set<(items: readonly GalleryItem[]) => void>();
  readonly #pool = new TaskPool({ head: AT_ONCE });
  /** What is wanted now, by its place in the order. */
  #wanted = new Map<string, number>();
  readonly #never = new AbortController().signal;
  #settled = $state(false);
  #settling = false;

  constructor(pictures: PictureSource, thumbs: Sizes) {
    this.#pictures = pictures;
    this.#thumbs = thumbs;
    // The first rows wait for it, and for the list of jobs anyway.
    void reading().catch(reporting('grid.shapes'));
  }

  /** Whether the first rows can be laid out as they will stay. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Width over height, or the best guess: a square. */
  aspect(item: GalleryItem): number {
    const { width, height } = this.#thumbs.size(item) ?? item.job.summary ?? {};
    return width && height ? width / height : (this.#read.get(pictureKey(item)) ?? 1);
  }

  /** Looks at the pictures that are seen first, once; `settled` tells when that is done. */
  settle(first: readonly GalleryItem[]): void {
    if (!this.#settling) {
      this.#settling = true;
      const enough = new Promise((resolve) => setTimeout(resolve, Shapes.patience));
      void Promise.race([this.look(first), enough]).then(() => (this.#settled = true));
    }
  }

  /**
   * Reads the first bytes of the pictures whose shape nothing else tells; resolves when that is done. What was asked for
   * before and is not begun yet is dropped.
   */
  async look(items: readonly GalleryItem[]): Promise<void> {
    this.#wanted = new Map(items.map((item, rank) => [pictureKey(item), rank]));
    const unknown = items.filter((item) => !this.#isKnown(item));
    if (unknown.length > 0) {
      await this.#pictures.readyLibrary?.();
    }
    const found = await Promise.all(
      unknown.map(async (item) =>
        this.#isKnown(item) ? this.#thumbs.size(item) !== undefined : this.#lookAt(item),
      ),
    );
    const told = unknown.filter((_, i) => found[i]);
    if (told.length > 0) {
      this.#listeners.forEach((listener) => listener(told));
    }
  }

  /** Lets what could not be read be read after all, as when the server is back. */
  retryFailed(): void {
    this.#failed.forEach((key) => this.#read.delete(key));
    this.#failed.clear();
  }

  /** Calls back when shapes have been read; returns the way to stop. */
  onShapes(listener: (items: readonly GalleryItem[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #isKnown(item: GalleryItem): boolean {
    const { width, height } = item.job.summary ?? {};
    return (
      this.#read.has(pictureKey(item)) ||
      this.#thumbs.size(item) !== undefined ||
      Boolean(width && height) ||
      item.replaced
    );
  }

  async #lookAt(item: GalleryItem): Promise<boolean> {
    const { ref } = item.output;
    const key = pictureKey(item);
    this.#read.set(key, null);
    try {
      const { headBytes, readPictureSize } = await reading();
      const bytes = headBytes(ref.filename);
      if (bytes === null) {
        return false;
      }
      const head = await this.#pool.run(
        'head',
        () => this.#wanted.get(key) ?? Infinity,
        this.#never,
        async (signal) =>
          this.#wanted.has(key) ? this.#pictures.read(ref, { range: [0, bytes - 1], signal }) : null,
      );
      if (!head) {
        this.#read.delete(key);
        return false;
      }
      // Not every server heeds the range.
      const size = readPictureSize(new Uint8Array(await head.slice(0, bytes).arrayBuffer()));
      this.#read.set(key, size && size.width / size.height);
      return size !== null;
    } catch (error) {
      report(error, 'shapes.look');
      this.#failed.add(key);
      return false;
    }
  }
}

/** What reads sizes from the first bytes of files. */
const reading = () => import('../../comfy/picture-size');
