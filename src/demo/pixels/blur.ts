import { eachRow, type Pace } from './pace';
import { frame, withData, type ImageTensor } from './tensor';

/** Weights of ImageBlur: `2 * radius + 1` of them, spread over -1..1, so sigma counts in kernel widths. */
export function blurWeights(radius: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: radius * 2 + 1 }, (_, index) => {
    const at = (index - radius) / radius;
    return Math.exp(-(at * at) / (2 * sigma * sigma));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Mirrors an index into 0..size-1 without repeating the edge. */
function mirror(index: number, size: number): number {
  const inside = index < 0 ? -index : index;
  return inside < size ? inside : 2 * size - 2 - inside;
}

/** ComfyUI's Gaussian blur; the picture is mirrored beyond its edges. `radius` in px, below either side. */
export async function blurImage(
  image: ImageTensor,
  radius: number,
  sigma: number,
  pace: Pace,
): Promise<ImageTensor> {
  const { width, height, channels } = image;
  const weights = blurWeights(radius, sigma);
  const data = new Float32Array(image.data.length);
  const row = width * channels;
  for (let index = 0; index < image.batch; index++) {
    const source = frame(image, index);
    const across = new Float32Array(source.length);
    const columns = Int32Array.from(
      { length: width + 2 * radius },
      (_, at) => mirror(at - radius, width) * channels,
    );
    await eachRow(height, pace, (y) => {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let step = 0; step < weights.length; step++) {
            sum +=
              (weights[step] as number) * (source[y * row + (columns[x + step] as number) + c] as number);
          }
          across[y * row + x * channels + c] = sum;
        }
      }
    });
    const target = data.subarray(index * row * height, (index + 1) * row * height);
    const sums = new Float64Array(row);
    await eachRow(height, pace, (y) => {
      sums.fill(0);
      for (let step = 0; step < weights.length; step++) {
        const weight = weights[step] as number;
        const from = mirror(y + step - radius, height) * row;
        for (let i = 0; i < row; i++) {
          sums[i] = (sums[i] as number) + weight * (across[from + i] as number);
        }
      }
      target.set(sums, y * row);
    });
  }
  return withData(image, data);
}
