import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../comfy/schemas';
import { type JobRecord, type JobState, newJob } from '../fixtures/records';
import { readQueue } from './reconcile';

function entry(id: string): QueueEntry {
  return { number: 0, id, graph: {}, extraData: {}, outputNodes: [] };
}

const NOTHING: ReadonlySet<string> = new Set();

describe('readQueue', () => {
  it('tells what is queued, the running first, and what left', () => {
    const known = [newJob('run', 'running'), newJob('wait', 'pending'), newJob('gone', 'pending')];
    const reading = readQueue(
      { running: [entry('run')], pending: [entry('wait'), entry('new')] },
      known,
      NOTHING,
    );
    expect(reading.queued.map(({ entry: { id }, state }) => [id, state])).toEqual([
      ['run', 'running'],
      ['wait', 'pending'],
      ['new', 'pending'],
    ]);
    expect(reading.missing).toEqual(['gone']);
  });

  it("misses only jobs that are the queue's", () => {
    const others: JobState[] = ['submitting', 'completed', 'failed', 'cancelled', 'lost'];
    expect(
      readQueue(
        { running: [], pending: [] },
        others.map((state) => newJob(state, state)),
        NOTHING,
      ).missing,
    ).toEqual([]);
  });

  it('says nothing about jobs that changed since it was asked', () => {
    const known = [newJob('ended', 'completed'), newJob('accepted', 'pending')];
    const reading = readQueue(
      { running: [entry('ended')], pending: [] },
      known,
      new Set(['ended', 'accepted']),
    );
    expect(reading).toEqual({ queued: [], missing: [] });
  });

  it('names every job once, whatever the mix', () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[a-f]$/), { maxLength: 6 });
    const states = fc.constantFrom<JobState>(
      'pending',
      'running',
      'submitting',
      'completed',
      'lost',
      'cancelled',
    );
    const records = fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-f]$/), states), { selector: ([id]) => id })
      .map((list): JobRecord[] => list.map(([id, state]) => newJob(id, state)));
    fc.assert(
      fc.property(ids, fc.nat(1), records, ids, (queue, runningCount, known, changedIds) => {
        const changed = new Set(changedIds);
        const entries = queue.map(entry);
        const reading = readQueue(
          { running: entries.slice(0, runningCount), pending: entries.slice(runningCount) },
          known,
          changed,
        );
        const queued = reading.queued.map(({ entry: { id } }) => id);
        expect(queued).toEqual(queue.filter((id) => !changed.has(id)));
        expect(new Set([...queued, ...reading.missing]).size).toBe(queued.length + reading.missing.length);
        for (const id of reading.missing) {
          expect(queue).not.toContain(id);
          expect(changed.has(id)).toBe(false);
          expect(known.find((record) => record.id === id)?.state).toMatch(/pending|running/);
        }
      }),
      { numRuns: Number(process.env.MODEL_RUNS ?? 5000) },
    );
  });
});
