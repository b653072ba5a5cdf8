import { describe, expect, it } from 'vitest';
import { newJob } from '../fixtures/records';
import type { JobRecord } from './job';
import { JobTable } from './job-table.svelte';

const SELECTS = { darkroom: { recipe: 'select', parent: null, mask: null } };

describe('the list of what ended', () => {
  it('leaves out selections, of which everybody is told all the same', () => {
    const table = new JobTable();
    const told: JobRecord[] = [];
    table.onChange(({ added }) => told.push(...added));
    table.apply('blur', { type: 'listed', record: newJob('blur', 'completed', { endedAt: 1 }) });
    table.apply('cat', { type: 'sent', record: newJob('cat', 'submitting', SELECTS) });
    expect(table.pending.map(({ id }) => id)).toEqual(['cat']);
    table.apply('cat', { type: 'ended', record: newJob('cat', 'completed', { ...SELECTS, endedAt: 2 }) });
    expect(table.finished(9).map(({ id }) => id)).toEqual(['blur']);
    expect(table.finishedCount).toBe(1);
    expect(table.record('cat')?.state).toBe('completed');
    expect(told.at(-1)?.id).toBe('cat');
  });

  it('loses a job that turns out to be one', () => {
    const table = new JobTable();
    table.apply('cat', { type: 'listed', record: newJob('cat', 'completed', { sketch: true }) });
    expect(table.finishedCount).toBe(1);
    table.apply('cat', { type: 'ended', record: newJob('cat', 'completed', SELECTS) });
    expect(table.finishedCount).toBe(0);
  });
});
