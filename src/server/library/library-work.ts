import { join } from 'node:path';

import type {
  LibraryDone,
  LibraryMove,
  LibraryMoved,
  LibraryNews,
  LibraryPath,
  LibraryTrashed,
} from '../../ports/library-wire';
import { systemCode } from '../errors';
import { below, type DiskName, within } from './disk-names';
import { FolderWatch } from './folder-watch';
import type { Changes } from './index-changes';
import type { SidecarPlace } from './index-sidecars';
import { IndexStore, type Place } from './index-store';
import { isMissing } from './inside-tree';
import type { FoundFile, LibraryCalls, LibraryStart, ThreadMessage } from './library-messages';
import type { Listing } from './list-folder';
import { makeFolder, moveEntry, refusal } from './move-entry';
import { Scanner } from './scanner';
import { SidecarBook } from './sidecar-book';
import { expireTrash, moveToTrash, removeForGood, restoreFromTrash, tidyTrash } from './trash';
import type { XmpMarks } from './xmp-text';

/** News comes no more often than this, ms: a scan makes some every few milliseconds. */
const GATHER_MS = 150;
/** How often it is looked whether the trees are there, ms. */
const PRESENCE_MS = 2_000;
/** How often folders are looked at that nothing is heard of, ms. */
const POLL_MS = 5_000;
/** How often everything is compared, ms: events can be lost, and a polled folder does not tell what was overwritten. */
const COMPARE_MS = 15 * 60_000;
/** How often it is looked what has been in the trash for too long, ms. */
const EXPIRE_MS = 3_600_000;
/** How long to wait after something went wrong with the index: a full disk, say. ms. */
const RETRY_MS = 5_000;
/** Sidecars read at once, while nothing else is done. */
const SIDECARS_AT_ONCE = 20;
/** Streams that are open at once; one that was left open gives way. */
const MOST_STREAMS = 64;

const REBUILT = {
  damaged: "The library's index was damaged, and is being built anew from the folders.",
  later_version: "The library's index was written by a later version of Darkroom, and is being built anew.",
} as const;

const AWAY = refusal('not_found', 'The folder cannot be reached just now.');

/** All that the library's thread does. */
export class LibraryWork {
  readonly #start: LibraryStart;
  readonly #send: (message: ThreadMessage) => void;
  readonly #index: IndexStore;
  readonly #scanner: Scanner;
  readonly #sidecars: SidecarBook | null;
  readonly #watch: FolderWatch;
  readonly #streams = new Map<number, Changes>();
  readonly #timers: NodeJS.Timeout[];
  #lastStream = 0;
  #isStopped = false;
  #isWorking = false;
  #isAsked = false;
  #wake: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #toldAt = -Infinity;
  #lastProblem = '';

