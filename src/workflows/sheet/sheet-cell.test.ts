import { describe, expect, it } from 'vitest';
import { newJob } from '../../jobs/fixtures/records';
import { OutputLibrary } from '../../jobs/library/output-library.svelte';
import type { JobRecord, JobState, Output } from '../../jobs/state/job';
import { type CellOptions, cellOf } from './sheet-cell';

const output = (index: number, type: 'output' | 'temp' = 'output'): Output => ({
  ...{ nodeId: '9', index, media: 'image' as const },
  ref: { filename: `${type}-${index}.png`, subfolder: '', type },
});

/** A place of a sheet on a server with these jobs. */
function cell(job: JobRecord | null, more: Partial<CellOptions> & { listed?: JobRecord[] } = {}) {
  const { listed = job ? [job] : [], ...rest } = more;
  const items = new OutputLibrary();
  items.change({ removed: [], added: listed });
  return cellOf(job, { jobs: { items }, loaded: true, hidden: () => false, ...rest });
}

describe('a place of a sheet', () => {
  it('shows the first picture of its run, and says how many more there are', () => {
    const job = newJob('a', 'completed', { outputs: [output(0), output(1), output(2)] });
    expect(cell(job)).toMatchObject({ state: 'picture', item: { key: 'a/0' }, more: 2 });
  });

  it('shows a picture that ComfyUI had already, under the job that made it', () => {
    const first = newJob('a', 'completed', { endedAt: 1, outputs: [output(0)] });
    const again = newJob('b', 'completed', { endedAt: 2, outputs: [{ ...output(0), cached: true }] });
    expect(cell(again, { listed: [first, again] })).toMatchObject({ state: 'picture', item: { key: 'a/0' } });
  });

  it('shows a preview where nothing was saved', () => {
    const job = newJob('a', 'completed', { outputs: [output(0, 'temp')] });
    expect(cell(job)).toMatchObject({ state: 'picture', item: { key: 'a/0' } });
  });

  it.each<[JobState, string]>([
    ['submitting', 'pending'],
    ['pending', 'pending'],
    ['held', 'held'],
    ['running', 'running'],
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    ['lost', 'lost'],
    ['completed', 'empty'],
  ])('of a run that is %s and made nothing is %s', (state, expected) => {
    expect(cell(newJob('a', state)).state).toBe(expected);
  });

  it('tells a run that nobody knows of from one that may still come', () => {
    expect(cell(null).state).toBe('absent');
    expect(cell(null, { loaded: false }).state).toBe('unknown');
  });

  it('says when its picture was removed, and when it is hidden', () => {
    const job = newJob('a', 'completed', { outputs: [output(0)] });
    expect(cell(job, { listed: [] }).state).toBe('gone');
    expect(cell(job, { hidden: () => true }).state).toBe('hidden');
  });

  it('shows another picture of its run in the place of one that is hidden', () => {
    const job = newJob('a', 'completed', { outputs: [output(0), output(1)] });
    const hidden: CellOptions['hidden'] = ({ output: { index } }) => index === 0;
    expect(cell(job, { hidden })).toMatchObject({ state: 'picture', item: { key: 'a/1' }, more: 0 });
  });
});
