import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterEach, expect, it } from 'vitest';

import { parseComfyUrl } from '../comfy-url';
import { temporaryFolder } from './fixtures';
import { type Library, openLibrary } from './library';

const folder = temporaryFolder();
let library: Library | null = null;
let comfy: Server | null = null;

afterEach(async () => {
  await library?.close();
  comfy?.close();
  folder.remove();
});

const thumbs = (): string[] =>
  readdirSync(join(folder.path, 'data', 'library-thumbs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.webp'));

it('thumbnails are made before anybody asks, once ComfyUI has nothing to do', async () => {
  let waiting = 1;
  let asked = 0;
  comfy = createServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify({ exec_info: { queue_remaining: waiting } }));
  });
  await new Promise<void>((resolve) => comfy?.listen(0, '127.0.0.1', resolve));
  const output = join(folder.path, 'output');
  mkdirSync(output);
  for (const [name, background] of [
    ['a', 'teal'],
    ['b', 'plum'],
  ] as const) {
    const picture = sharp({ create: { width: 90, height: 60, channels: 3, background } }).png();
    writeFileSync(join(output, `${name}.png`), await picture.toBuffer());
  }
  writeFileSync(join(output, 'notes.txt'), 'no picture');
  library = openLibrary({
    dataDir: join(folder.path, 'data'),
    trees: [{ path: output, kind: 'output' }],
    allowDelete: false,
    comfy: parseComfyUrl(`http://127.0.0.1:${(comfy.address() as AddressInfo).port}`),
    idleAfter: 50,
  });
  await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(thumbs()).toEqual([]);
  waiting = 0;
  await expect.poll(thumbs, { timeout: 20_000 }).toHaveLength(2);
});
