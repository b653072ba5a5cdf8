import { untrack } from 'svelte';
import { isAbort } from '../../comfy/errors';
import type { FileRef } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import { report } from '../../base/report';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { heldFiles } from '../../jobs/thumbs/held-files';
import { TaskPool } from '../../jobs/thumbs/task-pool';
import { planView, probeFile, type ViewPlan } from '../../jobs/thumbs/fetch-plan';
import { isNear } from '../../jobs/thumbs/view-plan';
import { idleAfterPaint } from './after-paint';

/**
 * A picture at full size. `replaced`: the file is another picture by now. `unreadable`: no decoder of this browser takes it. `sharp`: the file itself, not
 * the server's re-encoding.
 */
export type PictureState =
  | { status: 'loading' | 'missing' | 'replaced' | 'unreadable' }
  | { status: 'failed'; error: unknown }
  | { status: 'ready'; element: HTMLImageElement; sharp: boolean };

const LOADING: PictureState = { status: 'loading' };
/** Only the nearest are decoded in advance: 4096² takes 64 MB. */
const DECODED_AHEAD = 2;

/** One picture on the shelf. */
export class Picture {
  #state = $state.raw<PictureState>(LOADING);
  readonly #abort = new AbortController();
  #url: string | null = null;
  /** Whether it is being loaded, or was. For the shelf alone. */
  isBegun = false;
  /** The file byte by byte, with its tag; null for a re-encoding. For the shelf alone. */
  whole: { ref: FileRef; file: Blob; tag: string | null } | null = null;

  get state(): PictureState {
    return this.#state;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** For the shelf alone. */
  set(state: PictureState): void {
    this.#state = state;
  }

  /** Takes over an object URL; the one before it goes. */
  keepUrl(url: string): void {
    this.#freeUrl();
    this.#url = url;
  }

  close(): void {
    this.#abort.abort();
    this.#freeUrl();
  }

  #freeUrl(): void {
    if (this.#url !== null) {
      URL.revokeObjectURL(this.#url);
      this.#url = null;
    }
  }
}

/** The picture in the viewer and those around it, fetched and decoded before they are asked for. */
export class PictureShelf {
  readonly #source: PictureSource;
  readonly #pool = new TaskPool({ current: 2, ahead: 1 });
  readonly #pictures = new Map<string, Picture>();
  #order: string[] = [];
  /** Those that were put on the shelf last. */
  #items: readonly GalleryItem[] = [];
  #isAheadDue = false;
  #rev = $state(0);

  readonly #seen: (item: GalleryItem, tag: string) => void;

  /** @param seen hears the ETag under which an item's file is now. */
  constructor(source: PictureSource, seen: (item: GalleryItem, tag: string) => void) {
    this.#source = source;
    this.#seen = seen;
  }

  /** The picture of an item on the shelf; `undefined` for every other. */
  picture(item: GalleryItem): Picture | undefined {
    void this.#rev;
    return this.#pictures.get(item.key);
  }

  /** Puts a picture and then those likely to follow on the shelf, the likeliest first; all others go. */
  show(items: readonly GalleryItem[]): void {
    const pictures = items.filter(({ output }) => output.media === 'image');
    this.#order = pictures.map(({ key }) => key);
    for (const [key, picture] of this.#pictures) {
      if (!this.#order.includes(key)) {
        picture.close();
        this.#pictures.delete(key);
      }
    }
    for (const { key } of pictures) {
      if (!this.#pictures.has(key)) {
        this.#pictures.set(key, new Picture());
      }
    }
    this.#items = pictures;
    this.#begin(pictures.filter(({ key }) => key === items[0]?.key));
    // What may follow must not hold up what is asked for: its bytes and its decoding take the same processor.
    if (!this.#isAheadDue && pictures.some(({ key }) => !this.#pictures.get(key)?.isBegun)) {
      this.#isAheadDue = true;
      idleAfterPaint(() => {
        this.#isAheadDue = false;
        this.#begin(this.#items);
      });
    }
    this.#handOver();
    this.#rev = untrack(() => this.#rev) + 1;
  }

