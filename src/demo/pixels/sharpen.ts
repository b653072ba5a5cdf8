import { eachRow, type Pace } from './pace';
import { frame, type ImageTensor, withData } from './tensor';
import { blurImage } from './blur';

/** ImageSharpen counts its amount in tenths. */
const STRENGTH = 10;

/**
 * ComfyUI's sharpening: adds what a Gaussian blur takes away, `alpha` times ten, and cuts off beyond 0 and 1.
 * `radius` in px, below either side; `sigma` in radii.
 */
export async function sharpenImage(
  image: ImageTensor,
  radius: number,
  sigma: number,
  alpha: number,
  pace: Pace,
): Promise<ImageTensor> {
  const soft = await blurImage(image, radius, sigma, pace);
  const data = new Float32Array(image.data.length);
  const row = image.width * image.channels;
  for (let index = 0; index < image.batch; index++) {
    const [sharp, blurred] = [frame(image, index), frame(soft, index)];
    const target = data.subarray(index * row * image.height, (index + 1) * row * image.height);
    await eachRow(image.height, pace, (y) => {
      for (let at = y * row; at < (y + 1) * row; at++) {
        const value = sharp[at] as number;
        const sharpened = value + alpha * STRENGTH * (value - (blurred[at] as number));
        target[at] = Math.min(1, Math.max(0, sharpened));
      }
    });
  }
  return withData(image, data);
}
