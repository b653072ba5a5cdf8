/** The folder of each slot. What a condition asks of a folder is worked out once for each folder there is. */
export class FolderColumn {
  #ids = new Int32Array(1024);
  readonly #known = new Map<string, number>();
  readonly #paths: string[] = [];

  /** @param path see `folderPath`; empty: the output folder itself. */
  set(slot: number, path: string): void {
    if (slot >= this.#ids.length) {
      const larger = new Int32Array(Math.max(slot + 1, this.#ids.length * 2));
      larger.set(this.#ids);
      this.#ids = larger;
    }
    let id = this.#known.get(path);
    if (id === undefined) {
      id = this.#paths.push(path) - 1;
      this.#known.set(path, id);
    }
    this.#ids[slot] = id;
  }

  /** Whether a slot is in a folder, or with `only` false in one below it. */
  test(path: string, only: boolean): (slot: number) => boolean {
    const below = `${path}/`;
    const holds = Uint8Array.from(this.#paths, (each) =>
      each === path || (!only && (path === '' || each.startsWith(below))) ? 1 : 0,
    );
    return (slot) => holds[this.#ids[slot] ?? -1] === 1;
  }
}
