import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stringifyExact } from '../comfy/exact-json';
import { checkpointGraph } from '../workflows/surgery/fixtures/small-graphs';
import { runCli } from './run-cli';

const OBJECT_INFO = {
  CheckpointLoaderSimple: {
    input: { required: { ckpt_name: [['base.safetensors', 'other.safetensors']] } },
    output: ['MODEL', 'CLIP', 'VAE'],
  },
  KSampler: {
    input: {
      required: {
        model: ['MODEL'],
        seed: ['INT', { default: 0, min: 0, max: 18446744073709551615n }],
        steps: ['INT', { default: 20, min: 1, max: 10000 }],
        cfg: ['FLOAT', { default: 8, min: 0, max: 100 }],
        sampler_name: [['euler']],
        scheduler: [['normal']],
        positive: ['CONDITIONING'],
        negative: ['CONDITIONING'],
        latent_image: ['LATENT'],
        denoise: ['FLOAT', { default: 1, min: 0, max: 1 }],
      },
    },
    output: ['LATENT'],
  },
  CLIPTextEncode: { input: { required: { text: ['STRING', {}], clip: ['CLIP'] } }, output: ['CONDITIONING'] },
  VAEDecode: { input: { required: { samples: ['LATENT'], vae: ['VAE'] } }, output: ['IMAGE'] },
  SaveImage: { input: { required: { images: ['IMAGE'] } }, output: [], output_node: true },
  EmptyLatentImage: { input: { required: { width: ['INT', {}], height: ['INT', {}] } }, output: ['LATENT'] },
};

/** A size that a class of a custom pack works out, and a prompt whose text another one makes. */
const STRANGER = JSON.stringify({
  nodes: [
    { id: 4, type: 'CheckpointLoaderSimple', widgets_values: ['base.safetensors'] },
    { id: 5, type: 'GuessSize', outputs: [{ name: 'LATENT', type: 'LATENT', links: [5] }] },
    { id: 8, type: 'Caption', outputs: [{ name: 'STRING', type: 'STRING', links: [9] }] },
    {
      ...{ id: 6, type: 'CLIPTextEncode', widgets_values: [''] },
      inputs: [
        { name: 'clip', type: 'CLIP', link: 2 },
        { name: 'text', type: 'STRING', link: 9, widget: { name: 'text' } },
      ],
    },
    {
      ...{ id: 3, type: 'KSampler', widgets_values: [7, 'fixed', 8, 2, 'euler', 'normal', 1] },
      inputs: [
        { name: 'model', type: 'MODEL', link: 1 },
        { name: 'positive', type: 'CONDITIONING', link: 3 },
        { name: 'negative', type: 'CONDITIONING', link: 4 },
        { name: 'latent_image', type: 'LATENT', link: 5 },
      ],
    },
    {
      ...{ id: 7, type: 'VAEDecode' },
      inputs: [
        { name: 'samples', type: 'LATENT', link: 6 },
        { name: 'vae', type: 'VAE', link: 7 },
      ],
    },
    { id: 9, type: 'SaveImage', inputs: [{ name: 'images', type: 'IMAGE', link: 8 }] },
  ],
  links: [
    [1, 4, 0, 3, 0, 'MODEL'],
    [2, 4, 1, 6, 0, 'CLIP'],
    [3, 6, 0, 3, 1, 'CONDITIONING'],
    [4, 6, 0, 3, 2, 'CONDITIONING'],
    [5, 5, 0, 3, 3, 'LATENT'],
    [6, 3, 0, 7, 0, 'LATENT'],
    [7, 4, 2, 7, 1, 'VAE'],
    [8, 7, 0, 9, 0, 'IMAGE'],
    [9, 8, 0, 6, 1, 'STRING'],
  ],
});

let folder = '';
let server: Server;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-cli-'));
  const odd = checkpointGraph();
  odd['3'] = { class_type: 'KSampler', inputs: { ...odd['3']?.inputs, scheduler: 'normal2' } };
  const gone = checkpointGraph();
  gone['4'] = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'bas\u001be.safetensors' } };
  await Promise.all(
    Object.entries({
      'info.json': stringifyExact(OBJECT_INFO),
      'api.json': stringifyExact(checkpointGraph()),
      'odd.json': stringifyExact(odd),
      'gone.json': stringifyExact(gone),
      'stranger.json': STRANGER,
      'flow.json': '{"nodes":[{"id":1,"type":"EmptyLatentImage","widgets_values":[64,64]}],"links":[]}',
    }).map(([name, content]) => writeFile(join(folder, name), content)),
  );
  const png = await sharp({ create: { width: 96, height: 64, channels: 3, background: '#888' } })
    .png()
    .toBuffer();
  server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://comfy.test');
    if (asked.pathname === '/object_info') {
      response.end(stringifyExact(OBJECT_INFO));
    } else if (asked.searchParams.get('filename') === 'p.png') {
      response.end(png);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string[] }> {
  let out = '';
  const err: string[] = [];
  const code = await runCli(args, {
    out: (text) => (out += text),
    err: (text) => err.push(text),
    cwd: folder,
    env: {},
  });
  return { code, out, err };
}

const INFO = ['--object-info', 'info.json'];
const FILES = ['--picture', 'sub/p.png', '--mask', 'm.png [input]', '--size', '96x64'];

