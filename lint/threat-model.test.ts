import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { describe, expect, it } from 'vitest';

/** A file of tests, and words of titles in it, as in `doors.test.ts` “refuses …”, “lets …”. */
const PROOF = /`([\w-]+\.test\.ts)`((?:,? “[^”]+”)*)/g;

const files = ['src', 'e2e'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(folder, file)),
);

/** What the last cells of the table of threats say. */
const cells = readFileSync('docs/threat-model.md', 'utf8')
  .split(/^## /m)
  .filter((part) => part.startsWith('Who, from where'))
  .flatMap((part) => part.split('\n').filter((line) => line.startsWith('|')))
  .map((line) => line.split('|').at(-2)?.trim() ?? '')
  .slice(2);

describe('the threat model names for every threat a test', () => {
  it.each(cells)('%s', (cell) => {
    const proofs = [...cell.matchAll(PROOF)];
    expect(proofs).not.toEqual([]);
    for (const [, file = '', titles = ''] of proofs) {
      // Titles also stand in tables of cases, and some are put together.
      const texts = files
        .filter((path) => basename(path) === file)
        .map((path) => readFileSync(path, 'utf8').replaceAll('\\', ''));
      expect(texts, `there is no ${file}`).not.toEqual([]);
      for (const [, title = ''] of titles.matchAll(/“([^”]+)”/g)) {
        const parts = title.split('…').map((part) => part.trim());
        const isThere = texts.some((text) => parts.every((part) => text.includes(part)));
        expect(isThere, `no test of ${file} has “${title}” in its title`).toBe(true);
      }
    }
  });

  it('and there are threats', () => {
    expect(cells.length).toBeGreaterThan(15);
  });
});
