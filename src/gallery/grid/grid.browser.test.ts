import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { serverPictures } from '../../comfy/picture-source';
import { ComfyPage, pastJobs, type PastJob } from '../../jobs/fixtures/comfy-page';
import { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';
import { jobOf, OpenGallery, rest } from '../fixtures/gallery-page';
import Grid from './Grid.svelte';
import { GridView } from './grid-view.svelte';
import { Shapes } from './shapes.svelte';
import { ViewSettings } from './view-settings.svelte';

// The server made up here is behind `fetch` alone. An <img> would ask the one that serves the tests, and which of them
// fails first, and is then fetched, would be chance.
vi.mock('../../jobs/thumbs/load-image', () => ({ loadImage: () => Promise.resolve(null) }));

let gallery: OpenGallery;
let past: PastJob[];

async function open(count: number): Promise<void> {
  past = pastJobs(count);
  gallery = await OpenGallery.open(past);
}

/** How far below the top of the view the tile of a job is, px. */
function heightOf(id: string): number {
  const tile = gallery.tiles.find((candidate) => jobOf(candidate) === id);
  return tile ? tile.getBoundingClientRect().top - gallery.scroller.getBoundingClientRect().top : NaN;
}

/** The jobs of the tiles in view, in their order. */
function inView(): string[] {
  return gallery.visible.map(jobOf);
}

afterEach(async () => {
  localStorage.removeItem('darkroom.gallery');
  gallery.page.close();
  await page.viewport(1280, 720);
});

describe('what is looked at in the grid', () => {
  it('stays where it is when new pictures arrive, which are announced instead', async () => {
    await open(120);
    await gallery.scrollTo(1500);
    const shown = inView();
    const heights = shown.map(heightOf);

    await gallery.page.finishForeignJob(['news-1.png']);
    await gallery.page.finishForeignJob(['news-2.png', 'news-3.png']);
    const news = page.getByRole('button', { name: /^3 new/ });
    await expect.element(news).toBeVisible();
    await rest();
    expect(inView()).toEqual(shown);
    expect(shown.map(heightOf)).toEqual(heights);

    await news.click();
    await expect.poll(() => gallery.scroller.scrollTop).toBe(0);
    // The three new ones come before the newest of those known so far.
    await expect.poll(() => gallery.tiles.findIndex((tile) => jobOf(tile) === past.at(-1)?.id)).toBe(3);
  });

  it('stays where it is when pictures above it go', async () => {
    await open(120);
    await gallery.scrollTo(1500);
    const shown = inView();
    const heights = shown.map(heightOf);
    // Whole rows: all pictures are squares, so that those left fill the same rows as before.
    const columns = heights.filter((height) => height === heights[0]).length;

    gallery.page.jobs.forget(past.slice(-3 * columns).map(({ id }) => id));
    await rest();
    expect(inView()).toEqual(shown);
    expect(shown.map(heightOf)).toEqual(heights);
  });

  it('stays in view when the window changes, and no row keeps the width it had', async () => {
    await open(120);
    await gallery.scrollTo(1500);
    const [first] = inView();
    await page.viewport(700, 720);
    await rest();
    const { right } = gallery.scroller.getBoundingClientRect();
    expect(gallery.tiles.length).toBeGreaterThan(0);
    for (const tile of gallery.tiles) {
      expect(tile.getBoundingClientRect().right).toBeLessThanOrEqual(right);
    }
    expect(inView()).toContain(first);
  });
});

describe('thumbnails', () => {
  it('are fetched for what is in view before what is around it, in both directions', async () => {
    await open(200);
    await gallery.scrollTo(3000);
    await expect.poll(() => gallery.visible.every((tile) => tile.querySelector('img'))).toBe(true);
    await expect.poll(() => gallery.tiles.every((tile) => tile.querySelector('img'))).toBe(true);
    const fileOf = (tile: HTMLAnchorElement): string => `${jobOf(tile)}.png`;
    const visible = gallery.visible.map(fileOf);
    const around = gallery.tiles.map(fileOf).filter((file) => !visible.includes(file));
    // In the document those around come first and last.
    expect(around).toContain(gallery.tiles.map(fileOf)[0]);
    // Files of the tiles at the top may still have been asked for meanwhile.
    const here = new Set([...visible, ...around]);
    const asked = [...new Set(gallery.page.viewed)].filter((file) => here.has(file));
    expect(asked.slice(0, visible.length).toSorted()).toEqual(visible.toSorted());
  });
});

describe('pictures that fly by', () => {
  it('are not asked for; those at which it stops are at once', async () => {
    await open(600);
    await expect.poll(() => gallery.tiles.every((tile) => tile.querySelector('img'))).toBe(true);
    const before = new Set(gallery.page.viewed);
    for (let step = 0; step < 60; step++) {
      gallery.scroller.scrollTop += 240;
      await new Promise(requestAnimationFrame);
    }
    const passed = gallery.page.viewed.filter((file) => !before.has(file));
    await expect.poll(() => gallery.visible.every((tile) => tile.querySelector('img'))).toBe(true);
    const here = new Set(gallery.tiles.map((tile) => `${jobOf(tile)}.png`));
    const asked = new Set(gallery.page.viewed.filter((file) => !before.has(file)));
    expect(passed).toEqual([]);
    expect([...asked].filter((file) => !here.has(file))).toEqual([]);
  });
});

describe('shapes that the graph does not tell', () => {
  const SIZES = [
    [96, 64],
    [64, 96],
    [128, 64],
    [64, 64],
    [64, 112],
  ] as const;
  const withShapes = (count: number): PastJob[] =>
    pastJobs(count).map((job, at) => ({ ...job, size: SIZES[at % SIZES.length] ?? [64, 64] }));

  /** Where each tile is, by its job. */
  const places = (): Record<string, string> =>
    Object.fromEntries(
      gallery.tiles.map((tile) => {
        const { left, top, width, height } = tile.getBoundingClientRect();
        return [jobOf(tile), [left, top, width, height].map(Math.round).join()];
      }),
    );
  const shapeOf = (tile: HTMLAnchorElement): number => tile.clientWidth / tile.clientHeight;
  const wanted = (tile: HTMLAnchorElement): number => {
    const [width, height] = past.find(({ id }) => id === jobOf(tile))?.size ?? [1, 1];
    return width / height;
  };

  it('are known before the first row is shown, and nothing moves when the pictures come', async () => {
    past = withShapes(80);
    const { patience } = Shapes;
    // What a busy machine takes is not what is looked at here.
    Shapes.patience = 30_000;
    onTestFinished(() => {
      Shapes.patience = patience;
    });
    gallery = await OpenGallery.open(past);
    const first = places();
    for (const tile of gallery.tiles) {
      expect(shapeOf(tile)).toBeCloseTo(wanted(tile), 1);
    }
    await expect.poll(() => gallery.tiles.every((tile) => tile.querySelector('img'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(places()).toEqual(first);
  });

  it('move nothing on screen when they become known late, and hold once the rows are made anew', async () => {
    past = withShapes(80);
    gallery = await OpenGallery.open(past, new Promise(() => undefined));
    const first = places();
    expect(gallery.tiles.map(shapeOf).every((shape) => Math.abs(shape - 1) < 0.05)).toBe(true);
    await expect.poll(() => gallery.tiles.every((tile) => tile.querySelector('img'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(places()).toEqual(first);
    await page.viewport(1100, 720);
    await expect
      .poll(() => gallery.visible.every((tile) => Math.abs(shapeOf(tile) - wanted(tile)) < 0.1))
      .toBe(true);
  });

  it('of what is scrolled to are known before it is seen', async () => {
    past = withShapes(300);
    gallery = await OpenGallery.open(past);
    for (let step = 0; step < 12; step++) {
      await gallery.scrollTo(gallery.scroller.scrollTop + 300);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    const seen = places();
    for (const tile of gallery.visible) {
      expect(Math.abs(shapeOf(tile) - wanted(tile))).toBeLessThan(0.1);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(places()).toEqual(seen);
  });
});

/** The same number of jobs on each of several days up to a Friday, the newest day last. */
function onDays(days: number, each: number): PastJob[] {
  const friday = new Date(2026, 0, 30, 12).getTime();
  return pastJobs(days * each).map((job, i) => {
    const before = days - 1 - Math.floor(i / each);
    return { ...job, at: new Date(friday).setDate(30 - before) + (i % each) * 1000 };
  });
}

describe('what moves', () => {
  // One pixel, one frame.
  const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

  it('moves in its tile while the mouse is on it, and is still otherwise', async () => {
    past = pastJobs(6).map((job, i) => (i === 4 ? { ...job, file: job.file.replace('png', 'gif') } : job));
    const file = past[4]?.file ?? '';
    const server = await ComfyPage.open(past);
    const bytes = Uint8Array.from(atob(GIF), (letter) => letter.charCodeAt(0));
    server.files.set(file, new Blob([bytes], { type: 'image/gif' }));
    gallery = await OpenGallery.on(server);
    const tile = (): HTMLAnchorElement | undefined => gallery.tiles.find((one) => jobOf(one) === past[4]?.id);
    const sources = (): string[] => [...(tile()?.querySelectorAll('img') ?? [])].map(({ src }) => src);
    await expect.poll(() => sources().length).toBe(1);
    // Not the file itself, which would move all the time.
    expect(sources()[0]).toMatch(/^blob:/);
    await userEvent.hover(tile() as HTMLAnchorElement);
    await expect.poll(() => sources().some((src) => src.includes(file))).toBe(true);
    await userEvent.hover(gallery.tiles[0] as HTMLAnchorElement);
    await expect.poll(() => sources().length).toBe(1);
  });
});

describe('the dates beside the grid', () => {
  const dates = page.getByRole('slider', { name: 'Date' });
  const told = (): string => dates.element().getAttribute('aria-valuetext') ?? '';

  /** Opens 60 days of 24 pictures, and waits for the last of them. */
  async function openDays(): Promise<void> {
    past = onDays(60, 24);
    gallery = await OpenGallery.open(past);
    await expect.poll(() => gallery.page.jobs.items.length).toBe(past.length);
    await expect.element(dates).toBeVisible();
  }

  it('lead to days from the keyboard, and say which day is looked at', async () => {
    await openDays();
    expect(told()).toBe('Friday, January 30');
    (dates.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(told()).toBe('Thursday, January 29');
    await rest();
    expect(inView()).toContain(past.at(-25)?.id);
    await userEvent.keyboard('{PageDown}');
    expect(told()).toBe('Wednesday, December 31, 2025');
    await userEvent.keyboard('{End}');
    await rest();
    expect(inView()).toContain(past[23]?.id);
    await userEvent.keyboard('{Home}');
    await expect.poll(() => gallery.scroller.scrollTop).toBe(0);
  });

  it('are dragged', async () => {
    await openDays();
    const rail = dates.element();
    const { left, top, height } = rail.getBoundingClientRect();
    const at = (part: number): PointerEventInit => ({
      clientX: left + 10,
      clientY: top + part * height,
      pointerId: 1,
      bubbles: true,
    });
    // A pointer made up cannot be captured.
    rail.setPointerCapture = () => undefined;
    rail.dispatchEvent(new PointerEvent('pointerdown', at(0.2)));
    rail.dispatchEvent(new PointerEvent('pointermove', at(0.5)));
    await rest();
    const most = gallery.scroller.scrollHeight - gallery.scroller.clientHeight;
    expect(gallery.scroller.scrollTop / most).toBeCloseTo(0.5, 1);
    rail.dispatchEvent(new PointerEvent('pointerup', at(0.5)));
    rail.dispatchEvent(new PointerEvent('pointermove', at(0.9)));
    await rest();
    expect(gallery.scroller.scrollTop / most).toBeCloseTo(0.5, 1);
    await expect.poll(() => gallery.visible.every((tile) => tile.querySelector('img'))).toBe(true);
  });

  it('are not there where everything is in view', async () => {
    await open(4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await expect.element(dates).not.toBeInTheDocument();
  });

  it('come without moving a picture', async () => {
    await open(120);
    const shown = inView();
    const lefts = (): number[] => gallery.visible.map((tile) => tile.getBoundingClientRect().left);
    const before = lefts();
    await expect.element(dates).toBeVisible();
    await rest();
    expect(inView()).toEqual(shown);
    expect(lefts()).toEqual(before);
  });
});

describe('a grid taller than an element may be', () => {
  it('is scrolled to its end and back, and every picture is where the keys look for it', async () => {
    past = pastJobs(400);
    const server = await ComfyPage.open(past);
    const pictures = serverPictures(server.client);
    const thumbs = new ThumbStore({ pictures, near: true });
    const shapes = new Shapes(pictures, thumbs);
    const settings = new ViewSettings();
    const tallest = 4000;
    const grid = new GridView({ items: server.jobs.items, thumbs, shapes, settings, tallest });
    const target = document.createElement('div');
    target.style.cssText = 'display: flex; width: 1000px; height: 700px';
    document.body.append(target);
    await render(Grid, { target, props: { grid, thumbs, mode: 'justified' as const } });
    gallery = OpenGallery.around(server);
    await expect.poll(() => gallery.tiles.length).toBeGreaterThan(0);
    await expect.poll(() => grid.layout.height).toBeGreaterThan(2 * tallest);
    await rest();
    expect(gallery.scroller.scrollHeight).toBe(tallest);

    // More of the list may come in meanwhile.
    const toEnd = (): string[] => {
      gallery.scroller.scrollTop = tallest;
      return inView();
    };
    await expect.poll(toEnd).toContain(past[0]?.id);
    for (let step = 0; step < 140; step++) {
      const [before] = inView();
      const height = heightOf(before ?? '');
      gallery.scroller.scrollTop -= 200;
      await rest();
      const after = heightOf(before ?? '');
      expect(Number.isNaN(after) || after - height <= 201).toBe(true);
    }
    await expect.poll(inView).toContain(past.at(-1)?.id);
    gallery.visible[0]?.focus();
    await userEvent.keyboard('{End}');
    await expect.poll(() => jobOf(document.activeElement as HTMLAnchorElement)).toBe(past[0]?.id);
    expect(inView()).toContain(past[0]?.id);
    target.remove();
  });
});

describe('the compact list', () => {
  it('shows a line for each picture, keeps what is looked at in view, and is remembered', async () => {
    await open(120);
    await gallery.scrollTo(1500);
    const [first] = inView();
    await page.getByRole('button', { name: 'Compact list' }).click();
    await expect.poll(() => gallery.tiles.length).toBeGreaterThan(10);
    await rest();
    expect(inView()).toContain(first);
    const heights = gallery.visible.map((line) => line.getBoundingClientRect().height);
    expect(new Set(heights).size).toBe(1);
    await expect.poll(() => gallery.visible.every((tile) => tile.querySelector('img'))).toBe(true);
    gallery.visible[3]?.focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(gallery.tiles.indexOf(document.activeElement as HTMLAnchorElement)).toBeGreaterThan(0);
    expect(localStorage.getItem('darkroom.gallery')).toContain('"list"');
    await page.getByRole('button', { name: 'Rows that keep each shape' }).click();
    await expect.poll(() => inView()).toContain(first);
  });
});

describe('the Tab key', () => {
  const stops = (): HTMLAnchorElement[] => gallery.tiles.filter((tile) => tile.tabIndex >= 0);

  it('reaches exactly one tile, which is in view', async () => {
    await open(120);
    expect(stops()).toEqual([gallery.visible[0]]);
    await gallery.scrollTo(2000);
    expect(stops()).toHaveLength(1);
    expect(gallery.visible).toContain(stops()[0]);
  });

  it('comes back to the tile the arrow keys led to', async () => {
    await open(120);
    stops()[0]?.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowRight}{ArrowRight}');
    const focused = document.activeElement;
    expect(focused).not.toBe(gallery.tiles[0]);
    expect(stops()).toEqual([focused]);
    await userEvent.tab();
    expect(gallery.tiles).not.toContain(document.activeElement);
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toBe(focused);
  });
});
