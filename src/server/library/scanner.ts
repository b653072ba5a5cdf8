import { readdirSync } from 'node:fs';

import type { LibraryTree } from '../../ports/library-wire';
import { systemCode } from '../errors';
import { compareFolder, type ComparePace, loseFolders } from './compare-folder';
import { below, type DiskName, joined, within } from './disk-names';
import type { IndexStore, Place, Reading, Seen } from './index-store';
import { type Presence, presenceOf, type Tree } from './library-tree';
import { type Listing, listFolder, lookAt, lookAtSidecar } from './list-folder';
import { readLibraryFile } from './read-file';
import { WaitingFiles } from './waiting-files';

/** Files read between two changes of the index. */
const BATCH = 200;
/** For how long the thread works before it looks whether somebody asks for something, ms. */
const BREATH_MS = 8;
/** Folders within folders; no person makes more. */
const DEEPEST = 64;
/** More files than these to be read make a scan that is worth showing. */
const SCAN_FILES = 100;

export interface ScannerOptions {
  index: IndexStore;
  trees: readonly Tree[];
  /** Absolute paths that are not looked into: Darkroom's own data. */
  skip: readonly string[];
  /** Told of every folder that is to be watched, before it is listed. */
  onFolder: (tree: Tree, root: string, folder: DiskName) => void;
  /** Told of what may have been a folder, and is gone. */
  onLost: (tree: Tree, folder: DiskName) => void;
  /** Told of the sidecars in a folder: of all that are there, or of one. */
  onSidecars?: (tree: string, folder: string, seen: Listing['sidecars'], which: 'all' | 'one') => void;
  /** Told of every file that was read. */
  onRead?: (place: Place, key: string) => void;
  /** Told whenever the index or the state of a tree changed. */
  onNews: () => void;
}

/** The folder of a tree itself. */
const ALL: DiskName = { name: '', raw: null };

interface TreeState {
  tree: Tree;
  presence: Presence | null;
  /** Folders that are to be compared with the index, with all below them, by path. */
  stale: Map<string, DiskName>;
}

/** A place that is to be looked at again: one name in a folder, or all of it. */
interface Hint {
  tree: string;
  folder: DiskName;
  name: DiskName | null;
}

/**
 * Brings the index up to what the folders hold: lists all of them, comparing times and sizes, then reads the files that
 * are new or changed, the newest first. What the index has is kept at every step, so a scan that breaks off goes on
 * where it was. A tree that cannot be reached loses nothing.
 */
export class Scanner {
  readonly #options: ScannerOptions;
  readonly #trees: TreeState[];
  readonly #hints = new Map<string, Hint>();
  readonly #waiting = new WaitingFiles();
  #breathedAt = performance.now();
  #walks: number;
  #moves = 0;
  /** Until everything was looked at once. */
  #isFirst = true;
  #isBusy = false;
  #isStopped = (): boolean => false;

  constructor(options: ScannerOptions) {
    this.#options = options;
    const { index, trees } = options;
    index.loseTrees(trees.map(({ id }) => id));
    this.#walks = index.lastWalk();
    this.#trees = trees.map((tree) => ({ tree, presence: null, stale: new Map([['', ALL]]) }));
  }