  constructor(start: LibraryStart, send: (message: ThreadMessage) => void) {
    this.#start = start;
    this.#send = send;
    this.#index = new IndexStore(start.index);
    this.#watch = new FolderWatch((tree, folder, name) => {
      this.#scanner.hint(tree, folder, name);
      this.#work();
    });
    this.#scanner = new Scanner({
      index: this.#index,
      trees: start.trees,
      skip: start.skip,
      onFolder: (tree, root, folder) => {
        this.#watch.add(tree, root, folder);
      },
      onLost: (tree, folder) => {
        this.#watch.remove(tree, folder.name);
      },
      onSidecars: (tree, folder, seen, which) => {
        this.#seeSidecars(tree, folder, seen, which);
      },
      onRead: ({ tree, folder, name }, key) => this.#sidecars?.fileRead({ tree, folder, name }, key),
      onNews: () => {
        this.#tellSoon();
      },
    });
    this.#sidecars = start.sidecars
      ? new SidecarBook(
          () => this.#index.sidecars,
          (place) => this.#pathOf(place),
        )
      : null;
    this.#noteRebuilt();
    if (start.pollEvery !== undefined) {
      start.trees.forEach(({ id }) => {
        this.#watch.poll(id);
      });
    }
    this.#timers = [
      setInterval(this.#checkPresence, PRESENCE_MS),
      setInterval(this.#poll, start.pollEvery ?? POLL_MS),
      setInterval(this.#compareAll, COMPARE_MS),
      setInterval(this.#expire, EXPIRE_MS),
    ];
    this.#checkPresence();
    this.#expire();
    this.#tell();
    this.#work();
  }

  readonly calls: LibraryCalls = {
    find: (key) => this.#index.withKey(key).flatMap((found) => this.#openable(found)),
    findAt: ({ tree, path }) => {
      const cut = path.lastIndexOf('/');
      const found = this.#index.at(tree, path.slice(0, Math.max(0, cut)), path.slice(cut + 1));
      return found ? this.#openable(found) : [];
    },
    newest: (after, count) => this.#index.newest(after, count),
    changes: (since, epoch) => {
      const changes = this.#index.changes(since, epoch);
      const stream = (this.#lastStream += 1);
      this.#streams.set(stream, changes);
      const [oldest] = this.#streams.keys();
      if (this.#streams.size > MOST_STREAMS && oldest !== undefined) {
        this.#streams.delete(oldest);
      }
      return { stream, head: changes.head };
    },
    next: (stream) => {
      const changes = this.#streams.get(stream);
      if (!changes) {
        throw new Error('There is no such stream.');
      }
      const lines = changes.next();
      if (lines === null) {
        this.#streams.delete(stream);
      }
      return lines;
    },
    end: (stream) => {
      this.#streams.delete(stream);
    },
    lookAgain: (key) => {
      for (const { tree, folder, folderRaw, name, raw } of this.#index.withKey(key)) {
        this.#scanner.hint(tree, { name: folder, raw: folderRaw }, { name, raw });
      }
      this.#work();
    },
    remove: (files) => ({ results: files.map((file) => this.#remove(file)) }),
    restore: (trash) => ({ results: trash.map((id) => this.#restore(id)) }),
    trash: () => this.#trash(),
    empty: (trash) => ({ results: trash.map((id) => this.#removeForGood(id)) }),
    move: (moves) => ({ results: moves.map((move) => this.#move(move)) }),
    makeFolder: ({ tree, path }) => {
      const root = this.#scanner.rootOf(tree);
      const made = root === null ? AWAY : makeFolder(root, path);
      this.#hintAt(tree, path);
      return { results: [made] };
    },
    writeSidecars: (key, marks) => {
      for (const place of this.#index.withKey(key)) {
        this.#writeSidecar(place, key, marks);
      }
      this.#tellOfSidecars();
    },
    changedSidecars: () => this.#sidecars?.take(SIDECARS_AT_ONCE) ?? [],
    sidecarsRead: (news) => this.#sidecars?.taken(news),
    folders: () => ({
      trees: this.#start.trees.map(({ id }) => ({ id, folders: this.#index.foldersThere(id) })),
    }),
    missing: (files) => ({ missing: files.map((file) => this.#isMissing(file)) }),
    stop: () => {
      this.#isStopped = true;
      this.#timers.forEach(clearInterval);
      clearTimeout(this.#wake);
      clearTimeout(this.#gathering);
      this.#watch.close();
      this.#index.close();
    },
  };

  #isMissing({ tree, path }: LibraryPath): boolean {
    const root = this.#scanner.rootOf(tree);
    // Of a drive that has just gone, everything would be missing.
    return root !== null && isMissing(root, path) && this.#scanner.isThere(tree);
  }

  #remove({ tree, path }: LibraryPath): LibraryMoved['results'][number] {
    const root = this.#scanner.rootOf(tree);
    if (root === null) {
      return AWAY;
    }
    const moved = moveToTrash(root, path);
    this.#hintAt(tree, path);
    return moved;
  }

  #restore(id: string): LibraryMoved['results'][number] {
    let answer: LibraryMoved['results'][number] | undefined;
    for (const { id: tree } of this.#start.trees) {
      const root = this.#scanner.rootOf(tree);
      const restored = root === null ? undefined : restoreFromTrash(root, id);
      if (restored && (!answer || restored.ok || restored.why !== 'not_found')) {
        answer = restored;
      }
      if (restored?.ok) {
        this.#scanner.markStale(tree);
      }
    }
    this.#work();
    return answer ?? AWAY;
  }

  /** The trees that can be reached just now. */
  #roots(): { tree: string; root: string }[] {
    return this.#start.trees.flatMap(({ id }) => {
      const root = this.#scanner.rootOf(id);
      return root === null ? [] : [{ tree: id, root }];
    });
  }

  #trash(): LibraryTrashed[] {
    return this.#roots()
      .flatMap(({ tree, root }) => tidyTrash(root).map(({ id, ...rest }) => ({ trash: id, tree, ...rest })))
      .sort((a, b) => b.at - a.at);
  }

  #removeForGood(id: string): LibraryDone['results'][number] {
    const answers = this.#roots().map(({ root }) => removeForGood(root, id));
    return (
      answers.find(({ ok }) => ok) ??
      answers.find((one) => !one.ok && one.why !== 'not_found') ??
      answers[0] ??
      AWAY
    );
  }

  #move({ tree, from, to, toTree = tree }: LibraryMove['moves'][number]): LibraryDone['results'][number] {
    const [root, toRoot] = [this.#scanner.rootOf(tree), this.#scanner.rootOf(toTree)];
    if (root === null || toRoot === null) {
      return AWAY;
    }
    const done = moveEntry(root, from, to, toRoot);
    if (done.ok) {
      this.#index.move(tree, from, to, toTree);
      this.#scanner.noteMove();
      this.#hintAt(toTree, to);
      this.#tellSoon();
    }
    this.#hintAt(tree, from);
    return done;
  }

  #writeSidecar({ tree, folder, name, raw, folderRaw }: Place, key: string, marks: XmpMarks): void {
    const place = { tree, folder, name };
    const path = raw === null && folderRaw === null ? this.#pathOf(place) : null;
    try {
      if (path !== null) {
        this.#sidecars?.write(place, key, path, marks);
      }
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) {
        throw error;
      }
      this.#notice(`Marks cannot be written beside ${path ?? name}: ${code}.`);
    }
  }

  /** Bytes as a path travel no further: no other program writes sidecars to names that are not UTF-8. */
  #pathOf({ tree, folder, name }: SidecarPlace): string | null {
    const root = this.#scanner.rootOf(tree);
    return root === null ? null : join(root, folder, name);
  }

  #seeSidecars(tree: string, folder: string, seen: Listing['sidecars'], which: 'all' | 'one'): void {
    if (which === 'all') {
      this.#sidecars?.seeAll(tree, folder, seen);
    } else {
      seen.forEach(({ name, ...state }) => this.#sidecars?.see({ tree, folder, name }, state));
    }
    if (this.#sidecars?.isWaiting) {
      this.#tellSoon();
    }
  }

  #hintAt(tree: string, path: string): void {
    const cut = path.lastIndexOf('/');
    const folder = { name: cut < 0 ? '' : path.slice(0, cut), raw: null };
    this.#scanner.hint(tree, folder, { name: path.slice(cut + 1), raw: null });
    this.#work();
  }

  #openable(found: Place): FoundFile[] {
    const root = this.#scanner.rootOf(found.tree);
    if (root === null) {
      return [];
    }
    const { name, size, modified, format } = found;
    const path = within(below(root, found.folder, found.folderRaw), found);
    return [{ path, root, name, size, modified, format }];
  }

  /** Sees to it that the scanner does what there is to do. */
  #work = (): void => {
    if (this.#isWorking) {
      this.#isAsked = true;
      return;
    }
    this.#isWorking = true;
    this.#isAsked = false;
    clearTimeout(this.#wake);
    this.#scanner
      .work(() => this.#isStopped)
      .catch((error: unknown) => this.#recover(error))
      .then((due) => {
        this.#isWorking = false;
        if (this.#isStopped) {
          return;
        }
        if (this.#isAsked) {
          this.#work();
          return;
        }
        if (due !== null) {
          this.#wake = setTimeout(this.#work, due);
        }
        if (this.#gathering && performance.now() - this.#toldAt > GATHER_MS) {
          // Nothing more is to be gathered: a single new file need not wait.
          this.#tell();
        }
      })
      .catch((error: unknown) => {
        this.#notice(String(error));
      });
  };

  /** @returns when to try again, ms. */
  #recover(error: unknown): number {
    if (this.#isStopped) {
      return RETRY_MS;
    }
    this.#scanner.markStale();
    if (this.#index.recover(error)) {
      this.#streams.clear();
      this.#noteRebuilt();
      return 0;
    }
    this.#notice(`The library's index cannot be written: ${String(error)}.`);
    return RETRY_MS;
  }

  #noteRebuilt(): void {
    if (this.#index.rebuilt) {
      this.#notice(REBUILT[this.#index.rebuilt]);
      this.#index.rebuilt = null;
    }
  }

  #notice(text: string): void {
    // Tried again every few seconds, and said once.
    if (text !== this.#lastProblem) {
      this.#lastProblem = text;
      this.#send({ kind: 'notice', text });
    }
  }

  #tellSoon(): void {
    this.#gathering ??= setTimeout(this.#tell, GATHER_MS);
  }

  #tell = (): void => {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#toldAt = performance.now();
    this.#send({ kind: 'news', news: this.#news() });
    this.#tellOfSidecars();
  };

  #tellOfSidecars(): void {
    if (this.#sidecars?.isWaiting) {
      this.#send({ kind: 'sidecars' });
    }
  }

  #news(): LibraryNews {
    return {
      on: true,
      epoch: this.#index.epoch,
      revision: this.#index.revision,
      trees: this.#scanner.trees,
      scan: this.#scanner.progress,
      folders: this.#index.folderNews,
      canDelete: this.#start.canDelete,
      sidecars: this.#start.sidecars === true,
      marks: 0,
    };
  }

  #checkPresence = (): void => {
    this.#quietly(() => {
      this.#scanner.checkPresence();
    });
    this.#work();
  };

  #poll = (): void => {
    this.#quietly(() => {
      for (const tree of this.#watch.polled) {
        const root = this.#scanner.rootOf(tree);
        if (root !== null) {
          const folders = this.#index.folders(tree).map(([name, raw]): DiskName => ({ name, raw }));
          this.#watch.pollOnce(tree, root, folders);
        }
      }
    });
    this.#work();
  };

  /** Puts the trash in order. What cannot be removed now is tried again an hour later. */
  #expire = (): void => {
    for (const { root } of this.#start.canDelete ? this.#roots() : []) {
      this.#quietly(() => {
        expireTrash(root, Date.now());
      });
    }
  };

  #compareAll = (): void => {
    this.#scanner.markStale();
    this.#work();
  };

  /** What a timer sets off must not end the thread. */
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#recover(error);
    }
  }
}
