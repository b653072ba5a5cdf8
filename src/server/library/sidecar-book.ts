import type { IndexSidecars, SidecarPlace, SidecarRow } from './index-sidecars';
import { readSidecar, type SidecarState, writeSidecar } from './sidecar';
import { changesOf, type SidecarChange } from './sidecar-changes';
import { ForeignSidecar, readXmp, type XmpMarks, type XmpSaid } from './xmp-text';

/** A sidecar that was changed by another program. */
export interface SidecarNews extends SidecarRow {
  place: SidecarPlace;
  /** When it was written, ms since the epoch. */
  modified: number;
  /** What is different from when it was last read or written. */
  changes: SidecarChange[];
}

/** Where a file lies now; `null` while its tree cannot be reached. */
type PathOf = (place: SidecarPlace) => string | null;

/**
 * Knows which sidecars other programs have changed. One that was changed is first read and then written: what is
 * written over a change that nobody has read would be lost.
 */
export class SidecarBook {
  /** As it is now: the index may have been begun anew. */
  readonly #index: () => IndexSidecars;
  readonly #pathOf: PathOf;
  readonly #waiting = new Map<string, SidecarPlace>();
  /** Those whose file has to be read first. */
  readonly #early = new Map<string, SidecarPlace>();

  constructor(index: () => IndexSidecars, pathOf: PathOf) {
    this.#index = index;
    this.#pathOf = pathOf;
    index().tidy();
  }

  /** Whether there is something to be read. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** A sidecar was seen. */
  see(place: SidecarPlace, state: SidecarState): void {
    if (!isSame(this.#index().get(place), state)) {
      this.#wait(place);
    }
  }

  /** All sidecars of a folder were seen. */
  seeAll(tree: string, folder: string, all: readonly (SidecarState & { name: string })[]): void {
    const names = all.map(({ name }) => name);
    this.#index().keepOnly(tree, folder, names);
    all.forEach(({ name, ...state }) => this.see({ tree, folder, name }, state));
  }

  /** A file was read. One that was changed keeps what its sidecar says. */
  fileRead(place: SidecarPlace, key: string): void {
    const id = idOf(place);
    const known = this.#index().get(place);
    if (this.#early.delete(id) || (known && known.key !== key)) {
      this.#waiting.set(id, place);
    }
  }

  /** Reads some of what was changed. Until `taken` it counts as unread. */
  take(count: number): SidecarNews[] {
    const news: SidecarNews[] = [];
    for (const [id, place] of this.#waiting) {
      if (news.length === count) {
        break;
      }
      this.#waiting.delete(id);
      const key = this.#index().keyOf(place);
      if (key === null) {
        this.#early.set(id, place);
        continue;
      }
      const path = this.#pathOf(place);
      const read = path === null ? null : readSidecar(path);
      if (read) {
        news.push(this.#newsOf(place, key, read));
      }
    }
    return news;
  }

  /** What was told is kept by now. */
  taken(news: readonly SidecarNews[]): void {
    for (const { place, key, size, modified, said } of news) {
      this.#index().set(place, { key, size, modified, said });
    }
  }

  /**
   * Writes marks into the sidecar of a file, unless there is something in it that has to be read first.
   * @throws a system error when it cannot be written.
   */
  write(place: SidecarPlace, key: string, path: string, marks: XmpMarks): void {
    const known = this.#index().get(place);
    const written = writeSidecar(path, marks, known);
    if (written === 'unread') {
      this.#wait(place);
    } else if (written) {
      const { text, size, modified } = written;
      this.#index().set(place, { key, size, modified, said: saidIn(text) });
    }
  }

  #wait(place: SidecarPlace): void {
    const id = idOf(place);
    if (!this.#early.has(id)) {
      this.#waiting.set(id, place);
    }
  }

  #newsOf(
    place: SidecarPlace,
    key: string,
    { size, modified, text }: SidecarState & { text: string | null },
  ): SidecarNews {
    const known = this.#index().get(place);
    const before = known?.key === key ? known.said : null;
    const said = text === null ? null : saidIn(text);
    // What cannot be read says nothing: what it said before still counts.
    const changes = said ? changesOf(before, said) : [];
    return { place, key, size, modified, said: said ?? before, changes };
  }
}

function saidIn(text: string): XmpSaid | null {
  try {
    return readXmp(text);
  } catch (error) {
    if (error instanceof ForeignSidecar) {
      return null;
    }
    throw error;
  }
}

function isSame(known: SidecarState | null, now: SidecarState): boolean {
  return known?.size === now.size && known.modified === now.modified;
}

function idOf({ tree, folder, name }: SidecarPlace): string {
  return `${tree}/${folder}/${name}`;
}
