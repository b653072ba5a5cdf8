import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import type { WebSocket } from 'ws';

import type {
  LibraryDone,
  LibraryEndLine,
  LibraryFolders,
  LibraryHead,
  LibraryMissing,
  LibraryMove,
  LibraryMoved,
  LibraryNews,
  LibraryPath,
  LibraryStatus,
  LibraryTrash,
} from '../../ports/library-wire';
import type { ComfyAddress } from '../comfy-url';
import { DarkroomError } from '../errors';
import { ComfyRest } from './comfy-rest';
import { findOutputFolder } from './find-output';
import { IdleThumbs } from './idle-thumbs';
import type { FoundFile } from './library-messages';
import { type TreeOptions, treesOf } from './library-tree';
import type { MarkStore } from './mark-store';
import { SidecarKeeper } from './sidecar-keeper';
import { LibraryBusy, ThreadClient } from './thread-client';
import { ThumbMaker } from './thumb-maker';
import { ThumbStore } from './thumb-store';

/** Bytes of thumbnails kept on disk unless told otherwise: some 100,000. */
const THUMB_BYTES = 2 * 1024 ** 3;
/** How often ComfyUI is asked where its output folder is, while that is not known, ms. */
const ASK_MS = 20_000;
/** So long nobody has asked for a thumbnail when others are made in advance, ms. */
const QUIET_MS = 3_000;
/** How long whoever asks waits for the index to be opened, ms: a worker starts, and a file is checked. */
const OPENING_MS = 10_000;
/** A browser that does not take what it is sent is let go, bytes. */
const MOST_UNSENT = 1024 * 1024;

export interface LibraryOptions {
  /** Folder of the index and the thumbnails. */
  dataDir: string;
  /** Folders that are indexed; without any, ComfyUI's output folder if it can be found. */
  trees: readonly TreeOptions[];
  /** Whether files may be deleted, moved and renamed. */
  allowDelete: boolean;
  comfy: ComfyAddress;
  /** Marks that are kept in step with XMP sidecars beside the files; without any, no sidecar is read or written. */
  sidecars?: Pick<MarkStore, 'ofKey' | 'keys' | 'merge'> | null | undefined;
  /** Bytes of thumbnails kept on disk. */
  thumbBytes?: number | undefined;
  /** Poll the folders so often, ms, instead of listening to the system. */
  pollEvery?: number | undefined;
  /** After how long a rest thumbnails are made in advance, ms. */
  idleAfter?: number | undefined;
}

/** The library, for the doors. */
export interface Library {
  /**
   * What is indexed, as soon as that is known.
   * @throws LibraryBusy when opening the index takes too long.
   */
  status(): Promise<LibraryStatus>;
  /** Whether there is a library, also while its index is being opened. */
  readonly isOn: boolean;
  /** What changed since a revision: lines of the wire format; `null` while there is no library. */
  changes(since: number | null, epoch: string | null): Promise<AsyncGenerator<string> | null>;
  /** The folders there are; `null` while there is no library. */
  folders(): Promise<LibraryFolders> | null;
  /** Which of these files are certainly not there; `null` while there is no library. */
  missing(files: readonly LibraryPath[]): Promise<LibraryMissing> | null;
  /** Files with this content. */
  find(key: string): Promise<FoundFile[]>;
  /** The file of this path, if it is indexed. */
  findAt(path: LibraryPath): Promise<FoundFile[]>;
  /** What is not as the index says is looked at again. */
  lookAgain(key: string): void;
  thumbs: ThumbMaker;
  /** Moves files to the trash; `null` where that is not allowed. */
  remove(files: readonly LibraryPath[]): Promise<LibraryMoved> | null;
  /** Brings files back from it. */
  restore(trash: readonly string[]): Promise<LibraryMoved> | null;
  /** What is in the trash; `null` where nothing may be deleted. So with the next three. */
  trash(): Promise<LibraryTrash> | null;
  /** Removes files of the trash for good. */
  empty(trash: readonly string[]): Promise<LibraryDone> | null;
  /** Moves or renames files and folders. */
  move(moves: LibraryMove['moves']): Promise<LibraryDone> | null;
  makeFolder(path: LibraryPath): Promise<LibraryDone> | null;
  /** The marks of these contents have changed: their sidecars follow, where they are kept. */
  marked(keys: Iterable<string>): void;
  /**
   * Tells a browser of what is new, until it goes.
   * @param mayWrite whether whoever looks at it may use the routes that move and delete files.
   */
  addSocket(socket: WebSocket, mayWrite: boolean): void;
  /** What the owner should know. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the library.
 * @throws DarkroomError `no_database` when the data folder cannot be used.
 */
export function openLibrary(options: LibraryOptions): Library {
  const { dataDir, thumbBytes = THUMB_BYTES } = options;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return new OpenLibrary(options, new ThumbStore(join(dataDir, 'library-thumbs'), thumbBytes));
  } catch (error) {
    throw new DarkroomError('no_database', `The data folder ${dataDir} cannot be used: ${String(error)}.`);
  }
}

