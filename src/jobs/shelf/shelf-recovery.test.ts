import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ComfyError } from '../../comfy/errors';
import { ShelfStage, shelfJob } from './fixtures/shelf-stage';
import type { ShelfJob } from './shelf-db';
import { ShelfRecovery, UNDO_KEPT } from './shelf-recovery';
import { GRACE } from './unsent-jobs.svelte';

let stage: ShelfStage;
let recovery: ShelfRecovery;
const finish = vi.fn(() => Promise.resolve());

const put = (...jobs: ShelfJob[]): Promise<void> => stage.shelf.alone(() => stage.shelf.put(jobs));
const wait = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(5_000_000);
  finish.mockReset().mockResolvedValue();
  stage = new ShelfStage();
  const { client, shelf, view, traffic } = stage;
  recovery = new ShelfRecovery({
    ...{ client, shelf, view, traffic, unsent: { finish }, now: () => Date.now() },
  });
});

afterEach(() => {
  recovery.stop();
  vi.useRealTimers();
});

it('asks the server for nothing while nothing is between shelf and queue', async () => {
  await put(shelfJob('a'), shelfJob('b', { kind: 'undo' }));
  expect(recovery.isNeeded).toBe(false);
  await recovery.run();
  expect(stage.server.requests).toEqual([]);
  expect(finish).not.toHaveBeenCalled();
});

it('drops a cancelled job whose undo never came', async () => {
  await put(shelfJob('a'), shelfJob('b', { kind: 'undo' }));
  wait(UNDO_KEPT);
  await recovery.run();
  expect(Object.keys(await stage.kept())).toEqual(['a', 'b']);
  wait(1);
  await recovery.run();
  expect(await stage.kept()).toEqual({ a: 'held out' });
});

it('keeps what has left for the shelf, and sends what was only being moved', async () => {
  await put(
    shelfJob('held', { phase: 'leaving' }),
    shelfJob('undo', { phase: 'leaving', kind: 'undo' }),
    shelfJob('moving', { phase: 'leaving', kind: 'moving' }),
    shelfJob('out', { kind: 'moving' }),
  );
  await recovery.run();
  expect(stage.order.toSorted()).toEqual(['moving', 'out']);
  expect(await stage.kept()).toEqual({ held: 'held out', undo: 'undo out' });
  expect(recovery.isNeeded).toBe(false);
});

it.each(['waits', 'runs', 'has ended'])('sends nothing that %s at the server', async (where) => {
  stage.queue('a');
  if (where !== 'waits') {
    stage.server.begin();
  }
  if (where === 'has ended') {
    stage.server.finish('a.png');
  }
  stage.view.steer(['a']);
  await put(shelfJob('a', { phase: 'returning', kind: 'moving' }));
  wait(2 * GRACE);
  await recovery.run();
  expect(stage.server.prompts).toEqual([]);
  expect(await stage.kept()).toEqual({});
  // The server's word counts again.
  stage.table.apply('a', { type: 'vanished', now: Date.now() });
  expect(stage.table.record('a')?.state).toBe('lost');
});

it('gives a sending that broke off the time to arrive', async () => {
  await put(shelfJob('a', { phase: 'returning' }));
  await recovery.run();
  wait(GRACE);
  await recovery.run();
  expect(stage.server.prompts).toEqual([]);
  wait(1);
  await recovery.run();
  expect(stage.order).toEqual(['a']);
});

it('gives the wish that a job may leave the same time', async () => {
  stage.queue('a');
  await put(shelfJob('a', { phase: 'leaving' }));
  await recovery.run();
  expect(await stage.kept()).toEqual({ a: 'held leaving' });
  wait(GRACE + 1);
  await recovery.run();
  expect(await stage.kept()).toEqual({});
  expect(stage.order).toEqual(['a']);
});

it('has new jobs finished, and tries again until nothing is left', async () => {
  await put(shelfJob('a', { kind: 'sending', phase: 'returning' }));
  await recovery.run();
  await vi.advanceTimersByTimeAsync(GRACE / 4);
  expect(finish).toHaveBeenCalledTimes(2);
  finish.mockImplementation(() => stage.shelf.remove(['a']));
  await vi.advanceTimersByTimeAsync(GRACE / 4);
  expect(finish).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(GRACE * 4);
  expect(finish).toHaveBeenCalledTimes(3);
});

it('tries again after an answer that did not come, but not after a fault of its own', async () => {
  await put(shelfJob('a', { kind: 'sending', phase: 'returning' }));
  finish.mockRejectedValueOnce(new ComfyError('unreachable', 'off'));
  await recovery.run();
  await vi.advanceTimersByTimeAsync(GRACE / 4);
  expect(finish).toHaveBeenCalledTimes(2);
  finish.mockRejectedValueOnce(new TypeError('a fault'));
  await expect(recovery.run()).rejects.toThrow('a fault');
});

it('asks once, however much broke off, and no more after the end of the page', async () => {
  await put(shelfJob('a', { kind: 'sending', phase: 'returning' }));
  recovery.later();
  recovery.later();
  await vi.advanceTimersByTimeAsync(GRACE / 4);
  expect(finish).toHaveBeenCalledTimes(1);
  recovery.stop();
  await vi.advanceTimersByTimeAsync(GRACE * 4);
  expect(finish).toHaveBeenCalledTimes(1);
});

it('begins nothing after the end of the page, when something broke off by it', async () => {
  await put(shelfJob('a', { kind: 'sending', phase: 'returning' }));
  recovery.stop();
  recovery.later();
  await vi.advanceTimersByTimeAsync(GRACE * 4);
  expect(finish).not.toHaveBeenCalled();
});
