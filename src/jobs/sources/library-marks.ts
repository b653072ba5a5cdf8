import { report } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import type { LibraryMark, LibraryMarks as Answer } from '../../ports/library-wire';
import {
  type MarkField,
  markKey,
  markPath,
  readMarkField,
  readMarkKey,
  fileOfPath,
} from '../marks/mark-keys';
import type { MarkDocuments } from '../marks/mark-documents';
import { type Entry, isLater } from '../stamped-map';

/** How long changes are gathered before they are sent, ms. */
const GATHER = 500;
/** What others mark is seen so long after at the latest, ms. */
const LOOK_EVERY = 60_000;
/** Marks in one request. */
const AT_ONCE = 2000;
/** Key of the names of collections, which belong to no file. */
const COLLECTIONS = 'collections';
const NAME = 'name/';

export interface LibraryMarksOptions {
  client: {
    marks(since: number, epoch: string | null): Promise<Answer>;
    sendMarks(marks: LibraryMark[]): Promise<unknown>;
  };
  documents: Pick<MarkDocuments, 'entries' | 'take' | 'onChange' | 'onSet'>;
  /** Content key of a file; `null` when the library does not know it. */
  keyOf: (ref: FileRef) => string | null;
  /** The files that have one of these content keys, or all there are, with their content keys. */
  files: (keys?: ReadonlySet<string>) => Iterable<readonly [FileRef, string]>;
  later?: (run: () => void, ms: number) => void;
}

/**
 * Keeps the marks of files in step with those that Darkroom's server has by content, both ways and without loss: of
 * each mark the later change counts, wherever it was made. A file that comes back, or appears at another place, has the
 * marks of its content.
 */
export class LibraryMarks {
  readonly #options: LibraryMarksOptions;
  /** What the server has, by content key and field. */
  readonly #held = new Map<string, Map<string, Entry>>();
  /** Keys of the documents whose change the server may not have. */
  readonly #unsent = new Set<string>();
  /** Of each path with marks: the content they were looked up for, `null` where none was known, and their keys. */
  readonly #placed = new Map<string, { content: string | null; keys: Set<string> }>();
  #epoch: string | null = null;
  #revision = 0;
  #waiting = false;
  #followed: (() => void) | null = null;
  #isStopped = false;

  constructor(options: LibraryMarksOptions) {
    this.#options = options;
  }

  /** Files came or changed; the first time, everything is brought in step, and from then on now and then. */
  follow(files: readonly (readonly [FileRef, string])[]): void {
    if (this.#followed || this.#isStopped) {
      this.takeIn(files);
      return;
    }
    const stop = this.start();
    const timer = setInterval(this.#look, LOOK_EVERY);
    this.#followed = () => {
      stop();
      clearInterval(timer);
    };
    this.#look();
  }

  /** The server has something new. */
  hear(): void {
    if (this.#followed) {
      this.#look();
    }
  }

