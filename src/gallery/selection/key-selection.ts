/** Something on a list, known by its key. */
export interface Keyed {
  readonly key: string;
}

/** As much of a list as a selection needs. */
export interface KeyedList<T extends Keyed = Keyed> {
  readonly length: number;
  at(position: number): T | undefined;
  slice(from: number, to?: number): T[];
  find(key: string): T | undefined;
}

/** What happened to a list; something that changed is in both. */
export interface KeyedSplice {
  readonly removed: readonly Keyed[];
  readonly added: readonly Keyed[];
}

/** A selection as it is written down. */
export interface WrittenSelection {
  /** Keys selected one by one. */
  some: string[];
  /** All that was listed when this key was the newest of everything there is, but for the exceptions. */
  all?: { newest: string; except: string[] };
}

/**
 * Which things are selected: single ones, or all of a list but a few, so that selecting a hundred thousand costs no
 * more than selecting one. What comes onto the list later is not selected with the rest; what leaves the list, but
 * still exists, stays selected.
 */
export class KeySelection {
  readonly #list: KeyedList;
  readonly #existing: Pick<KeyedList, 'find'>;
  /** Selected one by one. What is on the list too is among the exceptions. */
  #some = new Set<string>();
  /** What was listed when everything was selected; `null` when it was not. */
  #all: readonly Keyed[] | null = null;
  /** What of the list as it is now is not selected with the rest. Empty unless everything was selected. */
  #except = new Set<string>();
  /** What has left the list since everything was selected: selected one by one, or not at all. */
  #left = new Set<string>();

  /**
   * @param list what is shown.
   * @param existing everything there is, shown or not.
   */
  constructor(list: KeyedList, existing: Pick<KeyedList, 'find'> = list) {
    this.#list = list;
    this.#existing = existing;
  }

  get count(): number {
    return this.#some.size + (this.#all ? this.#list.length - this.#except.size : 0);
  }

  has(key: string): boolean {
    return this.#some.has(key) || this.#isInRest(key);
  }

  /** Selects something; returns whether it was not selected before. */
  select(key: string): boolean {
    const isNew = !this.has(key);
    if (isNew) {
      this.#some.add(key);
    }
    return isNew;
  }

  unselect(key: string): void {
    if (!this.#some.delete(key) && this.#isInRest(key)) {
      this.#except.add(key);
    }
  }

  clear(): void {
    this.#some = new Set();
    this.#stopRest();
  }

  /** Selects all that is listed now, besides what is selected already. */
  selectAll(): void {
    for (const key of this.#some) {
      if (this.#isListed(key)) {
        this.#some.delete(key);
      }
    }
    this.#stopRest();
    this.#all = this.#list.slice(0);
  }

  /** Of what is listed, selects what is not selected, and nothing else. What is not listed stays as it is. */
  invert(): void {
    const listed = [...this.#some].filter((key) => this.#isListed(key));
    const unlisted = [...this.#some].filter((key) => !this.#isListed(key));
    if (this.#all) {
      const selected = new Set(listed);
      this.#some = new Set([...unlisted, ...[...this.#except].filter((key) => !selected.has(key))]);
      this.#stopRest();
    } else {
      this.#some = new Set(unlisted);
      this.#all = this.#list.slice(0);
      this.#except = new Set(listed);
    }
  }

  /** The list has changed: follows it. */
  follow(splices: readonly KeyedSplice[]): void {
    if (!this.#all) {
      return;
    }
    const removed = new Set(splices.flatMap((splice) => splice.removed.map(({ key }) => key)));
    const added = new Set(splices.flatMap((splice) => splice.added.map(({ key }) => key)));
    for (const key of removed) {
      // What only got new words is in both.
      if (added.has(key)) {
        added.delete(key);
        continue;
      }
      this.#left.add(key);
      if (!this.#except.delete(key) && this.#exists(key)) {
        this.#some.add(key);
      }
    }
    added.forEach((key) => this.#except.add(key));
  }

  /** The list has been replaced by another: what was selected stays so, listed or not. */
  replaced(): void {
    const all = this.#all;
    const [except, left] = [this.#except, this.#left];
    this.#stopRest();
    for (const { key } of all ?? []) {
      if (!except.has(key) && !left.has(key) && this.#exists(key)) {
        this.#some.add(key);
      }
    }
  }

  /** These do not exist any more. */
  gone(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#some.delete(key);
    }
  }

  /** How many of what is selected are not on the list. Takes as long as there are single ones. */
  countUnlisted(): number {
    let count = 0;
    for (const key of this.#some) {
      count += this.#isListed(key) ? 0 : 1;
    }
    return count;
  }

  /** Keys of some of what is selected, spread evenly over it; of all of it when it is not more. */
  sample(most: number): string[] {
    if (this.count <= most) {
      return [...this.keys()];
    }
    const step = Math.max(1, (this.#all ? this.#list.length : this.#some.size) / most);
    const spread = Array.from({ length: most }, (_, i) => Math.floor(i * step));
    if (!this.#all) {
      const keys = [...this.#some];
      return spread.flatMap((at) => keys[at] ?? []);
    }
    return spread.flatMap((at) => {
      const key = this.#list.at(at)?.key;
      return key !== undefined && this.has(key) ? key : [];
    });
  }

  /** Keys of everything selected, in the order of the list as far as everything was selected at once. */
  *keys(): Generator<string> {
    if (this.#all) {
      for (const { key } of this.#list.slice(0)) {
        if (!this.#except.has(key)) {
          yield key;
        }
      }
    }
    yield* this.#some;
  }

  /** @param newest the key of the newest thing there is, listed or not. */
  write(newest: string | null): WrittenSelection {
    const some = [...this.#some];
    return this.#all && newest !== null ? { some, all: { newest, except: [...this.#except] } } : { some };
  }

  /**
   * Selects what was written down.
   * @param arrivals keys of what has come onto the list since then.
   */
  read({ some, all }: WrittenSelection, arrivals: Iterable<string>): void {
    this.clear();
    if (all) {
      this.#all = this.#list.slice(0);
      this.#except = new Set([...all.except.filter((key) => this.#isListed(key)), ...arrivals]);
    }
    some.forEach((key) => this.select(key));
  }

  #stopRest(): void {
    this.#all = null;
    this.#except = new Set();
    this.#left = new Set();
  }

  #isInRest(key: string): boolean {
    return this.#all !== null && !this.#except.has(key) && this.#isListed(key);
  }

  #isListed(key: string): boolean {
    // A list also finds its things under the keys of those that repeat them.
    return this.#list.find(key)?.key === key;
  }

  #exists(key: string): boolean {
    return this.#existing.find(key)?.key === key;
  }
}
