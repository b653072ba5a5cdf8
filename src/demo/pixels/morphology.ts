import { eachRow, type Pace } from './pace';
import { frame, withData, type MaskTensor } from './tensor';

/**
 * Grows (`steps` > 0) or shrinks (< 0) a mask by that many pixels. Each step takes the maximum or minimum of a
 * pixel and its neighbours: four with tapered corners, otherwise eight.
 */
export async function growMask(
  mask: MaskTensor,
  steps: number,
  tapered: boolean,
  pace: Pace,
): Promise<MaskTensor> {
  const data = new Float32Array(mask.data.length);
  const size = mask.width * mask.height;
  const pick = steps < 0 ? Math.min : Math.max;
  for (let index = 0; index < mask.batch; index++) {
    let current = frame(mask, index).slice();
    for (let step = 0; step < Math.abs(steps); step++) {
      current = await growOnce(current, mask.width, mask.height, pick, tapered, pace);
    }
    data.set(current, index * size);
  }
  return withData(mask, data);
}

type Pick = (a: number, b: number) => number;

async function growOnce(
  from: Float32Array,
  width: number,
  height: number,
  pick: Pick,
  tapered: boolean,
  pace: Pace,
): Promise<Float32Array<ArrayBuffer>> {
  const out = new Float32Array(from.length);
  const across = tapered ? from : new Float32Array(from.length);
  if (!tapered) {
    await eachRow(height, pace, (y) => growRow(from, across, y, width, pick));
  }
  await eachRow(height, pace, (y) => {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    const below = y + 1 < height ? row + width : row;
    for (let x = 0; x < width; x++) {
      let best = pick(
        pick(across[above + x] as number, across[below + x] as number),
        across[row + x] as number,
      );
      if (tapered) {
        const left = from[row + (x > 0 ? x - 1 : x)] as number;
        const right = from[row + (x + 1 < width ? x + 1 : x)] as number;
        best = pick(best, pick(left, right));
      }
      out[row + x] = best;
    }
  });
  return out;
}

function growRow(from: Float32Array, to: Float32Array, y: number, width: number, pick: Pick): void {
  const row = y * width;
  for (let x = 0; x < width; x++) {
    const left = from[row + (x > 0 ? x - 1 : x)] as number;
    const right = from[row + (x + 1 < width ? x + 1 : x)] as number;
    to[row + x] = pick(pick(left, right), from[row + x] as number);
  }
}

/**
 * The dilation of VAEEncodeForInpaint: 1 wherever a rounded mask pixel lies in a square of `size` px, which
 * for even sizes reaches one further to the left and up.
 */
export async function dilateSquare(mask: MaskTensor, size: number, pace: Pace): Promise<MaskTensor> {
  const before = Math.ceil((size - 1) / 2);
  const data = new Float32Array(mask.data.length);
  const { width, height } = mask;
  for (let index = 0; index < mask.batch; index++) {
    const source = frame(mask, index);
    const across = new Float32Array(source.length);
    await eachRow(height, pace, (y) => {
      spread(
        (x) => (source[y * width + x] as number) > 0.5,
        (x) => (across[y * width + x] = 1),
        width,
        before,
        size,
      );
    });
    const target = data.subarray(index * width * height, (index + 1) * width * height);
    await eachRow(width, pace, (x) => {
      spread(
        (y) => across[y * width + x] === 1,
        (y) => (target[y * width + x] = 1),
        height,
        before,
        size,
      );
    });
  }
  return withData(mask, data);
}

/** Marks every index whose window [i - before, i - before + size) contains a set one. */
function spread(
  isSet: (index: number) => boolean,
  mark: (index: number) => unknown,
  length: number,
  before: number,
  size: number,
): void {
  let marked = 0;
  for (let index = 0; index < length; index++) {
    if (isSet(index)) {
      const end = Math.min(length, index + before + 1);
      for (let at = Math.max(marked, index + before - size + 1, 0); at < end; at++) {
        mark(at);
      }
      marked = Math.max(marked, end);
    }
  }
}
