import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../comfy/schemas';
import { newJob } from '../fixtures/records';
import { isActive, isFinished, type JobState } from './job';
import { type JobEvent, transition, type TrackedJob } from './job-machine';

const NOW = 9_000;
const CLIENT = 'me';

function entry(number = 3): QueueEntry {
  return { id: 'a', number, graph: {}, extraData: { client_id: CLIENT }, outputNodes: [] };
}

const sent: JobEvent = { type: 'sent', record: newJob('a', 'submitting', { mine: true }) };
const pending: JobEvent = { type: 'queued', entry: entry(), state: 'pending', clientId: CLIENT };
const running: JobEvent = { type: 'queued', entry: entry(), state: 'running', clientId: CLIENT };
const alive: JobEvent = { type: 'alive', startedAt: 5, now: NOW };
const completed: JobEvent = { type: 'ended', record: newJob('a', 'completed', { endedAt: 7 }) };
const vanished: JobEvent = { type: 'vanished', now: NOW };
const asking: JobEvent = { type: 'cancellation', step: 'asking' };

function after(...events: JobEvent[]): TrackedJob | undefined {
  return events.reduce<TrackedJob | undefined>(transition, undefined);
}

function stateAfter(...events: JobEvent[]): JobState | undefined {
  return after(...events)?.record.state;
}

const sketch = newJob('a', 'completed', { sketch: true });
const listed: JobEvent = { type: 'listed', record: sketch };

describe('a job', () => {
  it.each<[string, JobState, JobEvent[]]>([
    ['is on its way once it is sent', 'submitting', [sent]],
    ['waits when the queue lists it', 'pending', [sent, pending]],
    ['runs when an event shows life', 'running', [sent, pending, alive]],
    ['runs when the queue says so, although it was never sent from here', 'running', [running]],
    ['has ended when the history says so', 'completed', [sent, pending, alive, completed]],
    ['is lost when it is nowhere', 'lost', [pending, vanished]],
    ['comes back from being lost', 'running', [pending, vanished, alive]],
    [
      'is cancelled, not lost, when it vanishes while that is asked for',
      'cancelled',
      [pending, asking, vanished],
    ],
    [
      'is not cancelled once it runs: the history tells its end',
      'running',
      [running, { type: 'dequeued', now: NOW }],
    ],
    ['that has ended is woken by no late event', 'completed', [completed, alive]],
    [
      'that has ended has one end',
      'completed',
      [completed, { type: 'ended', record: newJob('a', 'failed') }],
    ],
    ['has ended when the list of jobs says so', 'completed', [listed]],
    ['that is followed is not ended by a list', 'running', [running, listed]],
    [
      'that was lost has ended when the list of jobs says so',
      'completed',
      [{ type: 'remembered', record: newJob('a', 'lost') }, listed],
    ],
    ['of which only the end is known is woken by no late event', 'completed', [listed, alive]],
    ['of which only the end is known can be queued again', 'pending', [listed, pending]],
    [
      'that the mirror called lost may turn up again',
      'pending',
      [{ type: 'remembered', record: newJob('a', 'lost') }, pending],
    ],
  ])('%s', (_name, state, events) => {
    expect(stateAfter(...events)).toBe(state);
  });

  it('that was forgotten is not brought back by a late answer to its sending', () => {
    const answer: JobEvent = { type: 'accepted', record: undefined, id: 'a', number: 1, problems: [] };
    const gone = after(sent, pending, vanished, { type: 'forgotten' });
    expect(gone && transition(gone, answer)).toBe(gone);
  });

  it('keeps its problems and its owner when the queue lists it', () => {
    const problems = [{ nodeId: '1' }] as never;
    const accepted: JobEvent = {
      type: 'accepted',
      record: newJob('a', 'submitting', { mine: true, createdAt: 1 }),
      id: 'a',
      number: 2,
      problems,
    };
    expect(after(sent, accepted, pending)?.record).toMatchObject({ problems, mine: true, number: 3 });
  });

  it('is not brought back by an old answer once it is forgotten, but by the queue', () => {
    expect(after(completed, { type: 'forgotten' }, completed)?.presence).toBe('forgotten');
    expect(after(completed, { type: 'forgotten' }, pending)).toMatchObject({
      presence: 'listed',
      settled: false,
      record: { outputs: [], state: 'pending' },
    });
  });

  it('is listed again when it had arrived although nobody could say so', () => {
    expect(after(sent, { type: 'went-missing' })?.presence).toBe('unsure');
    expect(after(sent, { type: 'went-missing' }, running)?.presence).toBe('listed');
    expect(after(sent, { type: 'went-missing' }, completed)?.presence).toBe('listed');
  });

  it('is news only to a page that saw it at work', () => {
    expect(after(completed)?.witnessed).toBe(false);
    expect(after(pending, completed)?.witnessed).toBe(true);
    expect(after({ type: 'remembered', record: newJob('a', 'completed') })?.witnessed).toBe(false);
  });

  it('is the same object when an event changes nothing', () => {
    const job = after(pending);
    expect(transition(job, pending)).toBe(job);
    const ended = after(completed);
    expect(transition(ended, alive)).toBe(ended);
    expect(transition(ended, { type: 'made', outputs: [], texts: [] })).toBe(ended);
    expect(transition(undefined, alive)).toBeUndefined();
  });
});

