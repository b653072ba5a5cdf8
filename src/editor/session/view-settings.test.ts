import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHECKER_TONES,
  DEFAULT_VIEW,
  MASK_STYLES,
  SWATCHES,
  WHEEL_CHOICES,
  readViewSettings,
} from './view-settings';

describe('view settings', () => {
  it('are completed from any input', () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        const view = readViewSettings(stored);
        expect(MASK_STYLES).toContain(view.style);
        expect(CHECKER_TONES).toContain(view.checker);
        expect(WHEEL_CHOICES).toContain(view.wheel);
        expect([typeof view.ants, typeof view.grid]).toEqual(['boolean', 'boolean']);
      }),
    );
    expect(readViewSettings(null)).toEqual(DEFAULT_VIEW);
    const chosen = { style: 'hatch', ants: true, grid: false, checker: 'light', wheel: 'move' };
    expect(readViewSettings(chosen)).toEqual(chosen);
    expect(readViewSettings({ ...chosen, style: 'dots', ants: 1, wheel: 7 })).toEqual({
      ...chosen,
      style: 'tint',
      ants: false,
      wheel: 'zoom',
    });
  });

  it('have distinct swatches, of which the first is the default', () => {
    expect(new Set(SWATCHES.map(({ color }) => color)).size).toBe(SWATCHES.length);
    expect(SWATCHES.every(({ color }) => /^#[0-9a-f]{6}$/.test(color))).toBe(true);
  });
});
