/** Wrong passwords that cost nothing: people mistype. */
const FREE = 5;
/** Pause after the first attempt beyond those, ms; doubles up to the longest. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Wrong passwords for one link within an hour, from all addresses together. */
const PER_LINK = 200;
const HOUR_MS = 3_600_000;
/** Addresses remembered; the oldest are forgotten first. */
const REMEMBERED = 10_000;

interface Tries {
  wrong: number;
  nextAt: number;
  lastAt: number;
}

/**
 * Limits how often a password may be tried, per link and address, and per link altogether, so that many
 * addresses do not help either. Attempts count before they are checked: many sent at once are no way around it.
 */
export class Attempts {
  readonly #byAddress = new Map<string, Tries>();
  readonly #byLink = new Map<string, { wrong: number; since: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts an attempt. @returns 0 if it may be made, else the seconds to wait. */
  begin(link: string, address: string): number {
    const now = this.#now();
    const key = `${link} ${network(address)}`;
    const known = this.#byAddress.get(key);
    const tries = known && now - known.lastAt < HOUR_MS ? known : { wrong: 0, nextAt: 0, lastAt: now };
    const all = this.#linkTries(link, now);
    const until = Math.max(tries.nextAt, all.wrong >= PER_LINK ? all.since + HOUR_MS : 0);
    if (until > now) {
      return Math.ceil((until - now) / 1000);
    }
    tries.wrong += 1;
    tries.lastAt = now;
    if (tries.wrong >= FREE) {
      tries.nextAt = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, tries.wrong - FREE));
    }
    all.wrong += 1;
    this.#byLink.set(link, all);
    this.#byAddress.delete(key);
    this.#byAddress.set(key, tries);
    forgetOldest(this.#byAddress);
    forgetOldest(this.#byLink);
    return 0;
  }

  /** The attempt counted last was right: the address starts afresh. */
  succeed(link: string, address: string): void {
    this.#byAddress.delete(`${link} ${network(address)}`);
    const all = this.#byLink.get(link);
    if (all) {
      all.wrong = Math.max(0, all.wrong - 1);
    }
  }

  #linkTries(link: string, now: number): { wrong: number; since: number } {
    const known = this.#byLink.get(link);
    return known && now - known.since < HOUR_MS ? known : { wrong: 0, since: now };
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) {
    map.delete(oldest);
  }
}

/** One customer's network: an IPv4 address, or the first 64 bits of an IPv6 one, within which anyone can pick. */
export function network(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) {
    return mapped ?? address;
  }
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...new Array<string>(zeros).fill('0'), ...back]
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':');
}
