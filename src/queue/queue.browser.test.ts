import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage, pastJobs } from '../jobs/fixtures/comfy-page';
import QueuePanel from './QueuePanel.svelte';
import QueueRoom from './QueueRoom.svelte';

await loadWords('queue');

let comfy: ComfyPage;

const finished = page.getByRole('region', { name: /^Finished/ });
const rows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('section li:not(:has(h3))')].filter((row) =>
    row.closest('section')?.textContent?.startsWith('Finished'),
  );
const scroller = (): HTMLElement => {
  const found = [...document.querySelectorAll<HTMLElement>('*')].find(
    (element) =>
      getComputedStyle(element).overflowY === 'auto' && element.scrollHeight > element.clientHeight + 50,
  );
  if (!found) {
    throw new Error('nothing scrolls');
  }
  return found;
};

async function scrollToEnd(): Promise<void> {
  let before = -1;
  await expect
    .poll(() => {
      const list = scroller();
      const moved = list.scrollHeight !== before;
      before = list.scrollHeight;
      list.scrollTop = list.scrollHeight;
      return moved;
    })
    .toBe(false);
}

beforeEach(async () => {
  await page.viewport(1280, 720);
});

afterEach(() => {
  comfy.close();
});

describe('the panel', () => {
  it('lists the newest jobs and shows all on request', async () => {
    const past = pastJobs(150);
    comfy = await ComfyPage.open(past);
    await comfy.mount(QueuePanel);
    await expect.element(finished.getByText(past.at(-1)?.file ?? '', { exact: true })).toBeVisible();
    expect(rows()).toHaveLength(12);
    await page.getByRole('button', { name: 'Show all 150' }).click();
    await expect.poll(() => rows().length).toBeGreaterThan(12);
    await expect.element(page.getByRole('button', { name: /^Show all/ })).not.toBeInTheDocument();
    await scrollToEnd();
    await expect.element(finished.getByText(past[0]?.file ?? '', { exact: true })).toBeVisible();
  });

  it('lists as many as a high window has room for', async () => {
    await page.viewport(400, 1440);
    comfy = await ComfyPage.open(pastJobs(150));
    await comfy.mount(QueuePanel);
    const rest = page.getByRole('button', { name: 'Show all 150' });
    await expect.poll(() => rows().length).toBeGreaterThan(12);
    // Nothing scrolls, and no room for another row is left.
    const below = (): number => innerHeight - rest.element().getBoundingClientRect().bottom;
    await expect.poll(below).toBeGreaterThanOrEqual(0);
    expect(below()).toBeLessThan(57);
  });

  it('has no “Show all” when that is all', async () => {
    comfy = await ComfyPage.open(pastJobs(12));
    await comfy.mount(QueuePanel);
    await expect.poll(() => rows().length).toBe(12);
    await expect.element(page.getByRole('button', { name: /^Show all/ })).not.toBeInTheDocument();
  });
});

describe('the room', () => {
  it('lays finished jobs out in columns, each with its picture', async () => {
    comfy = await ComfyPage.open(pastJobs(30));
    await comfy.mount(QueueRoom);
    await expect.poll(() => rows().length).toBe(30);
    const lefts = new Set(rows().map((row) => row.getBoundingClientRect().left));
    expect(lefts.size).toBeGreaterThan(1);
    await expect.poll(() => document.querySelectorAll('section li img').length).toBe(30);
  });

  it('keeps no more rows than a few screens of them, however long the history is', async () => {
    const past = pastJobs(900);
    comfy = await ComfyPage.open(past);
    await comfy.mount(QueueRoom);
    await expect.poll(() => rows().length).toBeGreaterThan(0);
    let most = 0;
    const list = scroller();
    for (let screens = 0; screens < 12; screens++) {
      list.scrollTop += 1500;
      await new Promise((resolve) => setTimeout(resolve, 60));
      most = Math.max(most, rows().length);
    }
    expect(list.scrollTop).toBeGreaterThan(10_000);
    expect(most).toBeLessThanOrEqual(300);
    // What is looked at is there.
    const at = list.getBoundingClientRect();
    const seen = document.elementFromPoint(at.left + 60, at.top + at.height / 2);
    expect(seen?.closest('li')).not.toBeNull();
  });
});
