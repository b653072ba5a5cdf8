/** Arithmetic of a picture under a window: fit, zoom, pan, turn. No state, no DOM. */

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Point, Size {}

/**
 * Where a picture lies in its view: view = image × scale, mirrored, turned by the angle, + (x, y). View px are CSS px,
 * or device px if the caller hands in device px throughout; image px are the picture's own. Scale 1 = 100 %.
 */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Radians, clockwise, −π to π; upright when not given. Only how the picture is looked at. */
  readonly angle?: number;
  /** Left and right swapped, before it is turned. Only how the picture is looked at. */
  readonly mirrored?: boolean;
}

export interface ScaleLimits {
  min: number;
  max: number;
}

export interface FitOptions {
  /** Room left free on each side, view px; 0 when not given. */
  padding?: number;
  /** Small pictures are not blown up beyond this; 1 when not given. */
  maxScale?: number;
  /** How the picture is turned, radians; upright when not given. */
  angle?: number;
  mirrored?: boolean;
}

export interface ClampOptions {
  /**
   * `loose` (default): the picture may be pushed about as long as `margin` px of it stay in view.
   * `tight`: no empty space beside a picture larger than the view, a smaller one is centred.
   */
  mode?: 'loose' | 'tight';
  /** View px; 48 when not given. */
  margin?: number;
}

/** Scales that wheels rest on and zoom buttons go to. */
export const ZOOM_STEPS: readonly number[] = [
  1 / 64,
  1 / 32,
  1 / 16,
  1 / 8,
  1 / 4,
  1 / 3,
  1 / 2,
  2 / 3,
  1,
  1.5,
  2,
  3,
  4,
  6,
  8,
  12,
  16,
  24,
  32,
];

/** Scales at which a zooming wheel or pinch pauses. */
export const STICKY_STEPS: readonly number[] = [0.5, 1, 2, 4, 8];

const QUARTER = Math.PI / 2;

/** Cosine and sine. Exact for quarter turns, so that what lies on whole px stays there. */
export function turnOf(angle = 0): { cos: number; sin: number } {
  const quarters = Math.round(angle / QUARTER);
  if (Math.abs(angle - quarters * QUARTER) > 1e-9) {
    return { cos: Math.cos(angle), sin: Math.sin(angle) };
  }
  const at = ((quarters % 4) + 4) % 4;
  return { cos: at === 0 ? 1 : at === 2 ? -1 : 0, sin: at === 1 ? 1 : at === 3 ? -1 : 0 };
}

/** The same direction between −π (left out) and π; quarter turns come out exact. */
export function normalAngle(angle: number): number {
  const turned = angle - 2 * Math.PI * Math.ceil((angle - Math.PI) / (2 * Math.PI));
  const quarter = Math.round(turned / QUARTER);
  const exact = Math.abs(turned - quarter * QUARTER) < 1e-9 ? quarter * QUARTER : turned;
  return exact <= -Math.PI ? Math.PI : exact + 0;
}

/** −1 where left and right are swapped, else 1. */
export function sideOf({ mirrored }: { readonly mirrored?: boolean }): 1 | -1 {
  return mirrored ? -1 : 1;
}

/** View px of an image point. */
export function toView(viewport: Viewport, point: Point): Point {
  const x = point.x * viewport.scale * sideOf(viewport);
  const y = point.y * viewport.scale;
  if (!viewport.angle) {
    return { x: x + viewport.x, y: y + viewport.y };
  }
  const { cos, sin } = turnOf(viewport.angle);
  return { x: x * cos - y * sin + viewport.x, y: x * sin + y * cos + viewport.y };
}

/** Image px of a point of the view. */
export function toImage(viewport: Viewport, point: Point): Point {
  const x = point.x - viewport.x;
  const y = point.y - viewport.y;
  const across = viewport.scale * sideOf(viewport);
  if (!viewport.angle) {
    return { x: x / across, y: y / viewport.scale };
  }
  const { cos, sin } = turnOf(viewport.angle);
  return { x: (x * cos + y * sin) / across, y: (y * cos - x * sin) / viewport.scale };
}

/** The upright box around a turned or mirrored one whose corner is the origin. */
export function turnedBox(size: Size, angle = 0, mirrored = false): Box {
  const width = size.width * sideOf({ mirrored });
  if (!angle) {
    return { x: Math.min(0, width), y: 0, width: size.width, height: size.height };
  }
  const { cos, sin } = turnOf(angle);
  const across = [0, width * cos, -size.height * sin, width * cos - size.height * sin];
  const down = [0, width * sin, size.height * cos, width * sin + size.height * cos];
  const x = Math.min(...across);
  const y = Math.min(...down);
  return { x, y, width: Math.max(...across) - x, height: Math.max(...down) - y };
}

