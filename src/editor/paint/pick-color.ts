import type { Point } from '../../ui/viewport';
import type { MaskDocument } from '../mask/mask-document';
import { bytesOf } from '../tools/picture-feed';
import { PLANES } from './planes';

/**
 * The colour of a pixel as `#rrggbb`: the picture's, with the paint above it.
 * @param layer opacity of the paint, 0 to 1.
 * @throws whatever reading or decoding the picture throws.
 */
export async function pickColor(
  pixels: Blob | string,
  doc: MaskDocument,
  at: Point,
  layer: number,
): Promise<string> {
  const x = Math.min(doc.width - 1, Math.max(0, Math.floor(at.x)));
  const y = Math.min(doc.height - 1, Math.max(0, Math.floor(at.y)));
  const bitmap = await createImageBitmap(await bytesOf(pixels), x, y, 1, 1);
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const below = context?.getImageData(0, 0, 1, 1).data ?? new Uint8ClampedArray(4);
  const paint = PLANES.map((plane) => doc.paintGrid(plane)?.valueAt(x, y) ?? 0);
  const share = ((paint[3] ?? 0) / 255) * layer;
  const channels = [0, 1, 2].map((i) => Math.round((below[i] ?? 0) * (1 - share) + (paint[i] ?? 0) * share));
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
