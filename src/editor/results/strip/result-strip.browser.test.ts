import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadWords } from '../../../i18n/index.svelte';
import { ComfyPage, pastJobs } from '../../../jobs/fixtures/comfy-page';
import StripPage from '../../fixtures/StripPage.svelte';

const COUNT = 30;
const original = { filename: 'original.png', subfolder: '', type: 'input' };
const darkroom = { recipe: 'blur', parent: original, mask: null };

let comfy: ComfyPage;

const strip = page.getByRole('region', { name: 'Results' });

/** The original and the results, from the left. */
function tiles(): HTMLElement[] {
  return [...strip.element().querySelectorAll<HTMLElement>('button[aria-pressed]')];
}

/** Places of the tiles that are marked as looked at; 0 is the original. */
function chosen(): number[] {
  return tiles().flatMap((tile, place) => (tile.ariaPressed === 'true' ? [place] : []));
}

/** Whether all of a tile can be seen. */
function isInView(place: number): boolean {
  const tile = tiles()[place]?.getBoundingClientRect();
  const view = strip.element().getBoundingClientRect();
  return tile !== undefined && tile.left >= view.left && tile.right <= view.right;
}

beforeEach(async () => {
  // Of another picture's results none may be seen.
  const others = pastJobs(2, { ...darkroom, parent: { ...original, filename: 'other.png' } });
  comfy = await ComfyPage.open([...pastJobs(COUNT, darkroom), ...others]);
  await loadWords('editor');
  await comfy.mount(StripPage);
  await expect.poll(() => tiles().length).toBe(1 + COUNT);
});

afterEach(() => comfy.close());

describe('the results strip', () => {
  it('shows the results of the picture with their thumbnails, fetching those in sight alone', async () => {
    // It opens where the choice is, not at the newest.
    expect(isInView(0)).toBe(true);
    expect(isInView(COUNT)).toBe(false);
    await expect.poll(() => tiles()[1]?.querySelector('img')?.naturalWidth).toBeGreaterThan(0);
    expect(tiles()[COUNT]?.querySelector('img')).toBeNull();
    strip.element().scrollTo({ left: 100_000 });
    await expect.poll(() => isInView(COUNT)).toBe(true);
    await expect.poll(() => tiles()[COUNT]?.querySelector('img')?.naturalWidth).toBeGreaterThan(0);
    await expect
      .poll(() =>
        tiles()
          .filter((_, place) => isInView(place))
          .every((tile) => tile.querySelector('img')),
      )
      .toBe(true);
  });

  it('marks what is looked at, and nothing else', async () => {
    expect(chosen()).toEqual([0]);
    const plain = getComputedStyle(tiles()[COUNT] as Element).borderColor;
    await strip.getByRole('button', { name: `Result ${COUNT}` }).click();
    await expect.poll(chosen).toEqual([COUNT]);
    expect(getComputedStyle(tiles()[COUNT] as Element).borderColor).not.toBe(plain);
    expect(getComputedStyle(tiles()[0] as Element).borderColor).toBe(plain);
  });

  it('is walked with the arrow keys, round and round, focus and view following', async () => {
    tiles()[0]?.focus();
    await userEvent.keyboard('{ArrowLeft}');
    await expect.poll(chosen).toEqual([COUNT]);
    expect(document.activeElement).toBe(tiles()[COUNT]);
    await expect.poll(() => isInView(COUNT)).toBe(true);
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(chosen).toEqual([1]);
    expect(document.activeElement).toBe(tiles()[1]);
    await expect.poll(() => isInView(1)).toBe(true);
  });

  it('shows what is stepped to from elsewhere, without taking the focus', async () => {
    strip.element().scrollTo({ left: 0 });
    const step = page.getByRole('button', { name: 'Step back' });
    await step.click();
    await expect.poll(chosen).toEqual([COUNT]);
    await expect.poll(() => isInView(COUNT)).toBe(true);
    expect(document.activeElement).toBe(step.element());
  });

  it('brings a new result into sight and leaves what is looked at alone', async () => {
    strip.element().scrollTo({ left: 0 });
    await strip.getByRole('button', { name: 'Result 2', exact: true }).click();
    await expect.poll(chosen).toEqual([2]);
    await comfy.finishForeignJob(['fresh.png'], darkroom);
    await expect.poll(() => tiles().length).toBe(COUNT + 2);
    await expect.poll(() => isInView(COUNT + 1)).toBe(true);
    expect(chosen()).toEqual([2]);
    await expect.poll(() => tiles()[COUNT + 1]?.querySelector('img')?.naturalWidth).toBeGreaterThan(0);
  });
});