/** The scale at which a box just fits into the view. */
export function fitScale(box: Size, view: Size, options: FitOptions = {}): number {
  const padding = options.padding ?? 0;
  const width = Math.max(1, view.width - 2 * padding);
  const height = Math.max(1, view.height - 2 * padding);
  const around = turnedBox(box, options.angle, options.mirrored);
  return Math.min(width / around.width, height / around.height, options.maxScale ?? 1);
}

/** The whole picture, centred. */
export function fit(image: Size, view: Size, options: FitOptions = {}): Viewport {
  return fitBox({ x: 0, y: 0, ...image }, view, options);
}

/** A part of the picture (image px), centred. */
export function fitBox(box: Box, view: Size, options: FitOptions = {}): Viewport {
  return centreOn(box, view, fitScale(box, view, options), options.angle, options.mirrored);
}

/** The centre of a box (image px) in the centre of the view, at this scale and angle. */
export function centreOn(box: Box, view: Size, scale: number, angle?: number, mirrored?: boolean): Viewport {
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const look = { ...turned(angle), ...(mirrored && { mirrored }) };
  const at = toView({ scale, x: 0, y: 0, ...look }, centre);
  return { scale, x: view.width / 2 - at.x, y: view.height / 2 - at.y, ...look };
}

/** The angle as a part of a viewport; nothing for upright ones. */
function turned(angle: number | undefined): { angle?: number } {
  return angle ? { angle } : {};
}

/** How far one may zoom: out to a quarter of "fit" (but 100 % always possible), in to 32 view px per image px. */
export function scaleLimits(image: Size, view: Size, angle?: number): ScaleLimits {
  return { min: Math.min(1, fitScale(image, view, turned(angle)) / 4), max: 32 };
}

/** Scales to `scale`, within the limits, keeping the image point under `point` (view px) where it is. */
export function zoomAt(viewport: Viewport, point: Point, scale: number, limits?: ScaleLimits): Viewport {
  const wanted = limits ? Math.min(limits.max, Math.max(limits.min, scale)) : scale;
  const factor = wanted / viewport.scale;
  return {
    ...viewport,
    scale: wanted,
    x: point.x - (point.x - viewport.x) * factor,
    y: point.y - (point.y - viewport.y) * factor,
  };
}

/** Moves the picture by view px. */
export function pan(viewport: Viewport, dx: number, dy: number): Viewport {
  return { ...viewport, x: viewport.x + dx, y: viewport.y + dy };
}

/** Turns to an angle (radians), keeping the image point under `point` (view px) where it is. */
export function turnAt(viewport: Viewport, point: Point, angle: number): Viewport {
  const held = toImage(viewport, point);
  const mirrored = viewport.mirrored ? { mirrored: true } : {};
  const next: Viewport = { scale: viewport.scale, x: 0, y: 0, ...turned(normalAngle(angle)), ...mirrored };
  const at = toView(next, held);
  return { ...next, x: point.x - at.x, y: point.y - at.y };
}

/**
 * Swaps left and right as they are seen, or swaps them back, keeping the image point under `point` (view px) where it
 * is. In a turned view, what the screen shows is what is swapped.
 */
export function mirrorAt(viewport: Viewport, point: Point): Viewport {
  const held = toImage(viewport, point);
  const look = {
    ...turned(normalAngle(-(viewport.angle ?? 0))),
    ...(!viewport.mirrored && { mirrored: true }),
  };
  const next: Viewport = { scale: viewport.scale, x: 0, y: 0, ...look };
  const at = toView(next, held);
  return { ...next, x: point.x - at.x, y: point.y - at.y };
}

/** The nearest viewport that does not lose the picture. */
export function clamp(viewport: Viewport, image: Size, view: Size, options: ClampOptions = {}): Viewport {
  const { scale } = viewport;
  const margin = options.margin ?? 48;
  const place = options.mode === 'tight' ? tightAxis : looseAxis;
  const shown = { width: image.width * scale, height: image.height * scale };
  const around = turnedBox(shown, viewport.angle, viewport.mirrored);
  return {
    ...viewport,
    x: place(viewport.x + around.x, around.width, view.width, margin) - around.x,
    y: place(viewport.y + around.y, around.height, view.height, margin) - around.y,
  };
}

function looseAxis(at: number, length: number, room: number, margin: number): number {
  const kept = Math.min(margin, length, room);
  return Math.min(room - kept, Math.max(kept - length, at));
}

function tightAxis(at: number, length: number, room: number): number {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
}

/**
 * The part of the picture that is in view, image px; empty (width or height 0) when none is. In a turned view
 * it is the box around that part.
 */
