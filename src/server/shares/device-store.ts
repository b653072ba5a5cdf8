import type { Device, Pairing } from '../../ports/share-wire';
import type { Database } from '../store/database';
import { hashSecret, newId, newSecret } from './secrets';

/** How long a pairing code is good for, ms. */
export const PAIRING_MS = 5 * 60_000;
/** Codes that may be open at once; the oldest gives way. */
const OPEN_CODES = 10;
/** How fresh a device's last visit is kept, ms. */
const SEEN_STEP_MS = 60_000;

/** Devices that the owner has paired, and codes by which one more can be. */
export class DeviceStore {
  readonly #database: Database;
  readonly #now: () => number;
  /** Hashes of the codes, with when each stops working, ms. A code that a restart forgets is made again in a moment. */
  readonly #codes = new Map<string, number>();

  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Makes a code that pairs one device. */
  offer(): Pairing {
    const code = newSecret();
    const expiresAt = this.#now() + PAIRING_MS;
    this.#codes.set(hashSecret(code), expiresAt);
    const [oldest] = this.#codes.keys();
    if (this.#codes.size > OPEN_CODES && oldest !== undefined) {
      this.#codes.delete(oldest);
    }
    return { path: `pair/${code}`, expiresAt };
  }

  /** Whether a code would pair a device now. */
  isOpen(code: string): boolean {
    return (this.#codes.get(hashSecret(code)) ?? 0) > this.#now();
  }

  /** Uses up a code. @returns the secret by which the device is known from now on, or `null`. */
  pair(code: string, name: string): string | null {
    if (!this.isOpen(code)) {
      return null;
    }
    this.#codes.delete(hashSecret(code));
    const secret = newSecret();
    const now = this.#now();
    this.#database.run(
      'INSERT INTO devices (id, name, secret_hash, paired_at, seen_at) VALUES (?, ?, ?, ?, ?)',
      newId(),
      name,
      hashSecret(secret),
      now,
      now,
    );
    return secret;
  }

  /** The id of the device with this secret, and notes that it was here. */
  known(secret: string): string | null {
    const row = this.#database.get(
      'SELECT id, seen_at FROM devices WHERE secret_hash = ?',
      hashSecret(secret),
    );
    if (!row) {
      return null;
    }
    const now = this.#now();
    if (Number(row.seen_at ?? 0) < now - SEEN_STEP_MS) {
      try {
        this.#database.run('UPDATE devices SET seen_at = ? WHERE id = ?', now, row.id ?? null);
      } catch {
        // A full disk is no reason to turn a device away.
      }
    }
    return String(row.id);
  }

  list(): Device[] {
    return this.#database.all('SELECT * FROM devices ORDER BY paired_at DESC, rowid DESC').map((row) => ({
      id: String(row.id),
      name: String(row.name),
      pairedAt: Number(row.paired_at),
      lastSeenAt: row.seen_at === null ? null : Number(row.seen_at),
    }));
  }

  /** Forgets a device. @returns whether there was one. */
  revoke(id: string): boolean {
    return this.#database.run('DELETE FROM devices WHERE id = ?', id) > 0;
  }
}
