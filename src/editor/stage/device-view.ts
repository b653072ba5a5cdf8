import type { PixelRect } from '../mask/rect';

/** A viewport in device px, with the part of the canvas that is to be drawn. */
export interface DeviceView {
  /** Device px per image px. */
  readonly scale: number;
  /** Device px per CSS px. */
  readonly ratio: number;
  /** Device px of the picture's corner; whole numbers. */
  readonly x: number;
  readonly y: number;
  /** Device px that need drawing. */
  readonly clip: PixelRect;
}

/** Zoom (CSS px per image px) from which pixels are shown as squares. */
const SQUARE_ZOOM = 4;

/** Sets how the context enlarges and shrinks: smoothly, until single pixels are to be seen. */
export function setSmoothing(context: CanvasRenderingContext2D, view: DeviceView): void {
  context.imageSmoothingEnabled = view.scale < SQUARE_ZOOM * view.ratio;
  // Levels are halved beforehand, so that no more than bilinear sampling is needed.
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

/** The device px a rectangle of image px may touch, `margin` px around it included. */
export function deviceRect(view: DeviceView, rect: PixelRect, margin: number): PixelRect {
  return {
    x0: deviceX(view, rect.x0) - margin,
    y0: deviceY(view, rect.y0) - margin,
    x1: deviceX(view, rect.x1) + margin,
    y1: deviceY(view, rect.y1) + margin,
  };
}
