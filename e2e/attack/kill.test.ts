import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { DEFAULT_RIGHTS, type Share, type ShareList } from '../../src/ports/share-wire';
import { postJson, sharedFiles } from '../support/share-stage';
import { makeStaticApp, type StaticApp } from '../support/static-app';

const CHILD = fileURLToPath(new URL('../support/share-child.ts', import.meta.url));
const EDITS = 200;
const KILLS = 5;

let app: StaticApp;
let child: ChildProcess;

beforeAll(() => {
  app = makeStaticApp();
});
afterAll(() => {
  child.kill('SIGKILL');
  app.remove();
});

async function start(): Promise<string> {
  child = fork(CHILD, [app.directory, app.data], { execArgv: ['--import', 'tsx'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return `http://127.0.0.1:${port}/darkroom/shares`;
}

/** What a link must look like: as last confirmed, or as in the one change that was not. */
interface Expected {
  confirmed: string;
  unconfirmed: string | null;
}

it('keeps every confirmed change of a link when it is killed', { timeout: 180_000 }, async () => {
  const links = new Map<string, Expected>();
  let url = await start();
  for (let round = 0, edit = 0; edit < EDITS; round += 1) {
    const isLast = round >= KILLS;
    const goal = isLast ? EDITS : Math.ceil((EDITS / (KILLS + 1)) * (round + 1));
    while (edit < goal) {
      edit += 1;
      await change(url, links, `edit ${edit}`);
    }
    // In the middle of a change, at a moment that differs each time.
    const next = change(url, links, `edit ${(edit += 1)}`);
    await new Promise((resolve) => setTimeout(resolve, round * 2));
    child.kill('SIGKILL');
    await Promise.all([next, once(child, 'exit')]);
    url = await start();
    const { shares } = (await (await fetch(url)).json()) as ShareList;
    const titles = new Map(shares.map(({ id, title, count }) => [id, `${title} ${count}`]));
    for (const [id, { confirmed, unconfirmed }] of links) {
      expect([confirmed, unconfirmed]).toContain(titles.get(id) ?? 'stopped');
      links.set(id, { confirmed: titles.get(id) ?? 'stopped', unconfirmed: null });
    }
  }
  expect(links.size).toBeGreaterThan(10);
});

/** Makes, renames, fills or stops a link, and notes what was confirmed. */
async function change(url: string, links: Map<string, Expected>, title: string): Promise<void> {
  const number = Number(title.split(' ')[1]);
  const [id = ''] = [...links]
    .filter(([, { confirmed }]) => confirmed !== 'stopped')
    .map(([key]) => key)
    .slice(-1);
  const known = links.get(id);
  const [oldTitle = '', oldCount = ''] = known ? known.confirmed.split(/ (?=\d+$)/) : [];
  const count = number % 4;
  let wanted: string;
  let answer: Promise<Response>;
  if (!known || number % 10 === 1) {
    const draft = {
      title,
      scope: { kind: 'list' },
      items: sharedFiles(count),
      expiresAt: null,
      rights: DEFAULT_RIGHTS,
    };
    const made = await postJson(url, draft).catch(() => null);
    if (made?.ok) {
      links.set(((await made.json()) as Share).id, { confirmed: `${title} ${count}`, unconfirmed: null });
    }
    return;
  } else if (number % 10 === 0) {
    wanted = 'stopped';
    answer = fetch(`${url}/${id}`, { method: 'DELETE' });
  } else if (number % 2 === 0) {
    wanted = `${title} ${oldCount}`;
    answer = postJson(`${url}/${id}`, { title }, { method: 'PATCH' });
  } else {
    wanted = `${oldTitle} ${count}`;
    answer = postJson(`${url}/${id}/items`, { items: sharedFiles(count) }, { method: 'PUT' });
  }
  links.set(id, { ...known, unconfirmed: wanted });
  if ((await answer.catch(() => null))?.ok) {
    links.set(id, { confirmed: wanted, unconfirmed: null });
  }
}
