import { type FileRef, fileRefKey } from '../../../comfy/file-ref';

/** What people say of a picture. */
export interface Marks {
  /** 0–5; 0: not rated. */
  rating: number;
  tags: readonly string[];
  favourite: boolean;
}

/** Where marks are known. They belong to files, which outlive the jobs that made them. */
export interface MarksPort {
  /** The marks of a file; `NO_MARKS` when it has none. */
  of(ref: FileRef): Marks;
  /** Calls back with the files whose marks have changed; returns the way to stop. */
  onChange(listener: (files: readonly FileRef[]) => void): () => void;
}

export const NO_MARKS: Marks = { rating: 0, tags: [], favourite: false };

/** Marks that last as long as the page. */
export class MemoryMarks implements MarksPort {
  readonly #marks = new Map<string, Marks>();
  readonly #listeners = new Set<(files: readonly FileRef[]) => void>();

  of(ref: FileRef): Marks {
    return this.#marks.get(fileRefKey(ref)) ?? NO_MARKS;
  }

  onChange(listener: (files: readonly FileRef[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes some marks of a file. */
  set(ref: FileRef, change: Partial<Marks>): void {
    this.#marks.set(fileRefKey(ref), { ...this.of(ref), ...change });
    this.#listeners.forEach((listener) => {
      listener([ref]);
    });
  }
}
