/**
 * What Darkroom's server tells its owner's browser of the folders it indexes. `GET /darkroom/library` answers a
 * {@link LibraryStatus}. `GET /darkroom/library/changes?since=N&epoch=E` streams lines of JSON (NDJSON, gzipped): first
 * a {@link LibraryHead}, then {@link LibraryLine}s, newest files first, at last a {@link LibraryEndLine}. The WebSocket `/darkroom/library/live` sends a
 * {@link LibraryNews} at the start and whenever something changed; the browser then asks for the changes since the
 * revision it holds. `/darkroom/library/thumb/ID`, `/file/ID` and `/meta/ID` are addressed by the content key, so that
 * an answer never changes.
 */

/** A folder that is indexed, with all below it. */
export interface LibraryTree {
  /** Short and stable, for links and records: the same after a restart with the same folder. */
  id: string;
  /** What people call it: the label given at the start, else the folder's name. */
  name: string;
  /**
   * Which of ComfyUI's folders it is. The others have no `/view` address: `other` has pictures like the output folder,
   * `other-input` what pictures are made from.
   */
  kind: 'output' | 'input' | 'other' | 'other-input';
  /** Whether the folder can be read right now. What was indexed of one that cannot stays. */
  online: boolean;
  /** Files indexed in it. */
  files: number;
}

/** Whether there is a library, and how far it is. */
export type LibraryStatus =
  | {
      on: true;
      /** Changes when the index was built anew: revisions of another epoch mean nothing. */
      epoch: string;
      /** Counts upwards with every change. */
      revision: number;
      trees: LibraryTree[];
      /** While a scan runs: files looked at, and files there are as far as is known. */
      scan: { done: number; total: number } | null;
      /** Changes whenever a folder comes or goes, also an empty one: see {@link LibraryFolders}. */
      folders: number;
      /** Whether files may be deleted, moved and renamed (`--allow-delete`). */
      canDelete: boolean;
      /** Whether marks are kept in XMP sidecars beside the files, too (`--write-xmp`). */
      sidecars: boolean;
      /** Changes whenever marks came from sidecars. */
      marks: number;
    }
  /** `no_folder`: none was given, and ComfyUI's could not be found from here. */
  | { on: false; why: 'no_folder' };

/** What a `changes` stream begins with. */
export interface LibraryHead {
  v: 1;
  epoch: string;
  /** The revision the browser holds when it has read the stream to its end. */
  revision: number;
  /** Everything follows: what the browser holds from before is to be dropped, unless it is named again. */
  reset: boolean;
}

/**
 * A line after the head. Folders and texts come before the first file that needs them, and their numbers count within
 * the stream alone.
 */
export type LibraryLine = LibraryFolderLine | LibraryTextLine | LibraryFileLine | LibraryGoneLine;

/** Number, id of the tree, path below it with `/` between names and none at its ends. */
export type LibraryFolderLine = ['d', number, string, string];

/** Number and words: a prompt or model that files name by its number, as one is often that of many files. */
export type LibraryTextLine = ['t', number, string];

/** A file that is new or changed. */
export type LibraryFileLine = [
  'f',
  /** Content key: base64url of 12 bytes. Two copies of one file share it. */
  key: string,
  /** Number of its folder. */
  folder: number,
  name: string,
  /** Bytes. */
  size: number,
  /** When it was last written, ms since the epoch. */
  modified: number,
  /** Upright px; 0 where it has none or they are not known. */
  width: number,
  height: number,
  /** ms; 0 where it has none or it is not known. */
  duration: number,
  /** What made it, where the file tells. */
  making: LibraryMaking | 0,
];

/** What the gallery searches and shows of how a file was made. Texts by their numbers; what is unknown is absent. */
export interface LibraryMaking {
  /** Prompt and negative prompt. */
  p?: number;
  n?: number;
  /** Model. */
  m?: number;
  /** LoRAs, by name. */
  l?: number[];
  /** Seed, in decimal digits: it may not fit a number. */
  s?: string;
  /** Steps, CFG, denoise. */
  st?: number;
  c?: number;
  d?: number;
  /** Sampler and scheduler. */
  sa?: number;
  sc?: number;
  /** Darkroom's recipe, and the picture it edited as ComfyUI annotates it (`sub/name.png [output]`). */
  r?: string;
  o?: string;
}

