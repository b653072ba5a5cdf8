import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { loadWords } from '../../i18n/index.svelte';
import { commands } from '../../ui/commands.svelte';
import type { Camera } from '../session/camera.svelte';
import ZoomMenu from './ZoomMenu.svelte';

const zoomTo = vi.fn();
const camera = { zoom: 1, ready: true, zoomTo } as unknown as Camera;
const fit = vi.fn();
let stop: () => void = () => undefined;

async function open(width: number): Promise<void> {
  await page.viewport(width, 844);
  stop = commands.register([
    { id: 'editor.view.fit', group: 'editor', title: () => 'Fit to the window', run: fit },
  ]);
  await render(ZoomMenu, { props: { camera } });
  await page.getByRole('button', { name: /Zoom/ }).click();
}

beforeAll(() => loadWords('editor'));
afterEach(() => {
  stop();
  vi.clearAllMocks();
});

describe('zoom on a phone', () => {
  it('is chosen in a sheet, which closes', async () => {
    await open(390);
    const sheet = page.getByRole('dialog');
    await expect
      .element(sheet.getByRole('button', { name: '100 %', exact: true }))
      .toHaveAttribute('aria-pressed', 'true');
    await sheet.getByRole('button', { name: '400 %', exact: true }).click();
    expect(zoomTo).toHaveBeenCalledWith(4);
    await expect.element(sheet).not.toBeInTheDocument();
  });

  it('runs its commands, as far as they can be run', async () => {
    await open(390);
    const sheet = page.getByRole('dialog');
    await expect.element(sheet.getByRole('button', { name: 'Fit to the window' })).toBeEnabled();
    await sheet.getByRole('button', { name: 'Fit to the window' }).click();
    expect(fit).toHaveBeenCalledTimes(1);
  });
});
