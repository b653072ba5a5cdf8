import { reportingAs } from '../../base/report';
import type { ComfyClient, HistoryItem, QueuePlace } from '../../comfy/client';
import type { QueueEntry } from '../../comfy/schemas';
import type { ComfySocket, SocketState } from '../../comfy/socket';
import type { MirrorEntry } from '../library/job-mirror';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobGraph, JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import type { PackedGraph } from '../state/packed-graph';
import { type QueueSnapshot, readQueue } from '../state/reconcile';
import { extraToKeep, graphOf } from '../state/records';
import { Coalesced } from './coalesce';
import { arrived, type ConnectionState, onlyComfy } from './connection.svelte';
import type { EventIntake } from './event-intake';
import type { HistoryReader } from './history-reader';

/**
 * Hints come in bursts (API reference 10.5): the first is acted on at once, those that follow within this time, ms,
 * when it is over.
 */
const BURST = 150;
/** What a deaf socket has missed is noticed within this time, ms: one number is asked for, at little cost. */
const POLL_INTERVAL = 1500;
/** A server that answers again is noticed within this time, ms. */
const POLL_INTERVAL_OFF = 1000;
/** Every nth poll reads the queue itself: jobs can change places without changing in number. */
const POLLS_PER_SYNC = 20;
/** Every nth poll repeats what failed. */
const POLLS_PER_RETRY = 3;
/**
 * Of so many jobs at most, the places are read too while the socket is silent, because it may be deaf. Where the server
 * has no list of them, every nth poll of such a silence reads the queue itself.
 */
const FEW_WAITING = 20;
const POLLS_PER_SILENT_SYNC = 3;
/** From this many jobs on, the queue is read without its graphs where the server can: in full it may have 100 MB. */
const LONG_QUEUE = 100;
/**
 * How long jobs that others add to such a queue may be mere places, ms: only a full read tells what they are. One that
 * took long is repeated so much later.
 */
const FULL_READ_EVERY = 20_000;
const FULL_READ_SHARE = 10;
/** From so many jobs on that left the queue at once, the history is read as a whole rather than job by job. */
const MANY_MISSING = 20;
/** So few are looked up first, before other news of the history are read. */
const FEW_MISSING = 4;

export interface QueueSyncOptions {
  client: ComfyClient;
  socket: ComfySocket;
  connection: ConnectionState;
  table: JobTable;
  live: LiveJobs;
  intake: EventIntake;
  history: HistoryReader;
  feed: MirrorFeed;
  now: () => number;
  /** From how many jobs on the queue is rarely read in full. */
  longQueue?: number;
  /** Whether jobs the server no longer knows are forgotten. */
  forgetUnknown: () => boolean;
  /** The server answers again. */
  returned: () => void;
}

/**
 * Keeps the table in step with the server's queue. Absence proves nothing: a job that has left the queue is
 * looked up in the history before its state changes.
 */
export class QueueSync {
  readonly #options: QueueSyncOptions;
  readonly #sync = new Coalesced(() => this.#lookOnce());
  #remaining = $state<number | null>(null);
  #historyLoaded = $state(false);
  /** Status events so far: a count fetched over HTTP is stale if one of them overtook it. */
  #statuses = 0;
  #unknownStale = true;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #polls = 0;
  #heardAtPoll = 0;
  /** Polls in a row between which the socket said nothing. */
  #silentPolls = 0;
  #stopped = true;
  #startedAt = 0;
  /** When the queue was last read, and when in full. */
  #lookedAt = -Infinity;
  #fullAt = -Infinity;
  /** How long the last full read took, ms. */
  #fullTook = 0;
  #readingWords = false;
  /** Numbers the starts, so that a poll left over from an earlier one stops. */
  #life = 0;

  constructor(options: QueueSyncOptions) {
    this.#options = options;
  }

  /** Jobs pending and running as the server counts them; `null` before the first answer. */
  get remaining(): number | null {
    return this.#remaining;
  }

