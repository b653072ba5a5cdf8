import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Paced, paced } from './paced';

let done: number[];
let lasts: number;
let work: Paced;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  done = [];
  lasts = 0;
  work = paced(
    async () => {
      done.push(Date.now());
      await (lasts > 0 && new Promise((resolve) => setTimeout(resolve, lasts)));
    },
    { soon: 300, pause: 1500 },
  );
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it('does what is asked for soon, and once for all that is asked meanwhile', async () => {
  work.ask();
  await pass(200);
  work.ask();
  await pass(5_000);
  expect(done).toEqual([300]);
  work.ask();
  await pass(5_000);
  expect(done).toEqual([300, 5_500]);
});

it('is not put off by being asked all the time, and pauses in between', async () => {
  for (let at = 0; at < 5_000; at += 100) {
    work.ask();
    await pass(100);
  }
  expect(done).toEqual([300, 1_800, 3_300, 4_800]);
});

it('never does it twice at once, and does again what was asked for meanwhile', async () => {
  lasts = 4_000;
  work.ask();
  await pass(1_000);
  work.ask();
  await pass(10_000);
  expect(done).toEqual([300, 5_800]);
});

it('does nothing more when it is stopped', async () => {
  lasts = 1_000;
  work.ask();
  await pass(500);
  work.ask();
  work.stop();
  await pass(10_000);
  work.ask();
  work.stop();
  await pass(10_000);
  expect(done).toEqual([300]);
});
