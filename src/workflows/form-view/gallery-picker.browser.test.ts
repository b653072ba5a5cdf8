import { beforeAll, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import type { FileRef } from '../../comfy/file-ref';
import type { UploadKind } from '../../comfy/object-info';
import { loadWords } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { Media } from '../../jobs/state/job';
import type { Thumb } from '../../jobs/thumbs/thumb-store.svelte';
import { GalleryChoice } from './gallery-choice.svelte';
import GalleryPicker from './GalleryPicker.svelte';

beforeAll(() => loadWords('form'));

const item = (filename: string, media: Media, replaced = false): GalleryItem =>
  ({
    key: filename,
    output: { ref: { filename, subfolder: 'x', type: 'output' }, media },
    replaced,
  }) as unknown as GalleryItem;

const many = Array.from({ length: 70 }, (_, i) => item(`p${i}.png`, 'image'));

async function open(items: GalleryItem[], kind: UploadKind) {
  const onchoose = vi.fn<(ref: FileRef | null) => void>();
  const want = vi.fn();
  const thumbs = { thumb: () => ({ state: { status: 'waiting' } }) as unknown as Thumb, want };
  await render(GalleryPicker, { items: { slice: () => items }, thumbs, kind, onchoose });
  return { onchoose, want };
}

describe('a file from the gallery', () => {
  it('is one of those that suit the input, and are still there', async () => {
    const { onchoose, want } = await open(
      [item('a.png', 'image'), item('b.mp4', 'video'), item('old.png', 'image', true)],
      'image',
    );
    await expect.element(page.getByRole('button', { name: 'x/a.png' })).toBeVisible();
    expect(page.getByRole('listitem').elements()).toHaveLength(1);
    expect(want).toHaveBeenCalledWith('picker', [expect.objectContaining({ key: 'a.png' })]);
    await page.getByRole('button', { name: 'x/a.png' }).click();
    expect(onchoose).toHaveBeenCalledWith({ filename: 'a.png', subfolder: 'x', type: 'output' });
  });

  it('is shown a part at a time', async () => {
    await open(many, 'animated-image');
    await page.getByRole('button', { name: 'Show 10 more' }).click();
    expect(page.getByRole('listitem').elements()).toHaveLength(70);
  });

  it('need not be chosen', async () => {
    const { onchoose } = await open([], 'audio');
    await expect.element(page.getByText('The gallery has no file', { exact: false })).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
    expect(onchoose).toHaveBeenCalledWith(null);
  });

  it('is asked for once at a time', async () => {
    const choice = new GalleryChoice();
    const first = choice.ask('image');
    const second = choice.ask('video');
    expect(await first).toBeNull();
    expect(choice.asked?.kind).toBe('video');
    choice.asked?.answer({ filename: 'b.mp4', subfolder: '', type: 'output' });
    expect(await second).toMatchObject({ filename: 'b.mp4' });
    expect(choice.asked).toBeNull();
  });
});
