import { reporting, reportingAs } from '../../base/report';
import { untrack } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { FileFacts, PictureSource } from '../../comfy/picture-source';
import { ComfyError, isAbort } from '../../comfy/errors';
import { fileRefKey } from '../../comfy/file-ref';
import type { PictureSize } from '../../comfy/picture-size';
import type { Output } from '../state/job';
import type { GalleryItem } from '../job-store.svelte';
import type { MadeThumb } from './make-thumb';
import { type Task, TaskPool } from './task-pool';
import { openThumbDb, type PictureFacts, type ThumbDb } from './thumb-db';
import type { ThumbMaker } from './thumb-maker';
import { UndecodableError } from './undecodable-error';
import type { Making, SmallFile, TaggedThumb } from './fetched-thumb';
import type { LoadImage } from './load-image';
import { isSmall, isStill } from './view-plan';

/**
 * What a tile shows. `missing`: the server has no such file. `replaced`: the file is a later picture by now,
 * and no thumbnail of this one was kept. `refused`: the server serves no file of that name. `failed`: could
 * not be read now. `none`: no picture can be made of it.
 */
export type ThumbState =
  | { status: 'waiting' | 'missing' | 'replaced' | 'refused' | 'failed' | 'none' }
  | { status: 'ready'; url: string };

/** Who needs thumbnails, the most important first. */
const WISHERS = [
  'viewer',
  'family',
  'film',
  'strip',
  'sheet',
  'grid',
  'queue',
  'queue-pending',
  'held',
  'picker',
  'workflows',
  'sharing',
] as const;
export type Wisher = (typeof WISHERS)[number];

type Lane = 'image' | 'look' | 'plain' | 'make' | 'preview';

/** A thumbnail on its way. */
interface Load {
  control: AbortController;
  /** Under way: finished whether wanted or not, because anything dropped would have to be fetched again. */
  isRunning: boolean;
}

/** A file, with its tag. */
interface TaggedFile {
  file: Blob;
  tag: string | null;
}

/** What is seen to when there is time: the thumbnail of a picture that is shown as it is. */
interface Later {
  item: GalleryItem;
  /** What was fetched, or the address of what the page loaded. */
  from: TaggedFile | string;
  /** Of which file `from` is the thumbnail already, which is to be kept. */
  thumbOf?: FileFacts;
}

/** What is on screen, or was: its address, what it weighs, and what keeps it in memory. */
interface Shown {
  url: string;
  bytes: number;
  element?: unknown;
}

const WAITING: ThumbState = { status: 'waiting' };
/** Pictures kept in memory besides those on screen, and the bytes they may have. */
const URLS_KEPT = 1200;
const BYTES_KEPT = 48 * 2 ** 20;
/** A browser keeps six connections to a server; one stays free for everything that is not a picture. */
const FILES_AT_ONCE = 5;
/** What the page loads by itself gives way to everything else, and a busy page need not ask for each. */
const IMAGES_AT_ONCE = 12;
/**
 * After so long without scrolling, ms, thumbnails are made of pictures shown as they are, and kept. Sooner, they would
 * get in the way of people who pause and scroll on.
 */
const QUIET = 2000;
/** It may never be quiet, as while results keep coming: then one is made at least this often, ms. */
const PATIENCE = 4000;
/** Sizes that become known are told together, ms, so that the grid moves once. */
const FACTS_DELAY = 150;
const PREVIEWS_AT_ONCE = 2;
/** What a pixel of a picture takes that the page loaded, bytes: about a PNG's. */
const PIXEL_BYTES = 2;
/** How exactly it is noted when a thumbnail was shown, and how long such notes are gathered, ms. */
const USE_GRAIN = 86_400_000;
const USE_DELAY = 2000;
/** A database that does not answer holds the grid up no longer than this, ms. */
const READY_PATIENCE = 400;

/**
 * The thumbnail of one output. A reaction does not follow runes that were made while it ran, and most
 * thumbnails are first asked for by the very markup that shows them; a subscriber is followed all the same.
 */
