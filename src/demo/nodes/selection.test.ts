import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { type Scene, iouOf, makeScene } from '../../editor/select/testing/scenes';
import { type DemoEngine, startDemoEngine } from '../index';
import { getJson, Listener, submit, upload } from '../testing/engine-client';
import { colorWishes } from './color-words';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SIDE = 192;
let engine: DemoEngine;
let listener: Listener;
let scene: Scene;
let subject: Scene;

beforeAll(async () => {
  engine = await startDemoEngine({ samples: false, stepDelayMs: 0 });
  listener = await Listener.open(engine.url, 'tab', true);
  scene = makeScene('two-tone', 13, SIDE);
  const size = { width: SIDE, height: SIDE, channels: 4 } as const;
  await upload(engine.url, await sharp(scene.rgba, { raw: size }).png().toBuffer(), 'scene.png');
  subject = makeScene('noise', 13, SIDE);
  await upload(engine.url, await sharp(subject.rgba, { raw: size }).png().toBuffer(), 'subject.png');
  const things = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">
    <rect width="100%" height="100%" fill="#ddd"/><circle cx="40" cy="40" r="25" fill="#c22"/>
    <circle cx="140" cy="50" r="18" fill="#c22"/><rect x="60" y="110" width="70" height="50" fill="#24c"/></svg>`;
  await upload(engine.url, await sharp(Buffer.from(things)).png().toBuffer(), 'things.png');
});

afterAll(async () => {
  listener.close();
  await engine.stop();
});

/** Runs a graph whose node `mask` makes masks; their values, one after the other. */
async function masksOf(nodes: ApiGraph, picture: string): Promise<Uint8Array[]> {
  const id = await submit(
    engine.url,
    {
      picture: { class_type: 'LoadImage', inputs: { image: picture } },
      model: {
        class_type: 'CheckpointLoaderSimple',
        inputs: { ckpt_name: 'darkroom-demo-classical.safetensors' },
      },
      ...nodes,
      grey: { class_type: 'MaskToImage', inputs: { mask: ['mask', 0] } },
      show: { class_type: 'PreviewImage', inputs: { images: ['grey', 0] } },
    },
    { client_id: 'tab' },
  );
  await listener.ended(id);
  type Entry = { outputs: Record<string, { images: Record<string, string>[] }> };
  const history = await getJson<Record<string, Entry>>(`${engine.url}/history/${id}`);
  return Promise.all(
    (history[id]?.outputs.show?.images ?? []).map(async (file) => {
      const query = new URLSearchParams(file);
      const bytes = await (await fetch(`${engine.url}/view?${query.toString()}`)).arrayBuffer();
      return new Uint8Array(await sharp(Buffer.from(bytes)).extractChannel(0).raw().toBuffer());
    }),
  );
}

function detect(inputs: ApiGraph[string]['inputs']): ApiGraph[string] {
  return {
    class_type: 'SAM3_Detect',
    inputs: {
      model: ['model', 0],
      image: ['picture', 0],
      threshold: 0.5,
      refine_iterations: 2,
      individual_masks: true,
      ...inputs,
    },
  };
}

const text = (value: string): ApiGraph[string] => ({ class_type: 'PrimitiveString', inputs: { value } });
const at = ({ x, y }: { x: number; y: number }): number => Math.floor(y) * SIDE + Math.floor(x);

describe('the stand-in of SAM 3', () => {
  test('finds the object at some points, and leaves out what is at others', async () => {
    const [first = { x: 0, y: 0 }, last = { x: 0, y: 0 }] = [scene.stroke[0], scene.stroke.at(-1)];
    const both = await masksOf(
      { points: text(JSON.stringify([first, last])), mask: detect({ positive_coords: ['points', 0] }) },
      'scene.png',
    );
    expect(both).toHaveLength(1);
    expect(iouOf(scene.truth, both[0] ?? new Uint8Array())).toBeGreaterThan(0.9);
    const [half] = await masksOf(
      {
        points: text(JSON.stringify([first, last])),
        others: text(JSON.stringify([last])),
        mask: detect({ positive_coords: ['points', 0], negative_coords: ['others', 0] }),
      },
      'scene.png',
    );
    expect([half?.[at(first)], half?.[at(last)]]).toEqual([255, 0]);
  });

  test('finds the object in a box', async () => {
    const { x0, y0, x1, y1 } = scene.box;
    const sides = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
    const inputs = Object.fromEntries(Object.entries(sides).map(([name, px]) => [name, Math.round(px)]));
    const masks = await masksOf(
      { box: { class_type: 'PrimitiveBoundingBox', inputs }, mask: detect({ bboxes: ['box', 0] }) },
      'scene.png',
    );
    expect(iouOf(scene.truth, masks[0] ?? new Uint8Array())).toBeGreaterThan(0.9);
  });

  test('finds every thing of the colours that are named, each by itself or all together', async () => {
    const words = (prompt: string, more: ApiGraph[string]['inputs'] = {}): Promise<Uint8Array[]> =>
      masksOf(
        {
          words: { class_type: 'CLIPTextEncode', inputs: { text: prompt, clip: ['model', 1] } },
          mask: detect({ conditioning: ['words', 0], ...more }),
        },
        'things.png',
      );
    const spots = [
      { x: 40, y: 40 },
      { x: 140, y: 50 },
      { x: 90, y: 130 },
    ].map(at);
    const hits = (masks: Uint8Array[]): number[][] =>
      masks.map((mask) => spots.map((spot) => mask[spot] ?? -1));
    expect(hits(await words('red, blue'))).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
    expect(hits(await words('red:1'))).toEqual([[255, 0, 0]]);
    expect(hits(await words('red, blue', { individual_masks: false }))).toEqual([[255, 255, 255]]);
    expect(hits(await words('window'))).toEqual([[0, 0, 0]]);
  });
});

test('the stand-in of background removal takes what does not touch the border', async () => {
  const masks = await masksOf(
    {
      remover: {
        class_type: 'LoadBackgroundRemovalModel',
        inputs: { bg_removal_name: 'demo-birefnet.safetensors' },
      },
      mask: {
        class_type: 'RemoveBackground',
        inputs: { bg_removal_model: ['remover', 0], image: ['picture', 0] },
      },
    },
    'subject.png',
  );
  expect(iouOf(subject.truth, masks[0] ?? new Uint8Array())).toBeGreaterThan(0.9);
});

test('colour words are read in both languages, with how many are wanted', () => {
  expect(colorWishes('a red car, 蓝色:2, window:4')).toEqual([
    { color: 0, most: Infinity },
    { color: 5, most: 2 },
  ]);
});
