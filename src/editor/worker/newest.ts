/** Work of which only the newest counts: one at a time, and what became old before it began is left out. */
export class Newest {
  #turn = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does the work once what is under way has ended.
   * @param work gets a function that tells whether it still is the newest.
   * @returns its answer; null when newer work was asked for meanwhile.
   */
  run<T>(work: (newest: () => boolean) => Promise<T | null>): Promise<T | null> {
    const turn = ++this.#turn;
    const newest = (): boolean => turn === this.#turn;
    const running = this.#last.then(async () => {
      const answer = newest() ? await work(newest) : null;
      return newest() ? answer : null;
    });
    // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
    this.#last = running.catch(() => undefined);
    return running;
  }
}