describe('inpaint', () => {
  it('prints a graph for picture and mask, seeds exact', async () => {
    const { code, out, err } = await run('inpaint', 'api.json', ...FILES, '--strength', '0.6', ...INFO);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toContain('"seed": 18446744073709551615');
    const graph = JSON.parse(out) as ReturnType<typeof checkpointGraph>;
    const nodes = Object.values(graph);
    const inputs = (name: string) => nodes.filter((one) => one.class_type === name).map((one) => one.inputs);
    expect(inputs('LoadImage')).toEqual([{ image: 'sub/p.png [input]' }]);
    expect(inputs('LoadImageMask')).toEqual([{ image: 'm.png [input]', channel: 'alpha' }]);
    expect(inputs('KSampler')).toMatchObject([{ denoise: 0.6, steps: 20 }]);
    expect(inputs('EmptyLatentImage')).toEqual([]);
  });

  it('works on a part, with other settings', async () => {
    const set = ['--set', 'prompt=a dog = good', '--set', 'steps=8', '--set', 'seed=18446744073709551614'];
    const { code, out } = await run('inpaint', 'api.json', ...FILES, '--area', '8,16,64,32', ...set, ...INFO);
    expect(code).toBe(0);
    expect(out).toMatch(/"class_type": "ImageCrop",\s+"inputs": \{[^}]+"width": 64,\s+"height": 32/);
    expect(out).toContain('"text": "a dog = good"');
    expect(out).toContain('"steps": 8');
    expect(out).toContain('"seed": 18446744073709551614');
  });

  it('asks the server for the size of the picture', async () => {
    const { code, out } = await run(
      'inpaint',
      'api.json',
      '--picture',
      'p.png',
      '--mask',
      'm.png',
      '--object-info',
      url,
    );
    expect(code).toBe(0);
    expect(out).toContain('"class_type": "VAEEncode"');
    const gone = await run(
      'inpaint',
      'api.json',
      '--picture',
      'q.png',
      '--mask',
      'm.png',
      '--object-info',
      url,
    );
    expect(gone).toMatchObject({ code: 1, out: '', err: [expect.stringContaining('has no picture q.png')] });
  });

  it('prints what it guessed apart from the graph, and does not call that a success', async () => {
    const { code, out, err } = await run('inpaint', 'odd.json', ...FILES, ...INFO);
    expect({ code, err }).toEqual({ code: 1, err: ['normal2 does not exist here; normal is used instead.'] });
    expect(out).toContain('"scheduler": "normal"');
  });

  it('asks of nodes that the server lacks only where they are needed', async () => {
    const { out, err } = await run('inpaint', 'stranger.json', ...FILES, ...INFO, '--output', '9');
    expect(out).not.toMatch(/GuessSize|Caption/);
    expect(out).toContain('"seed": 7');
    expect(err).toEqual(['A part of the prompt of “CLIPTextEncode” is only made while the graph runs.']);
    const whole = await run('to-api', 'stranger.json', ...INFO);
    expect(whole.err).toHaveLength(2);
  });

  it('says what is missing, without what would move a terminal', async () => {
    const { code, out, err } = await run('inpaint', 'gone.json', ...FILES, ...INFO);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toEqual([
      '“CheckpointLoaderSimple” needs bas e.safetensors, which this server does not have. Similar: base.safetensors.',
    ]);
  });

  it.each<[string, string[], string]>([
    ['no picture', ['--mask', 'm.png'], 'Give --picture NAME. See "inpaint --help".'],
    ['no mask', ['--picture', 'p.png'], 'Give --mask NAME. See "inpaint --help".'],
    [
      'no size',
      ['--picture', 'p', '--mask', 'm'],
      'Give --size WIDTHxHEIGHT: a saved object_info does not tell how large the picture is.',
    ],
    ['a strength beyond 1', [...FILES, '--strength', '2'], '--strength takes a number from 0 to 1.'],
    ['no strength', [...FILES, '--strength', ''], '--strength takes a number from 0 to 1.'],
    ['half an area', [...FILES, '--area', '1,2,3'], '--area takes four whole numbers: X,Y,WIDTH,HEIGHT.'],
    [
      'words as an area',
      [...FILES, '--area', '1,2,3,x'],
      '--area takes four whole numbers: X,Y,WIDTH,HEIGHT.',
    ],
    ['an empty area', [...FILES, '--area', '1,2,3,0'], '--area needs a width and a height.'],
    ['an empty size', [...FILES, '--size', '0x5'], '--size takes two whole numbers: WIDTHxHEIGHT.'],
    [
      'an unknown setting',
      [...FILES, '--set', 'speed=1'],
      'There is no setting "speed" here. Settings: prompt, negative, model, denoise, steps, cfg, sampler_name, scheduler, seed.',
    ],
    ['a wrong value', [...FILES, '--set', 'steps=many'], '"NaN" cannot be the value of steps.'],
    ['a model that is not here', [...FILES, '--set', 'model=x'], '"x" cannot be the value of model.'],
  ])('refuses %s', async (_, args, sentence) => {
    expect(await run('inpaint', 'api.json', ...args, ...INFO)).toEqual({ code: 2, out: '', err: [sentence] });
  });
});

describe('explain', () => {
  it('prints the parts of a graph', async () => {
    const { code, out, err } = await run('explain', 'api.json', ...INFO);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toContain('"seed": 18446744073709551615');
    expect(JSON.parse(out)).toMatchObject({
      parts: { sampler: { node: '3', class: 'KSampler' } },
      problems: [],
    });
  });

  it('prints them as far as they go, with the reason why no further', async () => {
    const { code, out, err } = await run('explain', 'gone.json', ...INFO);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ parts: { decoder: { node: '8' } } });
    expect(err).toHaveLength(1);
  });

  it('reads the editor’s format too, and takes another output', async () => {
    const flow = await run('explain', 'flow.json', ...INFO);
    expect(flow).toMatchObject({
      code: 1,
      err: ['Nothing in the graph saves a picture. Add a Save Image node to it.'],
    });
    const other = await run('explain', 'api.json', '--output', '77', ...INFO);
    expect(other.err).toEqual(['The graph has no node 77. Name a node that saves a picture.']);
  });
});
