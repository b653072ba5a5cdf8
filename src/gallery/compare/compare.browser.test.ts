import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { randomUuid } from '../../comfy/uuid';
import { loadWords } from '../../i18n/index.svelte';
import { ComfyPage } from '../../jobs/fixtures/comfy-page';
import ComparePage from '../fixtures/ComparePage.svelte';
import { found } from '../fixtures/gallery-page';
import { compareRoute } from './compare-address';

let comfy: ComfyPage;
/** No two tests share names: thumbnails are remembered. */
let run: string;

const stage = page.getByTestId('compare-stage');
const settings = page.getByTestId('settings');
const mode = (name: string) => page.getByRole('button', { name, exact: true });
const saved = (filename: string) => ({ filename, subfolder: '', type: 'output' as const });

/** A grey picture with a white square of the given side, px, as PNG. */
async function paint(width: number, height: number, square: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('the browser cannot draw');
  }
  context.fillStyle = '#808080';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#fff';
  context.fillRect(8, 8, square, square);
  return canvas.convertToBlob();
}

/** Ends a job that made a picture with these settings. */
async function make(name: string, picture: Blob, inputs: object, words = 'a fox, snow'): Promise<void> {
  comfy.files.set(`${run}${name}`, picture);
  const prompt = {
    words: { class_type: 'CLIPTextEncode', inputs: { text: words } },
    sampler: {
      class_type: 'KSampler',
      inputs: { seed: 1, denoise: 0.45, positive: ['words', 0], negative: ['none', 0], ...inputs },
    },
    save: { class_type: 'SaveImage', inputs: { images: ['sampler', 0] } },
  };
  await comfy.finishWith({ save: { images: [saved(`${run}${name}`)] } }, { prompt });
}

async function open(...names: string[]): Promise<void> {
  location.hash = `#${compareRoute(names.map((name) => saved(`${run}${name}`)))}`;
  await comfy.mount(ComparePage);
  await expect
    .poll(() => document.querySelectorAll('[data-testid="compare-stage"] img').length)
    .toBeGreaterThan(0);
}

/** Whether the picture of a letter is seen, on the whole or in part. */
function isSeen(letter: string): boolean {
  const image = document.querySelector(`img[data-letter="${letter}"]`);
  return image !== null && getComputedStyle(image).visibility === 'visible';
}

/** The key that shows the other picture while it is held. */
function hold(type: 'keydown' | 'keyup'): void {
  document.body.dispatchEvent(new KeyboardEvent(type, { key: '\\', code: 'Backslash', bubbles: true }));
}

beforeEach(async () => {
  run = `${randomUuid().slice(0, 8)}-`;
  await Promise.all([loadWords('viewer'), loadWords('compare')]);
  comfy = await ComfyPage.open([]);
  await make('a.png', await paint(100, 100, 10), {});
  await make(
    'b.png',
    await paint(100, 100, 30),
    { denoise: 0.6, seed: 18446744073709551615n },
    'a cat, snow',
  );
  await make('c.png', await paint(200, 200, 20), {});
});

afterEach(() => comfy.close());

