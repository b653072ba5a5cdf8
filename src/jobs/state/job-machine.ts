import type { PromptProblem } from '../../comfy/prompt-problems';
import type { QueueEntry } from '../../comfy/schemas';
import {
  withoutLeft,
  isActive,
  isFinished,
  type JobError,
  type JobRecord,
  type Output,
  type TextOutput,
} from './job';
import { fromPlace, fromQueue } from './records';

/**
 * Whether rooms see a job. `hidden`: removed from the lists, and still to be brought back by an undo.
 * `forgotten`: removed for good, remembered so that an older answer of the server cannot bring it back.
 * `unsure`: it was sent, and nobody could say whether it arrived.
 */
export type Presence = 'listed' | 'hidden' | 'forgotten' | 'unsure';

/** Whether this page asked for the job's end: the request is on its way, or the server took it. */
export type Cancellation = 'none' | 'asking' | 'asked';

/** A job as this page follows it: the record rooms see, and what this page did and saw. Immutable. */
export interface TrackedJob {
  readonly record: JobRecord;
  readonly presence: Presence;
  /** The history has told how it ended. That never changes, so it needs no second look. */
  readonly settled: boolean;
  /** This page saw it wait or run, so its end is news rather than history. */
  readonly witnessed: boolean;
  readonly cancellation: Cancellation;
  /** This browser is moving it within the queue: that it is not there at the moment means nothing. */
  readonly steered: boolean;
}

/** Something that happened to a job. Times in ms since the epoch. */
export type JobEvent =
  /** It is on its way to the server, for the first time or again. */
  | { type: 'sent'; record: JobRecord }
  /** The server took it. `record` is what is known under the id we asked for; seed-era servers give another. */
  | {
      type: 'accepted';
      record: JobRecord | undefined;
      id: string;
      number: number;
      problems: PromptProblem[];
    }
  /** It could not be put back into the queue it had been taken out of. */
  | { type: 'returned'; record: JobRecord }
  /** It was sent, and the connection broke before anybody could say whether it arrived. */
  | { type: 'went-missing' }
  /** The queue has it. `placeOnly`: of the entry only id and number count, because it was read without its graph. */
  | {
      type: 'queued';
      entry: QueueEntry;
      state: 'pending' | 'running';
      clientId: string;
      placeOnly?: boolean;
    }
  /** An event of a run. `startedAt` is the server's word, if it gave one. */
  | { type: 'alive'; startedAt: number | null; now: number }
  /** A node made files or text, or failed. */
  | { type: 'made'; outputs: Output[]; texts: TextOutput[] }
  | { type: 'node-failed'; error: JobError | null }
  /** The history told its end. */
  | { type: 'ended'; record: JobRecord }
  /** The server's list of all jobs has it: that it ended, and little more. */
  | { type: 'listed'; record: JobRecord }
  /** The mirror knows it from an earlier visit. */
  | { type: 'remembered'; record: JobRecord }
  /** It was taken out of the queue, and this browser keeps it. */
  | { type: 'held'; record: JobRecord }
  /** This browser begins or ends moving it within the queue. */
  | { type: 'steered'; on: boolean }
  /** The queue does not have it any more; only the history can tell what became of it. */
  | { type: 'left' }
  /** Neither queued nor in the history. */
  | { type: 'vanished'; now: number }
  | { type: 'cancellation'; step: Cancellation }
  /** The server took it out of the queue because this page asked. */
  | { type: 'dequeued'; now: number }
  | { type: 'hidden' | 'shown' | 'forgotten' };

/**
 * The job after an event; the same object when the event changes nothing, `undefined` when it concerns a
 * job nobody knows. The only place where a job's state changes.
 */
export function transition(before: TrackedJob | undefined, event: JobEvent): TrackedJob | undefined {
  switch (event.type) {
    case 'sent':
      return { ...fresh(event.record), witnessed: true };
    case 'accepted':
      return accepted(before, event);
    case 'returned':
      return { ...fresh(event.record), cancellation: 'asked' };
    case 'queued':
      return queued(before, event);
    case 'ended':
      return before?.settled || before?.presence === 'forgotten'
        ? before
        : {
            ...(before ?? fresh(event.record)),
            presence: arrived(before),
            record: event.record,
            settled: true,
          };
    case 'held':
      return held(before, event.record);
    case 'remembered':
      return remembered(before, event.record);
    case 'listed':
      // A job that is followed closely will tell more by itself.
      return before && before.record.state !== 'lost' ? before : { ...fresh(event.record), ...kept(before) };
    default:
      return before && change(before, event);
  }
}

/** What a new record must not undo: that a job is forgotten, or hidden until an undo. */
function kept(before: TrackedJob | undefined): Partial<TrackedJob> {
  return before ? { presence: before.presence, witnessed: before.witnessed } : {};
}

function remembered(before: TrackedJob | undefined, record: JobRecord): TrackedJob {
  // A lost job may turn up again, and of a sketch more can be known: the mirror's word on those is not final.
  const settled = record.state !== 'lost' && !record.sketch;
  const isMore = before?.record.sketch && settled && before.presence !== 'forgotten';
  return before && !isMore ? before : { ...fresh(record), ...kept(before), settled };
}