class OpenLibrary implements Library {
  readonly thumbs: ThumbMaker;
  readonly notices: string[] = [];
  readonly #options: LibraryOptions;
  readonly #comfy: ComfyRest;
  readonly #idle: IdleThumbs;
  readonly #sockets = new Map<WebSocket, { mayWrite: boolean }>();
  readonly #sidecars: SidecarKeeper | null;
  #thread: ThreadClient | null = null;
  /** Begins with the time, so that it is another after a restart. */
  #marks = Date.now();
  /** Whether the trees could be read when sidecars were compared last. */
  #compared = '';
  #news: LibraryNews | null = null;
  /** Who asked before anything was known. */
  readonly #waiting = new Set<(news: LibraryNews | null) => void>();
  #asking: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LibraryOptions, store: ThumbStore) {
    this.#options = options;
    this.thumbs = new ThumbMaker(store, (key) => this.find(key));
    this.#comfy = new ComfyRest(options.comfy);
    this.#idle = new IdleThumbs({
      newest: (after, count) =>
        this.#thread?.call('newest', after, count) ?? Promise.resolve({ keys: [], next: null }),
      make: (key) => this.thumbs.prepare(key),
      isIdle: () => this.#isIdle(),
      isFull: () => store.isNearlyFull,
      ...(options.idleAfter !== undefined && { rest: options.idleAfter }),
    });
    this.#sidecars = options.sidecars
      ? new SidecarKeeper({
          marks: options.sidecars,
          write: (key, marks) => this.#thread?.call('writeSidecars', key, marks) ?? Promise.resolve(),
          changed: () => this.#thread?.call('changedSidecars') ?? Promise.resolve([]),
          read: (news) => this.#thread?.call('sidecarsRead', news) ?? Promise.resolve(),
          onMarks: () => {
            this.#marks += 1;
            if (this.#news) {
              this.#hear(this.#news);
            }
          },
        })
      : null;
    if (options.trees.length > 0) {
      this.#begin(options.trees);
    } else {
      this.#ask();
    }
  }

  get isOn(): boolean {
    return this.#thread !== null;
  }

  async status(): Promise<LibraryStatus> {
    if (!this.#thread) {
      return { on: false, why: 'no_folder' };
    }
    // Half an answer would be worse than none: a browser that knew of no folders would find no place for their files.
    return this.#news ?? (await this.#firstNews());
  }

  #firstNews(): Promise<LibraryNews> {
    return new Promise((resolve, reject) => {
      const settle = (news: LibraryNews | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        if (news) {
          resolve(news);
        } else {
          reject(new LibraryBusy('The library is being opened.'));
        }
      };
      const timer = setTimeout(() => settle(null), OPENING_MS).unref();
      this.#waiting.add(settle);
    });
  }

  async changes(since: number | null, epoch: string | null): Promise<AsyncGenerator<string> | null> {
    const thread = this.#thread;
    if (!thread) {
      return null;
    }
    const { stream, head } = await thread.call('changes', since, epoch);
    return linesOf(thread, stream, head);
  }

  folders(): Promise<LibraryFolders> | null {
    return this.#thread?.call('folders') ?? null;
  }

  missing(files: readonly LibraryPath[]): Promise<LibraryMissing> | null {
    return this.#thread?.call('missing', files) ?? null;
  }

  find(key: string): Promise<FoundFile[]> {
    return this.#thread?.call('find', key) ?? Promise.resolve([]);
  }

  findAt(path: LibraryPath): Promise<FoundFile[]> {
    return this.#thread?.call('findAt', path) ?? Promise.resolve([]);
  }

  lookAgain(key: string): void {
    // Nobody waits for it, and the next comparison finds it too.
    this.#thread?.call('lookAgain', key).catch(() => undefined);
  }

  remove(files: readonly LibraryPath[]): Promise<LibraryMoved> | null {
    return this.#writing?.call('remove', files) ?? null;
  }

  restore(trash: readonly string[]): Promise<LibraryMoved> | null {
    return this.#writing?.call('restore', trash) ?? null;
  }

  trash(): Promise<LibraryTrash> | null {
    return this.#writing?.call('trash').then((files) => ({ files })) ?? null;
  }

  empty(trash: readonly string[]): Promise<LibraryDone> | null {
    return this.#writing?.call('empty', trash) ?? null;
  }

  move(moves: LibraryMove['moves']): Promise<LibraryDone> | null {
    return this.#writing?.call('move', moves) ?? null;
  }

  makeFolder(path: LibraryPath): Promise<LibraryDone> | null {
    return this.#writing?.call('makeFolder', path) ?? null;
  }

  marked(keys: Iterable<string>): void {
    this.#sidecars?.changed(keys).catch(this.#noteSidecars);
  }

  /** Once everything was read, and again after a drive has come back. */
  #compareSidecars({ scan, trees }: LibraryNews): void {
    const online = trees.flatMap(({ id, online: isOnline }) => (isOnline ? [id] : [])).join();
    if (scan === null && online !== this.#compared) {
      this.#compared = online;
      this.#sidecars?.catchUp().catch(this.#noteSidecars);
    }
  }

  #noteSidecars = (error: unknown): void => {
    if (!this.#isClosed) {
      this.notices.push(`Marks and sidecars could not be brought in step: ${String(error)}.`);
    }
  };

  addSocket(socket: WebSocket, mayWrite: boolean): void {
    this.#sockets.set(socket, { mayWrite });
    const leave = (): void => {
      this.#sockets.delete(socket);
    };
    socket.on('close', leave).on('error', leave);
    if (this.#news) {
      socket.send(JSON.stringify(forReader(this.#news, mayWrite)));
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.forEach((settle) => settle(null));
    this.#idle.stop();
    clearTimeout(this.#asking);
    this.#sockets.forEach((_, socket) => {
      socket.close(1001);
    });
    await this.#thread?.stop();
  }

  /** Whether no files are being read, nobody waits for a thumbnail, and ComfyUI has nothing to do. */
  async #isIdle(): Promise<boolean> {
    const isQuiet = this.#news?.scan === null && Date.now() - this.thumbs.askedAt > QUIET_MS;
    return isQuiet && (await this.#comfy.rests());
  }

  /** The thread, where it may change the folders. */
  get #writing(): ThreadClient | null {
    return this.#options.allowDelete ? this.#thread : null;
  }

  #begin(trees: readonly TreeOptions[]): void {
    const { dataDir, allowDelete, pollEvery } = this.#options;
    this.#thread = new ThreadClient(
      {
        index: join(dataDir, 'library.sqlite'),
        trees: treesOf(trees),
        skip: [realpathSync(dataDir)],
        canDelete: allowDelete,
        sidecars: this.#sidecars !== null,
        pollEvery,
      },
      {
        onNews: (news) => {
          this.#hear(news);
          this.#compareSidecars(news);
          this.#idle.news();
        },
        onSidecars: () => {
          this.#sidecars?.read().catch(this.#noteSidecars);
        },
        onNotice: (text) => {
          this.notices.push(text);
          console.warn(text);
        },
      },
    );
  }

  #hear(news: LibraryNews): void {
    const now = { ...news, marks: this.#marks };
    this.#news = now;
    this.#waiting.forEach((settle) => settle(now));
    this.#tell(now);
  }

  #tell(news: LibraryNews): void {
    const [read, write] = [false, true].map((mayWrite) => JSON.stringify(forReader(news, mayWrite)));
    for (const [socket, { mayWrite }] of this.#sockets) {
      if (socket.bufferedAmount > MOST_UNSENT) {
        socket.terminate();
      } else {
        socket.send((mayWrite ? write : read) ?? '');
      }
    }
  }

  /** Asks ComfyUI where its output folder is, now and then, until it says. */
  #ask = (): void => {
    findOutputFolder(this.#options.comfy)
      .then((path) => {
        if (this.#isClosed) {
          return;
        }
        if (path === null) {
          this.#asking = setTimeout(this.#ask, ASK_MS).unref();
        } else {
          this.#begin([{ path, kind: 'output' }]);
        }
      })
      .catch((error: unknown) => {
        this.notices.push(`The library could not be opened: ${String(error)}.`);
      });
  };
}

/** The state of a library for somebody who may, or may not, move and delete files. */
export function forReader<Status extends LibraryStatus>(status: Status, mayWrite: boolean): Status {
  return status.on && !mayWrite ? { ...status, canDelete: false } : status;
}

async function* linesOf(thread: ThreadClient, stream: number, head: LibraryHead): AsyncGenerator<string> {
  let isOver = false;
  try {
    yield `${JSON.stringify(head)}\n`;
    for (;;) {
      const lines = await thread.call('next', stream);
      if (lines === null) {
        isOver = true;
        yield `${JSON.stringify(['e'] satisfies LibraryEndLine)}\n`;
        return;
      }
      yield lines;
    }
  } finally {
    if (!isOver) {
      thread.call('end', stream).catch(() => undefined);
    }
  }
}
