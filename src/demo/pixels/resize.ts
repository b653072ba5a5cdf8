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

/** For every target index, the first source index and the weights from there on. */
interface Taps {
  starts: Int32Array;
  weights: Float64Array[];
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
  const starts = new Int32Array(to);
  const weights: Float64Array[] = [];
  for (let index = 0; index < to; index++) {
    const [start, own] = maker(from, to, index);
    starts[index] = start;
    weights.push(Float64Array.from(own));
  }
  return { starts, weights };
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
  const quantize = method === 'lanczos' ? roundToByte : Math.fround;
  const across = makeTaps(method, width, target.width);
  const down = makeTaps(method, height, target.height);
  const wide = new Float32Array(height * target.width * channels);
  await eachRow(height, pace, (y) => {
    for (let x = 0; x < target.width; x++) {
      const weights = across.weights[x] as Float64Array;
      const start = across.starts[x] as number;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let step = 0; step < weights.length; step++) {
          const from = clampIndex(start + step, width);
          sum += (weights[step] as number) * (source[(y * width + from) * channels + c] as number);
        }
        wide[(y * target.width + x) * channels + c] = quantize(sum);
      }
    }
  });
  const rowLength = target.width * channels;
  const out = new Float32Array(target.height * rowLength);
  await eachRow(target.height, pace, (y) => {
    const weights = down.weights[y] as Float64Array;
    const start = down.starts[y] as number;
    for (let i = 0; i < rowLength; i++) {
      let sum = 0;
      for (let step = 0; step < weights.length; step++) {
        sum += (weights[step] as number) * (wide[clampIndex(start + step, height) * rowLength + i] as number);
      }
      out[y * rowLength + i] = quantize(sum);
    }
  });
  return out;
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
