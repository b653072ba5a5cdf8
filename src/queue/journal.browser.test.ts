import { afterEach, beforeEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage, type PastJob, pastJobs } from '../jobs/fixtures/comfy-page';
import QueueRoom from './QueueRoom.svelte';

let comfy: ComfyPage;
const finished = page.getByRole('region', { name: /^Finished/ });
const days = (): string[] => [...document.querySelectorAll('h3')].map((day) => day.textContent.trim());

beforeEach(() => loadWords('queue'));
afterEach(() => comfy.close());

/** Two jobs a day on three days, the last one today. */
function threeDays(): PastJob[] {
  const noon = new Date();
  noon.setHours(12, 0, 0, 0);
  return pastJobs(6).map((job, index) => {
    const at = new Date(noon);
    at.setDate(at.getDate() - (2 - Math.floor(index / 2)));
    return { ...job, at: at.getTime() + index * 1000 };
  });
}

it('lists finished jobs by day, and finds some of them', async () => {
  const past = threeDays();
  comfy = await ComfyPage.open(past);
  await comfy.mount(QueueRoom);
  await expect.poll(() => days().length).toBe(3);
  expect(days().slice(0, 2)).toEqual(['Today', 'Yesterday']);
  const file = past[2]?.file ?? '';
  await page.getByRole('searchbox', { name: 'Search finished jobs' }).fill(file.toUpperCase());
  await expect.poll(days).toEqual(['Yesterday']);
  await expect.element(finished.getByRole('link')).toHaveAttribute('href', `#/gallery/${past[2]?.id}/0`);
  await expect.element(page.getByText('1 job found')).toBeVisible();
  await userEvent.fill(page.getByRole('searchbox'), 'nothing says this');
  await expect.element(page.getByText('No finished job contains “nothing says this”.')).toBeVisible();
  await userEvent.fill(page.getByRole('searchbox'), '');
  await expect.poll(() => days().length).toBe(3);
});
