import type { Point, Size } from '../../ui/viewport';
import { type DeviceView, deviceX, deviceY } from '../stage/device-view';
import { distance } from './geometry';
import { drawKnob, strokeOutline, tracePoints } from './outline';
import type { RampShape } from '../mask/ramp';

/** From where a gradient begins to where it ends, image px. */
export type GradientLine = readonly [from: Point, to: Point];

/** Hands shake: what is shorter than this many CSS px is no gradient. */
const SHORTEST = 4;

/** Whether a line is meant. @param scale CSS px for each image px. */
export function isMeant(line: GradientLine, scale: number): boolean {
  return distance(...line) * scale >= SHORTEST;
}

/** Draws the line that is being dragged, with a knob at either end. */
export function drawLine(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  line: GradientLine,
  ratio: number,
): void {
  context.beginPath();
  tracePoints(context, view, line);
  strokeOutline(context, ratio);
  for (const end of line) {
    drawKnob(context, view, end, ratio);
  }
}

/**
 * Fills the picture with a gradient as it will be.
 * @param colors CSS colours where it begins and where it ends.
 */
export function fillRamp(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  { shape, from, to }: { shape: RampShape; from: Point; to: Point },
  size: Size,
  colors: readonly [string, string],
): void {
  const [x0, y0] = [view.x + from.x * view.scale, view.y + from.y * view.scale];
  const [x1, y1] = [view.x + to.x * view.scale, view.y + to.y * view.scale];
  const fill =
    shape === 'linear'
      ? context.createLinearGradient(x0, y0, x1, y1)
      : context.createRadialGradient(x0, y0, 0, x0, y0, Math.hypot(x1 - x0, y1 - y0));
  colors.forEach((color, stop) => {
    fill.addColorStop(stop, color);
  });
  context.fillStyle = fill;
  const left = deviceX(view, 0);
  const top = deviceY(view, 0);
  context.fillRect(left, top, deviceX(view, size.width) - left, deviceY(view, size.height) - top);
}
