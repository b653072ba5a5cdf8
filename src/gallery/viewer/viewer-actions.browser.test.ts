import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { insertPngText } from '../../comfy/png';
import { pastJobs, type PastJob } from '../../jobs/fixtures/comfy-page';
import { found, OpenGallery } from '../fixtures/gallery-page';

let gallery: OpenGallery;
let past: PastJob[];

const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
const strip = viewer.getByTestId('filmstrip');
const filmed = (): number => document.querySelectorAll('[data-testid="filmstrip"] button').length;

/** A picture, counted from the newest. */
const at = (step: number): PastJob | undefined => past.at(-1 - step);

async function open(step: number): Promise<void> {
  location.hash = `#/gallery/${at(step)?.id}/0`;
  await expect.element(viewer.getByRole('heading', { name: at(step)?.file })).toBeVisible();
}

async function choose(name: string): Promise<void> {
  await viewer.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name }).click();
}

beforeEach(async () => {
  past = pastJobs(300);
  gallery = await OpenGallery.open(past);
});

afterEach(() => gallery.page.close());

describe('the button for more actions', () => {
  it('shows its menu, and no tooltip over that', async () => {
    await open(150);
    await viewer.getByRole('button', { name: 'More actions' }).click();
    await expect.element(page.getByRole('menuitem', { name: 'Slide show' })).toBeVisible();
    // Longer than a tooltip waits.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(document.querySelector('[role="tooltip"]')).toBeNull();
  });
});

describe('the filmstrip', () => {
  it('has the neighbours of the picture alone, and goes to the one that is chosen', async () => {
    await open(150);
    await expect
      .element(strip.getByRole('button', { name: at(150)?.file }))
      .toHaveAttribute('aria-current', 'true');
    await expect.poll(filmed).toBeGreaterThan(5);
    expect(filmed()).toBeLessThan(60);
    await strip.getByRole('button', { name: at(152)?.file }).click();
    await expect.poll(() => location.hash).toBe(`#/gallery/${at(152)?.id}/0`);
    await userEvent.keyboard('{End}');
    await expect
      .element(strip.getByRole('button', { name: at(299)?.file }))
      .toHaveAttribute('aria-current', 'true');
    expect(filmed()).toBeLessThan(60);
  });

  it('is put away and brought back by its command', async () => {
    await open(0);
    await expect.element(strip).toBeVisible();
    await userEvent.keyboard('{Shift>}t{/Shift}');
    await expect.element(strip).not.toBeInTheDocument();
    await userEvent.keyboard('{Shift>}t{/Shift}');
    await expect.element(strip).toBeVisible();
  });
});

describe('a slide show', () => {
  it('leaves the picture and its controls alone, is paused, and ends with Escape', async () => {
    await open(0);
    await userEvent.keyboard('{Shift>}s{/Shift}');
    const bar = viewer.getByRole('group', { name: 'Slide show controls' });
    await expect.element(bar).toBeVisible();
    expect(document.querySelector('[role="dialog"] header')).toBeNull();
    await userEvent.keyboard(' ');
    await expect.element(bar.getByRole('button', { name: 'Go on' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(bar).not.toBeInTheDocument();
    // Escape ended the show, not the viewer.
    await expect.element(viewer.getByRole('heading', { name: at(0)?.file })).toBeVisible();
  });
});

describe('a picture', () => {
  it('is downloaded without its metadata, every pixel as it was', async () => {
    const picture = await gallery.page.jobs.client.view({
      filename: at(0)?.file ?? '',
      subfolder: '',
      type: 'output',
    });
    const bare = new Uint8Array(await picture.arrayBuffer());
    const told = insertPngText(bare, [['prompt', 'a secret']]);
    gallery.page.files.set(at(0)?.file ?? '', new Blob([told.slice()], { type: 'image/png' }));
    const saved: Blob[] = [];
    const spy = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      saved.push(blob as Blob);
      return 'data:,';
    });
    try {
      await open(0);
      await choose('Download without metadata');
      await expect.poll(() => saved.some(({ size }) => size === bare.length)).toBe(true);
      const clean = saved.find(({ size }) => size === bare.length);
      expect(new Uint8Array((await clean?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(bare);
    } finally {
      spy.mockRestore();
    }
  });

  it('is made four times more, each with a seed of its own', async () => {
    const prompt = {
      sampler: { class_type: 'KSampler', inputs: { seed: 5, positive: ['a', 0], negative: ['a', 0] } },
      save: { class_type: 'SaveImage', inputs: { images: ['sampler', 0] } },
    };
    const output = { filename: `varied-${at(0)?.file}`, subfolder: '', type: 'output' };
    const id = await gallery.page.finishWith({ save: { images: [output] } }, { prompt });
    location.hash = `#/gallery/${id}/0`;
    await expect.element(viewer.getByRole('heading', { level: 1 })).toBeVisible();
    await choose('Four variations');
    await expect.poll(() => gallery.page.jobs.pending.length + gallery.page.jobs.running.length).toBe(4);
    const jobs = [...gallery.page.jobs.pending, ...gallery.page.jobs.running];
    const seeds = new Set(jobs.map(({ summary }) => String(summary?.seed)));
    expect(seeds.size).toBe(4);
    expect(seeds).not.toContain('5');
  });
});

it('offers the same in the menu of a tile', async () => {
  found('[role="gridcell"] a').dispatchEvent(
    new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }),
  );
  await expect
    .poll(async () => {
      await userEvent.keyboard('{Escape}');
      await userEvent.click(found('[role="gridcell"] a'), { button: 'right' });
      await expect.element(page.getByRole('menu')).toBeVisible();
      return page
        .getByRole('menuitem')
        .elements()
        .map((entry) => entry.firstChild?.textContent?.trim());
    })
    .toEqual(
      expect.arrayContaining([
        'Compare',
        'Pin for comparison',
        'Four variations',
        'Download without metadata',
      ]),
    );
});
