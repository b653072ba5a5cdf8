import sharp from 'sharp';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { startDemoEngine, type DemoEngine } from './index';
import { encodePng } from './pixels/codec';
import { getJson, Listener, paintGraph, postJson, submit, upload } from './testing/engine-client';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let engine: DemoEngine;
let listener: Listener;

beforeAll(async () => {
  engine = await startDemoEngine({ samples: false, stepDelayMs: 0 });
  listener = await Listener.open(engine.url, 'tab', true);
});

afterAll(async () => {
  listener.close();
  await engine.stop();
});

type Images = { images: { filename: string; subfolder: string; type: string }[] };
type History = Record<
  string,
  { prompt: [number, string, ApiGraph]; outputs: Record<string, Images>; status: { status_str: string } }
>;

async function run(graph: ApiGraph, more: object = {}): Promise<{ id: string; entry: History[string] }> {
  const id = await submit(engine.url, graph, { client_id: 'tab', ...more });
  await listener.ended(id);
  const entry = (await getJson<History>(`${engine.url}/history/${id}`))[id];
  if (!entry) {
    throw new Error('no history');
  }
  return { id, entry };
}

async function pixelsOf(
  file: Images['images'][number] | undefined,
): Promise<{ data: Buffer; width: number; height: number }> {
  const query = new URLSearchParams({ ...file });
  const bytes = Buffer.from(await (await fetch(`${engine.url}/view?${query}`)).arrayBuffer());
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A picture of soft colours with a black hole of alpha 0 in the middle and a half masked column. */
function holedPicture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 4 }, (_, at) => {
    const [x, y] = [(at >> 2) % width, Math.floor((at >> 2) / width)];
    const inside = x >= 24 && x < 40 && y >= 16 && y < 32;
    const masked = inside ? 0 : x === 41 ? 128 : 255;
    const color = inside ? [0, 0, 0] : [(x * 3) & 255, (y * 5) & 255, (x + y) & 255];
    return [...color, masked][at & 3] ?? 0;
  });
}

function inpaintGraph(image: string, more: Record<string, number | bigint> = {}): ApiGraph {
  return {
    ...paintGraph(),
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': { class_type: 'VAEEncode', inputs: { pixels: ['1', 0], vae: ['4', 2] } },
    '5': { class_type: 'SetLatentNoiseMask', inputs: { samples: ['2', 0], mask: ['1', 1] } },
    '3': {
      class_type: 'KSampler',
      inputs: { ...paintGraph()['3']?.inputs, latent_image: ['5', 0], steps: 4, ...more },
    },
  };
}

describe('inpainting', () => {
  test('repaints the hole, keeps every pixel outside, previews every step', async () => {
    const source = holedPicture(64, 48);
    const image = await upload(engine.url, await encodePng(source, 64, 48, 4), 'hole.png');
    const framesBefore = listener.frames.length;
    const { id, entry } = await run(inpaintGraph(image));
    const { data } = await pixelsOf(entry.outputs['9']?.images[0]);
    let inside = 0;
    for (let at = 0; at < 64 * 48; at++) {
      const same = [0, 1, 2].every((c) => data[at * 3 + c] === source[at * 4 + c]);
      if (source[at * 4 + 3] === 255) {
        expect(same).toBe(true);
      } else if (!same) {
        inside++;
      }
    }
    expect(inside).toBeGreaterThan(100);
    const frames = listener.frames.slice(framesBefore);
    expect(frames).toHaveLength(4);
    const metadata = JSON.parse(
      frames[0]?.toString('utf8', 8, 8 + frames[0].readUInt32BE(4)) ?? '',
    ) as object;
    expect([frames[0]?.readUInt32BE(0), metadata]).toEqual([
      4,
      {
        node_id: '3',
        prompt_id: id,
        display_node_id: '3',
        parent_node_id: null,
        real_node_id: '3',
        image_type: 'image/jpeg',
      },
    ]);
    expect(listener.types(id).filter((type) => type === 'progress')).toHaveLength(4);
  });

  test('sends no previews if asked not to', async () => {
    const image = await upload(engine.url, await encodePng(holedPicture(64, 48), 64, 48, 4), 'hole.png');
    const framesBefore = listener.frames.length;
    const { id } = await run(inpaintGraph(image, { seed: 99 }), { extra_data: { preview_method: 'none' } });
    expect(listener.frames.length).toBe(framesBefore);
    expect(listener.types(id)).toContain('progress');
  });

  test('VAEEncodeForInpaint crops sides to multiples of eight and fills the hole with grey', async () => {
    const image = await upload(engine.url, await encodePng(holedPicture(67, 53), 67, 53, 4), 'odd.png');
    const { entry } = await run({
      ...paintGraph(),
      '1': { class_type: 'LoadImage', inputs: { image } },
      '5': {
        class_type: 'VAEEncodeForInpaint',
        inputs: { pixels: ['1', 0], mask: ['1', 1], vae: ['4', 2], grow_mask_by: 6 },
      },
      '8': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['4', 2] } },
    });
    const { data, width, height } = await pixelsOf(entry.outputs['9']?.images[0]);
    expect([width, height]).toEqual([64, 48]);
    // Cut by 1 to the left and 2 above: the hole begins at 23, 14.
    expect([...data.subarray((20 * 64 + 30) * 3, (20 * 64 + 30) * 3 + 3)]).toEqual([127, 127, 127]);
    expect([...data.subarray(0, 3)]).toEqual([3, 10, 3]);
  });
});