export class Thumb {
  #state: ThumbState = WAITING;
  #changed = (): void => undefined;
  readonly #follow = createSubscriber((changed) => {
    this.#changed = changed;
  });

  /** Reactive. */
  get state(): ThumbState {
    this.#follow();
    return this.#state;
  }

  /** For the store alone. */
  set(state: ThumbState): void {
    this.#state = state;
    this.#changed();
  }
}

/** Ten thousand keys are asked for at every change of the layout. */
const keys = new WeakMap<Output, string>();

/** Names a picture: a file name may come again on the server, the job that made it does not. */
export function pictureKey({ job, output }: Pick<GalleryItem, 'job' | 'output'>): string {
  let key = keys.get(output);
  if (key === undefined) {
    // What was found may have been written anew since.
    key = `${job.id}/${(job.found && output.file?.key) || fileRefKey(output.ref)}`;
    keys.set(output, key);
  }
  return key;
}

export interface ThumbStoreOptions {
  pictures: PictureSource;
  db?: Promise<ThumbDb>;
  maker?: Pick<ThumbMaker, 'make'>;
  /** How the page loads pictures that need no thumbnail; without it they are fetched. */
  loadImage?: LoadImage;
  /** Whether the server is on this machine. */
  near?: boolean;
  now?: () => number;
}

/**
 * Thumbnails of the outputs on screen: from memory, from this browser's database, else made from the file.
 * ComfyUI has no thumbnails: its `preview` re-encodes at full size on its event loop.
 */
