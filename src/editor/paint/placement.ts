import type { Point } from '../../ui/viewport';
import { TILE, TILE_BYTES } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import { coveredPaint, limitedTo, type PaintData, type PaintLimit, type PaintWork } from './planes';

/** Where a picture lies on the paint layer, image px: its corner and its size. */
export interface Placement {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A corner to pull, or the picture itself. */
export const CORNERS = ['nw', 'ne', 'sw', 'se'] as const;
export type Corner = (typeof CORNERS)[number];
export type Grip = Corner | 'inside';

/** A picture that is put in takes at most this share of what is in view. */
const SHARE = 0.7;
/** Longest side of a placed picture, image px. */
const LONGEST = 32_768;

/** In the middle of what is in view, at its own size if that fits. @param visible image px. */
export function firstPlacement(size: { width: number; height: number }, visible: PixelRect): Placement {
  const across = visible.x1 - visible.x0;
  const down = visible.y1 - visible.y0;
  const scale = Math.min(1, (across * SHARE) / size.width, (down * SHARE) / size.height);
  const width = Math.max(1, Math.round(size.width * scale));
  const height = Math.max(1, Math.round(size.height * scale));
  return {
    x: Math.round(visible.x0 + (across - width) / 2),
    y: Math.round(visible.y0 + (down - height) / 2),
    width,
    height,
  };
}

/** Moved by whole px. */
export function moved(place: Placement, dx: number, dy: number): Placement {
  return { ...place, x: Math.round(place.x + dx), y: Math.round(place.y + dy) };
}

/** A corner of a placed picture, image px. */
export function cornerAt({ x, y, width, height }: Placement, corner: Corner): Point {
  return { x: corner.endsWith('w') ? x : x + width, y: corner.startsWith('n') ? y : y + height };
}

/** Scaled as its corner is pulled to a point; the opposite corner stays, and so does its shape. */
export function pulled(place: Placement, corner: Corner, to: Point): Placement {
  const west = corner.endsWith('w');
  const north = corner.startsWith('n');
  const fixed = { x: west ? place.x + place.width : place.x, y: north ? place.y + place.height : place.y };
  const across = (west ? fixed.x - to.x : to.x - fixed.x) / place.width;
  const down = (north ? fixed.y - to.y : to.y - fixed.y) / place.height;
  const { width, height } = sized(place, Math.max(across, down));
  return { x: west ? fixed.x - width : fixed.x, y: north ? fixed.y - height : fixed.y, width, height };
}

/** Scaled about its middle. */
export function scaled(place: Placement, by: number): Placement {
  const { width, height } = sized(place, by);
  return {
    x: Math.round(place.x + (place.width - width) / 2),
    y: Math.round(place.y + (place.height - height) / 2),
    width,
    height,
  };
}

function sized({ width, height }: Placement, by: number): { width: number; height: number } {
  const longest = Math.max(width, height);
  const scale = Math.min(LONGEST / longest, Math.max(1 / longest, by));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * What a press at a point takes hold of; null beside the picture.
 * @param reach of a corner, image px. Where the picture is small, its middle can still be taken.
 */
export function gripAt(place: Placement, at: Point, reach: number): Grip | null {
  const inside =
    at.x >= place.x && at.y >= place.y && at.x < place.x + place.width && at.y < place.y + place.height;
  const within = Math.min(reach, Math.min(place.width, place.height) / 3);
  let nearest: { grip: Grip | null; distance: number } = {
    grip: inside ? 'inside' : null,
    distance: inside ? within : reach,
  };
  for (const corner of CORNERS) {
    const { x, y } = cornerAt(place, corner);
    const distance = Math.max(Math.abs(at.x - x), Math.abs(at.y - y));
    if (distance <= nearest.distance) {
      nearest = { grip: corner, distance };
    }
  }
  return nearest.grip;
}

/** Tiles of the layer that a placed picture touches. @param size of the layer, px. */
export function placesUnder(place: Placement, size: { width: number; height: number }): number[] {
  const columns = Math.ceil(size.width / TILE);
  if (place.x >= size.width || place.y >= size.height) {
    return [];
  }
  const x1 = Math.min(size.width, place.x + place.width);
  const y1 = Math.min(size.height, place.y + place.height);
  const places: number[] = [];
  for (let row = Math.max(0, Math.floor(place.y / TILE)); row * TILE < y1; row++) {
    for (let column = Math.max(0, Math.floor(place.x / TILE)); column * TILE < x1; column++) {
      places.push(row * columns + column);
    }
  }
  return places;
}

/** A picture laid onto the layer. */
export interface PlacedPicture {
  /** Its pixels over a tile of the picture, with straight colours: RGBA, 256 × 256 px from (left, top). */
  rgba: (left: number, top: number) => Uint8ClampedArray;
  /** 0 to 1. */
  opacity: number;
  limit: PaintLimit | null;
}

/** @param size of the layer, px. */
export function placeWork(picture: PlacedPicture, size: { width: number; height: number }): PaintWork {
  const columns = Math.ceil(size.width / TILE);
  return (index, below) => {
    const { limit, opacity } = picture;
    const mask = limit ? (limit[index] ?? null) : null;
    if (limit && !mask) {
      return null;
    }
    const left = (index % columns) * TILE;
    const top = Math.floor(index / columns) * TILE;
    const over = planesOf(picture.rgba(left, top), size.width - left, size.height - top, opacity);
    const [red, green, blue, alpha] = over;
    return coveredPaint(below, [red, green, blue, limit ? limitedTo(alpha, mask) : alpha]);
  };
}

/** Nothing lies beyond the picture's edge: `across` and `down` px of the tile count. */
function planesOf(rgba: Uint8ClampedArray, across: number, down: number, opacity: number): PaintData {
  const plane = (): Uint8Array => new Uint8Array(TILE_BYTES);
  const out: PaintData = [plane(), plane(), plane(), plane()];
  const [red, green, blue, alpha] = out;
  for (let y = 0; y < Math.min(TILE, down); y++) {
    for (let at = y * TILE; at < y * TILE + Math.min(TILE, across); at++) {
      const opaque = Math.round((rgba[at * 4 + 3] ?? 0) * opacity);
      if (opaque > 0) {
        red[at] = rgba[at * 4] ?? 0;
        green[at] = rgba[at * 4 + 1] ?? 0;
        blue[at] = rgba[at * 4 + 2] ?? 0;
        alpha[at] = opaque;
      }
    }
  }
  return out;
}
