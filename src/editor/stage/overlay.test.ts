import { describe, expect, it } from 'vitest';
import { screenPoint, type ScreenView } from './device-view';
import { type BrushCursor, drawBrushCursor } from './overlay';

type Place = [number, number];

/** Remembers the paths that were drawn: corners, or circles as [x, y, radius]. */
class Recorder {
  readonly corners: Place[][] = [];
  readonly circles: [number, number, number][] = [];
  #path: Place[] = [];
  lineWidth = 1;

  readonly context = {
    beginPath: () => {
      this.#path = [];
    },
    moveTo: () => undefined,
    lineTo: (x: number, y: number) => this.#path.push([x, y]),
    closePath: () => this.corners.push(this.#path),
    arc: (x: number, y: number, radius: number) => this.circles.push([x, y, radius]),
    stroke: () => undefined,
  } as unknown as CanvasRenderingContext2D;
}

const view = (angle: number, mirrored: boolean): ScreenView => ({
  ...{ scale: 2, ratio: 1, x: 300, y: 200, angle, mirrored },
  clip: { x0: 0, y0: 0, x1: 900, y1: 900 },
});
const brush: BrushCursor = { x: 100, y: 60, size: 40, tip: 'square', hardness: 0.5, keyboard: false };

describe('the brush as its cursor shows it', () => {
  it.each([
    ['upright', 0, false],
    ['turned', Math.PI / 6, false],
    ['mirrored', 0, true],
    ['turned and mirrored', Math.PI / 6, true],
  ] as const)(
    'is the square that will be painted, and the part of full strength, %s',
    (_, angle, mirrored) => {
      const screen = view(angle, mirrored);
      const drawn = new Recorder();
      const reach = drawBrushCursor(drawn.context, screen, brush, 1);
      const square = (half: number): Place[] =>
        [
          [100 - half, 60 - half],
          [100 + half, 60 - half],
          [100 + half, 60 + half],
          [100 - half, 60 + half],
        ].map(([x = 0, y = 0]) => Object.values(screenPoint(screen, x, y)) as Place);
      expect(drawn.corners).toEqual([square(20), square(10)]);
      expect(drawn.circles).toEqual([]);
      for (const [x, y] of square(20)) {
        expect(x > reach.x0 + 2 && x < reach.x1 - 2 && y > reach.y0 + 2 && y < reach.y1 - 2).toBe(true);
      }
    },
  );

  it('is one square at full hardness, and a ring for a round tip', () => {
    const hard = new Recorder();
    drawBrushCursor(hard.context, view(0, false), { ...brush, hardness: 1 }, 1);
    expect(hard.corners).toHaveLength(1);
    const round = new Recorder();
    drawBrushCursor(round.context, view(0, false), { ...brush, tip: 'round' }, 1);
    expect([round.corners, round.circles]).toEqual([
      [],
      [
        [500, 320, 40],
        [500, 320, 20],
      ],
    ]);
  });
});
