import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScrollPace } from './scroll-pace.svelte';

const HEIGHT = 800;
const FRAME = 16;

let pace: ScrollPace;
let top = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => setTimeout(act, FRAME));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  pace = new ScrollPace();
  top = 0;
  pace.begin(top);
});

afterEach(() => {
  pace.end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** So many steps of so many px, one every so many ms; whether it was fast after each. */
function scroll(px: number, count: number, every = FRAME): boolean[] {
  return Array.from({ length: count }, () => {
    vi.advanceTimersByTime(every);
    top += px;
    pace.step(top, HEIGHT);
    return pace.isFast;
  });
}

describe('what is scrolled', () => {
  it('leads where it will soon be, and nowhere while it flies by or stands', () => {
    expect(scroll(25, 20)).not.toContain(true);
    expect(pace.lead).toBeCloseTo((25 / FRAME) * 600, -2);
    expect(pace.isIdle).toBe(false);
    scroll(-25, 30);
    expect(pace.lead).toBeLessThan(-800);
    expect(pace.isUpward).toBe(true);
    expect(pace.isCalm()).toBe(false);
    vi.advanceTimersByTime(500);
    expect(pace.lead).toBe(0);
    expect(pace.isCalm()).toBe(true);
    scroll(240, 30);
    expect(pace.lead).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(pace.isIdle).toBe(true);
  });

  it('may be a jump, which is over soon', () => {
    expect(scroll(5000, 1)).toEqual([true]);
    vi.advanceTimersByTime(90);
    expect(pace.isFast).toBe(false);
  });

  it('flies by no more where another list begins', () => {
    scroll(240, 20);
    pace.begin(0);
    expect(pace.isFast).toBe(false);
    top = 0;
    expect(scroll(25, 10)).not.toContain(true);
  });
});

describe('a fling', () => {
  it('stays one on a page that is so busy that steps are told only now and then', () => {
    const fast = scroll(240, 10);
    expect(fast).not.toContain(false);
    scroll(2000, 1, 140);
    for (let step = 0; step < 5; step++) {
      vi.advanceTimersByTime(130);
      expect(pace.isFast).toBe(true);
      expect(scroll(2000, 1, 10)).toEqual([true]);
    }
  });

  it('is over a moment after its last step', () => {
    scroll(240, 30);
    vi.advanceTimersByTime(60);
    expect(pace.isFast).toBe(true);
    vi.advanceTimersByTime(60);
    expect(pace.isFast).toBe(false);
  });
});
