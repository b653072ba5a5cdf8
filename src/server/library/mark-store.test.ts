import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import type { LibraryMark } from '../../ports/library-wire';
import { type Database, openDatabase } from '../store/database';
import { MarkStore } from './mark-store';

let folder: string;
let database: Database;
let store: MarkStore;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-marks-'));
  database = await openDatabase(folder);
});
beforeEach(() => {
  database.run('DELETE FROM marks');
  store = new MarkStore(database);
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('tells what changed since a revision, and everything to who knows another database', () => {
  const { epoch, revision } = store.merge([['A', 'r', 1, 'me', 4]]);
  store.merge([['B', 'tdog', 2, 'me', 1]]);
  expect(store.since(revision, epoch).marks).toEqual([['B', 'tdog', 2, 'me', 1]]);
  expect(store.since(revision, 'another').marks).toHaveLength(2);
  expect(store.since(store.since(0, null).revision, epoch).marks).toEqual([]);
  expect(store.merge([['A', 'r', 1, 'me', 4]]).revision).toBe(2);
});

it('has them after it was opened again, as they are set', async () => {
  store.merge([
    ['A', 'r', 1, 'me', 4],
    ['A', 'f', 2, 'me', 1],
    ['A', 'f', 3, 'me'],
  ]);
  database.close();
  database = await openDatabase(folder);
  expect(new MarkStore(database).since(0, null).marks).toEqual([
    ['A', 'f', 3, 'me'],
    ['A', 'r', 1, 'me', 4],
  ]);
});

it('comes to the same whatever the order in which changes are merged', () => {
  const mark = fc.tuple(
    fc.constantFrom('A', 'B'),
    fc.constantFrom('r', 'f', 'tdog'),
    fc.nat(3),
    fc.constantFrom('x', 'y'),
    fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  );
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 15 }), fc.array(fc.nat(3), { maxLength: 15 }), (marks, cuts) => {
      const clean = marks.map((each): LibraryMark =>
        each[4] === undefined ? [each[0], each[1], each[2], each[3]] : ([...each] as LibraryMark),
      );
      const mergeAll = (all: readonly LibraryMark[]): unknown => {
        database.run('DELETE FROM marks');
        const fresh = new MarkStore(database);
        const rest = [...all];
        for (const cut of cuts) {
          fresh.merge(rest.splice(0, cut));
        }
        fresh.merge(rest);
        return fresh
          .since(0, null)
          .marks.map((one) => JSON.stringify(one))
          .sort();
      };
      expect(mergeAll(clean)).toEqual(mergeAll(clean.toReversed()));
    }),
    { numRuns: 60 },
  );
});
