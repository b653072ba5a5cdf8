/** Clients remembered at once; the longest unseen are forgotten first. */
const REMEMBERED = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets by client: `burst` at once, then `perSecond`. */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(burst: number, perSecond: number, now: () => number = Date.now) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Takes one. @returns 0, or the seconds until there is one again. */
  take(client: string): number {
    const now = this.#now();
    const { tokens, at } = this.#buckets.get(client) ?? { tokens: this.#burst, at: now };
    const filled = Math.min(this.#burst, tokens + (Math.max(0, now - at) / 1000) * this.#perSecond);
    const isGranted = filled >= 1;
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: isGranted ? filled - 1 : filled, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > REMEMBERED && oldest !== undefined) {
      this.#buckets.delete(oldest);
    }
    return isGranted ? 0 : Math.max(1, Math.ceil((1 - filled) / this.#perSecond));
  }
}
