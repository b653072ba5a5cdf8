import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { type Scene, iouOf, makeScene } from '../../editor/select/testing/scenes';
import { Painting } from '../paint/painting';
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
  await upload(engine.url, await portrait(), 'portrait.png');
});

afterAll(async () => {
  listener.close();
  await engine.stop();
});

/** A painted face with hair around it. */
async function portrait(): Promise<Buffer> {
  const painting = new Painting('portrait of a woman', 3, SIDE, SIDE);
  const rgb = new Float32Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    painting.row(y, rgb, y * SIDE * 3);
  }
  const bytes = Uint8Array.from(rgb, (value) => Math.round(value * 255));
  return sharp(bytes, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
}

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

describe('the stand-ins for faces', () => {
  /** On the portrait: hair, brow, the eye to the left, lips, neck, ground. */
  const spots = [
    { x: 96, y: 27 },
    { x: 96, y: 66 },
    { x: 81, y: 81 },
    { x: 96, y: 107 },
    { x: 96, y: 132 },
    { x: 12, y: 12 },
  ].map(at);
  const hits = (masks: Uint8Array[]): number[][] =>
    masks.map((mask) => spots.map((spot) => ((mask[spot] ?? 0) > 127 ? 1 : 0)));
  const faces = (detect: ApiGraph[string]['inputs'], draw: ApiGraph[string]['inputs']): ApiGraph => ({
    finder: {
      class_type: 'LoadMediaPipeFaceLandmarker',
      inputs: { model_name: 'demo-mediapipe-face.safetensors' },
    },
    faces: {
      class_type: 'MediaPipeFaceLandmarker',
      inputs: {
        face_detection_model: ['finder', 0],
        image: ['picture', 0],
        detector_variant: 'both',
        num_faces: 0,
        min_confidence: 0.5,
        missing_frame_fallback: 'empty',
        ...detect,
      },
    },
    mask: { class_type: 'MediaPipeFaceMask', inputs: { face_landmarks: ['faces', 0], ...draw } },
  });
  const parts = (...chosen: string[]): Record<string, string | boolean> => ({
    regions: 'custom',
    ...Object.fromEntries(
      ['face_oval', 'lips', 'left_eye', 'right_eye', 'irises'].map((name) => [
        `regions.${name}`,
        chosen.includes(name),
      ]),
    ),
  });

  test('draw the parts that are chosen', async () => {
    const [all, lips, eye, both, none] = [
      await masksOf(faces({}, { regions: 'all' }), 'portrait.png'),
      await masksOf(faces({}, parts('lips')), 'portrait.png'),
      await masksOf(faces({}, parts('right_eye')), 'portrait.png'),
      await masksOf(faces({}, parts('lips', 'right_eye')), 'portrait.png'),
      await masksOf(faces({}, parts()), 'portrait.png'),
    ].map(hits);
    expect(all).toEqual([[0, 1, 1, 1, 0, 0]]);
    expect(lips).toEqual([[0, 0, 0, 1, 0, 0]]);
    expect(eye).toEqual([[0, 0, 1, 0, 0, 0]]);
    expect(both).toEqual([[0, 0, 1, 1, 0, 0]]);
    expect(none).toEqual([[0, 0, 0, 0, 0, 0]]);
  });

  test('give an empty mask where there is no face, or none that is sure enough', async () => {
    expect(hits(await masksOf(faces({}, { regions: 'all' }), 'things.png'))).toEqual([[0, 0, 0, 0, 0, 0]]);
  });

  test('are found by words as well, and their hair', async () => {
    const named = async (words: string): Promise<number[][]> =>
      hits(
        await masksOf(
          {
            words: { class_type: 'CLIPTextEncode', inputs: { text: words, clip: ['model', 1] } },
            mask: detect({ conditioning: ['words', 0] }),
          },
          'portrait.png',
        ),
      );
    expect(await named('face')).toEqual([[0, 1, 1, 1, 0, 0]]);
    expect(await named('lips, 眼睛')).toEqual([
      [0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 0, 1, 0, 0, 0],
    ]);
    expect((await named('hair')).map(([hair, , , lips, neck, ground]) => [hair, lips, neck, ground])).toEqual(
      [[1, 0, 0, 0]],
    );
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
