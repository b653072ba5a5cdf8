import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { openDatabase } from '../store/database';
import { madePng, temporaryFolder } from './fixtures';
import { openIndex } from './index-database';
import { MarkStore } from './mark-store';
import { tidyTrash, TRASH_FOLDER } from './trash';

const CHILD = fileURLToPath(new URL('./fixtures-kill-child.ts', import.meta.url));
const FILES = 60;
/** More by `LIBRARY_KILLS`. */
const KILLS = Number(process.env.LIBRARY_KILLS ?? 20);

let folder: ReturnType<typeof temporaryFolder>;
let root: string;

beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'output');
  for (let index = 0; index < FILES; index += 1) {
    const place = join(root, ['a', 'b', 'c'][index % 3] ?? 'a');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${index}.png`), madePng(`content ${index}`));
  }
});
afterEach(() => {
  folder.remove();
});

/** Where each file is, by its number; a move that was broken off may have left it under two names. */
function whereabouts(): Map<number, string[]> {
  const found = new Map<number, string[]>();
  const add = (index: number, path: string): void => {
    found.set(index, [...(found.get(index) ?? []), path]);
  };
  for (const place of ['a', 'b', 'c', 'd']) {
    for (const name of listed(join(root, place))) {
      add(Number.parseInt(name), join(root, place, name));
    }
  }
  for (const { id, path } of tidyTrash(root)) {
    add(Number.parseInt(path.split('/').pop() ?? ''), join(root, TRASH_FOLDER, id, 'file'));
  }
  return found;
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    // The folder is at its other place.
    return [];
  }
}

/** Runs the child until it is killed at some moment; returns the last round it said to be done. */
async function killAt(ms: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', CHILD, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout?.on('data', (data: Buffer) => (said += data.toString()));
  await once(child.stdout ?? child, 'data');
  await new Promise((resolve) => setTimeout(resolve, ms));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return Math.max(0, ...said.split('\n').flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : [])));
}

it(
  'loses no file and no mark when it is killed at any moment',
  { timeout: 120_000 + KILLS * 15_000 },
  async () => {
    let longest = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      longest = Math.max(longest, await killAt((kill * 13) % 120));
      const found = whereabouts();
      expect([...found.keys()].sort((a, b) => a - b)).toEqual(
        Array.from({ length: FILES }, (_, index) => index),
      );
      for (const [index, paths] of found) {
        const [first = '', ...others] = paths;
        expect(readFileSync(first).equals(Buffer.from(madePng(`content ${index}`)))).toBe(true);
        // Two names at most, of the same file on the disk: no half copy.
        expect(others.every((path) => lstatSync(path).ino === lstatSync(first).ino)).toBe(true);
      }
      const { connection, rebuilt } = openIndex(join(folder.path, 'data', 'library.sqlite'));
      expect(rebuilt).toBeNull();
      expect(connection.prepare('PRAGMA integrity_check').pluck().all()).toEqual(['ok']);
      connection.close();
      const database = await openDatabase(join(folder.path, 'data'));
      expect(database.notices).toEqual([]);
      const kept = new MarkStore(database).since(0, null).marks.map(([key]) => Number(/\d+/.exec(key)?.[0]));
      database.close();
      expect(kept.length).toBeGreaterThanOrEqual(longest);
      expect(kept.sort((a, b) => a - b)).toEqual(
        Array.from({ length: kept.length }, (_, index) => index + 1),
      );
    }
    expect(longest).toBeGreaterThan(0);
  },
);
