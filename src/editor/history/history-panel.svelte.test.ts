import { describe, expect, it } from 'vitest';
import { historyRows } from './history-panel.svelte';
import { stepLook } from './history-step';

const items = (done: number, undone: number) =>
  Array.from({ length: done + undone }, (_, i) => ({
    id: i + 1,
    tool: 'brush',
    mask: 'mask',
    done: i < done,
    bytes: 0,
    box: { x0: 0, y0: 0, x1: 1, y1: 1 },
  }));

describe('historyRows', () => {
  it('marks the last step that is done', () => {
    const { rows, older } = historyRows(items(3, 2));
    expect(rows.map(({ present }) => present)).toEqual([false, false, true, false, false]);
    expect(older).toBe(0);
    expect(historyRows(items(0, 2)).rows.some(({ present }) => present)).toBe(false);
    expect(historyRows([])).toEqual({ rows: [], older: 0 });
  });

  it('shows the newest of many, and always the present one', () => {
    for (const [done, undone] of [
      [500, 0],
      [480, 20],
      [20, 480],
      [0, 500],
    ] as const) {
      const { rows, older } = historyRows(items(done, undone), 200);
      expect(rows).toHaveLength(200);
      expect(rows[0]?.id).toBe(older + 1);
      expect(rows.filter(({ present }) => present).map(({ id }) => id)).toEqual(done > 0 ? [done] : []);
    }
  });
});

describe('stepLook', () => {
  it('names tools, and calls others a change', () => {
    expect(stepLook('lasso').name).toBe('editor.history.step.lasso');
    expect(stepLook('something new').name).toBe('editor.history.step.other');
  });
});
