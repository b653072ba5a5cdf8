import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HandAtWork, PAUSE } from './hand-at-work.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('is at work through the pauses between strokes, and no longer', () => {
  const hand = new HandAtWork();
  hand.begin();
  hand.pause();
  vi.advanceTimersByTime(PAUSE - 1);
  expect(hand.busy).toBe(true);
  hand.begin();
  vi.advanceTimersByTime(PAUSE * 2);
  expect(hand.busy).toBe(true);
  hand.pause();
  vi.advanceTimersByTime(PAUSE);
  expect([hand.busy, hand.worked]).toEqual([false, true]);
});

it('is at rest as soon as a job is asked for', () => {
  const hand = new HandAtWork();
  hand.begin();
  hand.pause();
  hand.settle();
  expect([hand.busy, hand.worked]).toEqual([false, false]);
});