/** Thousands of random orders in every run; more are tried with an environment variable. */
const RUNS = Number(process.env.MODEL_RUNS ?? 5000);

const anEvent = fc.constantFrom<JobEvent>(
  sent,
  pending,
  running,
  alive,
  completed,
  { type: 'ended', record: newJob('a', 'failed') },
  { type: 'remembered', record: newJob('a', 'lost') },
  { type: 'accepted', record: newJob('a', 'submitting'), id: 'a', number: 1, problems: [] },
  { type: 'returned', record: newJob('a', 'cancelled') },
  { type: 'went-missing' },
  { type: 'made', outputs: [], texts: [] },
  { type: 'node-failed', error: null },
  vanished,
  asking,
  { type: 'cancellation', step: 'asked' },
  { type: 'cancellation', step: 'none' },
  { type: 'dequeued', now: NOW },
  { type: 'hidden' },
  { type: 'shown' },
  { type: 'forgotten' },
);

it('is settled only in an end, and leaves that only when the server has it to do again', () => {
  fc.assert(
    fc.property(fc.array(anEvent, { maxLength: 30 }), (events) => {
      let job: TrackedJob | undefined;
      for (const event of events) {
        const next = transition(job, event);
        if (job?.settled && next?.record.state !== job.record.state) {
          expect(['queued', 'sent', 'returned']).toContain(event.type);
        }
        if (next?.settled) {
          expect(isFinished(next.record.state)).toBe(true);
        }
        if (next && isActive(next.record.state)) {
          expect(next.witnessed).toBe(true);
        }
        job = next;
      }
    }),
    { numRuns: RUNS },
  );
});

describe('a sketch of a job', () => {
  const whole = newJob('a', 'failed');

  it.each<[string, JobEvent]>([
    ['the history', { type: 'ended', record: whole }],
    ['another tab or device', { type: 'remembered', record: whole }],
  ])('gives way to what %s knows', (_who, event) => {
    expect(after(listed)).toMatchObject({ settled: false });
    expect(after(listed, event)).toMatchObject({ settled: true, record: whole });
  });

  it('adds nothing to what is known', () => {
    expect(after(completed, listed)?.record).toBe(after(completed)?.record);
    const again: JobEvent = { type: 'remembered', record: newJob('a', 'completed', { sketch: true }) };
    expect(after(listed, again)?.record).toBe(sketch);
    expect(after(completed, again)?.record.sketch).toBeUndefined();
  });

  it('stays forgotten', () => {
    const forgotten = after(listed, { type: 'forgotten' }, listed, { type: 'remembered', record: whole });
    expect(forgotten?.presence).toBe('forgotten');
  });
});
