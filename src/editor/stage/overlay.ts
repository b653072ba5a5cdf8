import type { TipShape } from '../mask/brush';
import type { PixelRect } from '../mask/rect';
import { type DeviceView, type ScreenView, deviceX, deviceY, screenPoint } from './device-view';
import type { CheckerTone } from '../model/editor-types';

/** The brush as its cursor shows it. */
export interface BrushCursor {
  /** Image px. */
  x: number;
  y: number;
  /** Diameter, or side of a square tip, image px. */
  size: number;
  tip: TipShape;
  /** 0 to 1. */
  hardness: number;
  /** Moved by the keyboard: drawn with a cross, so that it can be found without a pointer. */
  keyboard: boolean;
}

/** Smaller rings say nothing; a cross is drawn instead. Device px. */
const SMALLEST_RING = 4;

/**
 * Draws the brush: an outer ring (or square) at its edge and a fainter one where full strength ends. Each is a light
 * line on a dark one, so it is visible on any picture. A square lies as the picture does. The context works in device px of the screen.
 * @param ratio device px per CSS px.
 * @returns what it covers, device px.
 */
export function drawBrushCursor(
  context: CanvasRenderingContext2D,
  view: ScreenView,
  cursor: BrushCursor,
  ratio: number,
): PixelRect {
  const { x, y } = screenPoint(view, cursor.x, cursor.y);
  const outer = (cursor.size / 2) * view.scale;
  const inner = outer * cursor.hardness;
  if (outer >= SMALLEST_RING * ratio) {
    outline(context, view, cursor, 1);
    stroke(context, ratio, 1);
    // At full hardness both rings would coincide.
    if (cursor.hardness < 0.98 && inner >= 2 * ratio) {
      outline(context, view, cursor, cursor.hardness);
      stroke(context, ratio, 0.55);
    }
  }
  if (outer < SMALLEST_RING * ratio || cursor.keyboard) {
    cross(context, x, y, ratio, cursor.keyboard ? 10 : 6);
  }
  const reach = Math.ceil(Math.max(cursorReach(view, cursor), 14 * ratio) + 4 * ratio);
  return {
    x0: Math.floor(x) - reach,
    y0: Math.floor(y) - reach,
    x1: Math.ceil(x) + reach,
    y1: Math.ceil(y) + reach,
  };
}

/** How far the brush reaches from its middle at most, device px. */
export function cursorReach(view: ScreenView, { size, tip }: BrushCursor): number {
  return (size / 2) * view.scale * (tip === 'square' ? Math.SQRT2 : 1);
}

/** Makes the brush's outline, `share` as large, the current path. */
function outline(
  context: CanvasRenderingContext2D,
  view: ScreenView,
  cursor: BrushCursor,
  share: number,
): void {
  const radius = (cursor.size / 2) * share;
  context.beginPath();
  if (cursor.tip === 'round') {
    const { x, y } = screenPoint(view, cursor.x, cursor.y);
    context.arc(x, y, radius * view.scale, 0, 2 * Math.PI);
    return;
  }
  for (const [across, down] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const) {
    const { x, y } = screenPoint(view, cursor.x + across * radius, cursor.y + down * radius);
    context.lineTo(x, y);
  }
  context.closePath();
}

/** Four arms around an open centre; `length` in CSS px. */
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
  context.lineJoin = 'miter';
  context.lineWidth = 3 * ratio;
  context.strokeStyle = `rgba(0, 0, 0, ${0.55 * strength})`;
  context.stroke();
  context.lineWidth = 1.25 * ratio;
  context.strokeStyle = `rgba(255, 255, 255, ${0.95 * strength})`;
  context.stroke();
}

/** Side of a checkerboard square, CSS px. */
const CHECKER = 8;

/** Fills the picture's area with a checkerboard whose squares have the same size at any zoom. */
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

/** Both greys of the checkerboard. On the middle ones neither black nor white pixels vanish. */
const CHECKER_TONES: Record<CheckerTone, readonly [string, string]> = {
  dark: ['#242424', '#363636'],
  mid: ['#808080', '#9a9a9a'],
  light: ['#d9d9d9', '#ffffff'],
};

/** The checkerboard for this pixel ratio. */
export function checkerPattern(
  context: CanvasRenderingContext2D,
  ratio: number,
  tone: CheckerTone,
): CanvasPattern | null {
  const square = Math.round(CHECKER * ratio);
  const canvas = document.createElement('canvas');
  canvas.width = square * 2;
  canvas.height = square * 2;
  const brush = canvas.getContext('2d');
  if (!brush) {
    return null;
  }
  brush.fillStyle = CHECKER_TONES[tone][0];
  brush.fillRect(0, 0, square * 2, square * 2);
  brush.fillStyle = CHECKER_TONES[tone][1];
  brush.fillRect(0, 0, square, square);
  brush.fillRect(square, square, square, square);
  return context.createPattern(canvas, 'repeat');
}
