import { describe, expect, it } from 'vitest';
import { paintMeaning } from './paint-strength';

describe('what a model makes of the paint', () => {
  it('depends on the strength', () => {
    expect(paintMeaning({ denoise: 0.6 })).toBe('seen');
    expect(paintMeaning({ denoise: 0.99 }, ['families.note.flow'])).toBe('seen');
    expect(paintMeaning({ denoise: 1 })).toBe('ignored');
    expect(paintMeaning({ denoise: 0.996 })).toBe('ignored');
  });

  it('depends on where it starts, and on whether the model edits what it is shown', () => {
    expect(paintMeaning({ denoise: 0.5, start: 'empty' })).toBe('emptied');
    expect(paintMeaning({ denoise: 1 }, ['families.note.edit'])).toBe('shown');
  });
});
