import { type Point, toView } from '../../ui/viewport';
import type { DeviceView } from '../stage/device-view';
import type { Corners } from './geometry';

/**
 * Draws the current path as a light line on a dark one, visible on any picture. `ratio`: device px per CSS
 * px.
 */
export function strokeOutline(context: CanvasRenderingContext2D, ratio: number, dashed = false): void {
  context.lineJoin = 'round';
  context.setLineDash([]);
  context.lineWidth = 3 * ratio;
  context.strokeStyle = 'rgba(0, 0, 0, 0.55)';
  context.stroke();
  context.setLineDash(dashed ? [5 * ratio, 4 * ratio] : []);
  context.lineWidth = 1.25 * ratio;
  context.strokeStyle = 'rgba(255, 255, 255, 0.95)';
  context.stroke();
  context.setLineDash([]);
}

/** Adds a line through image points to the current path. */
export function tracePoints(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  points: readonly Point[],
  closed = false,
): void {
  points.forEach((point, i) => {
    const { x, y } = toView(view, point);
    if (i === 0) {
      context.moveTo(x, y);
    } else {
      context.lineTo(x, y);
    }
  });
  if (closed) {
    context.closePath();
  }
}

/** The four corners of a box, clockwise. */
export function cornerPoints({ x0, y0, x1, y1 }: Corners): Point[] {
  return [
    { x: x0, y: y0 },
    { x: x1, y: y0 },
    { x: x1, y: y1 },
    { x: x0, y: y1 },
  ];
}

/** Points on an ellipse in a box: enough that no corner shows at this scale (device px per image px). */
export function ellipsePoints({ x0, y0, x1, y1 }: Corners, scale: number): Point[] {
  const rx = (x1 - x0) / 2;
  const ry = (y1 - y0) / 2;
  const count = Math.max(24, Math.min(720, Math.ceil(Math.sqrt(Math.max(rx, ry) * scale) * 8)));
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 2 * Math.PI;
    return { x: x0 + rx + rx * Math.cos(angle), y: y0 + ry + ry * Math.sin(angle) };
  });
}

/** A small square at an image point: a corner that can be clicked. */
export function drawKnob(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  point: Point,
  ratio: number,
  size = 3.5,
): void {
  const { x, y } = toView(view, point);
  context.beginPath();
  context.rect(x - size * ratio, y - size * ratio, 2 * size * ratio, 2 * size * ratio);
  paintHandle(context, ratio);
}

/** Fills and outlines the present path as a handle. */
function paintHandle(context: CanvasRenderingContext2D, ratio: number): void {
  context.fillStyle = 'rgba(255, 255, 255, 0.95)';
  context.fill();
  context.lineWidth = 1.25 * ratio;
  context.strokeStyle = 'rgba(0, 0, 0, 0.75)';
  context.stroke();
}

/** A small disc at an image point: a handle that turns something. */
export function drawDisc(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  point: Point,
  ratio: number,
): void {
  const { x, y } = toView(view, point);
  context.beginPath();
  context.arc(x, y, 6 * ratio, 0, 2 * Math.PI);
  paintHandle(context, ratio);
}

/** A round mark at an image point: a plus on a light disc, or a minus on a dark one. */
export function drawPoint(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  point: Point,
  minus: boolean,
  ratio: number,
): void {
  const { x, y } = toView(view, point);
  const [disc, ink] = minus ? ['#1c1c1c', '#ffffff'] : ['#ffffff', '#1c1c1c'];
  context.beginPath();
  context.arc(x, y, 7 * ratio, 0, 2 * Math.PI);
  context.fillStyle = disc;
  context.fill();
  context.lineWidth = 1.5 * ratio;
  context.strokeStyle = ink;
  context.stroke();
  const arm = 3.5 * ratio;
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  if (!minus) {
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
  }
  context.stroke();
}

/** A cross in a ring, open in the middle: what lies there is seen. */
export function drawCross(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  point: Point,
  ratio: number,
): void {
  const { x, y } = toView(view, point);
  context.beginPath();
  for (const [across, down] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + across * 3 * ratio, y + down * 3 * ratio);
    context.lineTo(x + across * 11 * ratio, y + down * 11 * ratio);
  }
  context.moveTo(x + 7 * ratio, y);
  context.arc(x, y, 7 * ratio, 0, 2 * Math.PI);
  strokeOutline(context, ratio);
}

/** Text beside an image point, on a dark plate. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  point: Point,
  text: string,
  ratio: number,
): void {
  const { x, y } = toView(view, point);
  const { a, b, c, d } = context.getTransform();
  context.save();
  if (a * d - b * c < 0) {
    // In a mirrored view, words are not.
    context.translate(2 * x, 0);
    context.scale(-1, 1);
  }
  context.font = `${12 * ratio}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const left = x + 16 * ratio;
  const top = y - 28 * ratio;
  const width = context.measureText(text).width + 12 * ratio;
  context.fillStyle = 'rgba(0, 0, 0, 0.75)';
  context.fillRect(left, top, width, 20 * ratio);
  context.fillStyle = '#ffffff';
  context.fillText(text, left + 6 * ratio, top + 10.5 * ratio);
  context.restore();
}
