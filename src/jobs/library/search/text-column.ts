import { fold } from './fold';

/** Between the values of a list: folding leaves none in a text. */
const BETWEEN = '\n';

/** As many as a query has words, mostly. */
const KEPT_SCANS = 6;

/** What was looked for in a column, and which of its distinct values have it. */
interface Scan {
  needle: string;
  found: Uint8Array;
}

/**
 * One text, or list of texts, for each slot. Equal ones are kept once: a batch has one prompt and a gallery a
 * few dozen models, so a word is looked for in far fewer texts than there are pictures.
 */
export class TextColumn {
  #ids = new Int32Array(1024).fill(-1);
  readonly #known = new Map<string, number>();
  readonly #folded: string[] = [];
  readonly #shown: (readonly string[])[] = [];
  readonly #counts: number[] = [];
  readonly #free: number[] = [];
  /** The last scans, newest last: typing leaves all words but one as they were, and goes on with that one. */
  #scans: Scan[] = [];

  set(slot: number, values: readonly string[]): void {
    this.clear(slot);
    if (slot >= this.#ids.length) {
      const larger = new Int32Array(Math.max(slot + 1, this.#ids.length * 2)).fill(-1);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    const present = values.filter((value) => value !== '');
    if (present.length > 0) {
      const key = present.join(BETWEEN);
      const id = this.#known.get(key) ?? this.#add(key, present);
      this.#counts[id] = (this.#counts[id] ?? 0) + 1;
      this.#ids[slot] = id;
    }
  }

  clear(slot: number): void {
    const id = this.#ids[slot] ?? -1;
    if (id < 0) {
      return;
    }
    this.#ids[slot] = -1;
    const left = (this.#counts[id] ?? 1) - 1;
    this.#counts[id] = left;
    if (left === 0) {
      this.#known.delete((this.#shown[id] ?? []).join(BETWEEN));
      this.#folded[id] = '';
      this.#shown[id] = [];
      this.#free.push(id);
    }
  }

  #add(key: string, values: readonly string[]): number {
    const id = this.#free.pop() ?? this.#folded.length;
    this.#known.set(key, id);
    this.#folded[id] = values.map((value) => fold(value)).join(BETWEEN);
    this.#shown[id] = [...values];
    this.#counts[id] = 0;
    this.#scans = [];
    return id;
  }

  /** Whether the text of a slot has this in it, or is it. */
  has(slot: number, needle: string, exact = false): boolean {
    const id = this.#ids[slot] ?? -1;
    return id >= 0 && contains(this.#folded[id] ?? '', needle, exact);
  }

  startsWith(slot: number, beginning: string): boolean {
    return (this.#folded[this.#ids[slot] ?? -1] ?? '').startsWith(beginning) && !this.isEmpty(slot);
  }

  isEmpty(slot: number): boolean {
    return (this.#ids[slot] ?? -1) < 0;
  }

  /** Sets 1 for every slot whose text has this in it, or is it; leaves the others as they are. */
  mark(needle: string, exact: boolean, slots: Uint8Array): void {
    const found = this.#scan(needle, exact);
    const ids = this.#ids;
    const end = Math.min(slots.length, ids.length);
    for (let slot = 0; slot < end; slot++) {
      const id = ids[slot] as number;
      if (id >= 0 && found[id] === 1) {
        slots[slot] = 1;
      }
    }
  }

  #scan(needle: string, exact: boolean): Uint8Array {
    if (exact) {
      return this.#look(needle, true, null);
    }
    const known = this.#scans.find((scan) => scan.needle === needle);
    // Only what has the shorter needle can have the longer one.
    const shorter = this.#scans.findLast((scan) => needle.includes(scan.needle));
    const found = known?.found ?? this.#look(needle, false, shorter?.found ?? null);
    this.#scans = [...this.#scans.filter((scan) => scan !== known), { needle, found }].slice(-KEPT_SCANS);
    return found;
  }

  /** @param only the values that can have it; `null`: any. */
  #look(needle: string, exact: boolean, only: Uint8Array | null): Uint8Array {
    const found = new Uint8Array(this.#folded.length);
    for (let id = 0; id < found.length; id++) {
      if ((!only || only[id] === 1) && contains(this.#folded[id] as string, needle, exact)) {
        found[id] = 1;
      }
    }
    return found;
  }

  /** How many of the chosen slots have each value, as people wrote it. */
  count(slots: Uint8Array): Map<string, number> {
    const perId = new Int32Array(this.#folded.length);
    const ids = this.#ids;
    const end = Math.min(slots.length, ids.length);
    for (let slot = 0; slot < end; slot++) {
      const id = ids[slot] as number;
      if (id >= 0 && slots[slot] === 1) {
        perId[id] = (perId[id] as number) + 1;
      }
    }
    const counts = new Map<string, number>();
    perId.forEach((count, id) => {
      if (count > 0) {
        new Set(this.#shown[id]).forEach((value) => counts.set(value, (counts.get(value) ?? 0) + count));
      }
    });
    return counts;
  }
}

function contains(folded: string, needle: string, exact: boolean): boolean {
  return exact
    ? `${BETWEEN}${folded}${BETWEEN}`.includes(`${BETWEEN}${needle}${BETWEEN}`)
    : folded.includes(needle);
}
