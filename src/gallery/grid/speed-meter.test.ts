import { describe, expect, it } from 'vitest';
import { SpeedMeter } from './speed-meter';

function speeds(step: number, every: number, count: number): boolean[] {
  const meter = new SpeedMeter();
  return Array.from({ length: count }, (_, i) => meter.note(i * step, i * every) !== 'slow');
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
      meter.note(-i * 24, i * 16);
    }
    expect(meter.velocity).toBeCloseTo(-1500, -2);
  });

  it('calms down while a fling runs out, before it stands', () => {
    const meter = new SpeedMeter();
    let top = 0;
    const fast = Array.from({ length: 30 }, (_, i) => {
      top += i < 15 ? 200 : 200 * 0.6 ** (i - 14);
      return meter.note(top, i * 16) !== 'slow';
    });
    expect(fast[14]).toBe(true);
    // 80 ms after it began to slow down, the last 160 ms still come to more than is fast.
    expect(fast.slice(20)).not.toContain(true);
    expect(fast.slice(3, 15)).not.toContain(false);
  });

  it('is that of a fling also where a busy page tells of it in jerks, and late', () => {
    const meter = new SpeedMeter();
    let at = 0;
    const step = (ms: number, top: number): string => meter.note(top, (at += ms));
    const start = [240, 480, 720, 960].map((top) => step(16, top));
    expect(start).not.toContain('slow');
    // It stalls, tells of one turn of the wheel, and then of all that there were.
    expect([step(150, 1000), step(8, 1240), step(30, 3100), step(140, 5200)]).not.toContain('slow');
    expect([step(60, 5230), step(60, 5260), step(60, 5290)].at(-1)).toBe('slow');
  });

  it('is not known after one jump, until the next step', () => {
    const meter = new SpeedMeter();
    expect(meter.note(900, 1000)).toBe('unsure');
    expect(meter.note(920, 1016)).toBe('slow');
    expect(meter.note(100, 3000)).toBe('unsure');
    expect(meter.note(90, 5000)).toBe('slow');
  });

  it('does not come from rows that are laid out anew', () => {
    const meter = new SpeedMeter();
    const speeds = Array.from({ length: 20 }, (_, i) => {
      meter.shift(300);
      return meter.note(i * 324 + 324, i * 16);
    });
    expect(speeds.slice(1)).not.toContain('fast');
    expect(meter.velocity).toBeCloseTo(1500, -2);
  });

  it('calms down', () => {
    const meter = new SpeedMeter();
    for (let i = 0; i < 20; i++) {
      meter.note(i * 200, i * 16);
    }
    expect(meter.note(3810, 1000)).toBe('slow');
  });
});
