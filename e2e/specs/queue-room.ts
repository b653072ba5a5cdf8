import type { Locator, Page } from '@playwright/test';

import type { DemoEngine } from '../../src/demo/index';
import { expect } from '../support/fixtures';
import { type Owner, post, queueJob, steppedGraph, waitingOrder } from '../support/queued-jobs';

export const OWNER: Owner = { clientId: 'another-tab', browser: 'b0000000-0000-4000-8000-000000000001' };
/** Steps of a job that does not end by itself. */
const ENDLESS = 10_000;

export const pending = (page: Page): Locator => page.getByRole('region', { name: /^Pending/ });
export const handle = (page: Page, name: string): Locator =>
  page.getByRole('button', { name: new RegExp(`^Move: ${name}\\.`) });

/** A job that runs, and others of this browser that wait; resolves with the ids of these by their names. */
export async function openWith(
  page: Page,
  engine: DemoEngine,
  names: readonly string[],
): Promise<Map<string, string>> {
  await page.addInitScript(
    (browser) => localStorage.setItem('darkroom.sender', JSON.stringify({ browser, name: '' })),
    OWNER.browser,
  );
  await queueJob(engine.url, steppedGraph('endless', Date.now(), ENDLESS), OWNER);
  const ids = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    ids.set(name, await queueJob(engine.url, steppedGraph(name, Date.now() + index, 1), OWNER));
  }
  await page.goto('/#/queue');
  await expect(page.getByRole('region', { name: /^Running/ }).getByText('endless')).toBeVisible();
  return ids;
}

/** Waits until server and panel have these jobs waiting, in this order. */
export async function expectOrder(
  page: Page,
  engine: DemoEngine,
  ids: ReadonlyMap<string, string>,
  names: string[],
) {
  await expect.poll(() => waitingOrder(engine.url)).toEqual(names.map((name) => ids.get(name)));
  await expect(pending(page).locator('[data-row]')).toHaveText(names.map((name) => new RegExp(name)));
}

/** Lets the queue go on, and checks that each job ran once, in this order. */
export async function expectRuns(
  engine: DemoEngine,
  ids: ReadonlyMap<string, string>,
  names: string[],
): Promise<void> {
  const wanted = names.map((name) => ids.get(name));
  const known = new Set(ids.values());
  await post(engine.url, '/interrupt', {});
  await expect.poll(() => engine.runs.filter((id) => known.has(id))).toEqual(wanted);
}
