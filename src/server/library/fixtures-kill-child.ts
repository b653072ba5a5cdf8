/** Scans, deletes, restores, moves and marks without end, until it is killed: `fixtures-kill-child FOLDER`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { openDatabase } from '../store/database';
import { LibraryWork } from './library-work';
import { MarkStore } from './mark-store';

const [folder = ''] = process.argv.slice(2);
const root = join(folder, 'output');
const database = await openDatabase(join(folder, 'data'));
const marks = new MarkStore(database);
const work = new LibraryWork(
  {
    index: join(folder, 'data', 'library.sqlite'),
    trees: [{ id: 'out', name: 'output', kind: 'output', path: root }],
    skip: [],
    canDelete: true,
  },
  () => undefined,
);
process.stdout.write('begins\n');
for (let round = 1; ; round += 1) {
  const [here = 'a', there = 'b'] = round % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
  const names = (path: string): string[] => {
    try {
      return readdirSync(join(root, path)).filter((name) => name.endsWith('.png'));
    } catch {
      return [];
    }
  };
  const files = names(here).map((name) => ({ tree: 'out', path: `${here}/${name}` }));
  work.calls.remove(files.slice(0, 3));
  work.calls.move(
    files.slice(3, 6).map(({ tree, path }) => ({ tree, from: path, to: path.replace(here, there) })),
  );
  work.calls.move([
    { tree: 'out', from: 'c', to: 'd' },
    { tree: 'out', from: 'd', to: 'c' },
  ]);
  work.calls.restore(work.calls.trash().map(({ trash }) => trash));
  // Said once it is kept: what was said may never be lost.
  marks.merge([[`content-${round}`.padEnd(16, '-'), 'r', round, 'me', 4]]);
  process.stdout.write(`${round}\n`);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
