import { report } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import { breathe } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { LibraryDb, LibraryState } from './library-db';
import { type FileChange, LibraryFiles, packChanges, unpackChanges } from './library-files';
import type { FilePlace } from './library-stream';
import { type NewestFile, NewestFiles, packNewest } from './newest-files';

/** Files in one piece of what is kept. */
const PIECE = 1000;
/** More pieces than that are put together at the start. */
const MOST_PIECES = 150;

export interface KeptLibraryOptions {
  db: LibraryDb;
  items: Pick<OutputLibrary, 'setGone'>;
  /** The file as ComfyUI names it; `null` when the gallery has no place for it. */
  refOf: (place: FilePlace) => FileRef | null;
}

/** The files of a library as this page holds them, and as the browser keeps them. */
export class KeptLibrary {
  readonly files = new LibraryFiles();
  readonly #options: KeptLibraryOptions;
  readonly #newest = new NewestFiles(() => this.files.all());
  /** What is kept is in too many pieces. */
  #crumbled = false;
  /** The last piece read of what is kept. */
  #last = 0;

  constructor(options: KeptLibraryOptions) {
    this.#options = options;
  }

  /**
   * Takes in what this browser keeps and this tab has not read yet; tells how far that is. What cannot be read counts
   * as nothing, so that everything is asked for again.
   */
  async read(): Promise<LibraryState> {
    const { db } = this.#options;
    try {
      const state = await db.state();
      const { pieces, whole } = await db.tail(this.#last);
      if (whole && pieces.length > 0) {
        this.files.clear();
      }
      this.#crumbled ||= pieces.length > MOST_PIECES;
      this.#newest.reset();
      for (const { number, text } of pieces) {
        this.#apply(unpackChanges(text));
        this.#last = number;
        await breathe();
      }
      return state;
    } catch (error) {
      report(error, 'library.read');
      return { held: null, gone: [] };
    }
  }

  /**
   * Keeps what has changed, together with the revision it belongs to.
   * @param whole everything was named anew, and is kept anew.
   */
  async write(
    state: Omit<LibraryState, 'newest'>,
    changes: readonly FileChange[],
    whole: boolean,
  ): Promise<void> {
    const replace = whole || this.#crumbled;
    this.#crumbled = false;
    const pieces: string[] = [];
    for (const piece of inPieces(replace ? this.files.all() : changes)) {
      pieces.push(packChanges(piece));
      await breathe();
    }
    if (replace) {
      this.#newest.reset();
    } else {
      this.#newest.take(changes);
    }
    try {
      await this.#options.db.write({ ...state, newest: packNewest(this.#named()) }, pieces, replace);
    } catch (error) {
      report(error, 'library.keep');
      // What was not written must not be missing before the next revision.
      this.#crumbled = true;
    }
  }

  #named(): NewestFile[] {
    return this.#newest.list().flatMap(([place, row]): NewestFile[] => {
      const ref = this.#options.refOf(place);
      return ref ? [[ref, row]] : [];
    });
  }

  #apply(changes: readonly FileChange[]): void {
    const { items, refOf } = this.#options;
    const refs = (isGone: boolean): FileRef[] =>
      changes.flatMap(([place, row]) => ((row === null) === isGone ? (refOf(place) ?? []) : []));
    changes.forEach(([place, row]) => (row ? this.files.set(place, row) : this.files.delete(place)));
    items.setGone(refs(true), true);
    items.setGone(refs(false), false);
  }
}

function* inPieces(changes: Iterable<FileChange>): Generator<FileChange[]> {
  let piece: FileChange[] = [];
  for (const change of changes) {
    piece.push(change);
    if (piece.length === PIECE) {
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) {
    yield piece;
  }
}
