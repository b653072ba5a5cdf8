import { describe, expect, it } from 'vitest';
import { newRecord } from '../jobs/state/records';
import type { JobRecord, JobState } from '../jobs/state/job';
import { failedAnew, TriedAgain } from './failed-jobs.svelte';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

function ended(id: string, state: JobState, hoursAgo: number): JobRecord {
  return { ...newRecord(id, { graph: {}, pngInfo: {} }, 0), state, endedAt: NOW - hoursAgo * HOUR };
}

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
}

describe('what is offered to be tried again', () => {
  it('is what failed within a day, the oldest first, whatever ended well in between', () => {
    const jobs = [
      ended('d', 'failed', 1),
      ended('c', 'completed', 2),
      ended('b', 'failed', 23),
      ended('a', 'failed', 25),
    ];
    expect(failedAnew(jobs, new Set(), NOW)).toEqual(['b', 'd']);
  });

  it('is not what was tried again already, also after a reload', () => {
    const storage = memory();
    new TriedAgain(() => storage).add('b');
    const { ids } = new TriedAgain(() => storage);
    expect(failedAnew([ended('d', 'failed', 1), ended('b', 'failed', 2)], ids, NOW)).toEqual(['d']);
  });

  it('is told by the newest 500 that were tried', () => {
    const tried = new TriedAgain(() => memory());
    for (let job = 0; job < 502; job++) {
      tried.add(String(job));
    }
    expect(tried.ids.size).toBeLessThanOrEqual(500);
    expect(tried.ids.has('501')).toBe(true);
  });

  it('does not trip over what another version stored', () => {
    const storage = memory();
    storage.setItem('darkroom.tried-again', '{"a":1}');
    expect(new TriedAgain(() => storage).ids.size).toBe(0);
  });
});
