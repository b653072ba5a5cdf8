import type { AreaRect, PixelSize } from './recipe';

/** Sides of areas and of what is sampled are multiples of this many px, because latents are an eighth. */
export const AREA_STEP = 8;

/** Shortest side of the automatic area, px: smaller ones show models too little to work from. */
export const MIN_AUTO_SIDE = 512;

/** The shortest side a dragged area may have, in px. */
export const MIN_SIDE = 64;

/** Longest side that is sampled, px: the limit of ComfyUI's scaling nodes (API reference 7.4). */
const MAX_SAMPLED_SIDE = 16384;

/** Options of the automatic area. */
export interface AutoAreaOptions {
  /** Factor on the padding around the mask; 1 by default, 0 for the least. */
  padding?: number;
  /** px by which the mask will grow and fade beyond its outline, so that the area includes it. */
  reach?: number;
  /** Shortest side in px. */
  minSide?: number;
}

/** The rectangle of half open px bounds. */
export function areaOfBounds(bounds: { x0: number; y0: number; x1: number; y1: number }): AreaRect {
  return { x: bounds.x0, y: bounds.y0, width: bounds.x1 - bounds.x0, height: bounds.y1 - bounds.y0 };
}

/**
 * The part of a picture a model should see to repaint a mask: the mask's bounds padded by half their
 * average side (a sixteenth of the longest, if that is more), drawn half the way towards a square, not
 * smaller than `minSide`. It always holds the mask and lies inside the canvas; its sides are multiples of
 * 8, or the whole side of the canvas where no multiple is left.
 */
export function autoArea(mask: AreaRect, canvas: PixelSize, options: AutoAreaOptions = {}): AreaRect {
  const { padding = 1, reach = 0, minSide = MIN_AUTO_SIDE } = options;
  const seen = clipArea(inflate(mask, Math.ceil(reach)), canvas);
  const { width, height } = seen;
  const pad = padding * Math.max(Math.max(width, height) / 16, (width + height) / 4);
  const [wide, high] = [width + 2 * pad, height + 2 * pad];
  const square = (wide + high) / 2;
  const side = (padded: number, whole: number): number =>
    sideWithin(Math.max(padded, square, minSide), whole);
  const size = { width: side(wide, canvas.width), height: side(high, canvas.height) };
  return around(seen, size, canvas);
}

/** The most parts of a mask that are worth an area of their own each. */
export const MAX_PARTS = 16;
/** Islands beyond which nobody looks how they could be grouped: such a mask is noise. */
const MAX_ISLANDS = 64;
/** The parts' areas together are at most this share of the one around all of them. */
const WORTHWHILE = 0.5;

/**
 * Areas around the parts of a mask that lie far apart: islands whose areas overlap share one. Empty where one
 * area around the whole mask does as well, or where there would be too many.
 * @param islands boxes around what is painted, px of the canvas
 */
export function separateAreas(
  islands: readonly AreaRect[],
  canvas: PixelSize,
  options: AutoAreaOptions = {},
): AreaRect[] {
  if (islands.length < 2 || islands.length > MAX_ISLANDS) {
    return [];
  }
  let groups = islands.map((box) => ({ box, area: autoArea(box, canvas, options) }));
  for (let pair = overlapping(groups); pair; pair = overlapping(groups)) {
    const [a, b] = pair;
    const box = joined(a.box, b.box);
    const rest = groups.filter((group) => group !== a && group !== b);
    groups = [...rest, { box, area: autoArea(box, canvas, options) }];
  }
  const whole = islands.reduce((box, island) => joined(box, island));
  const size = ({ width, height }: AreaRect): number => width * height;
  const parts = groups.map(({ area }) => area);
  const sum = parts.reduce((total, area) => total + size(area), 0);
  const worthwhile = sum <= WORTHWHILE * size(autoArea(whole, canvas, options));
  return worthwhile && parts.length <= MAX_PARTS ? parts : [];
}

