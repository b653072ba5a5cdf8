import { isOnDevice } from '../comfy/device-ref';
import type { FileRef } from '../comfy/file-ref';
import { rootNames, treeOf } from '../comfy/tree-ref';
import { Stored } from '../base/stored';
import type { LibraryDone, LibraryMoved, LibraryStatus, LibraryTree } from './library-wire';

/** A file in the trash. */
export interface TrashedFile {
  /** What the server calls it. */
  trash: string;
  /** Where it lay, as `folderPath` says it, with its name. */
  path: string;
  /** The same as ComfyUI names it; `null` when the gallery has no place for it. */
  file: FileRef | null;
  /** When it was deleted, ms since the epoch. */
  at: number;
  /** Bytes. */
  size: number;
}

/** What can be done with the files of a library. What became of each is told in the order asked. */
export interface LibraryVerbs {
  /** Moves files to the trash; they leave the gallery at once. */
  delete(files: readonly FileRef[]): Promise<LibraryMoved['results']>;
  /** Brings files back that `delete` took away, by the names they got in the trash. */
  restore(files: readonly Pick<TrashedFile, 'file' | 'trash'>[]): Promise<LibraryMoved['results']>;
  /** What is in the trash, the newest first. */
  trash(): Promise<TrashedFile[]>;
  /** Removes files of the trash for good, by their names there. */
  empty(trash: readonly string[]): Promise<LibraryDone['results']>;
  /** Moves or renames files and folders. Paths as `folderPath` makes them, with their names. */
  move(moves: readonly { from: string; to: string }[]): Promise<LibraryDone['results']>;
  makeFolder(path: string): Promise<LibraryDone['results'][number]>;
}

/** Asks for all folders there are: see `folderPath`. */
type AskFolders = () => Promise<readonly string[]>;

/** The names of folders as they were known last: pictures are shown before the server has told them again. */
export const keptNames = new Stored<[root: string, name: string][]>('darkroom.library-names', {
  read: (json) => (json ?? []) as [string, string][],
});
keptNames.load().forEach(([root, name]) => rootNames.set(root, name));

/** Where rooms learn of the folders that Darkroom's server indexes, if it does. */
class LibraryPort {
  #status = $state.raw<LibraryStatus | null>(null);
  #verbs = $state.raw<LibraryVerbs | null>(null);
  #askFolders: AskFolders | null = null;

  /** `null` while it is not known, and for ever where something else serves the page. Reactive. */
  get status(): LibraryStatus | null {
    return this.#status;
  }

  /** The indexed folder that a file is in. Reactive. */
  treeOf(ref: Pick<FileRef, 'type' | 'subfolder'>): LibraryTree | undefined {
    return this.#status?.on && !isOnDevice(ref) ? treeOf(this.#status.trees, ref) : undefined;
  }

  /** Whether the folder that a file is in cannot be read just now. Reactive. */
  isAway(ref: Pick<FileRef, 'type' | 'subfolder'>): boolean {
    return this.treeOf(ref)?.online === false;
  }

  /** What can be done with files; `null` where they can only be looked at. Reactive. */
  get verbs(): LibraryVerbs | null {
    return this.#status?.on === true && this.#status.canDelete ? this.#verbs : null;
  }

  /** All folders there are, also empty ones; none without a library. */
  async folders(): Promise<readonly string[]> {
    return (await this.#askFolders?.()) ?? [];
  }

  /** For whoever talks to the server. */
  set(
    status: LibraryStatus | null,
    verbs: LibraryVerbs | null = this.#verbs,
    askFolders: AskFolders | null = this.#askFolders,
  ): void {
    this.#status = status;
    this.#verbs = verbs;
    this.#askFolders = askFolders;
  }
}

export const libraryPort = new LibraryPort();
