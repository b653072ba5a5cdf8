import type { MarkStore } from './mark-store';
import type { XmpMarks } from './xmp-text';

/** Files whose sidecars are written between two looks at what else is to be done. */
const AT_ONCE = 50;

export interface SidecarKeeperParts {
  marks: Pick<MarkStore, 'ofKey' | 'keys'>;
  /** Writes the sidecars of all files with a content; resolves with whether they can be reached. */
  write: (key: string, marks: XmpMarks) => Promise<unknown>;
}

/** Has the sidecars of files say what their marks say. */
export class SidecarKeeper {
  readonly #parts: SidecarKeeperParts;
  readonly #waiting = new Set<string>();
  #isWorking = false;

  constructor(parts: SidecarKeeperParts) {
    this.#parts = parts;
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