  /** Whether the newest part of the history has been read. */
  get historyLoaded(): boolean {
    return this.#historyLoaded;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  start(): () => void {
    this.#stopped = false;
    this.#startedAt = this.#options.now();
    this.#life += 1;
    void this.#poll(this.#life);
    const stopDetails = this.#options.history.details.start();
    return () => {
      this.#stopped = true;
      stopDetails();
      clearTimeout(this.#syncTimer);
      this.#syncTimer = undefined;
      clearTimeout(this.#pollTimer);
    };
  }

  /**
   * Looks at the queue, and at the history where something may have ended.
   * @throws ComfyError when the server does not answer.
   */
  look(): Promise<void> {
    return this.#sync.run();
  }

  /** The same, but a failure shows only in the connection's state. */
  async lookQuietly(): Promise<void> {
    await this.#sync.run().catch(onlyComfy);
  }

  /** Hints that arrive while a look is due add nothing: postponing it each time would starve it. */
  lookSoon(): void {
    if (this.#syncTimer !== undefined || this.#stopped) {
      return;
    }
    const since = this.#options.now() - this.#lookedAt;
    if (since >= BURST) {
      void this.lookQuietly();
      return;
    }
    this.#syncTimer = setTimeout(
      () => {
        this.#syncTimer = undefined;
        void this.lookQuietly();
      },
      // A clock that was set back must not keep the panel waiting.
      Math.min(BURST, BURST - since),
    );
  }

  /** A status event came. */
  told(remaining: number): void {
    this.#statuses += 1;
    this.#counted(remaining);
    this.lookSoon();
  }

  socketChanged(state: SocketState): void {
    if (state === 'open') {
      // Nothing is replayed, and it may be another run of the server.
      this.#options.history.stale = true;
      this.#options.history.told.clear();
      this.#unknownStale = true;
      void this.lookQuietly();
    } else if (state === 'waiting' && this.#options.connection.now.state === 'connected') {
      // The server may be gone: find out without waiting for the next poll.
      this.lookSoon();
    }
  }

  /** @param job what is needed to queue it again; `null` where only its place was read. */
  #putQueued(entry: QueueEntry, state: 'pending' | 'running', job: JobGraph | PackedGraph | null): void {
    const { table, live, intake, socket } = this.#options;
    const { clientId } = socket;
    const before = table.record(entry.id);
    if (job) {
      live.setGraph(entry.id, job, entry.outputNodes, extraToKeep(entry.extraData));
    }
    const after = table.apply(entry.id, { type: 'queued', entry, state, clientId, placeOnly: job === null });
    if (after?.record !== before) {
      intake.replay(entry.id);
    }
  }

  async #lookOnce(): Promise<void> {
    const { client, table, connection, history, intake, socket, feed, now } = this.#options;
    try {
      const changed = table.noteChanges();
      const statuses = this.#statuses;
      this.#lookedAt = now();
      const light = await this.#readPlaces();
      const snapshot: QueueSnapshot<QueuePlace & Partial<QueueEntry>> = light ?? (await client.queue());
      if (connection.answered()) {
        history.stale = true;
        this.#options.returned();
      }
      if (statuses === this.#statuses) {
        this.#counted(snapshot.running.length + snapshot.pending.length);
      }
      const { queued, missing } = readQueue(snapshot, table.active(), changed);
      // Under way while what was read is taken in.
      const asked = missing.length <= FEW_MISSING ? this.#askFor(missing) : undefined;
      if (!light) {
        this.#fullAt = now();
        this.#fullTook = this.#fullAt - this.#lookedAt;
      }
      table.batch(() => {
        missing.forEach((id) => table.apply(id, { type: 'left' }));
        for (const { entry, state } of queued) {
          // Of thousands hardly one has changed.
          if (!light || this.#isNews(entry, state)) {
            const whole = asEntry(entry);
            this.#putQueued(whole, state, light ? null : graphOf(whole));
          }
        }
      });
      intake.noteRunning(snapshot.running.map(({ id }) => id));
      socket.setBusy(snapshot.running.some(({ id }) => table.record(id)?.mine));
      await feed.first;
      if (asked) {
        await this.#settleMissing(missing, changed, asked);
      }
      if (history.stale || missing.length > FEW_MISSING) {
        await history.readNews(() => (this.#historyLoaded = true));
      }
      if (!asked) {
        await this.#settleMissing(missing, changed);
      }
      void this.#readWords().catch(onlyComfy);
      await this.#forgetGone();
      history.details.resume();
    } catch (error) {
      connection.failed(error);
      throw error;
    }
  }

  /** Whether a job is not where this page has it. */
  #isNews({ id, number }: QueuePlace, state: JobRecord['state']): boolean {
    const known = this.#options.table.record(id);
    return known?.state !== state || known.number !== number;
  }

