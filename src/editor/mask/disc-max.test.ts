import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiscMax } from './disc-max';

const WIDTH = 24;
const HEIGHT = 17;

/** Runs over a block of random values with margins around it. */
function run(values: Uint8Array, side: number, room: number, radius: number): number[][] {
  const rows: number[][] = [];
  new DiscMax(radius).run(values, side, room, room, WIDTH, HEIGHT, (row) => rows.push([...row]));
  return rows;
}

describe('DiscMax', () => {
  it('finds what a search through the whole disc finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.nat(255)), (radius, dice) => {
        const room = radius + 1;
        const side = WIDTH + 2 * room;
        const values = Uint8Array.from({ length: side * (HEIGHT + 2 * room) }, () =>
          Number(dice.next().value),
        );
        const found = run(values, side, room, radius);
        for (let y = 0; y < HEIGHT; y++) {
          for (let x = 0; x < WIDTH; x++) {
            let most = 0;
            for (let dy = -radius; dy <= radius; dy++) {
              // Where the disc ends between two pixels, points on the line between them count too.
              const half = Math.sqrt(radius ** 2 - dy ** 2);
              for (let dx = -Math.floor(half); dx <= Math.floor(half); dx++) {
                most = Math.max(most, values[(y + room + dy) * side + x + room + dx] ?? 0);
              }
              const part = half - Math.floor(half);
              for (const way of [-1, 1]) {
                const at = (y + room + dy) * side + x + room + way * Math.floor(half);
                const end = (values[at] ?? 0) * (1 - part) + (values[at + way] ?? 0) * part;
                most = Math.max(most, end);
              }
            }
            expect(found[y]?.[x]).toBeCloseTo(most, 3);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([0.25, 1, 2.5, 3.75, 8])('moves a ramp by %d px, whichever way it runs', (radius) => {
    const room = 12;
    const side = WIDTH + 2 * room;
    const ramp = (along: (x: number, y: number) => number): Uint8Array =>
      Uint8Array.from({ length: side * (HEIGHT + 2 * room) }, (_, i) =>
        along(i % side, Math.floor(i / side)),
      );
    const right = run(
      ramp((x) => 4 * x),
      side,
      room,
      radius,
    );
    const left = run(
      ramp((x) => 4 * (side - x)),
      side,
      room,
      radius,
    );
    const down = run(
      ramp((_, y) => 4 * y),
      side,
      room,
      radius,
    );
    const up = run(
      ramp((_, y) => 4 * (60 - y)),
      side,
      room,
      radius,
    );
    const [x, y] = [5, 7];
    expect(right[y]?.[x]).toBeCloseTo(4 * (x + room + radius), 3);
    expect(left[y]?.[x]).toBeCloseTo(4 * (side - x - room + radius), 3);
    expect(down[y]?.[x]).toBeCloseTo(4 * (y + room + radius), 3);
    expect(up[y]?.[x]).toBeCloseTo(4 * (60 - y - room + radius), 3);
  });
});
