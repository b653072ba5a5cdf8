/** Messages by key, nested as in the catalogue files. Plural forms have the suffixes of `Intl.PluralRules`: `files_one`. */
export interface MessageTree {
  readonly [key: string]: string | MessageTree;
}

/** The keys of a tree, such as `queue.clearPending`; plural forms under their common stem. */
export type KeysOf<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string
    ? `${Prefix}${K extends `${infer Stem}_${'one' | 'other'}` ? Stem : K}`
    : KeysOf<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

/** What a message says in its `{{placeholders}}`. */
export interface MessageValues {
  readonly [name: string]: string | number | bigint | null | undefined;
  /** Chooses the plural form as well. */
  readonly count?: number;
}

/** The messages of one language. Parts may be added at any time. */
export class Messages {
  readonly #messages = new Map<string, string>();
  readonly #plurals: Intl.PluralRules;

  /** @param language a BCP 47 tag. */
  constructor(language: string) {
    this.#plurals = new Intl.PluralRules(language);
  }

  /** Adds the messages of a part; they may share branches with those of others. */
  add(part: MessageTree, prefix = ''): void {
    for (const [key, message] of Object.entries(part)) {
      if (typeof message === 'string') {
        this.#messages.set(prefix + key, message);
      } else {
        this.add(message, `${prefix}${key}.`);
      }
    }
  }

  /** The message with its values filled in; `null` if this language does not have it (yet). */
  say(key: string, values: MessageValues): string | null {
    const message = this.#plural(key, values.count) ?? this.#messages.get(key);
    return message?.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? '')) ?? null;
  }

  #plural(key: string, count: number | undefined): string | undefined {
    return count === undefined
      ? undefined
      : (this.#messages.get(`${key}_${this.#plurals.select(count)}`) ?? this.#messages.get(`${key}_other`));
  }
}
