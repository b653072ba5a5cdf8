import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertPngText } from '../../comfy/png';
import { randomUuid } from '../../comfy/uuid';
import { pngTexts } from '../files/save-image';
import { Painting } from '../paint/painting';
import { fromRaw } from '../pixels/codec';
import { eachRow, Pace } from '../pixels/pace';
import { toByte } from '../pixels/tensor';
import { pythonJson } from '../python/json';
import { hashText } from '../random';
import { sampleGraph } from './graph';
import { SAMPLES, type SampleSpec } from './specs';

/** Increase it when the scenes or their graphs change, so that cached drawings are discarded. */
const PAINT_VERSION = 4;

/** Larger pictures are painted at a smaller size and scaled up, to keep the first start short. */
const MOST_PAINTED_PIXELS = 640_000;
/** The one huge picture gets more pixels, or it would look soft. */
const MOST_PAINTED_OF_HUGE = 2_700_000;
const HUGE = 8_000_000;

/**
 * Draws every sample once and caches it: under node_modules/.cache if possible, else in the system's temporary
 * folder. Resolves with the files, in the order of `SAMPLES`.
 */
export async function drawSamples(): Promise<string[]> {
  const folder = cacheFolder();
  const files = SAMPLES.map((_, index) => path.join(folder, `${index}.png`));
  await mkdir(folder, { recursive: true });
  const pace = new Pace();
  const writing: Promise<void>[] = [];
  // The largest first: it is encoded while the others are painted.
  const order = SAMPLES.map((_, index) => index).sort((a, b) => pixelsOf(b) - pixelsOf(a));
  for (const index of order) {
    const file = files[index] as string;
    const spec = SAMPLES[index] as SampleSpec;
    if (!existsSync(file)) {
      writing.push(store(file, spec, await paint(spec, pace)));
    }
  }
  await Promise.all(writing);
  return files;
}

function pixelsOf(index: number): number {
  const spec = SAMPLES[index] as SampleSpec;
  return spec.width * spec.height;
}

function cacheFolder(): string {
  const version = hashText(pythonJson([PAINT_VERSION, SAMPLES])).toString(16);
  for (let at = import.meta.dirname; path.dirname(at) !== at; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'node_modules'))) {
      return path.join(at, 'node_modules', '.cache', 'comfy-darkroom', `samples-${version}`);
    }
  }
  return path.join(tmpdir(), `comfy-darkroom-samples-${version}`);
}

interface Drawing {
  bytes: Uint8Array;
  width: number;
  height: number;
}

async function paint(spec: SampleSpec, pace: Pace): Promise<Drawing> {
  const area = spec.width * spec.height;
  const scale = Math.min(1, Math.sqrt((area > HUGE ? MOST_PAINTED_OF_HUGE : MOST_PAINTED_PIXELS) / area));
  const width = Math.round(spec.width * scale);
  const height = Math.round(spec.height * scale);
  const painting = new Painting(spec.prompt, spec.seed, width, height);
  const row = new Float32Array(width * 3);
  const bytes = new Uint8Array(width * height * 3);
  await eachRow(height, pace, (y) => {
    painting.row(y, row, 0);
    for (let i = 0; i < row.length; i++) {
      bytes[y * row.length + i] = toByte(row[i] ?? 0);
    }
  });
  return { bytes, width, height };
}

async function store(file: string, spec: SampleSpec, drawing: Drawing): Promise<void> {
  let image = fromRaw(drawing.bytes, drawing.width, drawing.height, 3);
  if (drawing.width !== spec.width) {
    image = image.resize(spec.width, spec.height, { kernel: 'lanczos3', fit: 'fill' });
  }
  const png = await image.png({ compressionLevel: 3, palette: false }).toBuffer();
  const draft = `${file}.${randomUuid()}`;
  await writeFile(draft, insertPngText(png, pngTexts(sampleGraph(spec), null)));
  // Another engine may be drawing the same file: the last to finish wins, and both are complete.
  await rename(draft, file).catch(() => rm(draft, { force: true }));
}
