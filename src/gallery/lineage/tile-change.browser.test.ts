import { afterEach, beforeEach, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { pastJobs, type PastJob } from '../../jobs/fixtures/comfy-page';
import { found, OpenGallery } from '../fixtures/gallery-page';

let gallery: OpenGallery;
let past: PastJob[];

const saved = (filename: string | undefined) => ({ filename, subfolder: '', type: 'output' });
const tileOf = (name: string): HTMLElement => found(`[role="gridcell"] a[aria-label*="${name}"]`);

function hold(type: 'keydown' | 'keyup'): void {
  document.body.dispatchEvent(new KeyboardEvent(type, { key: '\\', code: 'Backslash', bubbles: true }));
}

beforeEach(async () => {
  past = pastJobs(5);
  const area = { x: 16, y: 32, width: 32, height: 16 };
  const parent = saved(past[4]?.file);
  past.push(...pastJobs(1, { recipe: 'blur', parent, mask: null, area }));
  gallery = await OpenGallery.open(past);
});

afterEach(() => gallery.page.close());

it('marks what an edit changed while the mouse is on it, and shows its parent while a key is held', async () => {
  const edit = past.at(-1)?.file ?? '';
  // Sizes become known with the pictures, which are 64 px wide.
  await expect.poll(() => tileOf(edit).querySelector('img')).not.toBeNull();
  await userEvent.hover(tileOf(edit));
  await expect.poll(() => document.querySelector('[data-testid="tile-change"]')).not.toBeNull();
  const picture = tileOf(edit).getBoundingClientRect();
  const marked = found('[data-testid="tile-change"] rect').getBoundingClientRect();
  expect((marked.left - picture.left) / picture.width).toBeCloseTo(16 / 64, 1);
  expect((marked.top - picture.top) / picture.height).toBeCloseTo(32 / 64, 1);
  expect(marked.width / picture.width).toBeCloseTo(32 / 64, 1);

  hold('keydown');
  await expect.poll(() => document.querySelector('[data-testid="tile-parent"]')).not.toBeNull();
  expect(document.querySelector('[data-testid="tile-change"]')).toBeNull();
  hold('keyup');
  await expect.poll(() => document.querySelector('[data-testid="tile-parent"]')).toBeNull();

  await userEvent.hover(tileOf(past[0]?.file ?? ''));
  await expect.poll(() => document.querySelector('[data-testid="tile-change"]')).toBeNull();
});