describe('two pictures', () => {
  it('are divided by a slider that the keyboard moves', async () => {
    await open('a.png', 'b.png');
    const divider = page.getByRole('slider', { name: 'Divider: A to the left, B to the right' });
    await expect.element(divider).toHaveAttribute('aria-valuenow', '50');
    const before = found('[role="slider"]').getBoundingClientRect().left;
    (divider.element() as HTMLElement).focus();
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}{ArrowLeft}');
    await expect.element(divider).toHaveAttribute('aria-valuenow', '39');
    expect(found('[role="slider"]').getBoundingClientRect().left).toBeLessThan(before);
    await userEvent.keyboard('{Home}');
    // Nothing of A is left of the left edge of the pictures.
    const layer = document.querySelector('img[data-letter="A"]')?.parentElement;
    const { left } = found('img[data-letter="A"]').getBoundingClientRect();
    const pane = found('[data-testid="compare-stage"]').getBoundingClientRect();
    expect(layer?.style.clipPath).toContain(`${left - pane.left}px`);
  });

  it('lie beside each other under one zoom', async () => {
    await open('a.png', 'b.png');
    await mode('Side by side').click();
    await expect.poll(() => document.querySelectorAll('[data-testid="pane"]').length).toBe(2);
    await userEvent.keyboard('+++');
    const boxes = (): DOMRect[] =>
      [...document.querySelectorAll('[data-testid="pane"]')].map(
        (pane) => pane.querySelector('img')?.getBoundingClientRect() ?? new DOMRect(),
      );
    await expect.poll(() => boxes()[0]?.width).toBeGreaterThan(100);
    expect(boxes()[1]?.width).toBe(boxes()[0]?.width);
    const panes = [...document.querySelectorAll('[data-testid="pane"]')].map((pane) =>
      pane.getBoundingClientRect(),
    );
    expect((boxes()[1]?.left ?? 0) - (panes[1]?.left ?? 0)).toBeCloseTo(
      (boxes()[0]?.left ?? 0) - (panes[0]?.left ?? 0),
    );
  });

  it('blink: by a tap, by Space, and while a key is held', async () => {
    await open('a.png', 'b.png');
    await mode('Blink').click();
    await expect.poll(() => [isSeen('A'), isSeen('B')]).toEqual([true, false]);
    await stage.getByRole('img').click();
    await expect.poll(() => [isSeen('A'), isSeen('B')]).toEqual([false, true]);
    await userEvent.keyboard(' ');
    await expect.poll(() => [isSeen('A'), isSeen('B')]).toEqual([true, false]);
    hold('keydown');
    await expect.poll(() => [isSeen('A'), isSeen('B')]).toEqual([false, true]);
    hold('keyup');
    await expect.poll(() => [isSeen('A'), isSeen('B')]).toEqual([true, false]);
  });

  it('are compared pixel by pixel, above a threshold, and zoomed to where they differ', async () => {
    await open('a.png', 'b.png');
    await mode('Difference').click();
    // 30² − 10² of 100² pixels.
    await expect.element(page.getByText('8% of the pixels differ')).toBeVisible();
    await expect.poll(() => found('canvas').getBoundingClientRect().width).toBeGreaterThan(0);
    const canvas = found('canvas') as HTMLCanvasElement;
    const pixel = (x: number, y: number): number[] => [
      ...(canvas.getContext('2d')?.getImageData(x, y, 1, 1).data ?? []),
    ];
    expect(pixel(20, 20)[3]).toBe(255);
    expect(pixel(10, 10)[3]).toBe(0);
    const before = canvas.getBoundingClientRect().width;
    await page.getByRole('button', { name: 'Zoom to what differs' }).click();
    await expect.poll(() => found('canvas').getBoundingClientRect().width).toBeGreaterThan(before * 1.5);
  });

  it('of one content differ in not one pixel', async () => {
    await make('same.png', await paint(100, 100, 10), {});
    await open('a.png', 'same.png');
    await mode('Difference').click();
    await expect.element(page.getByText('No pixel differs by more than 8 of 255')).toBeVisible();
    const threshold = page.getByLabelText('Ignore up to');
    (threshold.element() as HTMLElement).focus();
    await userEvent.keyboard('{Home}');
    await expect.element(page.getByText('Not one pixel differs')).toBeVisible();
    await expect.element(settings.getByText('No difference: everything')).toBeVisible();
  });

  it('tell how their settings differ, from the first to the second, exactly', async () => {
    await open('a.png', 'b.png');
    await expect.element(settings.getByText('0.45 → 0.6')).toBeVisible();
    await expect.element(settings.getByText('1 → 18446744073709551615')).toBeVisible();
    await expect.element(settings.getByText('+ a cat')).toBeVisible();
    await expect.element(settings.getByText('− a fox')).toBeVisible();
    await userEvent.keyboard('x');
    await expect.element(settings.getByText('0.6 → 0.45')).toBeVisible();
    await expect.element(settings.getByRole('button', { name: 'Copy: Denoise' })).toBeVisible();
  });
});

describe('pictures of different sizes', () => {
  it('are shown equally large, which is said, and are compared at the smaller size', async () => {
    await open('a.png', 'c.png');
    await expect.element(page.getByText(/A 100 × 100 px, B 200 × 200 px/)).toBeVisible();
    const widths = (): (number | undefined)[] =>
      ['A', 'B'].map(
        (letter) => document.querySelector(`img[data-letter="${letter}"]`)?.getBoundingClientRect().width,
      );
    await expect.poll(() => widths()[0]).toBe(widths()[1]);
    await mode('Difference').click();
    await expect.element(page.getByText(/^About .* was scaled to 100 × 100 px/)).toBeVisible();
  });

  it('are not compared pixel by pixel where their shapes differ', async () => {
    await make('wide.png', await paint(200, 100, 20), {});
    await open('a.png', 'wide.png');
    await mode('Difference').click();
    await expect.element(page.getByText(/different shapes/)).toBeVisible();
    expect(document.querySelector('canvas')).toBeNull();
  });
});

describe('three pictures', () => {
  it('lie beside each other at first, and any two can be compared in particular', async () => {
    await open('a.png', 'b.png', 'c.png');
    await expect.poll(() => document.querySelectorAll('[data-testid="pane"]').length).toBe(3);
    await page.getByRole('combobox', { name: 'Second picture' }).selectOptions('C');
    await expect.element(page.getByRole('heading', { name: 'Settings, A → C' })).toBeVisible();
    // The first one's letter chosen for the second exchanges them.
    await page.getByRole('combobox', { name: 'Second picture' }).selectOptions('A');
    await expect.element(page.getByRole('heading', { name: 'Settings, C → A' })).toBeVisible();
  });
});

describe('a picture that cannot be compared', () => {
  it('says so in its place', async () => {
    await make('broken.png', new Blob(['no picture']), {});
    await open('a.png', 'broken.png');
    await expect.element(page.getByText(/This browser cannot show this file/)).toBeVisible();
  });

  it('leaves a hint where the address names fewer than two', async () => {
    location.hash = `#${compareRoute([saved('only.png')])}`;
    await comfy.mount(ComparePage);
    await expect.element(page.getByText('Nothing to compare')).toBeVisible();
  });
});