export function visibleBox(viewport: Viewport, image: Size, view: Size): Box {
  const { from, to } = viewCorners(viewport, view);
  const x = Math.min(image.width, Math.max(0, from.x));
  const y = Math.min(image.height, Math.max(0, from.y));
  return {
    x,
    y,
    width: Math.max(0, Math.min(image.width, to.x) - x),
    height: Math.max(0, Math.min(image.height, to.y) - y),
  };
}

/** The box around the view, image px. */
function viewCorners(viewport: Viewport, view: Size): { from: Point; to: Point } {
  const corners = [
    toImage(viewport, { x: 0, y: 0 }),
    toImage(viewport, { x: view.width, y: 0 }),
    toImage(viewport, { x: 0, y: view.height }),
    toImage(viewport, { x: view.width, y: view.height }),
  ];
  const across = corners.map(({ x }) => x);
  const down = corners.map(({ y }) => y);
  return {
    from: { x: Math.min(...across), y: Math.min(...down) },
    to: { x: Math.max(...across), y: Math.max(...down) },
  };
}

/** A gesture by two fingers or the like: zoom by a factor at a point, turn by radians there, and move. */
export function pinch(
  viewport: Viewport,
  centre: Point,
  factor: number,
  dx: number,
  dy: number,
  limits?: ScaleLimits,
  turn = 0,
): Viewport {
  const zoomed = zoomAt(pan(viewport, dx, dy), centre, viewport.scale * factor, limits);
  return turn === 0 ? zoomed : turnAt(zoomed, centre, (viewport.angle ?? 0) + turn);
}

/** After the view changed its size: what was in its middle stays there, a fitted picture stays fitted. */
export function resize(
  viewport: Viewport,
  image: Size,
  before: Size,
  after: Size,
  options: FitOptions = {},
): Viewport {
  const { mirrored = false } = viewport;
  const same = { ...options, ...turned(viewport.angle), mirrored };
  const fitted = fit(image, before, same);
  const close = (a: number, b: number): boolean => Math.abs(a - b) < 0.51;
  if (
    Math.abs(viewport.scale / fitted.scale - 1) < 1e-3 &&
    close(viewport.x, fitted.x) &&
    close(viewport.y, fitted.y)
  ) {
    return fit(image, after, same);
  }
  return pan(viewport, (after.width - before.width) / 2, (after.height - before.height) / 2);
}

/** The viewport with its picture's corner on whole device px, so that tiles meet without seams. */
export function snap(viewport: Viewport, devicePixelRatio: number): Viewport {
  return {
    ...viewport,
    x: Math.round(viewport.x * devicePixelRatio) / devicePixelRatio,
    y: Math.round(viewport.y * devicePixelRatio) / devicePixelRatio,
  };
}

/** The next of `ZOOM_STEPS` above (1) or below (-1) the scale. */
export function nextStep(scale: number, direction: 1 | -1): number {
  const steps = direction === 1 ? ZOOM_STEPS : [...ZOOM_STEPS].reverse();
  const next = steps.find((step) => (direction === 1 ? step > scale * 1.001 : step < scale * 0.999));
  return next ?? steps[steps.length - 1] ?? scale;
}

/** The angle of the nearest step of so many radians; a turn held with Shift, or a quarter. */
export function nearestTurn(angle: number, step: number): number {
  return normalAngle(Math.round(angle / step) * step);
}

/** Travel (natural logarithm of the factors) that a resting zoom swallows. */
const STICKY_TRAVEL = 0.12;

/**
 * Makes continuous zooming rest at round scales: when a step would pass one of `STICKY_STEPS`, it ends
 * there, and a little more zooming the same way is needed to leave.
 */
export class StickyZoom {
  #held: number | null = null;
  #travel = 0;

  /** The scale to go to from `scale` when zooming by `factor`. */
  apply(scale: number, factor: number): number {
    const travel = Math.log(factor);
    if (this.#held !== null && Math.abs(scale / this.#held - 1) < 1e-6) {
      this.#travel = Math.sign(travel) === Math.sign(this.#travel) ? this.#travel + travel : travel;
      if (Math.abs(this.#travel) < STICKY_TRAVEL) {
        return scale;
      }
    }
    this.#held = null;
    const wanted = scale * factor;
    const passed = STICKY_STEPS.filter((step) =>
      factor > 1 ? step > scale * (1 + 1e-6) && step <= wanted : step < scale * (1 - 1e-6) && step >= wanted,
    );
    const stop = factor > 1 ? passed[0] : passed[passed.length - 1];
    if (stop === undefined) {
      return wanted;
    }
    this.#held = stop;
    this.#travel = 0;
    return stop;
  }
}
