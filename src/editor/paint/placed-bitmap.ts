import { TILE } from '../mask/mask-grid';
import { directionOf, middleOf, type Placement } from './placement';

/** Reads a picture, scaled and turned to where it is placed, tile by tile. Close it when done. */
export class PlacedBitmap {
  readonly #bitmap: ImageBitmap;
  readonly #place: Placement;
  readonly #context: CanvasRenderingContext2D;

  private constructor(bitmap: ImageBitmap, place: Placement) {
    this.#bitmap = bitmap;
    this.#place = place;
    const canvas = document.createElement('canvas');
    canvas.width = TILE;
    canvas.height = TILE;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) {
      throw new Error('no 2D canvas');
    }
    context.imageSmoothingQuality = 'high';
    // At its own size and upright or by quarter turns, every pixel comes through as it is.
    context.imageSmoothingEnabled =
      place.angle % 90 !== 0 || bitmap.width !== place.width || bitmap.height !== place.height;
    this.#context = context;
  }

  /** Halving a large picture once is better and faster than doing it for every tile. */
  static async scaled(picture: ImageBitmap, place: Placement): Promise<PlacedBitmap> {
    const smaller = place.width < picture.width || place.height < picture.height;
    const bitmap = await createImageBitmap(picture, {
      ...(smaller && { resizeWidth: place.width, resizeHeight: place.height, resizeQuality: 'high' }),
    });
    return new PlacedBitmap(bitmap, place);
  }

  /** RGBA of 256 × 256 px from a place of the layer, straight colours. */
  readonly rgba = (left: number, top: number): Uint8ClampedArray => {
    const context = this.#context;
    const { width, height } = this.#place;
    const { x, y } = middleOf(this.#place);
    const { cos, sin } = directionOf(this.#place);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, TILE, TILE);
    context.setTransform(cos, sin, -sin, cos, x - left, y - top);
    context.drawImage(this.#bitmap, -width / 2, -height / 2, width, height);
    return context.getImageData(0, 0, TILE, TILE).data;
  };

  close(): void {
    this.#bitmap.close();
  }
}
