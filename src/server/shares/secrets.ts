import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { systemCode } from '../errors';

const KEY_FILE = 'link-key';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A secret that cannot be guessed: 192 bits, 32 characters that need no escaping in an address. */
export function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** A public id that means nothing by itself: 96 bits, 16 characters. */
export function newId(): string {
  return randomBytes(12).toString('base64url');
}

/** What is kept of a secret in order to recognise it. Plain SHA-256 will do: secrets are random and long. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/**
 * Encrypts the tokens of links at rest. The owner must be able to copy a link again, so a hash is not enough; but
 * the database gets around (seven backups, copies, bug reports), and without the key beside it none of them opens
 * a link.
 */
export class TokenSeal {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** AES-256-GCM, base64url of nonce, tag and ciphertext. */
  seal(token: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** The token, or `null` if another key sealed it: the link still works, but cannot be copied. */
  open(sealed: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    try {
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return (
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return null;
    }
  }
}

/** The seal whose key lies in a data folder; the first call makes the key. */
export function tokenSeal(folder: string): TokenSeal {
  const path = join(folder, KEY_FILE);
  return new TokenSeal(readKey(path) ?? makeKey(path));
}

function readKey(path: string): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
    return key.length === KEY_BYTES ? key : null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

/** Whole or not at all, and never over the key of a second server that starts at the same moment. */
function makeKey(path: string): Buffer {
  const unfinished = `${path}.${process.pid}.part`;
  writeFileSync(unfinished, randomBytes(KEY_BYTES).toString('base64url'), { mode: 0o600, flush: true });
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST' || readKey(path) === null) {
      // No hard links on this file system, or what is there is no key.
      writeFileSync(path, readFileSync(unfinished), { mode: 0o600, flush: true });
    }
  } finally {
    rmSync(unfinished, { force: true });
  }
  const key = readKey(path);
  if (!key) {
    throw new Error(`${path} cannot be read back.`);
  }
  return key;
}
