import { report, reporting, reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { isDeviceId } from '../../comfy/device-ref';
import type { FileRef } from '../../comfy/file-ref';
import { type FileFacts, type PictureLibrary, serverPictures } from '../../comfy/picture-source';
import { libraryPort } from '../../ports/library.svelte';
import type { LibraryStatus } from '../../ports/library-wire';
import { breathe, type MirrorFeed } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { TabLeader } from '../library/tab-leader';
import type { JobTable } from '../state/job-table.svelte';
import { GoneFiles } from './gone-files';
import type { Begun } from './library-beginning';
import { type Held, type LibraryClient, LibraryError } from './library-client';
import type { LibraryDb } from './library-db';
import type { FileChange } from './library-files';
import { LibraryJoin, type LibraryJoinOptions } from './library-join';
import { KeptLibrary } from './library-kept';
import { LibraryPaths } from './library-paths';
import { followLibrary, type LibrarySocketOptions } from './library-socket';
import type { FilePlace } from './library-stream';
import { libraryVerbs } from './library-verbs';
import { nameRoots } from './root-names';

/** How long after a failure it is tried again, ms: first, and at most. */
const RETRY = { first: 2000, most: 60_000 };
/** From the arrival of jobs until their files are looked for, ms: more may come, and files may be on their way. */
const LOOK_AFTER = 5000;
/** While a scan runs, changes are asked for no more often, ms. */
const WHILE_SCANNING = 1000;

/** What the leading tab tells the others. */
interface Told {
  type: 'library';
  status: LibraryStatus;
  /** There is more to be read in what this browser keeps. */
  changed: boolean;
}

export interface LibrarySourceOptions {
  comfy: ComfyClient;
  client: LibraryClient;
  db: LibraryDb;
  feed: MirrorFeed;
  table: JobTable;
  items: OutputLibrary;
  /** Without one, this tab does everything itself. */
  leader: TabLeader | null;
  moveMarks: LibraryJoinOptions['moveMarks'];
  removed: LibraryJoinOptions['removed'];
  /** Told of files that came or changed, with their content keys, by the tab that asks the server. */
  onFiles?: (files: (readonly [FileRef, string])[]) => void;
  /** Told when the server has marks from elsewhere. */
  onMarks?: () => void;
  /** What ends with it. */
  onStop?: () => void;
  openSocket?: LibrarySocketOptions['open'];
}

/**
 * Keeps the gallery in step with the folders that Darkroom's server indexes. Only the leading tab asks the server;
 * the others read what it keeps.
 */
export class LibrarySource {
  readonly #options: LibrarySourceOptions;
  readonly #kept: KeptLibrary;
  readonly #paths: LibraryPaths;
  readonly #join: LibraryJoin;
  readonly #gone: GoneFiles;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #status: Extract<LibraryStatus, { on: true }> | null = null;
  #held: Held | null = null;
  /** How often the places of files in the gallery became others. */
  #moved = 0;
  /** Everything is being named anew, and what was not is gone once that is done. */
  #anew = false;
  /** Nothing kept could be read, so pictures whose files are gone have yet to be found. */
  #isUnread = false;
  #loaded: Promise<void> | null = null;
  /** What it says to whoever shows pictures, from when it has been read. */
  #pictures: PictureLibrary | null = null;
  readonly #stops: (() => void)[] = [];
  #unfollow: (() => void) | null = null;
  #leads = false;
  readonly #stop = new AbortController();
  #syncing = false;
  #again = false;
  #delay = RETRY.first;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LibrarySourceOptions) {
    this.#options = options;
    this.#paths = new LibraryPaths(options.table, () => this.#status?.trees ?? []);
    const refOf = (place: FilePlace): FileRef | null => this.#paths.refOf(place);
    this.#kept = new KeptLibrary({ ...options, refOf });
    this.#join = new LibraryJoin({ ...options, files: this.#kept.files, refOf });
    const [files, paths, join] = [this.#kept.files, this.#paths, this.#join];
    this.#gone = new GoneFiles({ ...options, files, paths, join, wanted: this.#lookSoon });
  }

  /**
   * Begins, if there is a library. May be called again at any time: when there was none, and to hear of what the live
   * channel may have missed.
   * @throws LibraryError when the server does not say: it does not answer, or has not opened its index yet.
   */
  async begin(): Promise<Begun> {
    if (this.#loaded) {
      await this.#loaded;
      await this.#catchUp().catch(reporting('library.catch-up'));
      return 'on';
    }
    const status = await this.#options.client.status();
    if (this.#stop.signal.aborted) {
      return 'never';
    }
    if (!status?.on) {
      libraryPort.set(status);
      return status ? 'not-yet' : 'never';
    }
    if (status.trees.length === 0) {
      // Not an empty library: without its folders no file has a place in the gallery, and all kept ones would go.
      throw new LibraryError(null, 'the library is being opened');
    }
    this.#loaded ??= this.#load(status).catch((error: unknown) => {
      this.#loaded = null;
      throw error;
    });
    await this.#loaded;
    return 'on';
  }

  /** Asks how far the library is: the live channel may have broken off unnoticed. */
  async #catchUp(): Promise<void> {
    const { client, comfy, feed } = this.#options;
    if (!feed.leads || !this.#unfollow) {
      return;
    }
    if (await this.#paths.ask(comfy)) {
      // Every file in a folder has another name for ComfyUI.
      this.#held = null;
      this.#moved += 1;
      await this.#join.compare();
    }
    const status = await client.status();
    if (status?.on) {
      this.#take(status);
    }
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#lookTimer);
    this.#unfollow?.();
    this.#stops.forEach((stop) => stop());
    this.#options.onStop?.();
    this.#options.items.knowHeld(() => false);
    const pictures = serverPictures(this.#options.comfy);
    if (pictures.library === this.#pictures) {
      delete pictures.library;
    }
  }

  async #load(status: Extract<LibraryStatus, { on: true }>): Promise<void> {
    const { comfy, client, feed, leader, items } = this.#options;
    this.#status = status;
    nameRoots(status.trees);
    await this.#paths.ask(comfy);
    const pictures = serverPictures(comfy);
    const early = pictures.library;
    this.#pictures = {
      // Until everything that is kept is read, the newest files are known from before.
      of: (ref) => this.#factsOf(ref) ?? (this.#kept.more && early?.of(ref)) ?? null,
      toKnow: ({ ref, file }) => (file ? Promise.resolve() : this.#toKnow(ref)),
      // From the port, which says when that changes.
      isAway: (ref) => libraryPort.isAway(ref),
      readThumb: async (key, signal) => (isDeviceId(key) ? null : client.readThumb(key, signal)),
    };
    pictures.library = this.#pictures;
    const { held, gone } = await this.#kept.read();
    this.#held = held;
    items.knowHeld((ref) => this.#factsOf(ref) !== null);
    this.#join.gone = gone;
    const verbs = libraryVerbs({ client, items, paths: this.#paths, join: this.#join });
    libraryPort.set(status, verbs, async () =>
      (await client.folders()).map(({ tree, path }) => this.#paths.pathIn(tree, path)),
    );
    this.#stops.push(this.#join.start(), this.#gone.start());
    leader?.onMessage((data) => void this.#hear(data).catch(reporting('library.hear')));
    this.#stops.push(feed.onLead(() => void this.#lead().catch(reporting('library.lead'))));
    if (feed.leads) {
      await this.#lead();
    }
  }

  /** Content key of a file; `null` when the library does not know it. */
  keyOf(ref: FileRef): string | null {
    return this.#factsOf(ref)?.key ?? null;
  }

  /**
   * The files the gallery has a name for, with their content keys.
   * @param keys only those with one of these.
   */
  *files(keys?: ReadonlySet<string>): Generator<readonly [FileRef, string]> {
    for (const [place, row] of this.#kept.files.all()) {
      if (!keys || keys.has(row.key)) {
        yield* this.#keyed(place, row);
      }
    }
  }

  #keyed(place: FilePlace, row: FileChange[1]): (readonly [FileRef, string])[] {
    const ref = row && this.#paths.refOf(place);
    return row && ref ? [[ref, row.key]] : [];
  }

  async #toKnow(ref: FileRef): Promise<void> {
    for (let { more } = this.#kept; more && !this.#pictures?.of(ref); { more } = this.#kept) {
      await more;
    }
  }

  #factsOf(ref: FileRef): FileFacts | null {
    const place = this.#paths.placeOf(ref);
    return (place && this.#kept.files.get(place)) ?? null;
  }

  async #lead(): Promise<void> {
    if (this.#leads || this.#stop.signal.aborted) {
      if (this.#unfollow) {
        // While another tab led, nothing was read here.
        void this.#sync();
      }
      return;
    }
    this.#leads = true;
    // Of another leader this tab may have missed the last words.
    const { held } = await this.#kept.read();
    const missing = held !== null && (await this.#join.compare().catch(reportingAs('library.compare', true)));
    this.#held = missing ? null : held;
    this.#isUnread = held === null;
    if (this.#stop.signal.aborted) {
      return;
    }
    // Not before: what a stream brings must not be compared with what was kept before it.
    this.#unfollow = followLibrary({
      url: this.#options.client.liveUrl,
      news: (news) => this.#take(news),
      ...(this.#options.openSocket && { open: this.#options.openSocket }),
    });
    await this.#sync();
  }

  #take(news: Extract<LibraryStatus, { on: true }>): void {
    const hasMarks = this.#status?.marks !== news.marks;
    const places = this.#places;
    this.#status = news;
    nameRoots(news.trees);
    if (places !== this.#places) {
      // What was read before may have found no place.
      this.#held = null;
      this.#moved += 1;
      if (news.trees.length > 0) {
        // Others have another name now, and are no pictures under the one before.
        void this.#join.compare().catch(reporting('library.compare'));
      }
    }
    libraryPort.set(news);
    this.#tell(false);
    if (hasMarks) {
      this.#options.onMarks?.();
    }
    const isBehind = this.#held?.epoch !== news.epoch || this.#held.revision !== news.revision;
    if (isBehind || (this.#anew && !news.scan)) {
      void this.#sync();
    }
  }

  /** Brings gallery and library in step. Failures are reported, and tried again. */
  async #sync(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#syncing) {
      this.#again = true;
      return;
    }
    this.#syncing = true;
    this.#again = false;
    let wait: number | null = null;
    try {
      await this.#syncOnce();
      this.#delay = RETRY.first;
      wait = this.#again ? (this.#status?.scan ? WHILE_SCANNING : 0) : null;
    } catch (error) {
      report(error, 'library.sync');
      wait = this.#delay;
      this.#delay = Math.min(RETRY.most, this.#delay * 2);
    } finally {
      this.#syncing = false;
    }
    if (wait !== null && !this.#stop.signal.aborted) {
      this.#timer = setTimeout(() => void this.#sync(), wait);
    }
  }

  async #syncOnce(): Promise<void> {
    const { client, feed } = this.#options;
    if (!feed.leads || this.#stop.signal.aborted) {
      return;
    }
    const moved = this.#moved;
    this.#join.begin();
    const head = await client.changes(
      this.#held,
      {
        head: ({ epoch, reset }) => {
          if (reset || epoch !== this.#held?.epoch) {
            this.#anew = true;
            this.#kept.files.beginRound();
          }
        },
        news: async (news) => {
          await this.#join.take(news);
          await breathe();
        },
      },
      this.#stop.signal,
    );
    if (moved !== this.#moved) {
      this.#again = true;
      return;
    }
    const whole = this.#anew && this.#isKnownToTheEnd(head);
    await this.#join.finish((tree) => whole && this.#mayBeGone(tree));
    if (whole && this.#isUnread) {
      await this.#join.compare();
      this.#isUnread = false;
    }
    this.#held = { epoch: head.epoch, revision: head.revision };
    this.#anew &&= !whole;
    await this.#keep(whole);
    if (!this.#anew && this.#status?.scan === null) {
      await this.#lookForGone();
    }
    this.#tell(true);
  }

  #lookSoon = (): void => {
    this.#lookTimer ??= setTimeout(() => {
      this.#lookTimer = undefined;
      void this.#sync();
    }, LOOK_AFTER);
  };

  /** Not while a stream is read: what is kept belongs to a revision. */
  async #lookForGone(): Promise<void> {
    if (await this.#gone.look().catch(reportingAs('library.gone', false))) {
      await this.#keep(false);
    }
  }

  /** Which files have a place in the gallery follows from this. */
  get #places(): string {
    return JSON.stringify(this.#status?.trees.map(({ id, kind }) => [id, kind]));
  }

  /** While a scan runs, or a folder cannot be read, what was not named may still be. */
  #isKnownToTheEnd({ epoch }: Held): boolean {
    const { scan, trees = [], epoch: of } = this.#status ?? {};
    return of === epoch && scan === null && trees.every(({ online }) => online);
  }

  #mayBeGone(tree: string): boolean {
    return this.#status?.trees.find(({ id }) => id === tree)?.online !== false;
  }

  /** Keeps what has changed, together with the revision it belongs to. */
  async #keep(whole: boolean): Promise<void> {
    const changes = this.#join.takeChanges();
    this.#options.onFiles?.(changes.flatMap(([place, row]) => this.#keyed(place, row)));
    if (this.#anew) {
      // Not the whole yet: the next visit reads everything again.
      return;
    }
    await this.#kept.write({ held: this.#held, gone: this.#join.gone }, changes, whole);
  }

  #tell(changed: boolean): void {
    if (this.#status) {
      this.#options.leader?.post({ type: 'library', status: this.#status, changed } satisfies Told);
    }
  }

  async #hear(data: unknown): Promise<void> {
    const told = data as Partial<Told> | null;
    if (told?.type !== 'library' || !told.status?.on || this.#options.feed.leads) {
      return;
    }
    this.#status = told.status;
    libraryPort.set(told.status);
    if (told.changed) {
      const { held, gone } = await this.#kept.read();
      if (held) {
        this.#join.gone = gone;
      }
    }
  }
}
