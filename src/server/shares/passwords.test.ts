import * as crypto from 'node:crypto';

import { beforeEach, expect, it, vi } from 'vitest';

import { checkPassword, hashPassword } from './passwords';

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>();
  return {
    ...real,
    scrypt: vi.fn(real.scrypt),
    timingSafeEqual: vi.fn(real.timingSafeEqual),
  };
});

beforeEach(() => {
  vi.mocked(crypto.scrypt).mockClear();
  vi.mocked(crypto.timingSafeEqual).mockClear();
});

it('are recognised, and no two hashes of one are alike', async () => {
  const kept = await hashPassword('secret');
  expect(await hashPassword('secret')).not.toBe(kept);
  expect(await checkPassword('secret', kept)).toBe(true);
  expect(await checkPassword('Secret', kept)).toBe(false);
});

/** What the time an answer takes depends on, rather than the time itself, which a busy machine decides. */
it('take the same work whatever is wrong with them: nothing is learned from the time', async () => {
  const kept = await hashPassword('secret');
  const guesses = ['secret', 'secreT', 's', '', 'x'.repeat(200), '\u0000'];
  const works = [];
  for (const guess of guesses) {
    vi.mocked(crypto.scrypt).mockClear();
    vi.mocked(crypto.timingSafeEqual).mockClear();
    await checkPassword(guess, kept);
    works.push({
      derived: vi
        .mocked(crypto.scrypt)
        .mock.calls.map(([, salt, bytes, cost]) => [(salt as Buffer).length, bytes, cost]),
      compared: vi
        .mocked(crypto.timingSafeEqual)
        .mock.calls.map(([one, other]) => [one.byteLength, other.byteLength]),
    });
  }
  expect(works[0]?.derived).toEqual([[16, 32, expect.objectContaining({ N: 32_768, r: 8, p: 1 })]]);
  expect(works[0]?.compared).toEqual([[32, 32]]);
  for (const work of works) {
    expect(work).toEqual(works[0]);
  }
});
