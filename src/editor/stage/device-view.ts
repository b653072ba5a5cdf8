import type { PixelRect } from '../mask/rect';

/** A viewport in device px, with the part of the canvas that is to be drawn. */
export interface DeviceView {
  /** Device px per image px. */
  readonly scale: number;
  /** Device px of the picture's corner; whole numbers. */
  readonly x: number;
  readonly y: number;
  /** Device px that need drawing. */
  readonly clip: PixelRect;
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
