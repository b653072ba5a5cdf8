import { readObject, Stored } from '../../base/stored';
import type { Guess } from '../../workflows/families/guess';
import type { ToldGuesses } from '../../workflows/families/offer';

const stored = new Stored<ToldGuesses>('darkroom.models', {
  read: (kept) =>
    Object.fromEntries(
      Object.entries(readObject(kept)).filter(
        (entry): entry is [string, Guess] => typeof entry[1] === 'string',
      ),
    ),
});

/** What people said of models whose kind was guessed wrong, by file, in this browser. */
export class ModelGuesses {
  #told = $state.raw<ToldGuesses>(stored.load());

  get told(): ToldGuesses {
    return this.#told;
  }

  /** Remembers what a file is. */
  tell(file: string, guess: Guess): void {
    this.#told = { ...this.#told, [file]: guess };
    stored.save(this.#told);
  }
}
