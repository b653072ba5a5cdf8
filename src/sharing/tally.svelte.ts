/** Votes of guests by file key (`fileRefKey`), for the badges over the gallery's pictures. */
class Tally {
  #votes = $state.raw<ReadonlyMap<string, number>>(new Map());

  get votes(): ReadonlyMap<string, number> {
    return this.#votes;
  }

  set(votes: ReadonlyMap<string, number>): void {
    this.#votes = votes;
  }
}

export const tally = new Tally();
