import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Sqlite from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Backups, BACKUPS_KEPT } from './backups';
import { type Database, DATABASE_FILE, openDatabase } from './database';
import { MIGRATIONS } from './migrations';

let folder: string;
let open: Database[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-data-'));
});
afterEach(() => {
  open.forEach((database) => {
    database.close();
  });
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

async function start(where = folder): Promise<Database> {
  const database = await openDatabase(where);
  open.push(database);
  return database;
}

function stop(database: Database): void {
  database.close();
  open = open.filter((other) => other !== database);
}

function addDevice(database: Database, id: string): void {
  database.run('INSERT INTO devices VALUES (?, ?, ?, ?, NULL)', id, 'tablet', `hash of ${id}`, 1);
}

function deviceIds(database: Database): unknown[] {
  return database.all('SELECT id FROM devices ORDER BY id').map(({ id }) => id);
}

describe('Backups', () => {
  it('leave nothing unfinished behind', () => {
    const backups = new Backups(folder);
    const failing = (file: string): void => {
      writeFileSync(file, 'half');
      throw new Error('the disk is full');
    };
    expect(() => {
      backups.keepDaily(failing);
    }).toThrow('full');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a database', () => {
  it('is made with its folder, for its owner only', async () => {
    const inner = join(folder, 'some', 'where');
    const database = await start(inner);
    addDevice(database, 'a');
    expect(deviceIds(database)).toEqual(['a']);
    if (process.platform !== 'win32') {
      expect(statSync(inner).mode & 0o077).toBe(0);
    }
  });

  it('works on where no backup can be written', async () => {
    writeFileSync(join(folder, 'backups'), 'in the way');
    vi.useFakeTimers();
    try {
      const database = await start();
      addDevice(database, 'a');
      expect(database.notices).toEqual([expect.stringContaining('backup')]);
      expect(() => vi.advanceTimersByTime(2 * 3_600_000)).not.toThrow();
      expect(deviceIds(database)).toEqual(['a']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps what was written, in a write-ahead log synchronised at every commit', async () => {
    const database = await start();
    addDevice(database, 'a');
    expect(database.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(database.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
    stop(database);
    expect(deviceIds(await start())).toEqual(['a']);
  });

  it('takes back a change that fails half-way', async () => {
    const database = await start();
    expect(() =>
      database.transaction(() => {
        addDevice(database, 'a');
        database.transaction(() => {
          addDevice(database, 'b');
        });
        throw new Error('half-way');
      }),
    ).toThrow('half-way');
    expect(deviceIds(database)).toEqual([]);
    database.transaction(() => {
      addDevice(database, 'c');
    });
    expect(deviceIds(database)).toEqual(['c']);
  });

  it('refuses references to what is not there', async () => {
    const database = await start();
    expect(() => database.run("INSERT INTO guests VALUES (1, 'none', 'x', 1, 1)")).toThrow(/FOREIGN KEY/);
  });

  it('can be open twice: two servers may share a folder', async () => {
    const [one, two] = [await start(), await start()];
    addDevice(one, 'a');
    addDevice(two, 'b');
    expect(deviceIds(one)).toEqual(['a', 'b']);
  });

  it('is not opened when a later version has written it', async () => {
    stop(await start());
    const raw = new Sqlite(join(folder, DATABASE_FILE));
    raw.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    raw.close();
    await expect(openDatabase(folder)).rejects.toMatchObject({ code: 'no_database' });
  });

  it('says so when its folder cannot be used', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openDatabase(join(folder, 'file'))).rejects.toMatchObject({ code: 'no_database' });
  });
});

describe('a damaged database', () => {
  async function damage(): Promise<void> {
    const database = await start();
    addDevice(database, 'a');
    stop(database);
    // Today's backup was made before the device was added.
    rmSync(join(folder, 'backups'), { recursive: true });
    stop(await start());
    writeFileSync(join(folder, DATABASE_FILE), Buffer.alloc(20_000, 'garbage'));
  }

  it('is set aside for the newest sound backup', async () => {
    await damage();
    writeFileSync(join(folder, 'backups', 'darkroom-2999-01-01.sqlite'), 'not a database either');
    const database = await start();
    expect(deviceIds(database)).toEqual(['a']);
    expect(database.notices).toHaveLength(1);
    const aside = readdirSync(folder).find((name) => name.includes('.damaged-')) ?? '';
    expect(readFileSync(join(folder, aside), 'utf8')).toContain('garbage');
  });

  it('is begun anew without a backup', async () => {
    await damage();
    rmSync(join(folder, 'backups'), { recursive: true });
    const database = await start();
    expect(deviceIds(database)).toEqual([]);
    expect(database.notices[0]).toContain('no backup');
  });
});

describe('backups', () => {
  it('are made at start, once a day', async () => {
    stop(await start());
    const names = readdirSync(join(folder, 'backups'));
    expect(names).toHaveLength(1);
    stop(await start());
    expect(readdirSync(join(folder, 'backups'))).toEqual(names);
  });

  it('are kept for the last seven days that had one', () => {
    const backups = new Backups(join(folder, 'copies'));
    mkdirSync(join(folder, 'copies'));
    writeFileSync(join(folder, 'copies', 'notes.txt'), '');
    for (let day = 1; day <= 10; day += 1) {
      backups.keepDaily(
        (file) => {
          writeFileSync(file, `day ${day}`);
        },
        new Date(Date.UTC(2026, 0, day)),
      );
    }
    expect(backups.list()).toHaveLength(BACKUPS_KEPT);
    expect(backups.list()[0]).toBe('darkroom-2026-01-10.sqlite');
    expect(backups.list().at(-1)).toBe('darkroom-2026-01-04.sqlite');
    expect(readdirSync(join(folder, 'copies'))).toContain('notes.txt');
  });
});
