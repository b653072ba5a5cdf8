import { type Point, turnOf } from '../../ui/viewport';
import { TILE, TILE_BYTES } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import { coveredPaint, limitedTo, type PaintData, type PaintLimit, type PaintWork } from './planes';

/**
 * Where a picture lies on the paint layer, image px: its corner and its size as if it were upright, whole px, and how
 * it is turned about its middle, degrees clockwise, 0 to below 360.
 */
export interface Placement {
  x: number;
  y: number;
  width: number;
  height: number;
  angle: number;
}

/** A corner to pull, the handle to turn it by, or the picture itself. */
export const CORNERS = ['nw', 'ne', 'sw', 'se'] as const;
export type Corner = (typeof CORNERS)[number];
export type Grip = Corner | 'turn' | 'inside';

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
    angle: 0,
  };
}

/** Moved by whole px. */
export function moved(place: Placement, dx: number, dy: number): Placement {
  return { ...place, x: Math.round(place.x + dx), y: Math.round(place.y + dy) };
}

/**
 * The middle a placed picture is turned about. Quarter turns of a picture with one odd side would put its edges between
 * two px: its middle gives way by half a px.
 */
export function middleOf({ x, y, width, height, angle }: Placement): Point {
  const middle = { x: x + width / 2, y: y + height / 2 };
  return angle % 180 === 90 && (width + height) % 2 === 1
    ? { x: Math.floor(middle.x - height / 2) + height / 2, y: Math.floor(middle.y - width / 2) + width / 2 }
    : middle;
}

/** The direction of a placed picture; exact at quarter turns. */
export function directionOf({ angle }: Pick<Placement, 'angle'>): { cos: number; sin: number } {
  return turnOf((angle * Math.PI) / 180);
}

/** A point of the upright picture, from its middle, as it lies. */
function lying(place: Placement, { x, y }: Point): Point {
  const { cos, sin } = directionOf(place);
  const middle = middleOf(place);
  return { x: middle.x + x * cos - y * sin, y: middle.y + x * sin + y * cos };
}

/** Where a point lies in the upright picture, from its middle. */
function upright(place: Placement, { x, y }: Point): Point {
  const { cos, sin } = directionOf(place);
  const middle = middleOf(place);
  const [dx, dy] = [x - middle.x, y - middle.y];
  return { x: dx * cos + dy * sin, y: dy * cos - dx * sin };
}

/** A corner of the upright picture, from its middle. */
function cornerOf({ width, height }: Placement, corner: Corner): Point {
  return {
    x: corner.endsWith('w') ? -width / 2 : width / 2,
    y: corner.startsWith('n') ? -height / 2 : height / 2,
  };
}

/** A corner of a placed picture, image px. */
export function cornerAt(place: Placement, corner: Corner): Point {
  return lying(place, cornerOf(place, corner));
}

/** The handle to turn a placed picture by, and where its stem begins. @param stem its length, image px. */
export function turnHandle(place: Placement, stem: number): { from: Point; to: Point } {
  const top = -place.height / 2;
  return { from: lying(place, { x: 0, y: top }), to: lying(place, { x: 0, y: top - stem }) };
}

/** Scaled as its corner is pulled to a point; the opposite corner stays, and so does its shape. */
export function pulled(place: Placement, corner: Corner, to: Point): Placement {
  const across = CORNERS[3 - CORNERS.indexOf(corner)] ?? 'nw';
  const fixed = cornerAt(place, across);
  const { cos, sin } = directionOf(place);
  const [dx, dy] = [to.x - fixed.x, to.y - fixed.y];
  const east = corner.endsWith('w') ? -1 : 1;
  const south = corner.startsWith('n') ? -1 : 1;
  const wider = (east * (dx * cos + dy * sin)) / place.width;
  const higher = (south * (dy * cos - dx * sin)) / place.height;
  const { width, height } = sized(place, Math.max(wider, higher));
  const now = { ...place, width, height };
  const there = cornerAt(now, across);
  return moved(now, fixed.x - there.x, fixed.y - there.y);
}

/** Scaled about its middle. */
export function scaled(place: Placement, by: number): Placement {
  const { width, height } = sized(place, by);
  return {
    ...place,
    x: Math.round(place.x + (place.width - width) / 2),
    y: Math.round(place.y + (place.height - height) / 2),
    width,
    height,
  };
}

/** Turned about its middle, degrees clockwise; to tenths of a degree. */
export function turned(place: Placement, by: number): Placement {
  const tenths = Math.round((place.angle + by) * 10);
  return { ...place, angle: (((tenths % 3600) + 3600) % 3600) / 10 };
}

/**
 * Turned as its handle follows a pointer from one point to another.
 * @param step the angle becomes a multiple of it, degrees; 0: any.
 */
export function turnedBy(place: Placement, from: Point, to: Point, step: number): Placement {
  const { x, y } = middleOf(place);
  const by = Math.atan2(to.y - y, to.x - x) - Math.atan2(from.y - y, from.x - x);
  const degrees = (by * 180) / Math.PI;
  const wanted = place.angle + degrees;
  return turned(place, step ? Math.round(wanted / step) * step - place.angle : degrees);
}

function sized({ width, height }: Placement, by: number): { width: number; height: number } {
  const longest = Math.max(width, height);
  const scale = Math.min(LONGEST / longest, Math.max(1 / longest, by));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * What a press at a point takes hold of; null beside the picture.
 * @param reach of a corner or the handle, image px. Where the picture is small, its middle can still be taken.
 * @param stem of the handle, image px.
 */
export function gripAt(place: Placement, at: Point, reach: number, stem: number): Grip | null {
  const { width, height } = place;
  const { x, y } = upright(place, at);
  const inside = x >= -width / 2 && y >= -height / 2 && x < width / 2 && y < height / 2;
  const within = Math.min(reach, Math.min(width, height) / 3);
  let nearest: { grip: Grip | null; distance: number } = {
    grip: inside ? 'inside' : null,
    distance: inside ? within : reach,
  };
  const grips: [Grip, Point][] = CORNERS.map((corner) => [corner, cornerOf(place, corner)]);
  for (const [grip, there] of [...grips, ['turn', { x: 0, y: -height / 2 - stem }]] as const) {
    const distance = Math.max(Math.abs(x - there.x), Math.abs(y - there.y));
    if (distance <= nearest.distance) {
      nearest = { grip, distance };
    }
  }
  return nearest.grip;
}

/** Whole px around a placed picture as it lies. */
export function boxOf(place: Placement): PixelRect {
  const corners = CORNERS.map((corner) => cornerAt(place, corner));
  const across = corners.map(({ x }) => x);
  const down = corners.map(({ y }) => y);
  return {
    x0: Math.floor(Math.min(...across)),
    y0: Math.floor(Math.min(...down)),
    x1: Math.ceil(Math.max(...across)),
    y1: Math.ceil(Math.max(...down)),
  };
}

/** Tiles of the layer that a placed picture may touch. @param size of the layer, px. */
export function placesUnder(place: Placement, size: { width: number; height: number }): number[] {
  const columns = Math.ceil(size.width / TILE);
  const box = boxOf(place);
  if (box.x0 >= size.width || box.y0 >= size.height) {
    return [];
  }
  const x1 = Math.min(size.width, box.x1);
  const y1 = Math.min(size.height, box.y1);
  const places: number[] = [];
  for (let row = Math.max(0, Math.floor(box.y0 / TILE)); row * TILE < y1; row++) {
    for (let column = Math.max(0, Math.floor(box.x0 / TILE)); column * TILE < x1; column++) {
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
