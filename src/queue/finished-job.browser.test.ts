import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import QueueRoom from './QueueRoom.svelte';

await loadWords('queue');

let comfy: ComfyPage;
const row = page.getByRole('listitem');

beforeEach(async () => {
  comfy = await ComfyPage.open([]);
  await comfy.mount(QueueRoom);
});

afterEach(() => comfy.close());

describe('a finished job', () => {
  it('shows its text, a long one folded', async () => {
    const long = 'word '.repeat(200).trim();
    const id = await comfy.finishWith({ '2': { text: ['a red fox', long] } });
    await expect.element(row.getByText('a red fox')).toBeVisible();
    await expect.element(row.getByText('Show all')).toBeVisible();
    await expect.element(row.getByText('Show less')).not.toBeVisible();
    await row.getByText('Show all').click();
    await expect.element(row.getByText('Show less')).toBeVisible();
    await expect.element(row.getByRole('paragraph').filter({ hasText: long })).toBeVisible();
    expect(comfy.jobs.job(id)?.outputs).toEqual([]);
  });

  it('leads to its temporary result, and says that it is one', async () => {
    const temp = { filename: 'look.png', subfolder: '', type: 'temp' };
    const id = await comfy.finishWith({ '2': { images: [temp] } });
    await expect.element(row.getByText(/^Done · .* · temporary$/)).toBeVisible();
    await expect.element(row.getByRole('link')).toHaveAttribute('href', `#/gallery/${id}/0`);
  });

  it('leads to what it saved before what it only showed, and calls that nothing', async () => {
    const file = (filename: string, type: string): object => ({ filename, subfolder: '', type });
    const id = await comfy.finishWith({
      '1': { images: [file('look.png', 'temp')] },
      '2': { images: [file('kept.png', 'output')] },
    });
    await expect.element(row.getByRole('link')).toHaveAttribute('href', `#/gallery/${id}/0`);
    expect(comfy.jobs.job(id)?.outputs[0]?.ref.filename).toBe('kept.png');
    await expect.element(row.getByText(/temporary/)).not.toBeInTheDocument();
  });
});
