import type { LibraryMark } from '../../ports/library-wire';
import type { MarkStore } from './mark-store';
import type { SidecarNews } from './sidecar-book';
import type { XmpMarks } from './xmp-text';

/** Who changed a mark, where another program did. */
const BY = 'sidecar';
/** Files whose sidecars are written between two looks at what else is to be done. */
const AT_ONCE = 50;

export interface SidecarKeeperParts {
  marks: Pick<MarkStore, 'ofKey' | 'keys' | 'merge'>;
  /** Writes the sidecars of all files with a content; resolves with whether they can be reached. */
  write: (key: string, marks: XmpMarks) => Promise<unknown>;
  /** Some of the sidecars that other programs have changed; none when all were read. */
  changed: () => Promise<readonly SidecarNews[]>;
  /** What they say is kept. */
  read: (news: readonly SidecarNews[]) => Promise<unknown>;
  /** Told when marks came from sidecars. */
  onMarks: () => void;
}

/**
 * Keeps marks and the sidecars of their files in step. Of each mark the later change counts: when it was marked in
 * Darkroom, or when the sidecar was written.
 */
export class SidecarKeeper {
  readonly #parts: SidecarKeeperParts;
  readonly #waiting = new Set<string>();
  #isWorking = false;
  #isReading = false;
  #isAsked = false;

  constructor(parts: SidecarKeeperParts) {
    this.#parts = parts;
  }

  /** Takes in what other programs changed in sidecars. Resolves when all was read, and written where that is due. */
  async read(): Promise<void> {
    this.#isAsked = true;
    if (this.#isReading) {
      return;
    }
    this.#isReading = true;
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        for (let news = await this.#parts.changed(); news.length > 0; news = await this.#parts.changed()) {
          await this.#take(news);
        }
      }
    } finally {
      this.#isReading = false;
    }
  }

  async #take(news: readonly SidecarNews[]): Promise<void> {
    const { marks, read, onMarks } = this.#parts;
    const taken = news.flatMap((one) => this.#marksOf(one));
    if (taken.length > 0) {
      marks.merge(taken);
      onMarks();
    }
    // Not before the marks are kept: what was read is not read again.
    await read(news);
    await this.changed(news.map(({ key }) => key));
  }

  #marksOf({ key, modified, changes }: SidecarNews): LibraryMark[] {
    const known = new Set(this.#parts.marks.ofKey(key).map(([field]) => field));
    // A clock that is ahead would win for as long as it is.
    const at = Math.max(0, Math.min(modified, Date.now()));
    return changes
      .filter(([field, value]) => value !== null || known.has(field))
      .map(([field, value]) => (value === null ? [key, field, at, BY] : [key, field, at, BY, value]));
  }

  /** Everything is compared with what is in the folders: at the start, and when a drive has come back. */
  catchUp(): Promise<void> {
    return this.changed(this.#parts.marks.keys());
  }

  /** The marks of these contents have changed. Resolves when nothing is left to be written. */
  async changed(keys: Iterable<string>): Promise<void> {
    for (const key of keys) {
      this.#waiting.add(key);
    }
    if (this.#isWorking) {
      return;
    }
    this.#isWorking = true;
    try {
      while (this.#waiting.size > 0) {
        const some = [...this.#waiting].slice(0, AT_ONCE);
        for (const key of some) {
          this.#waiting.delete(key);
          await this.#parts.write(key, xmpMarks(this.#parts.marks.ofKey(key)));
        }
      }
    } finally {
      this.#isWorking = false;
    }
  }
}

/** Marks by their fields (see `mark-keys.ts`) as a sidecar says them. `null`: was taken away. */
export function xmpMarks(fields: readonly (readonly [field: string, value: unknown])[]): XmpMarks {
  const marks: XmpMarks = { tags: new Map() };
  const tags = new Map<string, boolean>();
  const values = new Map(fields);
  const rejected = values.get('x');
  const rating = values.get('r');
  if (rejected !== undefined || rating !== undefined) {
    const stars = typeof rating === 'number' ? Math.min(5, Math.max(0, Math.round(rating))) : 0;
    marks.rating = isOn(rejected) ? -1 : stars;
  }
  if (values.has('f')) {
    marks.favourite = isOn(values.get('f'));
  }
  for (const [field, value] of fields) {
    const tag = field.startsWith('t') ? xmlText(field.slice(1)) : '';
    if (tag !== '') {
      tags.set(tag, isOn(value));
    }
  }
  return { ...marks, tags };
}

function isOn(value: unknown): boolean {
  return value !== null && value !== undefined && value !== 0;
}

/** A text without what XML has no way to write: control characters, and halves of a character. */
function xmlText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ').trim();
}