  /** A long queue without its graphs; `null` when it has to be read in full. */
  async #readPlaces(): Promise<QueueSnapshot<QueuePlace> | null> {
    const { client, longQueue = LONG_QUEUE } = this.#options;
    if (this.#remaining === null) {
      // Whether the queue is long has to be known before it is read.
      this.#counted(await client.queueRemaining());
    }
    if ((this.#remaining ?? 0) < longQueue) {
      return null;
    }
    // One malformed job of another program makes the list fail, not the queue itself (API reference 2.1).
    return client.queuePlaces().catch(reportingAs('jobs.places', null));
  }

  /** Reads what the jobs are of which only the place is known, if that was not done just now. Holds nothing up. */
  async #readWords(): Promise<void> {
    const { client, table, now } = this.#options;
    const pause = Math.max(FULL_READ_EVERY, this.#fullTook * FULL_READ_SHARE);
    const isDue = now() - this.#fullAt >= pause && !this.#readingWords;
    if (!isDue || ![...table.active()].some(({ placeOnly }) => placeOnly)) {
      return;
    }
    this.#readingWords = true;
    const begun = now();
    try {
      const { readWords } = await arrived(import('./read-words'));
      await readWords({ client, table, calm: () => this.#sync.idle() }, ({ entry, job }, state) =>
        this.#putQueued(entry, state, job),
      );
    } finally {
      this.#readingWords = false;
      this.#fullAt = now();
      this.#fullTook = this.#fullAt - begun;
    }
  }

  /** Fewer jobs than before means that one has ended, perhaps one we never saw. */
  #counted(remaining: number): void {
    if (this.#remaining !== null && remaining < this.#remaining) {
      this.#options.history.stale = true;
    }
    this.#remaining = remaining;
  }

