import { scaleImage, scaleMask } from './resize';
import { frame, repeatToBatch, type ImageTensor, type MaskTensor } from './tensor';
import { eachRow, type Pace } from './pace';

/** How a picture is pasted; `x` and `y` in px of the destination. */
export interface Paste {
  x: number;
  y: number;
  resizeSource: boolean;
  mask: MaskTensor | null;
}

/**
 * Pastes `source` into a copy of `destination`. Where the mask is 0 the destination is unchanged bit
 * for bit; where it is 1 the source is copied.
 */
export async function compositeImage(
  destination: ImageTensor,
  source: ImageTensor,
  paste: Paste,
  pace: Pace,
): Promise<ImageTensor> {
  let patch = fitChannels(source, destination.channels);
  if (paste.resizeSource) {
    patch = await scaleImage(patch, destination.width, destination.height, 'bilinear', pace);
  }
  patch = repeatToBatch(patch, destination.batch);
  const mask =
    paste.mask && repeatToBatch(await scaleMask(paste.mask, patch.width, patch.height, pace), patch.batch);
  const out = { ...destination, data: destination.data.slice() };
  const left = Math.min(paste.x, destination.width);
  const top = Math.min(paste.y, destination.height);
  const width = Math.min(patch.width, destination.width - left);
  const height = Math.min(patch.height, destination.height - top);
  for (let index = 0; index < out.batch; index++) {
    const target = frame(out, index);
    const values = frame(patch, index);
    const shares = mask && frame(mask, index);
    await eachRow(height, pace, (y) => {
      for (let x = 0; x < width; x++) {
        const share = shares ? (shares[y * patch.width + x] as number) : 1;
        const to = ((top + y) * out.width + left + x) * out.channels;
        mixPixel(target, to, values, (y * patch.width + x) * out.channels, out.channels, share);
      }
    });
  }
  return out;
}

function mixPixel(
  target: Float32Array,
  to: number,
  values: Float32Array,
  from: number,
  channels: number,
  share: number,
): void {
  const rest = Math.fround(1 - share);
  for (let c = 0; c < channels; c++) {
    const ours = Math.fround(share * (values[from + c] as number));
    target[to + c] = ours + Math.fround(rest * (target[to + c] as number));
  }
}

/** Drops channels, or adds one of 1.0, to match the count. */
export function fitChannels(image: ImageTensor, channels: number): ImageTensor {
  if (image.channels === channels) {
    return image;
  }
  const pixels = image.data.length / image.channels;
  const data = new Float32Array(pixels * channels).fill(1);
  const kept = Math.min(channels, image.channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < kept; c++) {
      data[pixel * channels + c] = image.data[pixel * image.channels + c] as number;
    }
  }
  return { ...image, channels, data };
}
