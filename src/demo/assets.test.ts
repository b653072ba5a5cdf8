import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';
import { deleteOutputFile, listOutputFiles } from '../comfy/assets';
import { ComfyClient } from '../comfy/client';
import { type DemoEngine, type DemoEngineOptions, startDemoEngine } from './index';

let engine: DemoEngine | undefined;

/** An engine with 600 files, as a page holds 500, one of them twice below different folders. */
async function start(assets: DemoEngineOptions['assets']): Promise<ComfyClient> {
  engine = await startDemoEngine({
    assets,
    samples: false,
    prepare: async ({ output }) => {
      await mkdir(join(output, 'deep/er'), { recursive: true });
      await writeFile(join(output, 'deep/er/1.png'), 'x');
      for (let at = 0; at < 600; at++) {
        await writeFile(join(output, `${at}.png`), 'x');
      }
    },
  });
  const client = new ComfyClient({ baseUrl: engine.url });
  await client.features();
  return client;
}

const output = (): Promise<string[]> => readdir(join(engine?.directory ?? '', 'output'), { recursive: true });

afterEach(() => engine?.stop());

it('all files are listed where the server keeps assets', async () => {
  const files = await listOutputFiles(await start('files-kept'));
  expect(files).toHaveLength(601);
  expect(files).toContainEqual({ filename: '1.png', subfolder: 'deep/er', type: 'output' });
});

it('only those at the top are listed where it keeps none', async () => {
  const files = await listOutputFiles(await start('off'));
  expect(files).toHaveLength(600);
});

it('a server that deletes files deletes this one, and none that is named alike', async () => {
  const client = await start('files-deleted');
  expect(client.server.current).toMatchObject({ assets: true, assetDeletion: true });
  const ref = { filename: '1.png', subfolder: '', type: 'output' } as const;
  expect(await deleteOutputFile(client, ref)).toBe('deleted');
  const left = await output();
  expect(left).not.toContain('1.png');
  expect(left).toEqual(expect.arrayContaining(['11.png', join('deep', 'er', '1.png')]));
  expect(await deleteOutputFile(client, ref)).toBe('unlisted');
  // That one asset is missing says nothing about the route.
  expect(client.server.current.routes.assets).toBe(true);
});

it('a server that only takes it off its list is told apart', async () => {
  const client = await start('files-kept');
  expect(client.server.current).toMatchObject({ assets: true, assetDeletion: false });
  const ref = { filename: '7.png', subfolder: '', type: 'output' } as const;
  expect(await deleteOutputFile(client, ref)).toBe('kept');
  expect(await output()).toContain('7.png');
});

it('a server that keeps no assets says so in an error', async () => {
  const client = await start('off');
  const ref = { filename: '7.png', subfolder: '', type: 'output' } as const;
  await expect(deleteOutputFile(client, ref)).rejects.toMatchObject({ status: 503 });
});

it('deleting an asset that is gone is no error, and says nothing about the route', async () => {
  const client = await start('files-kept');
  await client.deleteAsset('11111111-1111-4111-8111-111111111111');
  expect(client.server.current.routes.assets).toBe(true);
});
