import { describe, expect, it } from 'vitest';
import { fileHash } from './file-hash';

describe('the hash of a file', () => {
  it('is the same for the same bytes and differs for others, also beyond the first piece', async () => {
    const bytes = new Uint8Array(5 * 2 ** 20).fill(7);
    const hash = await fileHash(new Blob([bytes]));
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(await fileHash(new Blob([bytes.slice(0, 100), bytes.slice(100)]))).toBe(hash);
    const others = [0, 2 ** 22, bytes.length - 1].map((at) => {
      const other = bytes.slice();
      other[at] = 8;
      return fileHash(new Blob([other]));
    });
    const shorter = [fileHash(new Blob([bytes.subarray(1)])), fileHash(new Blob([]))];
    expect(new Set([hash, ...(await Promise.all([...others, ...shorter]))]).size).toBe(6);
  });
});
