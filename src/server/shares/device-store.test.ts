import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { DEFAULT_RIGHTS } from '../../ports/share-wire';
import { type Database, openDatabase } from '../store/database';
import { DeviceStore } from './device-store';
import { tokenSeal } from './secrets';
import { ShareStore } from './share-store';

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-devices-'));
  database = await openDatabase(folder);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('know devices and guests even where their visit cannot be noted', () => {
  let now = 1_000;
  let isFull = false;
  const filling: Database = {
    ...database,
    run: (sql, ...values) => {
      if (isFull) {
        throw new Error('database or disk is full');
      }
      return database.run(sql, ...values);
    },
  };
  const devices = new DeviceStore(filling, () => now);
  const shares = new ShareStore(filling, tokenSeal(folder), () => now);
  const secret = devices.pair(devices.offer().path.split('/')[1] ?? '', 'Tablet') ?? '';
  const share = shares.create(
    { title: 'Cats', scope: { kind: 'list' }, items: [], expiresAt: null, rights: DEFAULT_RIGHTS },
    null,
  );
  const { guest } = shares.admit(share.id);
  now += 3_600_000;
  isFull = true;
  expect(devices.known(secret)).toBe(devices.list()[0]?.id);
  expect(() => {
    shares.touch(guest);
  }).not.toThrow();
});