function overlapping<T extends { area: AreaRect }>(groups: readonly T[]): [T, T] | null {
  for (const [at, one] of groups.entries()) {
    const other = groups.slice(at + 1).find(({ area }) => overlap(one.area, area));
    if (other) {
      return [one, other];
    }
  }
  return null;
}

function overlap(a: AreaRect, b: AreaRect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The smallest box around two. */
function joined(a: AreaRect, b: AreaRect): AreaRect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  return { x, y, width, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

/** The area moved by a distance in px, stopped at the canvas edge. */
export function moveArea(area: AreaRect, dx: number, dy: number, canvas: PixelSize): AreaRect {
  return {
    ...area,
    x: clamp(Math.round(area.x + dx), 0, canvas.width - area.width),
    y: clamp(Math.round(area.y + dy), 0, canvas.height - area.height),
  };
}

/** The valid area nearest to a rectangle, such as one kept from a picture of another size. */
export function fitArea(area: AreaRect, canvas: PixelSize, minSide = MIN_SIDE): AreaRect {
  const size = {
    width: sideWithin(Math.max(area.width, minSide), canvas.width),
    height: sideWithin(Math.max(area.height, minSide), canvas.height),
  };
  return around(area, size, canvas);
}

/** Sides and corners of an area by compass. */
export type AreaHandle = 'n' | 'ne' | 'e' | 'se' | 's' | 'sw' | 'w' | 'nw';

export interface ResizeOptions {
  /** Width by height to keep, as far as multiples of 8 can; `null` leaves it free. */
  aspect?: number | null;
  /** Shortest side in px; smaller only where the canvas is. */
  minSide?: number;
}

/**
 * The area after one of its handles was dragged by a distance in px. The opposite side stays where it is;
 * with an aspect, dragging a side also moves its two neighbours.
 */
export function resizeArea(
  area: AreaRect,
  handle: AreaHandle,
  dx: number,
  dy: number,
  canvas: PixelSize,
  options: ResizeOptions = {},
): AreaRect {
  const { aspect = null, minSide = MIN_SIDE } = options;
  const across: Axis = { pull: handle.includes('w') ? -1 : handle.includes('e') ? 1 : 0, by: dx };
  const down: Axis = { pull: handle.startsWith('n') ? -1 : handle.startsWith('s') ? 1 : 0, by: dy };
  let width = area.width + across.pull * across.by;
  let height = area.height + down.pull * down.by;
  const room = {
    width: roomOf(area.x, area.width, canvas.width, across.pull),
    height: roomOf(area.y, area.height, canvas.height, down.pull),
  };
  if (aspect !== null && aspect > 0) {
    const leadsWidth =
      down.pull === 0 ||
      (across.pull !== 0 && Math.abs(width / area.width) >= Math.abs(height / area.height));
    width = leadsWidth ? width : height * aspect;
    const least = Math.max(minSide, minSide * aspect);
    const most = Math.min(room.width, room.height * aspect);
    width = clamp(width, Math.min(least, most), most);
    height = width / aspect;
  }
  const size = {
    width: sideOf(width, minSide, room.width, canvas.width),
    height: sideOf(height, minSide, room.height, canvas.height),
  };
  return {
    x: originOf(area.x, area.width, size.width, canvas.width, across.pull),
    y: originOf(area.y, area.height, size.height, canvas.height, down.pull),
    ...size,
  };
}

interface Axis {
  /** −1 the handle is at the near side, 1 at the far one, 0 neither. */
  pull: -1 | 0 | 1;
  /** px of the drag. */
  by: number;
}

/** How long a side may get while the part that is not dragged stays. */
function roomOf(start: number, length: number, canvas: number, pull: Axis['pull']): number {
  return pull < 0 ? start + length : pull > 0 ? canvas - start : canvas;
}

function originOf(start: number, before: number, after: number, canvas: number, pull: Axis['pull']): number {
  if (after === canvas) {
    return 0;
  }
  const origin =
    pull < 0 ? start + before - after : pull > 0 ? start : start + Math.round((before - after) / 2);
  return clamp(origin, 0, canvas - after);
}

/** A side the person chose: rounded to the nearest multiple of 8 that fits, or the whole canvas. */
function sideOf(wanted: number, least: number, room: number, canvas: number): number {
  if (room === canvas && wanted > canvas - AREA_STEP / 2) {
    return canvas;
  }
  const most = Math.floor(room / AREA_STEP) * AREA_STEP;
  const floor = Math.min(Math.ceil(least / AREA_STEP) * AREA_STEP, most);
  // With less than 8 px left, the area takes all of it.
  return most === 0
    ? room
    : clamp(Math.round(wanted / AREA_STEP) * AREA_STEP, Math.max(AREA_STEP, floor), most);
}

/** A side that must not lose anything: rounded up to the next multiple of 8, or the whole canvas. */
function sideWithin(wanted: number, canvas: number): number {
  return Math.min(Math.ceil(wanted / AREA_STEP) * AREA_STEP, canvas);
}

function around(middle: AreaRect, size: PixelSize, canvas: PixelSize): AreaRect {
  return {
    x: clamp(Math.round(middle.x + (middle.width - size.width) / 2), 0, canvas.width - size.width),
    y: clamp(Math.round(middle.y + (middle.height - size.height) / 2), 0, canvas.height - size.height),
    ...size,
  };
}

function inflate(area: AreaRect, by: number): AreaRect {
  return { x: area.x - by, y: area.y - by, width: area.width + 2 * by, height: area.height + 2 * by };
}

/** The part of a rectangle that lies on the canvas, in whole px; at least one. */
export function clipArea(area: AreaRect, canvas: PixelSize): AreaRect {
  const x = clamp(Math.floor(area.x), 0, canvas.width - 1);
  const y = clamp(Math.floor(area.y), 0, canvas.height - 1);
  return {
    x,
    y,
    width: clamp(Math.ceil(area.x + area.width) - x, 1, canvas.width - x),
    height: clamp(Math.ceil(area.y + area.height) - y, 1, canvas.height - y),
  };
}

/** The target for a sampling size: a number of px in all, the longest side in px, or a factor. */
export type WorkingTarget = { pixels: number } | { side: number } | { scale: number };

/** A size to sample at, and how much larger than the area it is: above 1 enlarged, below 1 reduced. */
export interface WorkingSize extends PixelSize {
  scale: number;
}

/**
 * The size at which an area is sampled: as close to the target as multiples of 8 with the area's
 * proportions come. Small faces are enlarged, large areas reduced, alike.
 */
export function workingSize(area: PixelSize, target: WorkingTarget): WorkingSize {
  const longest = Math.max(area.width, area.height);
  const wanted =
    'pixels' in target
      ? Math.sqrt(target.pixels / (area.width * area.height))
      : 'side' in target
        ? target.side / longest
        : target.scale;
  const factor = Math.min(wanted, MAX_SAMPLED_SIDE / longest);
  const width = sampledSide(area.width * factor);
  const height = sampledSide(area.height * factor);
  return { width, height, scale: scaleOf(area, { width, height }) };
}

/** The sampling size when nothing else is chosen: the area's own, rounded up to multiples of 8. */
export function ownWorkingSize(area: PixelSize): PixelSize {
  const up = (side: number): number => Math.ceil(side / AREA_STEP) * AREA_STEP;
  return { width: up(area.width), height: up(area.height) };
}

function sampledSide(side: number): number {
  return clamp(Math.round(side / AREA_STEP) * AREA_STEP, AREA_STEP, MAX_SAMPLED_SIDE);
}

/** Linear factor from one size to another of about the same proportions. */
function scaleOf(from: PixelSize, to: PixelSize): number {
  return Math.sqrt((to.width * to.height) / (from.width * from.height));
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
