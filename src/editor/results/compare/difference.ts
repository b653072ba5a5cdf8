/** A picture and where its corner goes, canvas px. */
export interface Placed {
  picture: CanvasImageSource;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Largest canvas a difference is computed on, px; larger pictures are compared at a smaller scale. */
const MAX_PIXELS = 16_000_000;

/** The factor by which pictures are shrunk before they are compared; 1 for all but very large ones. */
export function differenceScale(width: number, height: number): number {
  return Math.min(1, Math.sqrt(MAX_PIXELS / (width * height)));
}

/**
 * Draws |before − after| of every channel, multiplied by `gain`, a power of two. The browser's own blending
 * does it, so that no pixel is read back and none is rounded.
 */
export function drawDifference(
  context: CanvasRenderingContext2D,
  before: Placed,
  after: Placed,
  gain: number,
): void {
  const { canvas } = context;
  context.globalCompositeOperation = 'copy';
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = 'source-over';
  context.drawImage(before.picture, before.x, before.y, before.width, before.height);
  context.globalCompositeOperation = 'difference';
  context.drawImage(after.picture, after.x, after.y, after.width, after.height);
  // Added to itself: twice as bright, and never beyond white.
  context.globalCompositeOperation = 'lighter';
  for (let factor = 1; factor < gain; factor *= 2) {
    context.drawImage(canvas, 0, 0);
  }
  context.globalCompositeOperation = 'source-over';
}
