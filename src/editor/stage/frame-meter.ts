/** Measurements kept of each kind. */
const KEPT = 2048;

/** Remembers how long pieces of work took, ms, the newest few thousand. Cheap enough to be always on. */
export class FrameMeter {
  readonly #times = new Float32Array(KEPT);
  #count = 0;

  add(ms: number): void {
    this.#times[this.#count % KEPT] = ms;
    this.#count++;
  }

  /** All kept measurements, oldest first. */
  values(): number[] {
    const from = Math.max(0, this.#count - KEPT);
    return Array.from({ length: this.#count - from }, (_, i) => this.#times[(from + i) % KEPT] ?? 0);
  }

  reset(): void {
    this.#count = 0;
  }
}
