import type { ExactJson } from '../../comfy/exact-json';
import type { UserDocument, UserDocumentType } from '../../jobs/user-document';
import type { Guess } from '../../workflows/families/guess';
import type { ToldGuesses } from '../../workflows/families/offer';

/**
 * What people said of models whose kind was guessed wrong, by file. Versions up to 0.1 kept a plain object in the
 * browser alone, under the name the document has there now; anything said since goes before that.
 */
export const modelsDocument: UserDocumentType = {
  name: 'models',
  upgrade: (json) => {
    const entries = isFlat(json) ? Object.entries(json) : null;
    return entries && new Map(entries.map(([file, guess]) => [file, { at: 1, by: '', value: guess }]));
  },
};

function isFlat(json: unknown): json is Record<string, Guess> {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.values(json).every((value) => typeof value === 'string')
  );
}

/** The corrected guesses, the same on every device; reading them in markup or a derived follows changes. */
export class ModelGuesses {
  readonly #document: UserDocument;
  #told = $state.raw<ToldGuesses>({});

  /** @param document of the type `modelsDocument`. */
  constructor(document: UserDocument) {
    this.#document = document;
    this.#read();
    document.onChange(() => this.#read());
  }

  get told(): ToldGuesses {
    return this.#told;
  }

  /** Adopts what was said on another device. */
  load(): Promise<void> {
    return this.#document.load();
  }

  /** Remembers what a file is. */
  tell(file: string, guess: Guess): void {
    this.#document.set({ [file]: guess });
    this.#read();
  }

  #read(): void {
    this.#told = Object.fromEntries(
      this.#document.entries().filter((entry: [string, ExactJson]): entry is [string, Guess] => {
        return typeof entry[1] === 'string';
      }),
    );
  }
}