  #askFor(ids: readonly string[]): Map<string, Promise<HistoryItem | null>> {
    const { client } = this.#options;
    const asked = new Map(ids.map((id) => [id, client.historyItem(id)]));
    // Whoever takes the answers in is told of a failure, unless something else fails before.
    // eslint-disable-next-line local/no-silent-catch -- see above
    asked.forEach((answer) => void answer.catch(() => undefined));
    return asked;
  }

  /**
   * Finds out what became of jobs that are not in the queue any more.
   * @param asked what the history was asked already.
   */
  async #settleMissing(
    missing: readonly string[],
    changed: ReadonlySet<string>,
    asked: ReadonlyMap<string, Promise<HistoryItem | null>> = new Map(),
  ): Promise<void> {
    const { client, table, history } = this.#options;
    // Without the list, job by job: the history itself has every graph.
    const listed =
      missing.length >= MANY_MISSING ? await client.jobs().catch(reportingAs('jobs.list', null)) : null;
    const ended = listed && new Set(listed.jobs.map(({ id }) => id));
    const isOpen = (id: string): boolean => !changed.has(id) && table.record(id) !== undefined;
    const inQuestion = missing.filter((id) => isOpen(id) && (ended?.has(id) ?? true));
    const found = new Set<string>();
    for (let at = 0; at < inQuestion.length; at += FEW_MISSING) {
      const part = inQuestion.slice(at, at + FEW_MISSING);
      const answers = await Promise.all(part.map((id) => history.confirm(id, asked.get(id))));
      part.forEach((id, index) => answers[index] && found.add(id));
    }
    this.#vanish(missing.filter((id) => !found.has(id) && isOpen(id)));
  }

  /** Neither queued nor finished: removed by a request of ours that is not answered yet, or lost. */
  #vanish(ids: readonly string[]): void {
    const { table, live, feed, now } = this.#options;
    const lost: MirrorEntry[] = [];
    table.batch(() => {
      for (const id of ids) {
        const after = table.apply(id, { type: 'vanished', now: now() });
        if (after?.record.state === 'lost') {
          live.halt(id);
          lost.push({ record: after.record, graph: live.graph(id) });
        }
      }
    });
    if (lost.length > 0) {
      void feed.put(lost);
    }
  }

  /** Drops what a restarted server forgot, where its files are gone too: only the demo's are. */
  async #forgetGone(): Promise<void> {
    if (this.#unknownStale && this.#options.forgetUnknown()) {
      const { forgetGone } = await arrived(import('./forget-gone'));
      await forgetGone(this.#options, this.#startedAt, () => (this.#unknownStale = false));
    }
  }

  /** A slow safety net under the socket: asks for the queue's length and reads everything if it differs. */
  async #poll(life: number): Promise<void> {
    try {
      await this.#pollOnce();
    } finally {
      if (!this.#stopped && this.#life === life) {
        const isOn = this.#options.connection.now.state === 'connected';
        this.#pollTimer = setTimeout(() => void this.#poll(life), isOn ? POLL_INTERVAL : POLL_INTERVAL_OFF);
      }
    }
  }

  async #pollOnce(): Promise<void> {
    const { client, socket, connection, history } = this.#options;
    const heard = this.#heardAtPoll;
    this.#heardAtPoll = socket.received;
    this.#silentPolls = heard === socket.received ? this.#silentPolls + 1 : 0;
    this.#polls += 1;
    const statuses = this.#statuses;
    try {
      const remaining = await client.queueRemaining();
      let differs = statuses === this.#statuses && remaining !== this.#remaining;
      if (differs) {
        this.#counted(remaining);
      }
      const isDue =
        this.#polls % POLLS_PER_SYNC === 0 || (history.stale && this.#polls % POLLS_PER_RETRY === 0);
      const isOff = connection.now.state !== 'connected';
      let isSilent = false;
      if (
        !differs &&
        !isDue &&
        !isOff &&
        this.#silentPolls > 0 &&
        remaining > 0 &&
        remaining <= FEW_WAITING
      ) {
        const moved = await this.#hasMoved();
        differs = moved === true;
        isSilent = moved === null && this.#silentPolls % POLLS_PER_SILENT_SYNC === 0;
      }
      if (differs) {
        // Every socket is told of a change in the queue, so one that heard nothing is dead.
        socket.expectAnswer(heard);
      }
      if (differs || isDue || isSilent || isOff) {
        socket.retryNow();
        await this.lookQuietly();
      }
    } catch (error) {
      onlyComfy(error);
      connection.failed(error);
    }
  }

  /** Whether the queue is not as it is shown, by its places alone; `null` where the server has no list of them. */
  async #hasMoved(): Promise<boolean | null> {
    const { client, table } = this.#options;
    const changed = table.noteChanges();
    const places = await client.queuePlaces().catch(reportingAs('jobs.places', null));
    if (!places) {
      return null;
    }
    const { queued, missing } = readQueue(places, table.active(), changed);
    return missing.length > 0 || queued.some(({ entry, state }) => this.#isNews(entry, state));
  }
}

/** What was read of a job, as an entry: of a mere place only that counts. */
function asEntry({
  id,
  number,
  graph = {},
  extraData = {},
  outputNodes = [],
}: QueuePlace & Partial<QueueEntry>): QueueEntry {
  return { id, number, graph, extraData, outputNodes };
}
