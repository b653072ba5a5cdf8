import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChange, FileRow } from './library-files';
import { LibraryFiles } from './library-files';
import { NEWEST, NewestFiles, packNewest, unpackNewest } from './newest-files';

const row = (modified: number): FileRow => ({
  ...{ key: `k${modified}`, bytes: 1, width: 2, height: 3, duration: 0 },
  modified,
});
const place = (name: string): FileChange[0] => ({ tree: 'out', folder: 'a/b', name });

describe('the newest files', () => {
  it('are the newest of all, whatever came, changed and went', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 3 * NEWEST }), fc.option(fc.nat(10_000)));
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 2 * NEWEST }), { maxLength: 4 }), (rounds) => {
        const files = new LibraryFiles();
        for (let i = 0; i < NEWEST * 2; i++) {
          files.set(place(`${i}`), row(i));
        }
        const newest = new NewestFiles(() => files.all());
        newest.list();
        for (const steps of rounds) {
          for (const [name, modified] of steps) {
            const change: FileChange = [place(`${name}`), modified === null ? null : row(modified)];
            if (change[1]) {
              files.set(change[0], change[1]);
            } else {
              files.delete(change[0]);
            }
            newest.take([change]);
          }
          const times = newest.list().map(([, { modified }]) => modified);
          const all = [...files.all()].map(([, { modified }]) => modified).sort((a, b) => b - a);
          // Fewer where some of them have gone, but none is left out between others, and never few.
          expect(times).toEqual(all.slice(0, times.length));
          expect(times.length).toBeGreaterThanOrEqual(Math.min(all.length, NEWEST / 2));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are looked for once, not at every change', () => {
    let looks = 0;
    const newest = new NewestFiles(() => {
      looks += 1;
      return [];
    });
    for (let i = 0; i < 3 * NEWEST; i++) {
      newest.take([[place(`${i}`), row(i)]]);
      newest.list();
    }
    expect(looks).toBe(1);
    expect(newest.list()[0]?.[0].name).toBe(`${3 * NEWEST - 1}`);
    newest.reset();
    newest.list();
    expect(looks).toBe(2);
  });

  it('are looked for again once most of them have gone', () => {
    const files = new LibraryFiles();
    for (let i = 0; i < 3 * NEWEST; i++) {
      files.set(place(`${i}`), row(i));
    }
    const newest = new NewestFiles(() => files.all());
    for (const [gone] of newest.list().slice(0, NEWEST - 10)) {
      files.delete(gone);
      newest.take([[gone, null]]);
    }
    expect(newest.list()).toHaveLength(NEWEST);
    expect(newest.list()[0]?.[1].modified).toBe(2 * NEWEST + 9);
  });

  it('are read as they were written', () => {
    const ref = { type: 'output', subfolder: 'a', filename: 'b "c".png' } as const;
    const facts = { key: 'k', bytes: 1, width: 2, height: 3 };
    expect(unpackNewest(packNewest([[ref, { ...facts, ...{ modified: 5 } }]]))).toEqual([[ref, facts]]);
  });
});
