import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { DEFAULT_RIGHTS } from '../../ports/share-wire';
import { type Database, openDatabase } from '../store/database';
import { tokenSeal } from './secrets';
import { MOST_GUESTS, ShareStore } from './share-store';

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-shares-'));
  database = await openDatabase(folder);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('remembers a bounded number of guests: who said something stays, and so does how often it was opened', () => {
  let now = 1;
  const store = new ShareStore(database, tokenSeal(folder), () => (now += 1));
  const link = (): string =>
    store.create(
      {
        title: 'Pictures',
        scope: { kind: 'list' },
        items: [{ ref: { filename: '1.png', subfolder: '', type: 'output' } }],
        expiresAt: null,
        rights: DEFAULT_RIGHTS,
      },
      null,
    ).id;
  const [share, other] = [link(), link()];
  const elsewhere = store.admit(other);
  const [first, second] = [store.admit(share), store.admit(share)];
  store.mark('favourites', store.items(share)[0]?.id ?? '', first.guest, true);
  const latest = database.transaction(() => {
    let guest = second;
    for (let count = 2; count <= MOST_GUESTS; count += 1) {
      guest = store.admit(share);
    }
    return guest;
  });
  const kept = database.get('SELECT count(*) AS n FROM guests WHERE share_id = ?', share);
  expect(Number(kept?.n)).toBeLessThanOrEqual(MOST_GUESTS);
  expect(Number(kept?.n)).toBeGreaterThan(MOST_GUESTS * 0.9);
  expect(latest.views).toBe(MOST_GUESTS + 1);
  expect(store.share(share)?.views).toBe(MOST_GUESTS + 1);
  expect(store.guestOf(share, first.secret)).not.toBeNull();
  expect(store.guestOf(share, latest.secret)).not.toBeNull();
  expect(store.guestOf(share, second.secret)).toBeNull();
  expect(store.guestOf(other, elsewhere.secret)).not.toBeNull();
});
