import { expect, test } from 'vitest';
import { Pace } from './pace';
import { createMask, fromByte, repeatToBatch, toByte, toBytes } from './tensor';

test('every byte survives loading and saving', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(bytes.map((byte) => toByte(fromByte(byte)))).toEqual(bytes);
});

test('values are truncated, not rounded, and clipped', () => {
  expect([0.999, 1 - 1e-6, 1, 2, -1, NaN, 0.5].map(toByte)).toEqual([254, 254, 255, 255, 0, 0, 127]);
});

test('1 - alpha of every byte is its complement or one below', () => {
  const exact = Array.from({ length: 256 }, (_, byte) => toByte(Math.fround(1 - Math.fround(byte / 255))));
  exact.forEach((value, byte) => expect([255 - byte, 254 - byte]).toContain(value));
});

test('batches are repeated from the start, or truncated', async () => {
  const mask = createMask(2, 1, 1);
  mask.data.set([0.25, 0.75]);
  expect([...repeatToBatch(mask, 3).data]).toEqual([0.25, 0.75, 0.25]);
  expect([...repeatToBatch(mask, 1).data]).toEqual([0.25]);
  expect(await toBytes(mask, 1, new Pace())).toEqual(Uint8Array.of(191));
});
