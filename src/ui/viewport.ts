/** Arithmetic of a picture under a window: fit, zoom, pan. No state, no DOM. */

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
 * Where a picture lies in its view: view = image × scale + (x, y). View px are CSS px, or device px if the
 * caller hands in device px throughout; image px are the picture's own. Scale 1 = 100 %.
 */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
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

/** View px of an image point. */
export function toView(viewport: Viewport, point: Point): Point {
  return { x: point.x * viewport.scale + viewport.x, y: point.y * viewport.scale + viewport.y };
}

/** Image px of a point of the view. */
export function toImage(viewport: Viewport, point: Point): Point {
  return { x: (point.x - viewport.x) / viewport.scale, y: (point.y - viewport.y) / viewport.scale };
}

/** The scale at which a box just fits into the view. */
export function fitScale(box: Size, view: Size, options: FitOptions = {}): number {
  const padding = options.padding ?? 0;
  const width = Math.max(1, view.width - 2 * padding);
  const height = Math.max(1, view.height - 2 * padding);
  return Math.min(width / box.width, height / box.height, options.maxScale ?? 1);
}

/** The whole picture, centred. */
export function fit(image: Size, view: Size, options: FitOptions = {}): Viewport {
  return fitBox({ x: 0, y: 0, ...image }, view, options);
}

/** A part of the picture (image px), centred. */
export function fitBox(box: Box, view: Size, options: FitOptions = {}): Viewport {
  return centreOn(box, view, fitScale(box, view, options));
}

/** The centre of a box (image px) in the centre of the view, at this scale. */
export function centreOn(box: Box, view: Size, scale: number): Viewport {
  return {
    scale,
    x: view.width / 2 - (box.x + box.width / 2) * scale,
    y: view.height / 2 - (box.y + box.height / 2) * scale,
  };
}

/** How far one may zoom: out to half of "fit" (but 100 % always possible), in to 32 view px per image px. */
export function scaleLimits(image: Size, view: Size): ScaleLimits {
  return { min: Math.min(1, fitScale(image, view) / 2), max: 32 };
}

/** Scales to `scale`, within the limits, keeping the image point under `point` (view px) where it is. */
export function zoomAt(viewport: Viewport, point: Point, scale: number, limits?: ScaleLimits): Viewport {
  const wanted = limits ? Math.min(limits.max, Math.max(limits.min, scale)) : scale;
  const factor = wanted / viewport.scale;
  return {
    scale: wanted,
    x: point.x - (point.x - viewport.x) * factor,
    y: point.y - (point.y - viewport.y) * factor,
  };
}

/** Moves the picture by view px. */
export function pan(viewport: Viewport, dx: number, dy: number): Viewport {
  return { scale: viewport.scale, x: viewport.x + dx, y: viewport.y + dy };
}

/** The nearest viewport that does not lose the picture. */
export function clamp(viewport: Viewport, image: Size, view: Size, options: ClampOptions = {}): Viewport {
  const { scale } = viewport;
  const margin = options.margin ?? 48;
  const place = options.mode === 'tight' ? tightAxis : looseAxis;
  return {
    scale,
    x: place(viewport.x, image.width * scale, view.width, margin),
    y: place(viewport.y, image.height * scale, view.height, margin),
  };
}

function looseAxis(at: number, length: number, room: number, margin: number): number {
  const kept = Math.min(margin, length, room);
  return Math.min(room - kept, Math.max(kept - length, at));
}

function tightAxis(at: number, length: number, room: number): number {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
}

/** The part of the picture that is in view, image px; empty (width or height 0) when none is. */
export function visibleBox(viewport: Viewport, image: Size, view: Size): Box {
  const from = toImage(viewport, { x: 0, y: 0 });
  const to = toImage(viewport, { x: view.width, y: view.height });
  const x = Math.min(image.width, Math.max(0, from.x));
  const y = Math.min(image.height, Math.max(0, from.y));
  return {
    x,
    y,
    width: Math.max(0, Math.min(image.width, to.x) - x),
    height: Math.max(0, Math.min(image.height, to.y) - y),
  };
}

/** Scale of a gesture by two fingers or the like: zoom by a factor at a point, and move. */
export function pinch(
  viewport: Viewport,
  centre: Point,
  factor: number,
  dx: number,
  dy: number,
  limits?: ScaleLimits,
): Viewport {
  return zoomAt(pan(viewport, dx, dy), centre, viewport.scale * factor, limits);
}

/** After the view changed its size: what was in its middle stays there, a fitted picture stays fitted. */
export function resize(
  viewport: Viewport,
  image: Size,
  before: Size,
  after: Size,
  options: FitOptions = {},
): Viewport {
  const fitted = fit(image, before, options);
  const close = (a: number, b: number): boolean => Math.abs(a - b) < 0.51;
  if (
    Math.abs(viewport.scale / fitted.scale - 1) < 1e-3 &&
    close(viewport.x, fitted.x) &&
    close(viewport.y, fitted.y)
  ) {
    return fit(image, after, options);
  }
  return pan(viewport, (after.width - before.width) / 2, (after.height - before.height) / 2);
}

/** The viewport with its picture's corner on whole device px, so that tiles meet without seams. */
export function snap(viewport: Viewport, devicePixelRatio: number): Viewport {
  return {
    scale: viewport.scale,
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
