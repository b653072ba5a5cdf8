import { describe, expect, it } from 'vitest';
import { SpeedMeter } from './speed-meter';

function speeds(step: number, every: number, count: number): boolean[] {
  const meter = new SpeedMeter();
  return Array.from({ length: count }, (_, i) => meter.isFast(i * step, i * every));
}

describe('the scroll speed', () => {
  it('is not fast for notches of a wheel', () => {
    expect(speeds(120, 50, 20)).not.toContain(true);
  });

  it('is fast for a fling or a dragged scroll bar, either way', () => {
    expect(speeds(100, 16, 20).at(-1)).toBe(true);
    expect(speeds(-100, 16, 20).at(-1)).toBe(true);
  });

  it('has a direction, and is told in px per second', () => {
    const meter = new SpeedMeter();
    for (let i = 0; i <= 20; i++) {
      meter.isFast(-i * 24, i * 16);
    }
    expect(meter.velocity).toBeCloseTo(-1500, -2);
  });

  it('calms down while a fling runs out, before it stands', () => {
    const meter = new SpeedMeter();
    let top = 0;
    const fast = Array.from({ length: 30 }, (_, i) => {
      top += i < 15 ? 200 : 200 * 0.6 ** (i - 14);
      return meter.isFast(top, i * 16);
    });
    expect(fast[14]).toBe(true);
    // 80 ms after it began to slow down, the last 160 ms still come to more than is fast.
    expect(fast.slice(20)).not.toContain(true);
    expect(fast.slice(3, 15)).not.toContain(false);
  });

  it('calms down', () => {
    const meter = new SpeedMeter();
    for (let i = 0; i < 20; i++) {
      meter.isFast(i * 200, i * 16);
    }
    expect(meter.isFast(4010, 1000)).toBe(false);
  });
});
