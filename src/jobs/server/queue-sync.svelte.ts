import { reporting, reportingAs } from '../../base/report';
import type { ComfyClient, QueuePlace } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { QueueEntry } from '../../comfy/schemas';
import type { ComfySocket, SocketState } from '../../comfy/socket';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { type QueueSnapshot, readQueue } from '../state/reconcile';
import { extraToKeep, graphOf } from '../state/records';
import { Coalesced } from './coalesce';
import { type ConnectionState, onlyComfy } from './connection.svelte';
import type { EventIntake } from './event-intake';
import type { HistoryReader } from './history-reader';

/** How long after a hint the queue is read, ms: hints come in bursts (API reference 10.5). */
const SYNC_DELAY = 150;
const POLL_INTERVAL = 5000;
/** A server that answers again is noticed within this time, ms. */
const POLL_INTERVAL_OFF = 1000;
/** Every nth poll reads the queue itself: jobs can change places without changing in number. */
const POLLS_PER_SYNC = 6;
/** From this many jobs on, the queue is read without its graphs where the server can: in full it may have 100 MB. */
const LONG_QUEUE = 100;
/** How long jobs that others add to such a queue may be missing, ms: only a full read tells what they are. */
const FULL_READ_EVERY = 20_000;

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
  #stopped = true;
  #startedAt = 0;
  /** When the queue was last read in full. */
  #fullAt = -Infinity;
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
    if (this.#syncTimer === undefined && !this.#stopped) {
      this.#syncTimer = setTimeout(() => {
        this.#syncTimer = undefined;
        void this.lookQuietly();
      }, SYNC_DELAY);
    }
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

  /** @param whole whether the entry has its graph, rather than what is known of it already. */
  #putQueued(entry: QueueEntry, state: 'pending' | 'running', whole = true): void {
    const { table, live, intake, socket } = this.#options;
    const before = table.record(entry.id);
    if (whole) {
      live.setGraph(entry.id, graphOf(entry), entry.outputNodes, extraToKeep(entry.extraData));
    }
    const after = table.apply(entry.id, { type: 'queued', entry, state, clientId: socket.clientId });
    if (after?.record !== before) {
      intake.replay(entry.id);
    }
  }

  async #lookOnce(): Promise<void> {
    const { client, table, connection, history, intake, socket, feed } = this.#options;
    try {
      const changed = table.noteChanges();
      const statuses = this.#statuses;
      const light = await this.#readPlaces();
      const snapshot = light ?? (await client.queue());
      if (connection.answered()) {
        history.stale = true;
      }
      if (statuses === this.#statuses) {
        this.#counted(light?.count ?? snapshot.running.length + snapshot.pending.length);
      }
      const { queued, missing } = readQueue(snapshot, table.active(), changed);
      if (!light) {
        this.#fullAt = this.#options.now();
      }
      queued.forEach(({ entry, state }) => this.#putQueued(entry, state, light === null));
      intake.noteRunning(snapshot.running.map(({ id }) => id));
      socket.setBusy(snapshot.running.some(({ id }) => table.record(id)?.mine));
      await feed.first;
      if (history.stale || missing.length > 0) {
        await history.readNews(() => (this.#historyLoaded = true));
      }
      await this.#settleMissing(missing, changed);
      await this.#forgetGone();
      history.details.resume();
    } catch (error) {
      connection.failed(error);
      throw error;
    }
  }

  /**
   * A long queue without its graphs; `null` when it has to be read in full. Jobs that are not known yet are left out,
   * except from the count.
   */
  async #readPlaces(): Promise<(QueueSnapshot & { count: number }) | null> {
    const { client, table, now, longQueue = LONG_QUEUE } = this.#options;
    if ((this.#remaining ?? 0) < longQueue || this.#fullAt === -Infinity) {
      return null;
    }
    const places = await client.queuePlaces().catch((error: unknown) => {
      // One malformed job of another program makes the list fail, not the queue itself (API reference 2.1).
      if (error instanceof ComfyError && error.kind !== 'unreachable') {
        return null;
      }
      throw error;
    });
    if (!places) {
      return null;
    }
    const all = [...places.running, ...places.pending];
    const isNew = ({ id }: QueuePlace): boolean => table.record(id) === undefined;
    if (all.some(isNew) && now() - this.#fullAt >= FULL_READ_EVERY) {
      return null;
    }
    const known = (list: readonly QueuePlace[]): QueueEntry[] =>
      list.filter((place) => !isNew(place)).map((place) => this.#known(place));
    return { running: known(places.running), pending: known(places.pending), count: all.length };
  }

  /** A place in the queue as the entry that a full read would have. */
  #known({ id, number }: QueuePlace): QueueEntry {
    const { live } = this.#options;
    return { id, number, graph: live.nodes(id), extraData: {}, outputNodes: [...live.outputNodes(id)] };
  }

  /** Fewer jobs than before means that one has ended, perhaps one we never saw. */
  #counted(remaining: number): void {
    if (this.#remaining !== null && remaining < this.#remaining) {
      this.#options.history.stale = true;
    }
    this.#remaining = remaining;
  }

  async #settleMissing(missing: readonly string[], changed: ReadonlySet<string>): Promise<void> {
    const { table, live, history, feed, now } = this.#options;
    for (const id of missing) {
      if (changed.has(id) || (await history.confirm(id)) || changed.has(id) || !table.record(id)) {
        continue;
      }
      // Neither queued nor finished: removed by a request of ours that is not answered yet, or lost.
      const after = table.apply(id, { type: 'vanished', now: now() });
      if (after?.record.state === 'lost') {
        live.halt(id);
        void feed.put([{ record: after.record, graph: live.graph(id) }]);
      }
    }
  }

  /** Drops what a restarted server forgot, where its files are gone too. */
  async #forgetGone(): Promise<void> {
    const { table, feed, forgetUnknown } = this.#options;
    if (!this.#unknownStale || !forgetUnknown()) {
      return;
    }
    await feed.all;
    const candidates = [...table.all()]
      .filter(
        // A job lost under the user's eyes stays listed; one lost on an earlier visit does not matter here.
        ({ settled, presence, record: { state, endedAt, sketch } }) =>
          presence !== 'forgotten' &&
          (settled || sketch || (state === 'lost' && (endedAt ?? 0) < this.#startedAt)),
      )
      .map(({ record }) => record.id)
      .filter((id) => !this.#options.history.told.has(id));
    const there = candidates.length > 0 ? await this.#namesOfHistory() : new Set<string>();
    this.#unknownStale = false;
    const gone = candidates.filter((id) => !there.has(id));
    if (gone.length > 0) {
      table.batch(() => gone.forEach((id) => table.drop(id)));
      await feed.forget(gone).catch(reporting('jobs.forget-mirrored'));
    }
  }

  /** Every job of the history by its id. */
  async #namesOfHistory(): Promise<Set<string>> {
    const { client } = this.#options;
    const listed = await client.jobs().catch(reportingAs('jobs.list', null));
    return new Set((listed?.jobs ?? (await client.history())).map(({ id }) => id));
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
    this.#polls += 1;
    const statuses = this.#statuses;
    try {
      const remaining = await client.queueRemaining();
      const differs = statuses === this.#statuses && remaining !== this.#remaining;
      if (differs) {
        this.#counted(remaining);
        // Every socket is told of a change in the queue, so one that heard nothing is dead.
        socket.expectAnswer(heard);
      }
      const isDue = history.stale || this.#polls % POLLS_PER_SYNC === 0;
      if (differs || isDue || connection.now.state !== 'connected') {
        socket.retryNow();
        await this.lookQuietly();
      }
    } catch (error) {
      onlyComfy(error);
      connection.failed(error);
    }
  }
}
