import type { FileRef } from '../../comfy/file-ref';

/** What people say of a picture. */
export interface Marks {
  /** 0–5; 0: not rated. */
  readonly rating: number;
  /** In the order of the alphabet. */
  readonly tags: readonly string[];
  readonly favourite: boolean;
  /** Sorted out: shown dimmed. */
  readonly rejected: boolean;
  /** Left out of every list that does not ask for it. */
  readonly hidden: boolean;
  /** Ids of the collections it is in. */
  readonly collections: readonly string[];
}

export const NO_MARKS: Marks = {
  rating: 0,
  tags: [],
  favourite: false,
  rejected: false,
  hidden: false,
  collections: [],
};

/** Where marks are known. They belong to files, which outlive the jobs that made them. */
export interface MarksPort {
  /** The marks of a file; `NO_MARKS` when it has none. Reactive, file by file. */
  of(ref: FileRef): Marks;
  /** What a collection is called; `undefined` once it is deleted. */
  collectionName(id: string): string | undefined;
  /** Calls back with the files whose marks have changed; returns the way to stop. */
  onChange(listener: (files: readonly FileRef[]) => void): () => void;
}

/** What to change about the marks of files. What is left out stays as it is. */
export interface MarksChange {
  /** 0–5; 0 takes the rating away. */
  rating?: number;
  favourite?: boolean;
  rejected?: boolean;
  hidden?: boolean;
  addTags?: readonly string[];
  removeTags?: readonly string[];
  /** Ids. */
  addCollections?: readonly string[];
  removeCollections?: readonly string[];
}

/** One step that can be taken back. */
export interface MarksUndo {
  /** How many files it changed. */
  readonly count: number;
  readonly change: MarksChange;
  /** Takes the step back, once; what was changed again since then, here or elsewhere, stays. */
  undo(): void;
}

/** A collection of pictures. A picture may be in any number of them. */
export interface Collection {
  id: string;
  name: string;
}

/** The collections of a server, the same on every device. */
export interface Collections {
  /** By name. Reactive. */
  readonly all: readonly Collection[];
  /** Makes one, or finds the one that is called so. */
  create(name: string): Collection;
  rename(id: string, name: string): void;
  /** Deletes one, not the pictures in it; returns the way to have it back. */
  delete(id: string): () => void;
}

/** Marks that can be changed. */
export interface MarksBook extends MarksPort {
  readonly collections: Collections;
  /**
   * Changes the marks of any number of files in one step.
   * @returns the way back; `null` when nothing was changed by it.
   */
  change(files: readonly FileRef[], change: MarksChange): MarksUndo | null;
  /** The step that `undo` takes back next; `null` when there is none. Reactive. */
  readonly lastStep: MarksUndo | null;
  /** Takes back the newest step that is not taken back yet, and returns it. */
  undo(): MarksUndo | null;
  /** Tags in use, the most frequent first. */
  tags(): { tag: string; count: number }[];
}