  #look = (): void => {
    this.sync().catch((error: unknown) => report(error, 'library.marks'));
  };

  /** Follows nothing any more. */
  stop(): void {
    this.#isStopped = true;
    this.#followed?.();
    this.#followed = null;
  }

  /** Follows the marks that are made until the returned function is called. */
  start(): () => void {
    const { documents, later = setTimeout } = this.#options;
    const note = (keys: readonly string[]): void => {
      keys.forEach((key) => this.#unsent.add(key));
      if (!this.#waiting) {
        this.#waiting = true;
        later(() => {
          this.#waiting = false;
          void this.#send().catch((error: unknown) => report(error, 'library.marks'));
        }, GATHER);
      }
    };
    const stops = [documents.onChange(note), documents.onSet(note)];
    return () => stops.forEach((stop) => stop());
  }

  /**
   * Brings marks in step with what others made of them.
   * @throws when the server does not answer; nothing is lost then, and the next time makes up for it.
   */
  async sync(): Promise<void> {
    const before = this.#epoch;
    if (await this.#pull()) {
      this.takeIn();
    }
    if (before !== this.#epoch) {
      // Another database, or the first time: whatever it has not is sent.
      this.#options.documents.entries.forEach((_, key) => this.#unsent.add(key));
    }
    await this.#send();
  }

  /** Gives files the marks of their content: all there are, or those that have come. */
  takeIn(files: Iterable<readonly [FileRef, string]> = this.#options.files()): void {
    const { documents } = this.#options;
    const changes = new Map<string, Entry>();
    const give = (key: string, entry: Entry): void => {
      const known = documents.entries.get(key);
      if (!known || isLater(entry, known)) {
        changes.set(key, entry);
      }
    };
    this.#held.get(COLLECTIONS)?.forEach((entry, name) => give(name, entry));
    if (this.#held.size + this.#placed.size > 0) {
      for (const [ref, contentKey] of files) {
        this.#place(markPath(ref), contentKey);
        this.#held.get(contentKey)?.forEach((entry, letter) => {
          const field = readMarkField(letter);
          if (field) {
            give(markKey(markPath(ref), field), entry);
          }
        });
      }
    }
    documents.take(changes);
  }

  /**
   * A file has come, or another content is under its name: what it is marked with is sent with the next change, or the
   * next look.
   */
  #place(path: string, content: string | null): void {
    const placed = this.#placed.get(path);
    if (placed && placed.content !== content) {
      placed.content = content;
      placed.keys.forEach((key) => this.#unsent.add(key));
    }
  }

  /** @returns whether there was anything new. */
  async #pull(): Promise<boolean> {
    const { epoch, revision, marks } = await this.#options.client.marks(this.#revision, this.#epoch);
    if (epoch !== this.#epoch) {
      this.#held.clear();
    }
    this.#epoch = epoch;
    this.#revision = revision;
    marks.forEach((mark) => this.#hold(mark));
    return marks.length > 0;
  }

  #hold([key, field, at, by, value]: LibraryMark): void {
    const fields = this.#held.get(key) ?? new Map<string, Entry>();
    this.#held.set(key, fields);
    const entry: Entry = value === undefined ? { at, by } : { at, by, value };
    const known = fields.get(field);
    if (!known || isLater(entry, known)) {
      fields.set(field, entry);
    }
  }

  /** Sends what the server has not, or has an earlier change of. */
  async #send(): Promise<void> {
    const keys = [...this.#unsent];
    this.#unsent.clear();
    try {
      await this.#sendThese(keys);
    } catch (error) {
      keys.forEach((key) => this.#unsent.add(key));
      throw error;
    }
  }

  async #sendThese(keys: readonly string[]): Promise<void> {
    const newest = new Map<string, LibraryMark>();
    for (const key of keys) {
      const mark = this.#markOf(key);
      if (mark) {
        const same = `${mark[0]}\n${mark[1]}`;
        const other = newest.get(same);
        if (!other || isLater(entryOf(mark), entryOf(other))) {
          newest.set(same, mark);
        }
      }
    }
    const marks = [...newest.values()];
    for (let from = 0; from < marks.length; from += AT_ONCE) {
      const some = marks.slice(from, from + AT_ONCE);
      await this.#options.client.sendMarks(some);
      some.forEach((mark) => this.#hold(mark));
    }
    // Copies of a file have the same marks.
    const marked = new Set(marks.map(([key]) => key).filter((key) => key !== COLLECTIONS));
    if (marked.size > 0) {
      this.takeIn(this.#options.files(marked));
    }
  }

  /** A change as the server keeps it; `null` when it has it, or when the file is not in the library. */
  #markOf(key: string): LibraryMark | null {
    const entry = this.#options.documents.entries.get(key);
    const place = this.#placeOf(key);
    if (!entry || !place) {
      return null;
    }
    const known = this.#held.get(place.key)?.get(place.field);
    if ((known && !isLater(entry, known)) || !isSimple(entry)) {
      return null;
    }
    const { at, by, value } = entry;
    return value === undefined ? [place.key, place.field, at, by] : [place.key, place.field, at, by, value];
  }

  #placeOf(key: string): { key: string; field: string } | null {
    if (key.startsWith(NAME)) {
      return { key: COLLECTIONS, field: key };
    }
    const read = readMarkKey(key);
    const ref = read && fileOfPath(read.path);
    if (!read || !ref) {
      return null;
    }
    const content = this.#options.keyOf(ref);
    const placed = this.#placed.get(read.path) ?? { content, keys: new Set() };
    this.#placed.set(read.path, placed);
    this.#place(read.path, content);
    placed.keys.add(key);
    return content === null ? null : { key: content, field: letterOf(read.field) };
  }
}

/** The mark as it stands behind the path in a key. */
function letterOf(field: MarkField): string {
  return markKey('', field).slice(1);
}

function isSimple(entry: Entry): entry is Entry & { value?: string | number } {
  return entry.value === undefined || typeof entry.value === 'string' || typeof entry.value === 'number';
}

function entryOf([, , at, by, value]: LibraryMark): Entry {
  return value === undefined ? { at, by } : { at, by, value };
}
