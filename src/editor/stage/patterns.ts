/** Distance between two lines of the hatch, CSS px, and their width. */
const HATCH_STEP = 8;
const HATCH_LINE = 3.2;
/**
 * How much of the tint stays between the lines, so that spots smaller than their distance are visible too.
 */
const HATCH_GAP = 0.2;

/** Length of a dark and a light dash of the marching ants together, CSS px. */
export const ANTS_STEP = 8;

type Draw = (context: CanvasRenderingContext2D, side: number) => void;

/**
 * Opacities of a hatched mask: full on diagonal lines, a little between them. Lines keep their distance on
 * the screen, so that they neither merge nor thin out at any zoom, and move with the picture.
 */
export function hatchPattern(context: CanvasRenderingContext2D, ratio: number): CanvasPattern | null {
  return pattern(context, Math.round(HATCH_STEP * ratio), (brush, side) => {
    brush.fillStyle = `rgba(0, 0, 0, ${HATCH_GAP})`;
    brush.fillRect(0, 0, side, side);
    brush.strokeStyle = '#000';
    brush.lineWidth = HATCH_LINE * ratio * Math.SQRT1_2;
    brush.beginPath();
    for (const from of [-side, 0, side]) {
      brush.moveTo(from - side, side * 2);
      brush.lineTo(from + side * 2, -side);
    }
    brush.stroke();
  });
}

/** Black and white diagonal stripes: through a thin outline they look like dashes in any direction. */
export function antsPattern(context: CanvasRenderingContext2D, ratio: number): CanvasPattern | null {
  return pattern(context, Math.round(ANTS_STEP * ratio), (brush, side) => {
    brush.fillStyle = '#fff';
    brush.fillRect(0, 0, side, side);
    brush.fillStyle = '#000';
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        if ((x + y) % side < side / 2) {
          brush.fillRect(x, y, 1, 1);
        }
      }
    }
  });
}

/**
 * Alternating dark and light dots: a line of them is visible on black, white and grey, and hides none of
 * them.
 */
export function gridPattern(context: CanvasRenderingContext2D): CanvasPattern | null {
  return pattern(context, 4, (brush) => {
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        brush.fillStyle = (x + y) % 4 < 2 ? 'rgba(0, 0, 0, 0.3)' : 'rgba(255, 255, 255, 0.3)';
        brush.fillRect(x, y, 1, 1);
      }
    }
  });
}

function pattern(context: CanvasRenderingContext2D, side: number, draw: Draw): CanvasPattern | null {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const brush = canvas.getContext('2d');
  if (!brush) {
    return null;
  }
  draw(brush, side);
  return context.createPattern(canvas, 'repeat');
}
