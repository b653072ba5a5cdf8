import { eachRow, type Pace } from './pace';

/** IMAGE: straight (never premultiplied) values 0..1, laid out [batch, height, width, channels]. */
export interface ImageTensor {
  kind: 'image';
  batch: number;
  height: number;
  width: number;
  /** 1 to 4; ComfyUI's images have 3, or 4 with alpha last. */
  channels: number;
  data: Float32Array;
}

/** MASK: values 0..1 laid out [batch, height, width]; 1 means "repaint here". */
export interface MaskTensor {
  kind: 'mask';
  batch: number;
  height: number;
  width: number;
  data: Float32Array;
}

/** An image of zeros. Sizes in px. */
export function createImage(batch: number, height: number, width: number, channels: number): ImageTensor {
  return {
    kind: 'image',
    batch,
    height,
    width,
    channels,
    data: new Float32Array(batch * height * width * channels),
  };
}

/** A mask filled with one value. Sizes in px. */
export function createMask(batch: number, height: number, width: number, value = 0): MaskTensor {
  const data = new Float32Array(batch * height * width);
  return { kind: 'mask', batch, height, width, data: value === 0 ? data : data.fill(value) };
}

/** Values of one picture of a batch, as a view on the same memory. */
export function frame(tensor: ImageTensor | MaskTensor, index: number): Float32Array {
  const size = tensor.height * tensor.width * (tensor.kind === 'image' ? tensor.channels : 1);
  return tensor.data.subarray(index * size, (index + 1) * size);
}

/** An image of the same shape holding other values. */
export function withData<T extends ImageTensor | MaskTensor>(tensor: T, data: Float32Array): T {
  return { ...tensor, data };
}

/** A batch of `count` pictures: truncated, or repeated from the start, like ComfyUI's repeat_to_batch_size. */
export function repeatToBatch<T extends ImageTensor | MaskTensor>(tensor: T, count: number): T {
  if (tensor.batch === count) {
    return tensor;
  }
  const size = tensor.data.length / tensor.batch;
  const data = new Float32Array(size * count);
  for (let index = 0; index < count; index++) {
    data.set(frame(tensor, index % tensor.batch), index * size);
  }
  return { ...tensor, batch: count, data };
}

/** 0..1 to the byte ComfyUI saves: `clip(255 * x, 0, 255)` in single precision, truncated, not rounded. */
export function toByte(value: number): number {
  const scaled = Math.fround(255 * value);
  return scaled >= 255 ? 255 : scaled > 0 ? Math.floor(scaled) : 0;
}

/** Bytes of one picture of a batch, as they go into a file. */
export async function toBytes(
  tensor: ImageTensor | MaskTensor,
  index: number,
  pace: Pace,
): Promise<Uint8Array> {
  const values = frame(tensor, index);
  const bytes = new Uint8Array(values.length);
  const row = values.length / tensor.height;
  await eachRow(tensor.height, pace, (y) => {
    for (let i = y * row; i < (y + 1) * row; i++) {
      bytes[i] = toByte(values[i] as number);
    }
  });
  return bytes;
}

const BYTE_VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** `byte / 255` in single precision. */
export function fromByte(byte: number): number {
  return BYTE_VALUES[byte] as number;
}
