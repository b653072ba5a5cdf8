import type { Component } from 'svelte';
import { Stored } from '../../base/stored';
import type { FileRef } from '../../comfy/file-ref';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { type Marks, NO_MARKS } from '../../jobs/marks/marks';
import type { GalleryMarks } from './gallery-marks.svelte';

/** What is said of a tile whose file is not there as it was. */
export interface TileNote {
  /** On the tile, or in a line of the list. */
  readonly Note: Component<{ item: GalleryItem; line?: boolean }>;
  readonly words: readonly string[];
  /** Why the file cannot be had, where only that will pass. */
  readonly away: string | null;
}

/** What shows and changes the marks of pictures, once its code is there and this browser's marks are read. */
export interface OrganiseParts {
  readonly marks: GalleryMarks;
  /** On a tile; `hot` while the mouse or the keyboard is on it. */
  readonly TileMarks: Component<{ item: GalleryItem; hot: boolean; narrow: boolean }>;
  /** In a line of the list. */
  readonly LineMarks: Component<{ item: GalleryItem }>;
  /** What is said of a picture whose file is not there as it was; `null` of all others. Reactive. */
  readonly note: (item: GalleryItem) => TileNote | null;
  /** Marks as people say them; empty when there are none. */
  readonly words: (marks: Marks) => string;
}

/** Whether this browser knows of hidden pictures: until its marks are read nothing may be shown then. */
const hides = new Stored<boolean>('darkroom.hides', { read: (json) => json === true });

class Organise {
  parts = $state.raw<OrganiseParts | null>(null);
  #hides = hides.load();

  /** Whether some picture may be hidden, as far as is known before anything is loaded. */
  get mayHide(): boolean {
    return this.#hides;
  }

  /** Remembers for the next visit whether anything is hidden. */
  noteHidden(is: boolean): void {
    if (is !== this.#hides) {
      this.#hides = is;
      hides.save(is);
    }
  }

  /** The marks of a picture; none while they are not loaded. Reactive. */
  of(item: GalleryItem): Marks {
    return this.ofFile(item.output.ref);
  }

  /** The marks of a file. Reactive. */
  ofFile(ref: FileRef): Marks {
    return this.parts?.marks.book.of(ref) ?? NO_MARKS;
  }
}

export const organise = new Organise();
