import type { PixelRect } from '../mask/rect';
import { type DeviceView, deviceX, deviceY } from './device-view';

/** The brush as its cursor shows it. */
export interface BrushCursor {
  /** Image px. */
  x: number;
  y: number;
  /** Diameter, image px. */
  size: number;
  /** 0 to 1. */
  hardness: number;
  /** Moved by the keyboard: drawn with a cross, so that it is found without a pointer. */
  keyboard: boolean;
}

/** Rings smaller than this say nothing; a cross is drawn instead. Device px. */
const SMALLEST_RING = 4;

/**
 * Draws the brush: an outer ring at its edge and a fainter one where full strength ends. Each is a light
 * line on a dark one, so it is seen on any picture. The context works in device px.
 * @param ratio device px per CSS px.
 * @returns what it covers, device px.
 */
export function drawBrushCursor(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  cursor: BrushCursor,
  ratio: number,
): PixelRect {
  const x = cursor.x * view.scale + view.x;
  const y = cursor.y * view.scale + view.y;
  const outer = (cursor.size / 2) * view.scale;
  const inner = outer * cursor.hardness;
  if (outer >= SMALLEST_RING * ratio) {
    ring(context, x, y, outer, ratio, 1);
    // At full hardness both rings would be one.
    if (cursor.hardness < 0.98 && inner >= 2 * ratio) {
      ring(context, x, y, inner, ratio, 0.55);
    }
  }
  if (outer < SMALLEST_RING * ratio || cursor.keyboard) {
    cross(context, x, y, ratio, cursor.keyboard ? 10 : 6);
  }
  const reach = Math.ceil(Math.max(outer, 14 * ratio) + 4 * ratio);
  return {
    x0: Math.floor(x) - reach,
    y0: Math.floor(y) - reach,
    x1: Math.ceil(x) + reach,
    y1: Math.ceil(y) + reach,
  };
}

function ring(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  ratio: number,
  strength: number,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  stroke(context, ratio, strength);
}

/** Four arms around a free middle; `length` in CSS px. */
function cross(context: CanvasRenderingContext2D, x: number, y: number, ratio: number, length: number): void {
  const arm = length * ratio;
  const from = 4 * ratio;
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + dx * from, y + dy * from);
    context.lineTo(x + dx * (from + arm), y + dy * (from + arm));
  }
  stroke(context, ratio, 1);
}

function stroke(context: CanvasRenderingContext2D, ratio: number, strength: number): void {
  context.lineWidth = 3 * ratio;
  context.strokeStyle = `rgba(0, 0, 0, ${0.55 * strength})`;
  context.stroke();
  context.lineWidth = 1.25 * ratio;
  context.strokeStyle = `rgba(255, 255, 255, ${0.95 * strength})`;
  context.stroke();
}

/** Edge of a checkerboard square, CSS px. */
const CHECKER = 8;

/** Fills the picture's place with a checkerboard that stays put on the screen. */
export function drawChecker(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  width: number,
  height: number,
  pattern: CanvasPattern,
): void {
  const left = deviceX(view, 0);
  const top = deviceY(view, 0);
  context.fillStyle = pattern;
  context.fillRect(left, top, deviceX(view, width) - left, deviceY(view, height) - top);
}

/** The checkerboard for this pixel ratio: mid greys, so that neither black nor white pixels vanish. */
export function checkerPattern(context: CanvasRenderingContext2D, ratio: number): CanvasPattern | null {
  const square = Math.round(CHECKER * ratio);
  const canvas = document.createElement('canvas');
  canvas.width = square * 2;
  canvas.height = square * 2;
  const brush = canvas.getContext('2d');
  if (!brush) {
    return null;
  }
  brush.fillStyle = '#808080';
  brush.fillRect(0, 0, square * 2, square * 2);
  brush.fillStyle = '#9a9a9a';
  brush.fillRect(0, 0, square, square);
  brush.fillRect(square, square, square, square);
  return context.createPattern(canvas, 'repeat');
}
