import { beforeEach, describe, expect, it } from 'vitest';
import { ShelfStage, shelfJob } from './fixtures/shelf-stage';
import type { ShelfJob } from './shelf-db';

let stage: ShelfStage;

const stateOf = (id: string): string | undefined => stage.table.record(id)?.state;
const shelf = (...jobs: ShelfJob[]): Map<string, ShelfJob> => new Map(jobs.map((job) => [job.id, job]));

beforeEach(() => {
  stage = new ShelfStage();
  stage.queue('a');
});

/** The queue was read, and has nothing of it; nor has the history. */
function vanish(id: string): void {
  stage.table.apply(id, { type: 'vanished', now: 1 });
}

it('has the absence of a job mean nothing until it is released', () => {
  stage.view.steer(['a']);
  vanish('a');
  expect(stateOf('a')).toBe('pending');
  stage.view.released(['a']);
  expect(stage.lookSoon).toHaveBeenCalledTimes(1);
  vanish('a');
  expect(stateOf('a')).toBe('lost');
});

it.each([
  ['held', 'held'],
  ['undo', 'cancelled'],
  ['moving', 'pending'],
] as const)('shows a job that is out of the queue, %s, as %s', (kind, state) => {
  stage.view.steer(['a']);
  stage.view.out([shelfJob('a', { kind })]);
  expect(stateOf('a')).toBe(state);
  // One that is moved is still steered.
  expect(stage.lookSoon).toHaveBeenCalledTimes(kind === 'moving' ? 0 : 1);
});

it.each([
  ['sending', 'submitting'],
  ['held', 'held'],
  ['undo', 'cancelled'],
  ['moving', 'pending'],
] as const)('shows a job that could not be sent, %s, as %s', (kind, state) => {
  const record = { ...shelfJob('a').record, state: kind === 'sending' ? 'submitting' : 'pending' } as const;
  stage.table.drop('a');
  stage.view.notSent(shelfJob('a', { kind, record }));
  expect(stateOf('a')).toBe(state);
  // What is needed to send it again.
  expect(stage.live.graph('a')).not.toBeNull();
});

it('shows a new job under the id that the server gave it', () => {
  const job = shelfJob('mine', {
    kind: 'sending',
    record: { ...shelfJob('mine').record, state: 'submitting' },
  });
  stage.view.notSent(job);
  stage.view.arrived([{ job, as: { id: 'theirs', at: 'pending', number: 4 } }]);
  expect(stateOf('mine')).toBeUndefined();
  expect(stage.table.record('theirs')).toMatchObject({ state: 'pending', number: 4 });
  expect(stage.live.graph('theirs')).not.toBeNull();
  expect(stage.live.graph('mine')).toBeNull();
  expect(stage.lookSoon).toHaveBeenCalledTimes(1);
});

it('looks at nothing when nothing has arrived', () => {
  stage.view.arrived([]);
  expect(stage.lookSoon).not.toHaveBeenCalled();
});

describe('what another tab did', () => {
  it('is seen when it holds a job, and when it puts it back', () => {
    const held = shelf(shelfJob('b'));
    stage.view.changed([], held);
    expect(stateOf('b')).toBe('held');
    expect(stage.live.graph('b')).not.toBeNull();
    stage.view.changed(held.keys(), shelf());
    expect(stateOf('b')).toBeUndefined();
    expect(stage.lookSoon).toHaveBeenCalledTimes(1);
  });

  it('is not a job that is gone although it was never on hold', () => {
    stage.view.changed(['a'], shelf());
    expect(stateOf('a')).toBe('pending');
  });

  it('is seen when it finishes what this tab began', () => {
    stage.view.steer(['a']);
    stage.view.changed([], shelf());
    vanish('a');
    expect(stateOf('a')).toBe('lost');
  });

  it('is seen when what this tab began to take out is out', () => {
    stage.view.steer(['a']);
    stage.view.changed([], shelf(shelfJob('a', { kind: 'undo' })));
    expect(stateOf('a')).toBe('cancelled');
  });

  it('is seen when it could not send a job, and when it has sent it', () => {
    const record = { ...shelfJob('n').record, state: 'submitting' } as const;
    const unsent = shelf(shelfJob('n', { kind: 'sending', phase: 'returning', record }));
    stage.view.changed([], unsent);
    expect(stateOf('n')).toBe('submitting');
    stage.view.hideSent(unsent);
    expect(stateOf('n')).toBe('submitting');
    stage.view.hideSent(shelf());
    expect(stateOf('n')).toBeUndefined();
    expect(stage.lookSoon).toHaveBeenCalledTimes(1);
  });

  it('does not hide a job that has been accepted since', () => {
    const record = { ...shelfJob('n').record, state: 'submitting' } as const;
    const job = shelfJob('n', { kind: 'sending', phase: 'returning', record });
    stage.view.changed([], shelf(job));
    stage.view.arrived([{ job, as: { id: 'n', at: 'pending', number: 1 } }]);
    stage.view.hideSent(shelf());
    expect(stateOf('n')).toBe('pending');
  });
});
