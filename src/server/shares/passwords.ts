import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt with 32 MB per attempt: about 0.1 s, and little gained by a graphics card. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Each takes memory and a thread of the pool that also reads files; the others wait. */
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/** What is kept of a password: `scrypt$N$r$p$salt$hash`, so that the cost can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether a password is the one that was hashed; takes the same time for every wrong one. */
export async function checkPassword(password: string, kept: string): Promise<boolean> {
  const [scheme, N, r, p, salt = '', hash = ''] = kept.split('$');
  if (scheme !== 'scrypt') {
    return false;
  }
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: COST.maxmem };
  const derived = await derive(password, Buffer.from(salt, 'base64url'), cost);
  const expected = Buffer.from(hash, 'base64url');
  return derived.length === expected.length && timingSafeEqual(derived, expected);
}

async function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  await turn();
  try {
    return await new Promise((resolve, reject) => {
      // The same letters may be typed composed or decomposed, depending on the keyboard.
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, cost, (error, key) => {
        if (error) {
          reject(error);
        } else {
          resolve(key);
        }
      });
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function turn(): Promise<void> {
  if (running >= AT_ONCE) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
}
