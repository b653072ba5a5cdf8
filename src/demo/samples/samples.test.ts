import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseExact, stringifyExact } from '../../comfy/exact-json';
import { summarizeGraph } from '../../comfy/graph-summary';
import { readPngHeader, readPngText } from '../../comfy/png';
import { startDemoEngine, type DemoEngine } from '../index';
import { getJson } from '../testing/engine-client';
import { sampleGraph } from './graph';
import { SAMPLES } from './specs';

vi.setConfig({ testTimeout: 60_000 });

let engine: DemoEngine;

beforeAll(async () => {
  engine = await startDemoEngine();
}, 180_000);

afterAll(() => engine.stop());

interface Entry {
  prompt: [number, string, object, { create_time: number }];
  outputs: Record<string, { images: { filename: string; subfolder: string }[] }>;
  status: { messages: [string, { timestamp: number }][] };
}

test('every sample is in the history, oldest first, and its file agrees', async () => {
  const history = await getJson<Record<string, Entry>>(`${engine.url}/history`);
  const entries = Object.values(history);
  expect(entries).toHaveLength(SAMPLES.length);
  let before = 0;
  for (const [index, spec] of SAMPLES.entries()) {
    const entry = entries[index];
    const file = entry?.outputs['9']?.images[0];
    const full = path.join(engine.directory, 'output', file?.subfolder ?? '', file?.filename ?? '');
    const bytes = await readFile(full);
    expect(readPngHeader(bytes)).toMatchObject({ width: spec.width, height: spec.height });
    const prompt = parseExact((await readPngText(bytes)).prompt ?? '');
    expect(prompt).toEqual(sampleGraph(spec));
    expect(entry?.prompt[2]).toEqual(prompt);
    const end = entry?.status.messages[2]?.[1].timestamp ?? 0;
    expect(end).toBeGreaterThan(before);
    expect(end - (entry?.status.messages[0]?.[1].timestamp ?? 0)).toBe(spec.tookMs);
    expect(Math.abs((await stat(full)).mtimeMs - end)).toBeLessThan(60_000);
    before = end;
  }
});

const MAKERS = ['KSampler', 'KSamplerAdvanced', 'SamplerCustomAdvanced'] as const;

test.each(MAKERS)('one was made by %s with its parts loaded apart, and can be made again', async (maker) => {
  const spec = SAMPLES.find(({ madeBy }) => madeBy === maker);
  const graph = spec && sampleGraph({ ...spec, width: 64, height: 48, steps: 1, prefix: `again/${maker}` });
  const classes = Object.values(graph ?? {}).map(({ class_type }) => class_type);
  expect(classes).toEqual(expect.arrayContaining([maker, 'UNETLoader', 'VAELoader']));
  expect(classes).not.toContain('CheckpointLoaderSimple');
  expect(summarizeGraph(graph ?? {}, '9')).toMatchObject({
    prompt: spec?.prompt,
    seed: spec?.seed,
    model: spec?.model,
    sampler: spec?.sampler,
  });
  const response = await fetch(`${engine.url}/prompt`, {
    method: 'POST',
    body: stringifyExact({ prompt: graph }),
  });
  const { prompt_id } = (await response.json()) as { prompt_id: string };
  let entry: Entry | undefined;
  while (!entry) {
    entry = (await getJson<Record<string, Entry>>(`${engine.url}/history/${prompt_id}`))[prompt_id];
  }
  expect(entry.outputs['9']?.images[0]?.filename).toBe(`${maker}_00001_.png`);
});

test('a dozen or more, of many shapes, one of 4096², with seeds beyond doubles', () => {
  expect(SAMPLES.length).toBeGreaterThanOrEqual(12);
  expect(new Set(SAMPLES.map(({ width, height }) => `${width}x${height}`)).size).toBeGreaterThanOrEqual(6);
  expect(SAMPLES.some(({ width, height }) => width === 4096 && height === 4096)).toBe(true);
  const seeds = SAMPLES.map(({ seed }) => seed.toString());
  expect(seeds).toContain('18446744073709551615');
  expect(seeds).toContain('9007199254740993');
});

test('a new prompt continues the numbers of the samples, and so does its file', async () => {
  const prompt = {
    '1': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'landscape/sea' } },
  };
  const response = await fetch(`${engine.url}/prompt`, { method: 'POST', body: JSON.stringify({ prompt }) });
  const { number, prompt_id } = (await response.json()) as { number: number; prompt_id: string };
  expect(number).toBe(SAMPLES.length + MAKERS.length);
  let entry: Entry | undefined;
  while (!entry) {
    entry = (await getJson<Record<string, Entry>>(`${engine.url}/history/${prompt_id}`))[prompt_id];
  }
  expect(entry.outputs['2']?.images[0]?.filename).toBe('sea_00002_.png');
});

test('LoadImage has something to offer', async () => {
  const info = await getJson<{ LoadImage: { input: { required: { image: [string[]] } } } }>(
    `${engine.url}/object_info/LoadImage`,
  );
  expect(info.LoadImage.input.required.image[0]).toEqual(['example.png']);
});
