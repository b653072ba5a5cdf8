import { eachRow, type Pace } from './pace';
import { frame, toByte, type ImageTensor, type MaskTensor } from './tensor';

/** Ways of scaling, named as ImageScale names them. */
export type ScaleMethod = 'nearest-exact' | 'bilinear' | 'area' | 'bicubic' | 'lanczos';

export const SCALE_METHODS: readonly ScaleMethod[] = [
  'nearest-exact',
  'bilinear',
  'area',
  'bicubic',
  'lanczos',
];

/** What every target index is made of: those from `ends[index - 1]` up to `ends[index]`. */
interface Taps {
  ends: Int32Array;
  /** Source indices, inside the picture. */
  sources: Int32Array;
  weights: Float64Array;
}

type TapMaker = (from: number, to: number, index: number) => [start: number, weights: number[]];

/** Pixel centres at half a pixel, no smoothing when shrinking: torch's bilinear without antialias. */
const bilinear: TapMaker = (from, to, index) => {
  const at = Math.max(0, ((index + 0.5) * from) / to - 0.5);
  const start = Math.min(Math.floor(at), from - 1);
  const share = start + 1 < from ? at - start : 0;
  return [start, [1 - share, share]];
};

const nearestExact: TapMaker = (from, to, index) => [
  // In single precision, like torch: ties round differently in doubles.
  Math.min(from - 1, Math.floor(Math.fround((index + 0.5) * Math.fround(from / to)))),
  [1],
];

const area: TapMaker = (from, to, index) => {
  const start = Math.floor((index * from) / to);
  const count = Math.ceil(((index + 1) * from) / to) - start;
  return [start, new Array<number>(count).fill(1 / count)];
};

const CUBIC_A = -0.75;

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) {
    return ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1;
  }
  return x < 2 ? ((CUBIC_A * x - 5 * CUBIC_A) * x + 8 * CUBIC_A) * x - 4 * CUBIC_A : 0;
}

const bicubic: TapMaker = (from, to, index) => {
  const at = ((index + 0.5) * from) / to - 0.5;
  const start = Math.floor(at) - 1;
  return [start, [0, 1, 2, 3].map((step) => cubic(at - (start + step)))];
};

function lanczosWindow(x: number): number {
  if (x === 0) {
    return 1;
  }
  const pi = Math.PI * x;
  return Math.abs(x) < 3 ? ((Math.sin(pi) / pi) * Math.sin(pi / 3)) / (pi / 3) : 0;
}

/** Pillow's: the window grows when shrinking, and only whole source pixels count. */
const lanczos: TapMaker = (from, to, index) => {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const centre = (index + 0.5) * scale;
  const start = Math.max(0, Math.floor(centre - 3 * stretch + 0.5));
  const end = Math.min(from, Math.floor(centre + 3 * stretch + 0.5));
  const weights = Array.from({ length: end - start }, (_, step) =>
    lanczosWindow((start + step - centre + 0.5) / stretch),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return [start, weights.map((weight) => weight / sum)];
};

const MAKERS: Record<ScaleMethod, TapMaker> = {
  'nearest-exact': nearestExact,
  bilinear,
  area,
  bicubic,
  lanczos,
};

function makeTaps(method: ScaleMethod, from: number, to: number): Taps {
  const maker = MAKERS[method];
  const ends = new Int32Array(to);
  const sources: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < to; index++) {
    const [start, own] = maker(from, to, index);
    own.forEach((weight, step) => {
      sources.push(clampIndex(start + step, from));
      weights.push(weight);
    });
    ends[index] = weights.length;
  }
  return { ends, sources: Int32Array.from(sources), weights: Float64Array.from(weights) };
}

function clampIndex(index: number, size: number): number {
  return index < 0 ? 0 : index >= size ? size - 1 : index;
}

