import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { SystemStats } from '../comfy/schemas';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import { libraryPort } from '../ports/library.svelte';
import type { LibraryStatus } from '../ports/library-wire';
import StatusPage from './fixtures/StatusPage.svelte';

let comfy: ComfyPage;

async function open(stats: SystemStats): Promise<void> {
  comfy = await ComfyPage.open([]);
  await render(StatusPage, { props: { comfy, stats } });
}

const NO_DEVICE: SystemStats = { system: { ram_total: 0, ram_free: 0 }, devices: [] };

afterEach(() => {
  libraryPort.set(null, null);
  return comfy.close();
});

describe('memory in the status line', () => {
  const status = page.getByRole('contentinfo');

  it('is shown for a server that tells it', async () => {
    await open({
      system: { ram_total: 2 ** 33, ram_free: 2 ** 32 },
      devices: [{ name: 'cuda:0 NVIDIA RTX 6000', type: 'cuda', vram_total: 2 ** 34, vram_free: 2 ** 33 }],
    });
    await expect.element(status.getByText('RAM 4 GB of 8 GB', { exact: true })).toBeVisible();
    await expect.element(status.getByText('VRAM 8 GB of 16 GB', { exact: true })).toBeVisible();
  });

  it.each<[string, SystemStats]>([
    ['0 bytes of RAM and no device', NO_DEVICE],
    [
      'a device without memory',
      { system: {}, devices: [{ name: 'cuda:0', type: 'cuda', vram_total: 0, vram_free: 0 }] },
    ],
  ])('is not shown for a server that reports %s', async (_, stats) => {
    await open(stats);
    await expect.element(status.getByText('Connected')).toBeVisible();
    expect(status.element().textContent).not.toMatch(/RAM|MB|GB/);
  });
});

describe('the library in the status line', () => {
  const status = page.getByRole('contentinfo');
  const library = (scan: Extract<LibraryStatus, { on: true }>['scan']): LibraryStatus => ({
    ...{ on: true, epoch: 'a', revision: 1, trees: [], scan, folders: 0 },
    ...{ canDelete: false, sidecars: false, marks: 0 },
  });

  it('counts what has been read, until everything is', async () => {
    await loadWords('library');
    // On a phone there is no room for it.
    await page.viewport(1000, 800);
    libraryPort.set(library({ done: 41_200, total: 118_000 }));
    await open(NO_DEVICE);
    await expect.element(status.getByText('Library 41,200 of 118,000', { exact: true })).toBeVisible();
    libraryPort.set(library({ done: 41_300, total: 118_001 }));
    await expect.element(status.getByText('Library 41,300 of 118,001', { exact: true })).toBeVisible();
    libraryPort.set(library(null));
    await expect.element(status.getByText('Connected')).toBeVisible();
    expect(status.element().textContent).not.toContain('Library');
  });
});
