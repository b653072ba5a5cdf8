import type {
  LibraryDone,
  LibraryFolders,
  LibraryHead,
  LibraryMissing,
  LibraryMove,
  LibraryMoved,
  LibraryNews,
  LibraryPath,
  LibraryTrashed,
} from '../../ports/library-wire';
import type { DiskPath } from './disk-file';
import type { FileFormat } from './file-format';
import type { NewestKeys, NewestPlace } from './idle-thumbs';
import type { Tree } from './library-tree';
import type { SidecarNews } from './sidecar-book';
import type { XmpMarks } from './xmp-text';

/** What the library's thread is started with. */
export interface LibraryStart {
  /** File of the index. */
  index: string;
  trees: Tree[];
  /** Folders that are left out, without links: Darkroom's own data. */
  skip: string[];
  canDelete: boolean;
  /** Whether marks are kept in XMP sidecars, too. */
  sidecars?: boolean | undefined;
  /** Poll all trees, as if nothing were heard of what happens in them; ms between two looks. */
  pollEvery?: number | undefined;
}

/** A file that can be opened. */
export interface FoundFile {
  path: DiskPath;
  /** What it must lie in, without links. */
  root: string;
  name: string;
  size: number;
  modified: number;
  format: FileFormat;
}

/** What can be asked of the library's thread: the name of a call, what it takes, and what it answers. */
export interface LibraryCalls {
  /** Places of the files with this content. */
  find: (key: string) => FoundFile[];
  /** The file of this path, if it is indexed. */
  findAt: (path: LibraryPath) => FoundFile[];
  /** Content keys of files that can be drawn, newest first, behind a place. */
  newest: (after: NewestPlace | null, count: number) => NewestKeys;
  /** Begins a stream of changes; `stream` names it. */
  changes: (since: number | null, epoch: string | null) => { stream: number; head: LibraryHead };
  /** The next lines of a stream; `null` after the last. */
  next: (stream: number) => string | null;
  /** Ends a stream early. */
  end: (stream: number) => void;
  /** Something is wrong with these files: look again. */
  lookAgain: (key: string) => void;
  /** Moves files to the trash. */
  remove: (files: readonly LibraryPath[]) => LibraryMoved;
  /** Brings files back from it. */
  restore: (trash: readonly string[]) => LibraryMoved;
  /** What is in the trash, the newest first. */
  trash: () => LibraryTrashed[];
  /** Removes files of the trash for good. */
  empty: (trash: readonly string[]) => LibraryDone;
  /** Moves or renames files and folders. */
  move: (moves: LibraryMove['moves']) => LibraryDone;
  /** The folders there are, also empty ones. */
  folders: () => LibraryFolders;
  /** Which of these files are certainly not there. */
  missing: (files: readonly LibraryPath[]) => LibraryMissing;
  /** Writes marks into the sidecars of the files with this content. */
  writeSidecars: (key: string, marks: XmpMarks) => void;
  /** Some of the sidecars that other programs have changed; they count as unread until `sidecarsRead`. */
  changedSidecars: () => SidecarNews[];
  /** What they say is kept by now. */
  sidecarsRead: (news: readonly SidecarNews[]) => void;
  /** Makes a folder. */
  makeFolder: (path: LibraryPath) => LibraryDone;
  stop: () => void;
}

export type CallName = keyof LibraryCalls;

/** A call, as it is sent to the thread. */
export interface CallMessage {
  id: number;
  call: CallName;
  args: unknown[];
}

/** What the thread sends. */
export type ThreadMessage =
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'failure'; id: number; message: string }
  | { kind: 'news'; news: LibraryNews }
  /** Other programs have changed sidecars. */
  | { kind: 'sidecars' }
  /** For whoever runs the server. */
  | { kind: 'notice'; text: string };