/** A file that is there no longer: number of its folder, name. */
export type LibraryGoneLine = ['x', number, string];

/** The last line: a stream without it was cut off, and its end may be missing. */
export type LibraryEndLine = ['e'];

/** What the live channel sends. */
export type LibraryNews = Extract<LibraryStatus, { on: true }>;

/**
 * What `/darkroom/library/meta/ID` answers: the texts in the file by lower-case key, `prompt` and `workflow` among them
 * where ComfyUI made it. They are as they stand in the file: parsing them here would round their seeds.
 */
export interface LibraryMeta {
  texts: Record<string, string>;
}

/** `POST /darkroom/library/delete` moves files to the trash, and answers {@link LibraryMoved}. */
export interface LibraryDelete {
  files: LibraryPath[];
}

/** `POST /darkroom/library/restore` brings files back to where they were, and answers {@link LibraryMoved}. */
export interface LibraryRestore {
  trash: string[];
}

/** What `GET /darkroom/library/folders` answers: all folders there are, by their paths below the trees. */
export interface LibraryFolders {
  trees: { id: string; folders: string[] }[];
}

/**
 * `POST /darkroom/library/missing` asks about files that are not in the index, and answers {@link LibraryMissing}: the
 * index takes in neither links nor everything else that may be there.
 */
export interface LibraryAsked {
  files: LibraryPath[];
}

/** Of each file in the order asked whether it is certain that it is not there. */
export interface LibraryMissing {
  missing: boolean[];
}

/** A file in the trash. */
export interface LibraryTrashed {
  /** What it is called there, for restoring it or removing it for good. */
  trash: string;
  tree: string;
  /** Where it lay, below the tree. */
  path: string;
  /** When it was deleted, ms since the epoch. It is removed for good 30 days later. */
  at: number;
  /** Bytes. */
  size: number;
}

/** What `GET /darkroom/library/trash` answers: the newest first. */
export interface LibraryTrash {
  files: LibraryTrashed[];
}

/** `POST /darkroom/library/empty` removes files of the trash for good, and answers {@link LibraryDone}. */
export interface LibraryEmpty {
  trash: string[];
}

/**
 * `POST /darkroom/library/move` moves or renames files and folders, and answers {@link LibraryDone}. What has the name
 * already is never replaced.
 */
export interface LibraryMove {
  moves: {
    tree: string;
    from: string;
    to: string;
    /** The tree it goes to, if that is another: files alone go there, and only on the same drive. */
    toTree?: string | undefined;
  }[];
}

/** `POST /darkroom/library/folder` makes a folder, and answers {@link LibraryDone} with one result. */
export type LibraryFolder = LibraryPath;

export interface LibraryPath {
  tree: string;
  /** Below the tree, `/` between names. */
  path: string;
}

/** Why something was not done; `message` is a sentence for people. */
export interface LibraryRefusal {
  ok: false;
  why: 'not_found' | 'not_allowed' | 'changed' | 'exists' | 'bad_name' | 'other_drive' | 'failed';
  message: string;
}

/** What became of each, in the order asked. */
export interface LibraryDone {
  results: ({ ok: true } | LibraryRefusal)[];
}

/** What became of each file, in the order asked. `trash` names what was moved, for restoring it. */
export interface LibraryMoved {
  results: ({ ok: true; trash: string } | LibraryRefusal)[];
}

/**
 * A mark as it is kept by content: content key (`collections` for their names), which mark (a letter, and the name of a
 * tag or the id of a collection: see `mark-keys.ts`), when and by which device it was changed, and its value; without
 * one it was taken away. Of two that differ the later counts: see `stamped-entry.ts`.
 */
export type LibraryMark = [key: string, field: string, at: number, by: string, value?: number | string];

/**
 * `GET /darkroom/library/marks?since=N` answers the marks that changed since a revision, all without one.
 * `POST /darkroom/library/marks` merges {@link LibraryMarks.marks} in, and answers which revision that made.
 */
export interface LibraryMarks {
  /** Changes with the database: revisions of another one mean nothing. */
  epoch: string;
  revision: number;
  marks: LibraryMark[];
}
