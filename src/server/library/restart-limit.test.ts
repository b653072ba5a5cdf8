import { expect, it } from 'vitest';

import { RestartLimit } from './restart-limit';

const MINUTE = 60_000;
let now = 0;

/** Whether a thread may be started again each time, after it ran for so long, ms. */
function fate(limit: RestartLimit, ...lives: number[]): boolean[] {
  return lives.map((life) => {
    limit.started();
    now += life;
    return limit.ended();
  });
}

it('gives up on a thread that ends again and again', () => {
  expect(fate(new RestartLimit(() => now), 0, 10, MINUTE, 0, 9 * MINUTE, 0)).toEqual([
    ...[true, true, true, true, true],
    false,
  ]);
});

it('counts anew once a thread was well, however often others ended before', () => {
  const limit = new RestartLimit(() => now);
  expect(fate(limit, 0, 0, 0, 0, 0)).not.toContain(false);
  expect(fate(limit, 10 * MINUTE, 0, 0, 0, 0)).not.toContain(false);
  expect(fate(limit, 0)).toEqual([false]);
  // As while a drive fails once a day.
  expect(fate(new RestartLimit(() => now), ...Array<number>(30).fill(24 * 60 * MINUTE))).not.toContain(false);
});