  /** The trees as browsers are told of them. */
  get trees(): LibraryTree[] {
    const { known } = this.#options.index.counts;
    return this.#trees.map(({ tree: { id, name, kind }, presence }) => ({
      id,
      name,
      kind,
      online: presence !== null,
      files: known.get(id) ?? 0,
    }));
  }

  /** How far a scan is; `null` when there is next to nothing to do. */
  get progress(): { done: number; total: number } | null {
    const { known, toRead } = this.#options.index.counts;
    const done = [...known.values()].reduce((sum, count) => sum + count, 0);
    const isOn = this.#isBusy && (this.#isFirst || toRead - this.#waiting.count > SCAN_FILES);
    return isOn ? { done: Math.max(0, done), total: done + toRead } : null;
  }

  /** Where a tree is; `null` while it cannot be reached, or when there is none. */
  rootOf(id: string): string | null {
    return this.#trees.find(({ tree }) => tree.id === id)?.presence?.root ?? null;
  }

  /** Whether a tree is where it was, as of now. */
  isThere(id: string): boolean {
    const state = this.#trees.find(({ tree }) => tree.id === id);
    return state !== undefined && this.#isStillThere(state);
  }

  /** Looks whether the trees are there. One that came back is compared as a whole. */
  checkPresence(): void {
    for (const state of this.#trees) {
      const before = state.presence;
      const now = this.#present(state.tree);
      if (before?.device !== now?.device || before?.root !== now?.root) {
        state.presence = now;
        state.stale.set('', ALL);
        this.#options.onNews();
      }
    }
  }

  /** Asks for all trees, or one, to be compared with the index. */
  markStale(id?: string): void {
    this.#trees
      .filter(({ tree }) => id === undefined || tree.id === id)
      .forEach(({ stale }) => stale.set('', ALL));
  }

  /** Something was moved, and the index knows of it: what is being listed may be from before that. */
  noteMove(): void {
    this.#moves += 1;
  }

  /** Asks for a name in a folder to be looked at; all of the folder without one. */
  hint(tree: string, folder: DiskName, name: DiskName | null): void {
    this.#hints.set(`${tree}/${folder.name}/${name?.name ?? ''}`, { tree, folder, name });
  }

  /**
   * Does what there is to do.
   * @returns when it has to be asked again, ms from now, if nothing calls for it before; `null` for never.
   */
  async work(isStopped: () => boolean): Promise<number | null> {
    this.#isBusy = true;
    this.#isStopped = isStopped;
    try {
      while (!isStopped()) {
        await this.#takeHints();
        const state = this.#trees.find(({ stale, presence }) => presence && stale.size > 0);
        const [folder] = state?.stale.values() ?? [];
        if (state && folder) {
          await this.#walk(state, folder, isStopped);
        } else if (!(await this.#readSome()) && this.#hints.size === 0) {
          this.#isFirst = false;
          break;
        }
        await this.#breathe();
      }
    } finally {
      this.#isBusy = false;
      this.#options.onNews();
    }
    return this.#waiting.next();
  }

  /** Compares a folder and all below it. What is not seen is gone, unless what it lies in could not be listed. */
  async #walk(state: TreeState, start: DiskName, isStopped: () => boolean): Promise<void> {
    const { index } = this.#options;
    const { tree, stale } = state;
    stale.delete(start.name);
    const walk = (this.#walks += 1);
    const rest: { folder: DiskName; depth: number }[] = [{ folder: start, depth: 0 }];
    for (let next = rest.pop(); next; next = rest.pop()) {
      const { folder, depth } = next;
      const listing = await this.#list(state, folder);
      if (isStopped() || !state.presence) {
        return;
      }
      if (listing === 'unreadable') {
        index.keepFolders(tree.id, folder.name, walk);
      } else if (listing) {
        await this.#enter(state, folder, listing, walk);
        if (isStopped()) {
          return;
        }
        for (const name of depth < DEEPEST ? listing.folders : []) {
          rest.push({ folder: joined(folder, name), depth: depth + 1 });
        }
      }
      await this.#takeHints();
      await this.#breathe();
    }
    if (!isStopped() && this.#isStillThere(state)) {
      const { device } = state.presence;
      const lost = { tree: tree.id, path: start.name, exceptWalk: walk };
      if (!(await loseFolders(index, lost, this.#pace()))) {
        stale.set(start.name, start);
      } else if (start === ALL) {
        index.setDevice(tree.id, device);
      }
    }
  }

  /** What a folder holds; `null` when it is gone or not looked into. A drive that went away is noticed here. */
  async #list(
    state: TreeState,
    folder: DiskName,
  ): Promise<(Listing & { moves: number }) | 'unreadable' | null> {
    const { tree, presence } = state;
    if (!presence) {
      return null;
    }
    const path = below(presence.root, folder.name, folder.raw);
    if (this.#isSkipped(tree, String(path))) {
      return null;
    }
    try {
      this.#options.onFolder(tree, presence.root, folder);
      let moves: number;
      let listing: Listing;
      do {
        moves = this.#moves;
        listing = await listFolder(path, () => this.#breathe());
      } while (moves !== this.#moves);
      return this.#isStillThere(state) ? { ...listing, moves } : null;
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) {
        throw error;
      }
      return this.#isStillThere(state) && code !== 'ENOENT' ? 'unreadable' : null;
    }
  }

  async #enter(
    state: TreeState,
    folder: DiskName,
    listing: Listing & { moves: number },
    walk: number,
  ): Promise<void> {
    const { index, onNews, onSidecars } = this.#options;
    const { tree, stale } = state;
    if (folder.raw === null) {
      onSidecars?.(tree.id, folder.name, listing.sidecars, 'all');
    }
    const id = index.folder(tree.id, folder.name, folder.raw, walk);
    const isChanged = await compareFolder(index, id, listing.files, this.#pace(listing.moves));
    if (isChanged === 'outdated') {
      stale.set(folder.name, folder);
    }
    if (isChanged) {
      onNews();
    }
  }

  #isSkipped(tree: Tree, path: string): boolean {
    const others = this.#trees.filter((other) => other.tree !== tree).map(({ presence }) => presence?.root);
    return this.#options.skip.includes(path) || others.includes(path);
  }

  /** Whether a tree is where it was; if not, it is offline from now on, and nothing is concluded from what was seen. */
  #isStillThere(state: TreeState): state is TreeState & { presence: Presence } {
    const now = this.#present(state.tree);
    if (now && now.device === state.presence?.device && now.root === state.presence.root) {
      return true;
    }
    state.presence = null;
    this.#options.onNews();
    return false;
  }

  /**
   * Where a tree is. An empty folder on another device than before is where a drive would be mounted, not a library
   * that was emptied.
   */
  #present(tree: Tree): Presence | null {
    const presence = presenceOf(tree);
    const { index } = this.#options;
    const before = index.device(tree.id);
    const isElsewhere = presence !== null && before !== null && presence.device !== before;
    if (!isElsewhere || (index.counts.known.get(tree.id) ?? 0) === 0) {
      return presence;
    }
    return isEmpty(presence.root) ? null : presence;
  }

  async #takeHints(): Promise<void> {
    for (const [key, hint] of this.#hints) {
      this.#hints.delete(key);
      const state = this.#trees.find(({ tree }) => tree.id === hint.tree);
      if (state?.presence && !state.stale.has('')) {
        await this.#follow(state, state.presence, hint);
      }
    }
  }

  async #follow(state: TreeState, presence: Presence, { folder, name }: Hint): Promise<void> {
    const { tree } = state;
    const { index, onNews } = this.#options;
    if (!name) {
      state.stale.set(folder.name, folder);
      return;
    }
    let seen: Seen | 'folder' | null;
    try {
      const path = below(presence.root, folder.name, folder.raw);
      const sidecar = lookAtSidecar(path, name);
      if (sidecar) {
        this.#options.onSidecars?.(tree.id, folder.name, [sidecar], 'one');
        return;
      }
      seen = lookAt(path, name);
    } catch (error) {
      if (systemCode(error) === undefined) {
        throw error;
      }
      return;
    }
    const inside = joined(folder, name);
    if (seen === 'folder') {
      state.stale.set(inside.name, inside);
      return;
    }
    if (seen === null) {
      if (!this.#isStillThere(state)) {
        return;
      }
      this.#options.onLost(tree, inside);
      const lost = { tree: tree.id, path: inside.name, exceptWalk: null };
      if (!(await loseFolders(index, lost, this.#pace()))) {
        // Of what is gone, a walk is told of nothing, and does the rest.
        state.stale.set(inside.name, inside);
        return;
      }
    }
    const id = index.folder(tree.id, folder.name, folder.raw, null);
    if (index.compare(id, seen ? [seen] : [], [name.name])) {
      onNews();
    }
  }

  /** Reads some of the files that are new or changed. @returns whether there were any. */
  async #readSome(): Promise<boolean> {
    const { index, onNews, onRead } = this.#options;
    const online = this.#trees.filter(({ presence }) => presence).map(({ tree }) => tree.id);
    const places = index
      .toRead(online, BATCH + this.#waiting.count)
      .filter(({ id }) => this.#waiting.isDue(id));
    const results: [Place, Reading | null][] = [];
    for (const place of places.slice(0, BATCH)) {
      const reading = await this.#read(place);
      if (reading !== undefined) {
        results.push([place, reading]);
      }
      await this.#breathe();
    }
    if (results.length > 0) {
      index.take(results);
      results.forEach(([place, reading]) => reading && onRead?.(place, reading.key));
      onNews();
    }
    return places.length > 0;
  }

  /** What a file tells; `null` when it cannot be read, `undefined` when there is nothing to say of it yet. */
  async #read(place: Place): Promise<Reading | null | undefined> {
    const state = this.#trees.find(({ tree }) => tree.id === place.tree);
    if (!state?.presence) {
      return undefined;
    }
    const folder = { name: place.folder, raw: place.folderRaw };
    const path = within(below(state.presence.root, folder.name, folder.raw), place);
    const result = await readLibraryFile(path, place.name, (now) => this.#waiting.quietFor(place.id, now));
    switch (result.got) {
      case 'reading':
        this.#waiting.delete(place.id);
        return result.reading;
      case 'half':
        this.#waiting.wait(place.id, result.state);
        return undefined;
      case 'nothing':
        if (!this.#isStillThere(state)) {
          return undefined;
        }
        this.#waiting.delete(place.id);
        if (result.why === 'gone') {
          const { index } = this.#options;
          index.compare(index.folder(place.tree, folder.name, folder.raw, null), [], [place.name]);
          return undefined;
        }
        return null;
    }
  }

  /** For comparing what was seen after so many moves. */
  #pace(moves = this.#moves): ComparePace {
    return {
      breathe: () => this.#breathe(),
      isOutdated: () => this.#isStopped() || this.#moves !== moves,
    };
  }

  /** Lets others have the thread. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathedAt > BREATH_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#breathedAt = performance.now();
    }
  }
}

function isEmpty(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // It cannot be listed: nothing is known of what it holds.
    return true;
  }
}
