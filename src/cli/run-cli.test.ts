import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCli } from './run-cli';

const SEED = '18446744073709551615';
const OBJECT_INFO = JSON.stringify({
  RandomNoise: { input: { required: { noise_seed: ['INT', { default: 0 }] } }, output: ['NOISE'] },
  CLIPTextEncode: {
    input: { required: { text: ['STRING', { dynamicPrompts: true }] } },
    output: ['CONDITIONING'],
  },
});
const WORKFLOW = `{"nodes":[{"id":7,"type":"RandomNoise","widgets_values":[${SEED},"fixed"]}],"links":[]}`;
const API = `{"7":{"class_type":"RandomNoise","inputs":{"noise_seed":${SEED}},"is_changed":[NaN]}}`;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-cli-'));
  await Promise.all(
    Object.entries({
      'info.json': OBJECT_INFO,
      'info.json.gz': gzipSync(OBJECT_INFO),
      'broken.gz': Buffer.from([0x1f, 0x8b, 1, 2, 3]),
      'flow.json': WORKFLOW,
      'api.json': API,
      'choice.json': '{"nodes":[{"id":1,"type":"CLIPTextEncode","widgets_values":["{a|b}"]}],"links":[]}',
      'foreign.json': '{"nodes":[{"id":1,"type":"Gone\\u001b[31m"},{"id":2,"type":"Lost"}],"links":[]}',
      'text.txt': 'hello',
    }).map(([name, content]) => writeFile(join(folder, name), content)),
  );
});

afterAll(() => rm(folder, { recursive: true }));

async function run(
  line: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; out: string; err: string[] }> {
  let out = '';
  const err: string[] = [];
  const code = await runCli(line.split(' ').filter(Boolean), {
    out: (text) => (out += text),
    err: (text) => err.push(text),
    cwd: folder,
    env,
  });
  return { code, out, err };
}

describe('the command line', () => {
  it('lists its commands', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, err: [] });
    expect((await run('--help')).out).toContain('to-api');
    expect((await run('')).code).toBe(2);
    expect((await run('to-api --help')).out).toContain('--object-info');
  });

  it.each([
    ['fly', '"fly" is not a command. See --help.'],
    ['to-api', 'Give a file. See --help.'],
    ['to-api flow.json api.json', 'Give one file only. See --help.'],
    ['to-api flow.json --wings', `Unknown option '--wings'. See "to-api --help".`],
  ])('says what is mistyped in: %s', async (line, sentence) => {
    expect(await run(line)).toEqual({ code: 2, out: '', err: [sentence] });
  });
});

describe('to-api', () => {
  it.each(['info.json', 'info.json.gz'])('converts with the classes of %s, seeds exact', async (info) => {
    const { code, out, err } = await run(`to-api flow.json --object-info ${info}`);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toContain(`"noise_seed": ${SEED}`);
  });

  it('asks the server at an address, by default the one in COMFYUI_URL', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(OBJECT_INFO);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect((await run(`to-api flow.json --object-info ${url}/`)).code).toBe(0);
      expect((await run('to-api flow.json', { COMFYUI_URL: url })).code).toBe(0);
      expect(asked).toEqual(['/object_info', '/object_info']);
    } finally {
      server.close();
    }
    const { code, err } = await run('to-api flow.json', { COMFYUI_URL: url });
    expect(code).toBe(1);
    expect(err[0]).toContain(`ComfyUI does not answer at ${url}.`);
  });

  it('prints a graph in API format without asking anybody, cleaned', async () => {
    const { code, out } = await run('to-api api.json', { COMFYUI_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(0);
    expect(out).toContain(`"noise_seed": ${SEED}`);
    expect(out).not.toContain('is_changed');
  });

  it('prints every reason and no graph when something would have to be guessed', async () => {
    expect(await run('to-api choice.json --object-info info.json')).toMatchObject({ code: 1, out: '' });
    expect((await run('to-api choice.json --object-info info.json --keep-texts')).code).toBe(0);
    const { code, out, err } = await run('to-api foreign.json --object-info info.json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toHaveLength(2);
    // Nothing from a file reaches the terminal as a command.
    expect(err.join()).not.toContain('\u001b');
  });

  it.each([
    ['to-api text.txt', 'text.txt: This is neither JSON nor a picture or video that can hold a graph.'],
    ['to-api gone.json', 'There is no file gone.json.'],
    ['to-api flow.json --object-info api.json', "api.json does not hold ComfyUI's object_info."],
    ['to-api flow.json --object-info text.txt', "text.txt does not hold ComfyUI's object_info."],
    ['to-api flow.json --object-info broken.gz', 'broken.gz is a damaged gzip file.'],
    ['to-api flow.json --object-info gone.json', 'There is no file gone.json.'],
  ])('%s', async (line, sentence) => {
    expect(await run(line)).toEqual({ code: 1, out: '', err: [sentence] });
  });
});