type Change = Exclude<
  JobEvent,
  { type: 'sent' | 'accepted' | 'returned' | 'queued' | 'ended' | 'listed' | 'remembered' | 'held' }
>;

function change(before: TrackedJob, event: Change): TrackedJob {
  switch (event.type) {
    case 'went-missing':
      return { ...before, presence: 'unsure' };
    case 'alive':
      return alive(before, event.startedAt, event.now);
    case 'made':
      return isFinished(before.record.state)
        ? before
        : withRecord(before, {
            outputs: event.outputs,
            ...(event.texts.length > 0 && { texts: event.texts }),
          });
    case 'node-failed':
      return isFinished(before.record.state) ? before : withRecord(before, { error: event.error });
    case 'left':
      return before.settled || before.steered || before.record.left || before.record.state !== 'pending'
        ? before
        : { ...before, record: { ...before.record, left: true } };
    case 'vanished':
      if (before.settled || before.steered || before.record.state === 'held') {
        return before;
      }
      return before.cancellation === 'asking'
        ? dequeued(before, event.now)
        : withRecord(before, { state: 'lost', endedAt: event.now });
    case 'steered':
      return before.steered === event.on ? before : { ...before, steered: event.on };
    case 'cancellation':
      return { ...before, cancellation: event.step };
    case 'dequeued':
      return dequeued(before, event.now);
    case 'hidden':
      return { ...before, presence: 'hidden' };
    case 'shown':
      return before.presence === 'hidden' ? { ...before, presence: 'listed' } : before;
    case 'forgotten':
      return { ...before, presence: 'forgotten' };
  }
}

function accepted(
  before: TrackedJob | undefined,
  { id, number, problems, record }: Extract<JobEvent, { type: 'accepted' }>,
): TrackedJob | undefined {
  // It may be known under its id already: events and the queue can overtake the answer.
  const current = before?.record ?? record;
  if (!current || before?.presence === 'forgotten') {
    // The answer to its sending can come after all else. Were the job still there, the queue would tell.
    return before;
  }
  return {
    ...(before ?? fresh(current)),
    presence: arrived(before),
    witnessed: true,
    record: {
      ...current,
      id,
      number,
      problems,
      state: current.state === 'submitting' ? 'pending' : current.state,
      mine: record?.mine ?? current.mine,
      createdAt: current.createdAt ?? record?.createdAt ?? null,
    },
  };
}

function queued(
  before: TrackedJob | undefined,
  { entry, state, clientId, placeOnly = false }: Extract<JobEvent, { type: 'queued' }>,
): TrackedJob {
  const known = before?.presence === 'forgotten' ? undefined : before?.record;
  const isMore = known?.placeOnly === true && !placeOnly;
  const isOther = known?.state !== state || known.number !== entry.number;
  const isNews = isOther || isMore || known.left === true;
  const listed = before?.presence === 'listed' || before?.presence === 'hidden';
  if (before && !isNews && listed && !before.settled) {
    return before;
  }
  const read = (): JobRecord =>
    placeOnly ? fromPlace(entry, state, known) : fromQueue(entry, state, known, clientId);
  const record = isNews || !known ? read() : known;
  return {
    ...(before ?? fresh(record)),
    record,
    presence: arrived(before),
    settled: false,
    witnessed: true,
  };
}

/** A job the server speaks of is there, whatever was believed of it; an undo may still be running. */
function arrived(before: TrackedJob | undefined): Presence {
  return before?.presence === 'hidden' ? 'hidden' : 'listed';
}

/** Events of a run prove that it runs, even when it was believed lost or cancelled. */
function alive(before: TrackedJob, startedAt: number | null, now: number): TrackedJob {
  const { record } = before;
  if (before.settled || record.sketch) {
    return before;
  }
  if (record.state !== 'running') {
    const known = startedAt ?? record.startedAt ?? now;
    return withRecord(before, { state: 'running', startedAt: known, endedAt: null });
  }
  return startedAt !== null && startedAt !== record.startedAt ? withRecord(before, { startedAt }) : before;
}

/** Only a job that had not begun: what the server does or did is the server's word. */
function held(before: TrackedJob | undefined, record: JobRecord): TrackedJob {
  const kept: JobRecord = { ...withoutLeft(record), state: 'held', startedAt: null, endedAt: null };
  if (!before) {
    return fresh(kept);
  }
  const begun = before.settled || before.record.state === 'running' || before.presence === 'forgotten';
  return begun
    ? before
    : { ...before, record: kept, presence: 'listed', cancellation: 'none', steered: false };
}

/** Only a job that had not begun: of a running one the history will tell the end. */
function dequeued(before: TrackedJob, now: number): TrackedJob {
  const { state } = before.record;
  const hadNotBegun = ['pending', 'submitting', 'lost', 'held'].includes(state);
  return hadNotBegun && !before.settled ? withRecord(before, { state: 'cancelled', endedAt: now }) : before;
}

function withRecord(before: TrackedJob, part: Partial<JobRecord>): TrackedJob {
  const record = { ...(part.state ? withoutLeft(before.record) : before.record), ...part };
  return { ...before, record, witnessed: before.witnessed || isActive(record.state) };
}

function fresh(record: JobRecord): TrackedJob {
  return {
    record,
    presence: 'listed',
    settled: false,
    witnessed: isActive(record.state),
    cancellation: 'none',
    steered: false,
  };
}
