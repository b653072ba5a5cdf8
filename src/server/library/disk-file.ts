import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import type { PartialFile } from '../../comfy/metadata/media-head';

/** What is read of a file's beginning and end for its content key, bytes. */
const KEY_HEAD = 32 * 1024;
const KEY_TAIL = 16 * 1024;
/** What is read of every file's beginning at once, bytes. */
const HEAD = 64 * 1024;
/** Bytes of a content key: by chance, two of a million files share one once in 10^17 libraries. */
const KEY_BYTES = 12;

/** A path on this machine; bytes where a name is not UTF-8. */
export type DiskPath = string | Buffer;

/** Opening a link would follow it, and opening a named pipe would wait for somebody to write. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW || 0) | (constants.O_NONBLOCK || 0);

/**
 * A file that is open for reading. Reads are synchronous: the library reads in a thread of its own, which they keep to
 * one core.
 */
export class DiskFile implements PartialFile {
  readonly #fd: number;
  /** Bytes when it was opened. */
  readonly length: number;
  /** When it was last written, whole ms since the epoch. */
  readonly modified: number;
  #head: Buffer | null = null;

  /** @throws a system error when there is no such file that may be read; `ELOOP` for a link. */
  constructor(path: DiskPath) {
    this.#fd = openSync(path, READ_ONLY);
    try {
      const stats = fstatSync(this.#fd);
      if (!stats.isFile()) {
        throw Object.assign(new Error('This is not a file.'), { code: 'EISDIR' });
      }
      this.length = stats.size;
      this.modified = Math.floor(stats.mtimeMs);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** The first bytes, which tell most of what is asked. */
  get head(): Buffer {
    return (this.#head ??= this.readNow(0, HEAD));
  }

  /** Bytes `from … to − 1`, fewer at the end of the file. */
  readNow(from: number, to: number): Buffer {
    const wanted = Math.max(0, Math.min(to, this.length) - from);
    const bytes = Buffer.allocUnsafe(wanted);
    let count = 0;
    while (count < wanted) {
      const read = readSync(this.#fd, bytes, count, wanted - count, from + count);
      if (read === 0) {
        break;
      }
      count += read;
    }
    return bytes.subarray(0, count);
  }

  read(from: number, to: number): Promise<Uint8Array> {
    const { head } = this;
    return Promise.resolve(to <= head.length ? head.subarray(from, to) : this.readNow(from, to));
  }

  size(): Promise<number> {
    return Promise.resolve(this.length);
  }

  /** What the file is known by wherever it lies: a hash of its size, its beginning and its end, in base64url. */
  contentKey(): string {
    const hash = createHash('sha256').update(`${this.length}\n`).update(this.head.subarray(0, KEY_HEAD));
    if (this.length > KEY_HEAD) {
      hash.update(this.readNow(Math.max(KEY_HEAD, this.length - KEY_TAIL), this.length));
    }
    return hash.digest().subarray(0, KEY_BYTES).toString('base64url');
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Whether a text can be a content key. */
export function isContentKey(text: string): boolean {
  return /^[\w-]{16}$/.test(text);
}
