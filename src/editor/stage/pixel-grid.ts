import { type DeviceView, deviceX, deviceY } from './device-view';

/** Zoom (CSS px per image px) from which lines between pixels are drawn. */
const GRID_ZOOM = 8;

/** Whether pixels are large enough for lines between them. */
export function showsGrid(view: DeviceView): boolean {
  return view.scale >= GRID_ZOOM * view.ratio * (1 - 1e-6);
}

/** Positions of lines between pixels, device px: one for each column or row in the clip, borders included. */
export function gridLines(view: DeviceView, side: number, axis: 'x' | 'y'): number[] {
  const place = axis === 'x' ? deviceX : deviceY;
  const [low, high] = axis === 'x' ? [view.clip.x0, view.clip.x1] : [view.clip.y0, view.clip.y1];
  const from = Math.max(0, Math.floor((low - view[axis]) / view.scale));
  const to = Math.min(side, Math.ceil((high - view[axis]) / view.scale));
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => place(view, from + i));
}

/**
 * Draws lines one device px wide between the pixels of a picture (sizes in px), below what is already drawn.
 */
export function drawGrid(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  width: number,
  height: number,
  pattern: CanvasPattern,
): void {
  const columns = gridLines(view, width, 'x');
  const rows = gridLines(view, height, 'y');
  const left = columns[0];
  const top = rows[0];
  if (left === undefined || top === undefined) {
    return;
  }
  context.save();
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = pattern;
  const right = columns[columns.length - 1] ?? left;
  const bottom = rows[rows.length - 1] ?? top;
  for (const x of columns) {
    context.fillRect(x, top, 1, bottom - top);
  }
  for (const y of rows) {
    context.fillRect(left, y, right - left, 1);
  }
  context.restore();
}
