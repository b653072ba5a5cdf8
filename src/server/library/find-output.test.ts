import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { parseComfyUrl } from '../comfy-url';
import { findOutputFolder, outputFolderOf } from './find-output';
import { temporaryFolder } from './fixtures';

let folder: ReturnType<typeof temporaryFolder>;
let server: Server;
let argv: string[];
let files: object[];

beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'output', 'sub'), { recursive: true });
  writeFileSync(join(folder.path, 'output', 'sub', 'a.png'), '');
  writeFileSync(join(folder.path, 'outside.png'), '');
  argv = ['main.py', '--output-directory', join(folder.path, 'output')];
  files = [{ filename: 'a.png', subfolder: 'sub', type: 'output' }];
  server = createServer(({ url }, response) => {
    const answer = url?.startsWith('/system_stats')
      ? { system: { argv } }
      : { job: { outputs: { 9: { images: files } } } };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  folder.remove();
});

function find(host = '127.0.0.1'): Promise<string | null> {
  return findOutputFolder(parseComfyUrl(`http://${host}:${(server.address() as AddressInfo).port}`));
}

describe('findOutputFolder', () => {
  it('takes what ComfyUI names if it has a file of the history', async () => {
    expect(await find()).toBe(join(folder.path, 'output'));
    argv = ['main.py', `--base-directory=${folder.path}`];
    expect(await find()).toBe(join(folder.path, 'output'));
  });

  it.each([
    [
      'its history names no file there',
      () => (files = [{ filename: 'b.png', subfolder: '', type: 'output' }]),
    ],
    ['its history is empty', () => (files = [])],
    [
      'the file would lie outside',
      () => (files = [{ filename: 'outside.png', subfolder: '..', type: 'output' }]),
    ],
    ['the file is an input', () => (files = [{ filename: 'a.png', subfolder: 'sub', type: 'input' }])],
    ['the folder is not here', () => (argv = ['main.py', '--output-directory', '/nowhere/at/all'])],
    ['nothing tells where it is', () => (argv = ['main.py'])],
  ])('takes none when %s', async (_what, change) => {
    change();
    expect(await find()).toBeNull();
  });

  it('asks no ComfyUI on another machine', async () => {
    expect(await find('127.0.0.2')).toBeNull();
  });
});

describe('outputFolderOf', () => {
  it.each([
    [['main.py'], null],
    [['/opt/ComfyUI/main.py'], '/opt/ComfyUI/output'],
    [['/opt/ComfyUI/main.py', '--base-directory', '/data'], '/data/output'],
    [['main.py', '--base-directory', '/data', '--output-directory', '/pics/'], '/pics'],
    [['main.py', '--output-directory', 'relative'], null],
    [['main.py', '--output-directory=/a', '--output-directory=/b'], '/b'],
    [[], null],
  ])('reads %j', (words, path) => {
    expect(outputFolderOf(words)).toBe(path);
  });
});