test('a seed of 2^64-1 survives validation, history and a second run', async () => {
  const { entry } = await run(paintGraph({ seed: 18446744073709551615n }));
  expect(entry.prompt[2]['3']?.inputs.seed).toBe(18446744073709551615n);
  const again = await run(entry.prompt[2]);
  expect(again.entry.outputs).toEqual(entry.outputs);
  const other = await run(paintGraph({ seed: 18446744073709551614n }));
  const [a, b] = await Promise.all([entry, other.entry].map((one) => pixelsOf(one.outputs['9']?.images[0])));
  expect(a?.data.equals(b?.data ?? Buffer.alloc(0))).toBe(false);
});

test('an interrupt ends the run between two steps', async () => {
  const slow = paintGraph({ steps: 2000, seed: 5 });
  const id = await submit(engine.url, slow, { client_id: 'tab' });
  await listener.until((event) => event.type === 'progress' && event.data.prompt_id === id);
  await postJson(`${engine.url}/interrupt`, { prompt_id: 'somebody else' });
  await postJson(`${engine.url}/interrupt`, { prompt_id: id });
  await listener.ended(id);
  const entry = (await getJson<History>(`${engine.url}/history/${id}`))[id];
  expect(entry?.status).toMatchObject({
    status_str: 'error',
    messages: [
      ['execution_start', {}],
      ['execution_cached', {}],
      ['execution_interrupted', { node_id: '3', node_type: 'KSampler' }],
    ],
  });
  const job = await getJson<{ status: string }>(`${engine.url}/api/jobs/${id}`);
  expect(job.status).toBe('cancelled');
});

test('the server responds while pixels are being processed', async () => {
  const graph: ApiGraph = {
    '1': { class_type: 'EmptyImage', inputs: { width: 800, height: 800, batch_size: 1, color: 1 } },
    '2': { class_type: 'ImageBlur', inputs: { image: ['1', 0], blur_radius: 31, sigma: 10 } },
    '3': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  };
  const id = await submit(engine.url, graph, { client_id: 'tab' });
  await listener.until(
    ({ type, data }) => type === 'executing' && data.node === '2' && data.prompt_id === id,
  );
  let answered = 0;
  while (!listener.types(id).includes('executed')) {
    await fetch(`${engine.url}/prompt`);
    answered++;
  }
  expect(answered).toBeGreaterThan(3);
  await listener.ended(id);
});

