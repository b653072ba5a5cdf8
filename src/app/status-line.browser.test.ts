import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { SystemStats } from '../comfy/schemas';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import StatusPage from './fixtures/StatusPage.svelte';

let comfy: ComfyPage;

async function open(stats: SystemStats): Promise<void> {
  comfy = await ComfyPage.open([]);
  await render(StatusPage, { props: { comfy, stats } });
}

afterEach(() => comfy.close());

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
    ['0 bytes of RAM and no device', { system: { ram_total: 0, ram_free: 0 }, devices: [] }],
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