export class ThumbStore {
  readonly #pictures: PictureSource;
  readonly #db: Promise<ThumbDb>;
  readonly #givenMaker: Pick<ThumbMaker, 'make'> | null;
  readonly #loadImage: LoadImage | undefined;
  readonly #near: boolean;
  readonly #now: () => number;
  readonly #pool = new TaskPool<Lane>({
    image: IMAGES_AT_ONCE,
    look: 2,
    plain: FILES_AT_ONCE,
    make: 2,
    preview: PREVIEWS_AT_ONCE,
  });

  readonly #facts = new Map<string, PictureFacts>();
  /** Sizes of pictures whose thumbnails are not made yet. */
  readonly #sizes = new Map<string, PictureSize>();
  #factsRev = $state(0);
  #ready = $state(false);
  /** Items whose sizes have become known and are not told yet. */
  #factsDue: GalleryItem[] = [];
  readonly #factListeners = new Set<(items: readonly GalleryItem[] | 'all') => void>();

  readonly #thumbs = new Map<string, Thumb>();
  /** Least recently wanted first. */
  readonly #urls = new Map<string, Shown>();
  #bytes = 0;
  readonly #loads = new Map<string, Load>();
  readonly #later = new Map<string, Later>();
  #laterTimer: ReturnType<typeof setTimeout> | undefined;
  #isMakingLater = false;
  /** Whether the last picture of which that was not known turned out to be small: the next one likely is too. */
  #likelySmall = true;
  /** Since when one is due, ms. */
  #laterSince: number | null = null;
  /** Shown again, and not noted in the database yet. */
  #used: string[] = [];
  #factsLoaded = false;
  /** Grows whenever somebody says what they need. */
  #serves = 0;
  /** What each part of the page needs. */
  readonly #wishes = new Map<Wisher, readonly GalleryItem[]>();
  /** Wishers before whom pictures fly by. */
  readonly #waiting = new Set<Wisher>();
  #wanted = new Map<string, number>();
  #reads: { key: string; resolve: (blob: Blob | null) => void }[] = [];
  #busy = false;

  constructor(options: ThumbStoreOptions) {
    this.#pictures = options.pictures;
    this.#db = options.db ?? openThumbDb();
    this.#givenMaker = options.maker ?? null;
    this.#loadImage = options.loadImage;
    this.#near = options.near ?? false;
    this.#now = options.now ?? Date.now;
    void this.#loadFacts();
  }

  /** Whether the sizes remembered are there, so that the first layout is the right one. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Grows when sizes become known. */
  get factsRev(): number {
    return this.#factsRev;
  }

  /** What is known of a picture; not reactive by itself, see `factsRev`. */
  facts(item: Pick<GalleryItem, 'job' | 'output'>): PictureFacts | undefined {
    return this.#facts.get(pictureKey(item));
  }

  /** The natural size of a picture, px, as far as it has been seen; not reactive by itself, see `factsRev`. */
  size(item: Pick<GalleryItem, 'job' | 'output'>): PictureSize | undefined {
    const key = pictureKey(item);
    const file = this.#fileOf(item);
    return this.#facts.get(key) ?? this.#sizes.get(key) ?? (file?.width ? file : undefined);
  }

  /** What the server knows of the file, if it indexes the folder it is in. */
  #fileOf({ output }: Pick<GalleryItem, 'output'>): FileFacts | null {
    return output.file ?? this.#pictures.library?.of(output.ref) ?? null;
  }

  /** Calls back when sizes become known: of these items, or of any; returns the way to stop. */
  onFacts(listener: (items: readonly GalleryItem[] | 'all') => void): () => void {
    this.#factListeners.add(listener);
    return () => this.#factListeners.delete(listener);
  }

  /** The thumbnail of an output; the same object for as long as it is on screen. */
  thumb(item: GalleryItem): Thumb {
    const key = pictureKey(item);
    let thumb = this.#thumbs.get(key);
    if (!thumb) {
      thumb = new Thumb();
      this.#thumbs.set(key, thumb);
    }
    return thumb;
  }

  /** What keeps the thumbnails of this browser; those on screen stay until the page is left. */
  get db(): Promise<ThumbDb> {
    return this.#db;
  }

  /** While a job runs, the server is spared re-encodings: its events would wait for them. */
  setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#pool.setLimit('preview', busy ? 0 : PREVIEWS_AT_ONCE);
  }

  /**
   * Says which thumbnails someone needs, the most wanted first; work for what nobody needs is given up.
   * While things fly by, `start` false lets end what is under way and begins nothing.
   */
  want(wisher: Wisher, items: readonly GalleryItem[], start = true): void {
    this.#wishes.set(wisher, items);
    this.#waiting[start ? 'delete' : 'add'](wisher);
    // Whoever wishes must not depend on how its wishes fare.
    untrack(() => this.#serve());
  }

  get #wishedFor(): GalleryItem[] {
    return WISHERS.flatMap((name) => this.#wishes.get(name) ?? []);
  }

  /** Keys of what may load while pictures fly by somewhere. */
  get #due(): Set<string> {
    const names = WISHERS.filter((name) => !this.#waiting.has(name));
    return new Set(names.flatMap((name) => (this.#wishes.get(name) ?? []).map(pictureKey)));
  }

  #serve(): void {
    this.#serves += 1;
    const items = this.#wishedFor;
    this.#wanted = new Map(items.map((item, rank) => [pictureKey(item), rank]));
    const toLoad = this.#waiting.size > 0 ? this.#due : this.#wanted;
    for (const [key, load] of this.#loads) {
      if (!toLoad.has(key) && !load.isRunning) {
        load.control.abort();
        this.#loads.delete(key);
      }
    }
    for (const item of items) {
      const key = pictureKey(item);
      this.#touch(key);
      if (toLoad.has(key) && this.thumb(item).state.status === 'waiting' && !this.#loads.has(key)) {
        void this.#load(key, item);
      }
    }
    this.#evict();
    this.#makeLater();
  }

  /** Tries again what could not be read, or is out of date, as when the server or its library is there. */
  retryFailed(): void {
    for (const thumb of this.#thumbs.values()) {
      if (thumb.state.status === 'failed' || thumb.state.status === 'missing') {
        thumb.set(WAITING);
      }
    }
    for (const item of this.#wishedFor) {
      const key = pictureKey(item);
      if (this.#urls.has(key) && this.#isOutdated(key, item)) {
        this.#forget(key);
        this.thumb(item).set(WAITING);
      }
    }
    this.#serve();
  }

  async #loadFacts(): Promise<void> {
    setTimeout(() => (this.#ready = true), READY_PATIENCE);
    const known = await this.#db.then((db) => db.facts()).catch(reportingAs('thumbs.facts', []));
    this.#factsLoaded = true;
    known.filter(({ key }) => !this.#facts.has(key)).forEach((facts) => this.#facts.set(facts.key, facts));
    if (known.length > 0) {
      this.#tellFacts('all');
    }
    this.#ready = true;
  }

  #tellSoon(item: GalleryItem): void {
    if (this.#factsDue.push(item) === 1) {
      setTimeout(() => {
        const items = this.#factsDue;
        this.#factsDue = [];
        this.#tellFacts(items);
      }, FACTS_DELAY);
    }
  }

  #tellFacts(items: readonly GalleryItem[] | 'all'): void {
    this.#factsRev += 1;
    this.#factListeners.forEach((listener) => listener(items));
  }

  async #load(key: string, item: GalleryItem): Promise<void> {
    const load: Load = { control: new AbortController(), isRunning: false };
    this.#loads.set(key, load);
    const thumb = this.thumb(item);
    try {
      const kept = this.#mayBeKept(key) && !this.#isOutdated(key, item) ? await this.#readKept(key) : null;
      load.control.signal.throwIfAborted();
      if (kept) {
        this.#show(key, thumb, kept);
        this.#noteUse(key);
      } else if (item.replaced) {
        thumb.set({ status: 'replaced' });
      } else {
        const { library } = this.#pictures;
        await this.#fetch(key, item, thumb, load);
        if (thumb.state.status === 'missing' && this.#pictures.library !== library) {
          // It came meanwhile, and may have what the server has not.
          await this.#fetch(key, item, thumb, load);
        }
      }
    } catch (error) {
      if (!isAbort(error) && !load.control.signal.aborted) {
        thumb.set({ status: failureOf(error) });
      }
    } finally {
      if (this.#loads.get(key) === load) {
        this.#loads.delete(key);
        this.#makeLater();
      }
    }
  }

  /** Asking the database takes time where most pictures are new to it. */
  #mayBeKept(key: string): boolean {
    return !this.#factsLoaded || (this.#facts.get(key)?.thumbBytes ?? 0) > 0;
  }

  /** Whether the thumbnail kept is of what the file was before; a file written anew may keep its name. */
  #isOutdated(key: string, item: GalleryItem): boolean {
    const content = this.#facts.get(key)?.content;
    const file = content === undefined ? null : this.#fileOf(item);
    return file !== null && file.key !== content;
  }

  async #fetch(key: string, item: GalleryItem, thumb: Thumb, load: Load): Promise<void> {
    const { ref, media } = item.output;
    if (/\.svg$/i.test(ref.filename)) {
      // Served to <img> alone (API reference 2.2), and sharp at any size.
      thumb.set({ status: 'ready', url: this.#pictures.url(ref) });
    } else if (await this.#fetchMade(key, item, thumb, load)) {
      return;
    } else if (media === 'image' || media === 'video') {
      if (await this.#loadAsIs(key, item, thumb, load)) {
        return;
      }
      const { maker, thumbOfPicture, thumbOfVideo } = await fetching();
      const { width, height } = item.job.summary ?? {};
      const making = this.#making(key, load, this.#givenMaker ?? maker());
      const found = await (media === 'video'
        ? thumbOfVideo(item.output, making)
        : thumbOfPicture(item.output, (width ?? 0) * (height ?? 0), making));
      this.#take(key, item, thumb, found);
    } else {
      thumb.set({ status: 'none' });
    }
  }

  /** Shows the thumbnail that Darkroom's server makes of a file, if it does. */
  async #fetchMade(key: string, item: GalleryItem, thumb: Thumb, load: Load): Promise<boolean> {
    await this.#pictures.readyLibrary?.();
    const { library } = this.#pictures;
    await library?.toKnow?.(item.output);
    const file = this.#fileOf(item);
    const made =
      library &&
      file?.key &&
      (await this.#in('plain', key, load, (signal) => library.readThumb(file.key, signal)));
    if (!file || !made) {
      return false;
    }
    this.#show(key, thumb, made);
    if (file.width && file.height) {
      // The next visit then asks for nothing, and knows it before it knows of the library.
      this.#later.set(key, { item, from: { file: made, tag: null }, thumbOf: file });
    }
    return true;
  }

  /**
   * Has the page load a small picture by itself, which is several times faster than handing it its bytes. Only from
   * this machine a picture may turn out to be large, and be loaded in vain.
   */
  async #loadAsIs(key: string, item: GalleryItem, thumb: Thumb, load: Load): Promise<boolean> {
    const { job, output } = item;
    const loadImage = this.#loadImage;
    const { width, height } = this.size(item) ?? job.summary ?? {};
    const mayBe = width && height ? isSmall(0, { width, height }) : this.#near;
    if (!loadImage || !mayBe || !this.#likelySmall || !isStill(output.ref.filename)) {
      return false;
    }
    // A name may come again, and the browser's cache knows files by their address. ComfyUI ignores the parameter.
    const url = `${this.#pictures.url(output.ref)}&rand=${encodeURIComponent(job.id)}`;
    const found = await this.#in('image', key, load, () => loadImage(url));
    this.#likelySmall = found !== null && isSmall(0, found);
    if (!found || !this.#likelySmall) {
      return false;
    }
    this.#sizes.set(key, found);
    this.#tellSoon(item);
    this.#put(key, thumb, { url, bytes: found.width * found.height * PIXEL_BYTES, element: found.element });
    this.#later.set(key, { item, from: url });
    return true;
  }

  #making(key: string, load: Load, maker: Making['maker']): Making {
    return {
      ...{ pictures: this.#pictures, maker },
      free: this.#near || this.#busy,
      run: (lane, task) => this.#in(lane, key, load, task),
    };
  }

  /** Keeps and shows what was fetched; `null`: there is no such file. */
  #take(key: string, item: GalleryItem, thumb: Thumb, found: SmallFile | TaggedThumb | null): void {
    this.#likelySmall = found !== null && 'size' in found;
    if (!found) {
      thumb.set({ status: 'missing' });
    } else if ('size' in found) {
      this.#sizes.set(key, found.size);
      this.#tellSoon(item);
      this.#show(key, thumb, found.file);
      this.#later.set(key, { item, from: found });
    } else {
      this.#keep(key, item, found.made, found.tag);
      this.#show(key, thumb, new Blob([found.made.bytes], { type: found.made.type }));
    }
  }

  /**
   * Runs a part of a load in its lane, the newest wish first. What nobody wants any more ends before a part, unless
   * the bytes are here.
   */
  async #in<T>(lane: Lane, key: string, load: Load, task: Task<T>): Promise<T> {
    const { signal } = load.control;
    const isFetched = lane === 'make';
    if (isFetched) {
      load.isRunning = true;
    } else if (!this.#wanted.has(key)) {
      load.control.abort();
    }
    return this.#pool.run(
      lane,
      () => this.#wanted.get(key) ?? Infinity,
      signal,
      async () => {
        load.isRunning = true;
        try {
          return await task(signal);
        } finally {
          load.isRunning = isFetched;
        }
      },
    );
  }

  /** Remembers a thumbnail and what was learned of the picture. */
  #keep(key: string, item: GalleryItem, made: MadeThumb, tag: string | null): void {
    const { width, height, opaque, tone } = made;
    const known = { width, height, opaque, tone, ...(tag !== null && { tag }) };
    this.#keepThumb(key, new Blob([made.bytes], { type: made.type }), known);
    this.#sizes.delete(key);
    this.#tellSoon(item);
  }

  #keepThumb(key: string, blob: Blob, known: Omit<PictureFacts, 'key' | 'thumbBytes' | 'madeAt'>): void {
    const facts = { key, thumbBytes: blob.size, madeAt: this.#now(), ...known };
    this.#facts.set(key, facts);
    // A full or forbidden database costs the next visit some time, nothing else.
    void this.#db.then((db) => db.write(facts, blob)).catch(reporting('thumbs.write'));
  }

  /** Once a day for each thumbnail is enough to tell which are looked at. */
  #noteUse(key: string): void {
    const facts = this.#facts.get(key);
    const now = this.#now();
    if (!facts || now - (facts.usedAt ?? facts.madeAt) < USE_GRAIN) {
      return;
    }
    this.#facts.set(key, { ...facts, usedAt: now });
    if (this.#used.push(key) === 1) {
      setTimeout(() => {
        const keys = this.#used;
        this.#used = [];
        void this.#db.then((db) => db.touch(keys, now)).catch(reporting('thumbs.touch'));
      }, USE_DELAY);
    }
  }

  /** Makes the thumbnails of what was shown as it is, and keeps them, one after the other, once it is quiet. */
  #makeLater(): void {
    clearTimeout(this.#laterTimer);
    if (this.#later.size > 0 && !this.#isMakingLater) {
      const now = performance.now();
      this.#laterSince ??= now;
      const wait = Math.max(0, Math.min(QUIET, this.#laterSince + PATIENCE - now));
      this.#laterTimer = setTimeout(() => void this.#makeNext(), wait);
    }
  }

  async #makeNext(): Promise<void> {
    this.#isMakingLater = true;
    this.#laterSince = null;
    const started = this.#serves;
    let isFirst = true;
    // The last one scrolled to first: it is the likeliest to be seen again.
    for (const [key, later] of [...this.#later].reverse()) {
      if (!isFirst && (this.#serves !== started || this.#loads.size > 0)) {
        break;
      }
      isFirst = false;
      if (this.#later.delete(key)) {
        // It is on screen all the same, if the browser can show it at all.
        await this.#makeOf(key, later).catch(reporting('thumbs.later'));
      }
    }
    this.#isMakingLater = false;
    this.#makeLater();
  }

  async #makeOf(key: string, { item, from, thumbOf }: Later): Promise<void> {
    if (thumbOf && typeof from !== 'string') {
      const { width, height, key: content } = thumbOf;
      this.#keepThumb(key, from.file, { width, height, content });
      return;
    }
    const { doesMove, maker, readLoaded } = await fetching();
    const { file, tag } = typeof from === 'string' ? await readLoaded(from) : from;
    const made = await (this.#givenMaker ?? maker()).make(file);
    if (typeof from === 'string' && (await doesMove(item.output.ref.filename, file))) {
      this.#take(key, item, this.thumb(item), { made, tag });
    } else {
      this.#keep(key, item, made, tag);
      if (this.#urls.get(key)?.url === from) {
        // Whenever an <img> with the address is made anew, it shows what the file has become by then.
        this.#show(key, this.thumb(item), file);
      }
    }
  }

  #show(key: string, thumb: Thumb, blob: Blob): void {
    this.#put(key, thumb, { url: URL.createObjectURL(blob), bytes: blob.size });
  }

  #put(key: string, thumb: Thumb, shown: Shown): void {
    this.#forget(key);
    this.#urls.set(key, shown);
    this.#bytes += shown.bytes;
    thumb.set({ status: 'ready', url: shown.url });
    this.#evict();
  }

  #touch(key: string): void {
    const url = this.#urls.get(key);
    if (url !== undefined) {
      this.#urls.delete(key);
      this.#urls.set(key, url);
    }
  }

  /** Frees pictures that were not wanted for long; those wanted now are never among them. */
  #evict(): void {
    for (const key of this.#urls.keys()) {
      const isFull = this.#urls.size > URLS_KEPT || this.#bytes > BYTES_KEPT;
      if (!isFull || this.#wanted.has(key)) {
        break;
      }
      this.#forget(key);
      this.#thumbs.get(key)?.set(WAITING);
    }
  }

  #forget(key: string): void {
    const known = this.#urls.get(key);
    if (known) {
      URL.revokeObjectURL(known.url);
      this.#bytes -= known.bytes;
      this.#urls.delete(key);
      this.#later.delete(key);
    }
  }

  /** All reads of one moment in one transaction: 60 thumbnails take some 10 ms so. */
  #readKept(key: string): Promise<Blob | null> {
    return new Promise((resolve) => {
      this.#reads.push({ key, resolve });
      if (this.#reads.length === 1) {
        queueMicrotask(() => void this.#flushReads());
      }
    });
  }

  async #flushReads(): Promise<void> {
    const reads = this.#reads;
    this.#reads = [];
    const blobs = await this.#db
      .then((db) => db.read(reads.map(({ key }) => key)))
      .catch(reportingAs('thumbs.read', []));
    reads.forEach(({ resolve }, i) => resolve(blobs[i] ?? null));
  }
}

/** What is needed of files that the page does not load by itself. */
const fetching = () => import('./fetched-thumb');

function failureOf(error: unknown): 'none' | 'refused' | 'failed' {
  if (error instanceof UndecodableError) {
    return 'none';
  }
  return error instanceof ComfyError && error.kind === 'refused' ? 'refused' : 'failed';
}