describe('the examples of the early 2024 API document', () => {
  test('text to image with its checkpoint', async () => {
    const { entry } = await run(paintGraph({ checkpoint: 'sdxl-动漫二次元_2.0.safetensors' }));
    expect(entry.status.status_str).toBe('success');
  });

  test('a missing checkpoint is refused', async () => {
    const response = await postJson(`${engine.url}/prompt`, {
      prompt: paintGraph({ checkpoint: 'sdxl.safetensors' }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('value_not_in_list');
  });

  test('image to video: an animated GIF of the uploaded picture', async () => {
    const image = await upload(engine.url, await encodePng(holedPicture(80, 60), 80, 60, 4), 'elephant1.png');
    const id = await submit(engine.url, videoGraph(`${image} [input]`), { client_id: 'tab' });
    await listener.ended(id);
    const entry = (
      await getJson<Record<string, { outputs: Record<string, { gifs: Record<string, unknown>[] }> }>>(
        `${engine.url}/history/${id}`,
      )
    )[id];
    const file = entry?.outputs['24']?.gifs[0];
    expect(file).toMatchObject({
      filename: 'SVD_img2vid_00001.gif',
      subfolder: '',
      type: 'output',
      format: 'image/gif',
      frame_rate: 6,
      workflow: 'SVD_img2vid_00001.png',
    });
    expect(existsSync(file?.fullpath as string)).toBe(true);
    const gif = Buffer.from(
      await (await fetch(`${engine.url}/view?filename=SVD_img2vid_00001.gif`)).arrayBuffer(),
    );
    const { pages, pageHeight, width, delay, loop } = await sharp(gif, { animated: true }).metadata();
    expect([pages, pageHeight, width, loop]).toEqual([14, 64, 128, 0]);
    expect(delay?.every((ms) => Math.abs(ms - 167) < 10)).toBe(true);
  });
});

/** The document's SVD graph, smaller. */
function videoGraph(image: string): ApiGraph {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: 0,
        steps: 20,
        cfg: 2.5,
        sampler_name: 'euler',
        scheduler: 'karras',
        denoise: 1,
        model: ['14', 0],
        positive: ['12', 0],
        negative: ['12', 1],
        latent_image: ['12', 2],
      },
    },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['15', 2] } },
    '12': {
      class_type: 'SVD_img2vid_Conditioning',
      inputs: {
        width: 128,
        height: 64,
        video_frames: 14,
        motion_bucket_id: 32,
        fps: 6,
        augmentation_level: 0,
        clip_vision: ['15', 1],
        init_image: ['23', 0],
        vae: ['15', 2],
      },
    },
    '14': { class_type: 'VideoLinearCFGGuidance', inputs: { min_cfg: 1, model: ['15', 0] } },
    '15': { class_type: 'ImageOnlyCheckpointLoader', inputs: { ckpt_name: 'svd_xt_1_1.safetensors' } },
    '23': { class_type: 'LoadImage', inputs: { image, upload: 'image' } },
    '24': {
      class_type: 'VHS_VideoCombine',
      inputs: {
        frame_rate: 6,
        loop_count: 0,
        filename_prefix: 'SVD_img2vid',
        format: 'image/gif',
        pingpong: false,
        save_output: true,
        images: ['8', 0],
      },
    },
  };
}

test('the engine says that it is a demo without AI', async () => {
  const stats = await getJson<{ system: Record<string, unknown>; devices: { name: string }[] }>(
    `${engine.url}/system_stats`,
  );
  expect(stats.system.deploy_environment).toBe('darkroom-demo');
  expect(stats.devices[0]?.name).toBe('Darkroom demo engine (no GPU)');
  const info = await getJson<Record<string, { display_name: string; description: string }>>(
    `${engine.url}/object_info`,
  );
  const standIns = [
    ...['KSampler', 'KSamplerAdvanced', 'SamplerCustom', 'SamplerCustomAdvanced'],
    ...['CheckpointLoaderSimple', 'ImageOnlyCheckpointLoader', 'UNETLoader', 'CLIPLoader', 'DualCLIPLoader'],
    ...['VAELoader', 'LoraLoader', 'LoraLoaderModelOnly'],
  ];
  for (const name of standIns) {
    expect(info[name]?.display_name).toContain('no AI');
  }
  const metadata = await getJson<Record<string, string>>(
    `${engine.url}/view_metadata/checkpoints?filename=darkroom-demo-classical.safetensors`,
  );
  expect(metadata['modelspec.description']).toContain('no AI');
});
