import { describe, expect, it } from 'vitest';
import { loadWords } from '../../../i18n/index.svelte';
import type { JobError, JobRecord, JobState } from '../../../jobs/state/job';
import { describeFailedJob } from './describe-failed-job';

await loadWords('editor');

function words(
  state: JobState,
  error: Partial<JobError> | null = null,
  more: Partial<JobRecord> = {},
): string {
  const told = error && {
    nodeId: '3',
    nodeTitle: 'KSampler',
    type: 'RuntimeError',
    message: '',
    traceback: [],
    ...error,
  };
  const { title, sentence } = describeFailedJob({ state, error: told, ...more } as unknown as JobRecord);
  return `${title}. ${sentence}`;
}

describe('why a job has no result', () => {
  it('is told with the node and what the server said', () => {
    expect(words('failed', { message: 'mat1 and mat2 do not fit' })).toBe(
      'Failed. KSampler: mat1 and mat2 do not fit',
    );
    expect(words('failed', { type: 'KeyError' })).toBe('Failed. KSampler: KeyError');
    expect(words('failed')).toMatch(/^Failed\. The server gave no reason/);
  });

  it.each(['torch.OutOfMemoryError', 'torch.cuda.OutOfMemoryError', 'MemoryError'])(
    'says what to do about %s',
    (type) => {
      const told = words('failed', { type, message: 'Allocation on device' });
      expect(told).toMatch(/smaller area or working resolution/);
      expect(told).toMatch(/KSampler: Allocation on device$/);
    },
  );

  it('is told of jobs that did not fail by themselves', () => {
    expect(words('lost')).toMatch(/restarted/);
    expect(words('cancelled')).toMatch(/^Cancelled\. .*another page/);
    expect(words('cancelled', null, { stop: { nodeTitle: 'Save', here: false } })).toBe(
      'Cancelled. Stopped from elsewhere at Save',
    );
    expect(words('completed')).toMatch(/^No picture\. /);
  });
});
