import { report } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import { breathe } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { LibraryDb, LibraryState } from './library-db';
import { type FileChange, type FileRow, LibraryFiles, packChanges, unpackChanges } from './library-files';
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
  #reading: Promise<unknown> = Promise.resolve();
  /** Resolves with the next piece that is read; `null` while none is. */
  #step: { taken: Promise<void>; take: () => void } | null = null;

  constructor(options: KeptLibraryOptions) {
    this.#options = options;
  }

  /**
   * Takes in what this browser keeps and this tab has not read yet; tells how far that is. What cannot be read counts
   * as nothing, so that everything is asked for again.
   */
  read(): Promise<LibraryState> {
    this.#step ??= newStep();
    const state = this.#reading.then(() => this.#readNow());
    this.#reading = state;
    return state;
  }

  /** Resolves when more is known of what this browser keeps; `null` while nothing is being read. */
  get more(): Promise<void> | null {
    return this.#step?.taken ?? null;
  }

  async #readNow(): Promise<LibraryState> {
    const { db } = this.#options;
    this.#step ??= newStep();
    try {
      const state = await db.state();
      const { pieces, whole } = await db.tail(this.#last);
      this.#crumbled ||= pieces.length > MOST_PIECES;
      this.#newest.reset();
      if (whole) {
        await this.#readAll(pieces.map(({ text }) => text));
      } else {
        await this.#readOn(pieces.map(({ text }) => text));
      }
      this.#last = pieces.at(-1)?.number ?? this.#last;
      return state;
    } catch (error) {
      report(error, 'library.read');
      return { held: null, gone: [] };
    } finally {
      this.#step.take();
      this.#step = null;
    }
  }

  /** Takes in the pieces behind those that were read. */
  async #readOn(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const changes = unpackChanges(text);
      changes.forEach(([place, row]) => (row ? this.files.set(place, row) : this.files.delete(place)));
      await this.#taken(changes);
    }
  }

  /** Takes in everything there is, the last piece first: it tells of the newest files, and of any file what counts. */
  async #readAll(texts: readonly string[]): Promise<void> {
    const { files } = this;
    files.beginRound();
    const gone = new Set<string>();
    for (const text of texts.toReversed()) {
      const counting = unpackChanges(text)
        .reverse()
        .filter(([place, row]) => {
          if (files.isNamed(place) || (gone.size > 0 && gone.has(keyOf(place)))) {
            return false;
          }
          if (row) {
            files.set(place, row);
          } else {
            gone.add(keyOf(place));
          }
          return true;
        });
      await this.#taken(counting);
    }
    if (texts.length > 0) {
      [...files.unnamed(() => true)].forEach((place) => files.delete(place));
    }
  }

  async #taken(changes: readonly FileChange[]): Promise<void> {
    const { items, refOf } = this.#options;
    const refs = (isGone: boolean): FileRef[] =>
      changes.flatMap(([place, row]) => ((row === null) === isGone ? (refOf(place) ?? []) : []));
    items.setGone(refs(true), true);
    items.setGone(refs(false), false);
    this.#step?.take();
    this.#step = newStep();
    await breathe();
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
    for (const piece of inPieces(replace ? oldestFirst(this.files.all()) : changes)) {
      pieces.push(packChanges(piece));
      await breathe();
    }
    if (replace && pieces.length === 0) {
      // Without a piece, tabs that have read the ones before would not learn that nothing is left.
      pieces.push(packChanges([]));
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
}

function newStep(): { taken: Promise<void>; take: () => void } {
  let take = (): void => undefined;
  const taken = new Promise<void>((resolve) => (take = resolve));
  return { taken, take };
}

/** All files, those written last at the end: pieces are read from there. */
function oldestFirst(files: Iterable<readonly [FilePlace, FileRow]>): FileChange[] {
  // Mostly they come the newest first.
  return [...files].reverse().sort(([, a], [, b]) => a.modified - b.modified);
}

function keyOf({ tree, folder, name }: FilePlace): string {
  return `${tree}\n${folder}\n${name}`;
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
