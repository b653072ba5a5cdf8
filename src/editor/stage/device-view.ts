import { sideOf, turnOf } from '../../ui/viewport';
import type { PixelRect } from '../mask/rect';

/**
 * A viewport in device px, with the part of the canvas to draw. Painters get it in the picture's own
 * directions: when the view is rotated or mirrored, so is the context.
 */
export interface DeviceView {
  /** Device px per image px. */
  readonly scale: number;
  /** Device px per CSS px. */
  readonly ratio: number;
  /** Device px of the picture's corner; integers. */
  readonly x: number;
  readonly y: number;
  /** Device px that need drawing. */
  readonly clip: PixelRect;
}

/** A device view as it lies on the screen. */
export interface ScreenView extends DeviceView {
  /** How the picture is rotated about its corner (x, y), radians clockwise. */
  readonly angle: number;
  /** Left and right are swapped, before it is rotated. */
  readonly mirrored: boolean;
}

/** Whether the picture's own directions are those of the screen. */
export function isUpright({ angle, mirrored }: Pick<ScreenView, 'angle' | 'mirrored'>): boolean {
  return angle === 0 && !mirrored;
}

/**
 * Whether pixels of a view at this angle lie on pixels of the screen: upright or rotated by quarter turns.
 */
export function isAligned(angle: number): boolean {
  const { cos, sin } = turnOf(angle);
  return cos === 0 || sin === 0;
}

/** Converts device px in the picture's own directions to those of the screen, in the form a context takes. */
export function turnMatrix(screen: ScreenView): [number, number, number, number, number, number] {
  const { cos, sin } = turnOf(screen.angle);
  const side = sideOf(screen);
  return [side * cos, side * sin, -sin, cos, screen.x, screen.y];
}

/**
 * What a painter gets: the picture's own directions, with its corner at the origin when the view is rotated or
 * mirrored.
 */
export function pictureView(screen: ScreenView, clip: PixelRect): DeviceView {
  const { scale, ratio, x, y, angle } = screen;
  if (isUpright(screen)) {
    return { scale, ratio, x, y, clip };
  }
  const { cos, sin } = turnOf(angle);
  const side = sideOf(screen);
  const back = boxAround(clip, (px, py) => [
    side * ((px - x) * cos + (py - y) * sin),
    (py - y) * cos - (px - x) * sin,
  ]);
  return { scale, ratio, x: 0, y: 0, clip: back };
}

/** The device px of the screen that a rectangle of image px may touch, with `margin` px around it. */
export function screenRect(screen: ScreenView, rect: PixelRect, margin: number): PixelRect {
  return isUpright(screen)
    ? deviceRect(screen, rect, margin)
    : toScreen(screen, deviceRect({ ...screen, x: 0, y: 0 }, rect, margin));
}

/** The device px of the screen around a rectangle in the px of `pictureView`. */
export function toScreen(screen: ScreenView, rect: PixelRect): PixelRect {
  if (isUpright(screen)) {
    return rect;
  }
  const [a, b, c, d, x, y] = turnMatrix(screen);
  return boxAround(rect, (px, py) => [px * a + py * c + x, px * b + py * d + y]);
}

/** The device px of the screen for an image point; not rounded. */
export function screenPoint(screen: ScreenView, imageX: number, imageY: number): { x: number; y: number } {
  const { cos, sin } = turnOf(screen.angle);
  const x = imageX * screen.scale * sideOf(screen);
  const y = imageY * screen.scale;
  return { x: x * cos - y * sin + screen.x, y: x * sin + y * cos + screen.y };
}

/** Whole px around the corners of a rectangle after they were transformed. */
function boxAround(rect: PixelRect, moved: (x: number, y: number) => [number, number]): PixelRect {
  const corners = [
    moved(rect.x0, rect.y0),
    moved(rect.x1, rect.y0),
    moved(rect.x0, rect.y1),
    moved(rect.x1, rect.y1),
  ];
  const across = corners.map(([x]) => x);
  const down = corners.map(([, y]) => y);
  return {
    x0: Math.floor(Math.min(...across) + 1e-6),
    y0: Math.floor(Math.min(...down) + 1e-6),
    x1: Math.ceil(Math.max(...across) - 1e-6),
    y1: Math.ceil(Math.max(...down) - 1e-6),
  };
}

/** Zoom (CSS px per image px) from which pixels are shown as squares. */
const SQUARE_ZOOM = 4;

/** Sets how the context scales: smoothly, until single pixels are to be seen. */
export function setSmoothing(context: CanvasRenderingContext2D, view: DeviceView): void {
  context.imageSmoothingEnabled = view.scale < SQUARE_ZOOM * view.ratio;
  // Levels are halved beforehand, so bilinear sampling is enough.
  context.imageSmoothingQuality = 'low';
}

/**
 * The device px of an image px. Rounded, and both edges of every tile go through here, so that neighbours
 * share their edge at any zoom.
 */
export function deviceX(view: DeviceView, imageX: number): number {
  return Math.round(imageX * view.scale) + view.x;
}

/** See `deviceX`. */
export function deviceY(view: DeviceView, imageY: number): number {
  return Math.round(imageY * view.scale) + view.y;
}

/** The device px a rectangle of image px may touch, with `margin` px around it. */
export function deviceRect(view: DeviceView, rect: PixelRect, margin: number): PixelRect {
  return {
    x0: deviceX(view, rect.x0) - margin,
    y0: deviceY(view, rect.y0) - margin,
    x1: deviceX(view, rect.x1) + margin,
    y1: deviceY(view, rect.y1) + margin,
  };
}
