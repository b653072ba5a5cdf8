import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Swipe } from './swipe.svelte';

describe('a swipe', () => {
  let gone: number[];
  let swipe: Swipe;

  beforeEach(() => {
    vi.useFakeTimers();
    gone = [];
    // Nothing lies before the picture.
    swipe = new Swipe({ has: (direction) => direction === 1, go: (direction) => gone.push(direction) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['far', -150, -0.1],
    ['fast', -40, -0.8],
  ])('that goes %s turns over to the next picture once it has come to rest', (_, distance, speed) => {
    swipe.drag(distance);
    expect(swipe.at).toEqual({ x: distance, glide: false });
    swipe.drop(distance, speed, 400);
    expect(swipe.at).toEqual({ x: -400, glide: true });
    expect(gone).toEqual([]);
    vi.runAllTimers();
    expect(gone).toEqual([1]);
    expect(swipe.at).toEqual({ x: 0, glide: false });
  });

  it.each([
    ['is short and slow', -40, -0.1],
    ['is flung back', -150, 0.8],
    ['becomes a pinch', -150, null],
  ])('that %s comes back', (_, distance, speed) => {
    swipe.drop(distance, speed, 400);
    expect(swipe.at).toEqual({ x: 0, glide: true });
    vi.runAllTimers();
    expect(gone).toEqual([]);
  });

  it('resists where nothing follows, and comes back', () => {
    swipe.drag(150);
    expect(swipe.at.x).toBe(50);
    swipe.drop(150, 1, 400);
    expect(swipe.at).toEqual({ x: 0, glide: true });
  });

  it('that is caught on its way turns nothing over', () => {
    swipe.drop(-150, -1, 400);
    swipe.drag(-10);
    vi.runAllTimers();
    expect(gone).toEqual([]);
    expect(swipe.at.x).toBe(-10);
  });
});