/** One picture: `source` [height, width, channels] to [toHeight, toWidth, channels]. */
async function scaleFrame(
  source: Float32Array,
  size: { height: number; width: number; channels: number },
  target: { height: number; width: number },
  method: ScaleMethod,
  pace: Pace,
): Promise<Float32Array> {
  const { height, width, channels } = size;
  const inBytes = method === 'lanczos';
  const rowLength = target.width * channels;
  const across = makeTaps(method, width, target.width);
  const down = makeTaps(method, height, target.height);
  const wide = new Float32Array(height * rowLength);
  await eachRow(height, pace, (y) => {
    scaleRow(source, y * width * channels, channels, across, wide, y * rowLength, inBytes);
  });
  const out = new Float32Array(target.height * rowLength);
  const sums = new Float64Array(rowLength);
  await eachRow(target.height, pace, (y) => {
    sums.fill(0);
    const end = down.ends[y] as number;
    for (let tap = y > 0 ? (down.ends[y - 1] as number) : 0; tap < end; tap++) {
      addRow(sums, wide, (down.sources[tap] as number) * rowLength, down.weights[tap] as number);
    }
    for (let i = 0; i < rowLength; i++) {
      out[y * rowLength + i] = inBytes ? roundToByte(sums[i] as number) : (sums[i] as number);
    }
  });
  return out;
}

/** One row, scaled to the width of the target. Sums are doubles, rounded once: to bytes, or to single precision. */
function scaleRow(
  source: Float32Array,
  from: number,
  channels: number,
  { ends, sources, weights }: Taps,
  out: Float32Array,
  to: number,
  inBytes: boolean,
): void {
  let first = 0;
  for (let x = 0; x < ends.length; x++) {
    const end = ends[x] as number;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let tap = first; tap < end; tap++) {
        sum += (weights[tap] as number) * (source[from + (sources[tap] as number) * channels + c] as number);
      }
      out[to + x * channels + c] = inBytes ? roundToByte(sum) : sum;
    }
    first = end;
  }
}

function addRow(sums: Float64Array, rows: Float32Array, from: number, weight: number): void {
  for (let i = 0; i < sums.length; i++) {
    sums[i] = (sums[i] as number) + weight * (rows[from + i] as number);
  }
}

/** Pillow works on bytes: its input is truncated to bytes, its output rounded to bytes. */
function roundToByte(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/** Scales every picture of a batch. Sizes in px. */
export async function scaleImage(
  image: ImageTensor,
  width: number,
  height: number,
  method: ScaleMethod,
  pace: Pace,
): Promise<ImageTensor> {
  const size = height * width * image.channels;
  const data = new Float32Array(size * image.batch);
  for (let index = 0; index < image.batch; index++) {
    const source = method === 'lanczos' ? frame(image, index).map(toByte) : frame(image, index);
    const scaled = await scaleFrame(source, image, { height, width }, method, pace);
    data.set(method === 'lanczos' ? scaled.map((byte) => byte / 255) : scaled, index * size);
  }
  return { ...image, width, height, data };
}

/** Scales masks bilinearly, as the inpaint nodes do. The same size is returned unchanged. */
export async function scaleMask(
  mask: MaskTensor,
  width: number,
  height: number,
  pace: Pace,
): Promise<MaskTensor> {
  if (mask.width === width && mask.height === height) {
    return mask;
  }
  const asImage: ImageTensor = { ...mask, kind: 'image', channels: 1 };
  const scaled = await scaleImage(asImage, width, height, 'bilinear', pace);
  return { kind: 'mask', batch: mask.batch, width, height, data: scaled.data };
}

/** Crops the centre to the aspect ratio `width` : `height` (common_upscale's "center"). */
export function cropToAspect(image: ImageTensor, width: number, height: number): ImageTensor {
  const before = image.width / image.height;
  const after = width / height;
  const x = before > after ? pythonRound((image.width - image.width * (after / before)) / 2) : 0;
  const y = before < after ? pythonRound((image.height - image.height * (before / after)) / 2) : 0;
  return cropImage(image, x, y, image.width - x * 2, image.height - y * 2);
}

/** Python's round: halves go to the even neighbour. */
export function pythonRound(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) {
    return Math.round(value);
  }
  return low % 2 === 0 ? low : low + 1;
}

/** A part of every picture; clipped at the right and lower edges like a Python slice. */
export function cropImage(
  image: ImageTensor,
  x: number,
  y: number,
  width: number,
  height: number,
): ImageTensor {
  const outWidth = Math.max(0, Math.min(width, image.width - x));
  const outHeight = Math.max(0, Math.min(height, image.height - y));
  const row = outWidth * image.channels;
  const data = new Float32Array(image.batch * outHeight * row);
  for (let index = 0; index < image.batch; index++) {
    for (let line = 0; line < outHeight; line++) {
      const from = ((index * image.height + y + line) * image.width + x) * image.channels;
      data.set(image.data.subarray(from, from + row), (index * outHeight + line) * row);
    }
  }
  return { ...image, width: outWidth, height: outHeight, data };
}