  /** Fetches the file itself, where a re-encoding was good enough so far. */
  async sharpen(item: GalleryItem): Promise<void> {
    const picture = this.#pictures.get(item.key);
    if (picture?.state.status === 'ready' && !picture.state.sharp) {
      await this.#attempt(picture, () => this.#fetch(item, picture, { how: 'plain' }));
    }
  }

  /** Tries a picture again that failed. */
  retry(item: GalleryItem): void {
    const picture = this.#pictures.get(item.key);
    if (picture) {
      picture.set(LOADING);
      void this.#load(item, picture);
    }
  }

  close(): void {
    this.show([]);
  }

  #begin(items: readonly GalleryItem[]): void {
    for (const item of items) {
      const picture = this.#pictures.get(item.key);
      if (picture && !picture.isBegun) {
        picture.isBegun = true;
        void this.#load(item, picture);
      }
    }
  }

  /** The editor may be the next to show the picture that is looked at. */
  #handOver(): void {
    const whole = this.#pictures.get(this.#order[0] ?? '')?.whole;
    if (whole) {
      heldFiles(this.#source).keep(whole.ref, whole.file, whole.tag);
    }
  }

  async #load(item: GalleryItem, picture: Picture): Promise<void> {
    if (item.replaced) {
      picture.set({ status: 'replaced' });
      return;
    }
    const rank = (): number => this.#order.indexOf(item.key);
    const lane = rank() === 0 ? 'current' : 'ahead';
    await this.#attempt(picture, () =>
      this.#pool.run(lane, rank, picture.signal, async (signal) => {
        const { ref } = item.output;
        const probe = await probeFile(this.#source, ref, signal);
        if (probe?.tag) {
          this.#seen(item, probe.tag);
        }
        if (probe) {
          await this.#fetch(
            item,
            picture,
            planView(ref.filename, probe, isNear(location.hostname)),
            probe.tag,
          );
        } else {
          picture.set({ status: 'missing' });
        }
      }),
    );
  }

  async #attempt(picture: Picture, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isAbort(error) && !picture.signal.aborted && picture.state.status !== 'ready') {
        picture.set({ status: 'failed', error });
      }
    }
  }

  /** @param tag the file's, as it was before. */
  async #fetch(
    item: GalleryItem,
    picture: Picture,
    plan: ViewPlan,
    tag: string | null = null,
  ): Promise<void> {
    const { ref } = item.output;
    const { signal } = picture;
    const element = new Image();
    element.draggable = false;
    element.alt = '';
    const view = plan.how === 'preview' ? { preview: plan.preview } : {};
    const file = isVector(ref) ? null : await this.#source.read(ref, { ...view, signal });
    const url = file ? URL.createObjectURL(file) : this.#source.url(ref);
    element.src = url;
    const eager = this.#order.indexOf(item.key) <= DECODED_AHEAD;
    const readable = await (eager ? element.decode() : loaded(element)).then(
      () => true,
      (error: unknown) => {
        if (!signal.aborted) {
          report(error, 'viewer.decode');
        }
        return false;
      },
    );
    if (!readable || signal.aborted) {
      URL.revokeObjectURL(url);
      if (!signal.aborted && picture.state.status !== 'ready') {
        picture.set({ status: 'unreadable' });
      }
      return;
    }
    picture.keepUrl(url);
    picture.whole = file && plan.how === 'plain' ? { ref, file, tag } : null;
    picture.set({ status: 'ready', element, sharp: plan.how === 'plain' });
    this.#handOver();
  }
}

/** Served to <img> alone (API reference 2.2). */
function isVector(ref: FileRef): boolean {
  return /\.svg$/i.test(ref.filename);
}

function loaded(element: HTMLImageElement): Promise<void> {
  return new Promise((resolve, reject) => {
    element.onload = () => resolve();
    element.onerror = () => reject(new Error('the browser cannot decode the picture'));
  });
}
