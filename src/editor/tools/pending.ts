/** Work of a tool that is still being done, oldest first. What is no longer in here when it is done is dropped. */
export class Pending<T> {
  readonly #works: T[] = [];

  begin(work: T): void {
    this.#works.push(work);
  }

  has(work: T): boolean {
    return this.#works.includes(work);
  }

  end(work: T): void {
    const at = this.#works.indexOf(work);
    if (at >= 0) {
      this.#works.splice(at, 1);
    }
  }

  /** Takes the newest out; undefined when there is none. */
  recall(): T | undefined {
    return this.#works.pop();
  }
}
