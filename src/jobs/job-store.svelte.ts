import type { ComfyClient, HistoryItem, PromptAccepted, PromptRequest } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import type { ComfyEvent } from '../comfy/events';
import { stringifyExact } from '../comfy/exact-json';
import { fileRefKey, type FileRef } from '../comfy/file-ref';
import type { QueueEntry } from '../comfy/schemas';
import type { ComfySocket, SocketState } from '../comfy/socket';
import { randomUuid } from '../comfy/uuid';
import { Coalesced } from './coalesce';
import { EarlyEvents } from './early-events';
import { walkOlder } from './history-walk';
import { byNewest, isActive, isFinished, type JobGraph, type JobRecord, type Output } from './job';
import type { JobMirror } from './mirror';
import { collectOutputs } from './outputs';
import { advance, type JobProgress, NO_PROGRESS } from './progress';
import { readQueue } from './reconcile';
import { fromHistory, fromQueue, graphOf, newRecord, readError } from './records';

/** Whether the server is there. `off` carries the address that was tried, where a proxy could tell it. */
export type Connection = { state: 'connecting' | 'connected' } | { state: 'off'; address: string | null };

/** An output together with the job that made it: what the gallery shows a tile for. */
export interface GalleryItem {
  /** `<job id>/<output index>`: unique, and stable once the job has ended. */
  key: string;
  job: JobRecord;
  output: Output;
}

export interface JobStoreOptions {
  client: ComfyClient;
  socket: ComfySocket;
  mirror: JobMirror;
  /** Whether jobs the server no longer knows are forgotten too: true for the demo, whose files are gone with it. */
  forgetUnknown?: () => boolean;
  now?: () => number;
}

/** Options of a submission. */
export interface SubmitOptions {
  /** Before all pending jobs. */
  front?: boolean;
}

/** Looks at the queue this long after a hint, ms: hints come in bursts (API reference 10.5). */
const SYNC_DELAY = 150;
/** History entries of the first look and of each page, and of a look for news. Entries hold whole workflows. */
const HISTORY_PAGE = 64;
const HISTORY_NEWS = 8;
const POLL_INTERVAL = 5000;
const POLL_INTERVAL_OFF = 2500;
/** Every so many polls the queue itself is read: jobs can change places without changing in number. */
const POLLS_PER_SYNC = 6;

/**
 * Every job of the server, live. Queue, history and socket all enter here and become records; nothing is
 * shown as done before the server said so, and nothing is inferred from absence: a job that is gone from
 * the queue is looked up in the history before its state changes.
 */
export class JobStore {
  readonly #client: ComfyClient;
  readonly #socket: ComfySocket;
  readonly #mirror: JobMirror;
  readonly #forgetUnknown: () => boolean;
  readonly #now: () => number;

  readonly #records = new Map<string, JobRecord>();
  /** Graphs of active jobs. */
  readonly #graphs = new Map<string, JobGraph>();
  readonly #outputNodes = new Map<string, string[]>();
  readonly #progress = new Map<string, JobProgress>();
  readonly #previews = new Map<string, Blob>();
  readonly #early: EarlyEvents;
  /** Jobs whose end the history told. It never changes, so they need no second look. */
  readonly #settled = new Set<string>();
  /** Jobs about to be forgotten, and jobs that were. */
  readonly #hidden = new Set<string>();
  readonly #forgotten = new Set<string>();
  /** Jobs on their way to the server, by the id they were given here. */
  readonly #submissions = new Map<string, Promise<string>>();
  /** Jobs of which the server could not be asked whether they arrived: what was sent, and under which id. */
  readonly #unsure = new Map<string, string>();
  readonly #cancelling = new Set<string>();
  /** Jobs this page saw waiting or running, and jobs that were cancelled from here. */
  readonly #witnessed = new Set<string>();
  readonly #unwanted = new Set<string>();
  #rev = $state(0);
  #liveRev = $state(0);
  #connection = $state.raw<Connection>({ state: 'connecting' });
  #queueRemaining = $state<number | null>(null);
  #historyLoaded = $state(false);

  readonly #jobs = $derived.by(() => {
    void this.#rev;
    return [...this.#records.values()].filter(({ id }) => !this.#hidden.has(id));
  });
  readonly #finished = $derived(this.#jobs.filter(({ state }) => isFinished(state)).toSorted(byNewest));
  readonly #items = $derived(
    // A running job's fresh outputs stand at the top of the gallery.
    this.#jobs
      .filter(({ state }) => state === 'running')
      .concat(this.#finished)
      .flatMap((job) =>
        job.outputs
          .filter(({ ref }) => ref.type === 'output')
          .map((output): GalleryItem => ({ key: `${job.id}/${output.index}`, job, output })),
      ),
  );

  readonly #sync = new Coalesced(() => this.#syncOnce());
  readonly #older = new Coalesced(() => this.#readOlder());
  /** Jobs whose state something else than the queue has changed since the queue was last asked for. */
  #changed = new Set<string>();
  /** Status events so far: an HTTP count that one of them overtook is out of date. */
  #statuses = 0;
  #historyStale = true;
  #unknownStale = true;
  /** Whether nothing older than the newest known job is unknown; `null` before the mirror was asked. */
  #complete: boolean | null = null;
  /** Whether older pages are read past known jobs, because the mirror has gaps. */
  #toTheEnd = false;
  #walking = false;
  #mirrorLoaded: Promise<void> = Promise.resolve();
  #mirrorBroken = false;
  #runningId: string | null = null;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #polls = 0;
  #heardAtPoll = 0;
  #stopped = true;
  #startedAt = 0;
  /** Counts the starts, so that what an earlier one left running ends. */
  #life = 0;

  constructor(options: JobStoreOptions) {
    this.#client = options.client;
    this.#socket = options.socket;
    this.#mirror = options.mirror;
    this.#forgetUnknown = options.forgetUnknown ?? (() => false);
    this.#now = options.now ?? Date.now;
    this.#early = new EarlyEvents(this.#now);
  }

  /** Whether the server answers. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Jobs pending and running as the server counts them; `null` before the first answer. */
  get queueRemaining(): number | null {
    return this.#queueRemaining;
  }

  /** Whether the history was read once, or the server is off and the mirror is all there is. */
  get loaded(): boolean {
    return this.#historyLoaded || this.#connection.state === 'off';
  }

  /** Running jobs; a stock server runs one at a time. */
  get running(): JobRecord[] {
    return this.#jobs.filter(({ state }) => state === 'running');
  }

  /** Jobs not started yet, in the order they will run. Those still being sent come last. */
  get pending(): JobRecord[] {
    return this.#jobs
      .filter(({ state }) => state === 'pending' || state === 'submitting')
      .toSorted((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity) || (a.id < b.id ? -1 : 1));
  }

  /** Jobs that ended, newest first. */
  get finished(): JobRecord[] {
    return this.#finished;
  }

  /** Every saved output, newest first: the gallery. */
  get items(): GalleryItem[] {
    return this.#items;
  }

  /** One job, or `undefined` when it is not known. */
  job(id: string): JobRecord | undefined {
    void this.#rev;
    return this.#records.get(id);
  }

  /** Whether this page saw the job wait or run, so that its end is news and no history. Changes with `job`. */
  witnessed(id: string): boolean {
    void this.#rev;
    return this.#witnessed.has(id);
  }

  /** Whether the job was cancelled from this page, not by someone else. Changes with `job`. */
  cancelledHere(id: string): boolean {
    void this.#rev;
    return this.#unwanted.has(id);
  }

  /** How far a job is. */
  progress(id: string): JobProgress {
    void this.#liveRev;
    return this.#progress.get(id) ?? NO_PROGRESS;
  }

  /** The newest preview picture of a running job. */
  preview(id: string): Blob | null {
    void this.#liveRev;
    return this.#previews.get(id) ?? null;
  }

  /**
   * The graph of a job, from memory, the mirror or the server; `null` when it is nowhere.
   * @throws ComfyError when only the server could have it and does not answer.
   */
  async graph(id: string): Promise<JobGraph | null> {
    const known = this.#graphs.get(id) ?? (await this.#mirror.graph(id).catch(() => null));
    if (known) {
      return known;
    }
    const item = await this.#client.historyItem(id);
    return item ? graphOf(item.prompt) : null;
  }

  /** Shows what is mirrored, opens the socket and keeps everything in step until the returned function is called. */
  start(): () => void {
    this.#stopped = false;
    this.#startedAt = this.#now();
    this.#life += 1;
    this.#mirrorLoaded = this.#loadMirror();
    const stopEvents = this.#socket.onEvent((event) => this.#receive(event));
    const stopStates = this.#socket.onState((state) => this.#socketChanged(state));
    this.#socket.connect();
    void this.#poll(this.#life);
    return () => {
      this.#stopped = true;
      clearTimeout(this.#syncTimer);
      this.#syncTimer = undefined;
      clearTimeout(this.#pollTimer);
      stopEvents();
      stopStates();
      this.#socket.close();
    };
  }

  // Wishes

  /**
   * Queues a graph under an id of our own, so that events that overtake the answer are ours at once.
   * Resolves with the job's id once the server accepted it; servers of the seed era give another one. A job
   * that was lost on its way together with the connection is not sent again when asked for once more, unless
   * the server says that it has not arrived.
   * @throws ComfyError `rejected` with problems, or `unreachable`; the record is then gone again.
   */
  submit(job: JobGraph, options: SubmitOptions = {}): Promise<string> {
    const unsure = this.#unsure.size > 0 ? this.#unsure.get(stringifyExact(job)) : undefined;
    return unsure === undefined ? this.#submitNew(job, options) : this.#submitOnce(unsure, job, options);
  }

  async #submitOnce(id: string, job: JobGraph, options: SubmitOptions): Promise<string> {
    this.#historyStale = true;
    await this.#sync.run();
    this.#unsure.delete(stringifyExact(job));
    return this.#records.has(id) ? id : this.#submitNew(job, options);
  }

  #submitNew(job: JobGraph, options: SubmitOptions): Promise<string> {
    const id = randomUuid();
    const sending = this.#send(newRecord(id, job, this.#now()), job, {
      clientId: this.#socket.clientId,
      previewMethod: 'auto',
      ...(options.front ? { front: true } : {}),
    });
    this.#submissions.set(id, sending);
    return sending.finally(() => this.#submissions.delete(id));
  }

  /** Queues a job's graph once more, unchanged: every number as exact as it came. */
  async runAgain(id: string, options: SubmitOptions = {}): Promise<string> {
    const job = await this.graph(id);
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    return this.#submitNew(job, options);
  }

  /**
   * Cancels a job whatever its state: dequeues it when pending, interrupts it when running. A job still on
   * its way is cancelled as soon as it has arrived.
   */
  async cancel(id: string): Promise<void> {
    const onItsWay = this.#submissions.get(id);
    const given = onItsWay ? await onItsWay.catch(() => null) : id;
    if (given === null) {
      return;
    }
    this.#cancelling.add(given);
    this.#unwanted.add(given);
    try {
      if (await this.#cancelOnServer(given)) {
        this.#markCancelled(given);
      }
      this.#historyStale = true;
      await this.#syncQuietly();
    } catch (error) {
      this.#unwanted.delete(given);
      throw error;
    } finally {
      this.#cancelling.delete(given);
    }
  }

  /** Whether the job will not run, or not run on, without having ended by itself. */
  async #cancelOnServer(id: string): Promise<boolean> {
    const cancelled = await this.#client.cancelJob(id).catch((error: unknown) => {
      // A proxy or custom pack may own this path; the classic routes exist everywhere.
      if (error instanceof ComfyError && error.kind !== 'unreachable') {
        return null;
      }
      throw error;
    });
    if (cancelled !== null) {
      return cancelled;
    }
    await this.#client.deletePending([id]);
    const { running } = await this.#client.queue();
    // Servers of the seed era stop whatever runs, so only ask when it is this job.
    if (running.some((entry) => entry.id === id)) {
      await this.#client.interrupt(id);
      return false;
    }
    return (await this.#client.historyItem(id)) === null;
  }

  /** Only a job that had not begun: of a running one the history will tell the end. */
  #markCancelled(id: string): void {
    const state = this.#records.get(id)?.state;
    if (state === 'pending' || state === 'submitting' || state === 'lost') {
      this.#update(id, { state: 'cancelled', endedAt: this.#now() });
    }
  }

  /**
   * Takes every pending job out of the server's queue. Returns how to put them back, in their old order.
   * When that fails in the middle, calling it again goes on with the rest.
   */
  async clearPending(): Promise<() => Promise<void>> {
    const { pending } = await this.#client.queue();
    const unknown = pending.filter(({ id }) => !this.#records.has(id));
    unknown.forEach((entry) => this.#putQueued(entry, 'pending'));
    pending.forEach(({ id }) => this.#cancelling.add(id));
    try {
      await this.#client.clearQueue();
      pending.forEach(({ id }) => this.#unwanted.add(id));
      pending.forEach(({ id }) => this.#markCancelled(id));
      await this.#syncQuietly();
    } finally {
      pending.forEach(({ id }) => this.#cancelling.delete(id));
    }
    let left: readonly QueueEntry[] = pending;
    return async () => {
      // A job can have started between the look and the clearing.
      const gone = left.filter(
        ({ id }) => this.#records.get(id)?.state === 'cancelled' && !this.#settled.has(id),
      );
      const failures = await this.#requeue(gone);
      left = gone.filter(({ id }) => failures.has(id));
      await this.#syncQuietly();
      for (const error of failures.values()) {
        throw error;
      }
    };
  }

  /** Sends entries to the server again as they were. Resolves with what went wrong, by job id. */
  async #requeue(entries: readonly QueueEntry[]): Promise<Map<string, unknown>> {
    const failures = new Map<string, unknown>();
    for (const entry of entries) {
      const job = graphOf(entry);
      const before = this.#records.get(entry.id);
      const owner = entry.extraData['client_id'];
      this.#unwanted.delete(entry.id);
      const record = {
        ...(before ?? newRecord(entry.id, job, this.#now())),
        state: 'submitting' as const,
        endedAt: null,
      };
      try {
        await this.#send(record, job, {
          number: entry.number,
          previewMethod: 'auto',
          // The events go to the tab that queued the job, as before.
          ...(typeof owner === 'string' ? { clientId: owner } : {}),
        });
      } catch (error) {
        failures.set(entry.id, error);
        if (before) {
          this.#unwanted.add(entry.id);
          this.#put(before);
          this.#graphs.set(entry.id, job);
        }
      }
    }
    return failures;
  }

  /**
   * Makes the server and this browser forget finished jobs. Their files stay on disk. The jobs vanish at
   * once; `undo` within the grace time of the caller brings them back, `commit` does it for real.
   * @throws ComfyError from `commit` when the server did not take it; the jobs are then back.
   */
  forget(ids: readonly string[]): { commit: () => Promise<void>; undo: () => void } {
    ids.forEach((id) => this.#hidden.add(id));
    this.#rev += 1;
    const undo = (): void => {
      ids.forEach((id) => this.#hidden.delete(id));
      this.#rev += 1;
    };
    const commit = async (): Promise<void> => {
      try {
        await this.#client.deleteHistory(ids);
      } catch (error) {
        undo();
        throw error;
      }
      ids.forEach((id) => {
        // An answer of the history that was asked for before must not bring them back.
        this.#forgotten.add(id);
        this.#drop(id);
      });
      await this.#mirror.forget(ids);
    };
    return { commit, undo };
  }

  /** The job and output that made a file, if known: lets an edit find its parent. */
  findByFile(ref: FileRef): GalleryItem | undefined {
    const key = fileRefKey(ref);
    return this.#items.find(({ output }) => fileRefKey(output.ref) === key);
  }

  /** Asks the server anew right away, for example when the page becomes visible. */
  async refresh(): Promise<void> {
    this.#socket.retryNow();
    this.#historyStale = true;
    await this.#syncQuietly();
  }

  // Sending

  async #send(
    record: JobRecord,
    job: JobGraph,
    request: Pick<PromptRequest, 'clientId' | 'front' | 'number' | 'previewMethod'>,
  ): Promise<string> {
    this.#put(record);
    this.#graphs.set(record.id, job);
    const heard = this.#socket.received;
    try {
      const accepted = await this.#client.queuePrompt({ ...job, promptId: record.id, ...request });
      this.#accepted(record.id, accepted, job);
      this.#socket.expectAnswer(heard);
      this.#scheduleSync();
      return accepted.promptId;
    } catch (error) {
      const lost = error instanceof ComfyError && error.kind === 'unreachable';
      const arrived = lost ? await this.#arrived(record.id) : false;
      if (arrived) {
        return record.id;
      }
      if (arrived === null) {
        this.#unsure.set(stringifyExact(job), record.id);
      }
      this.#drop(record.id);
      throw error;
    }
  }

  /**
   * Whether a job is known to the server although the answer to its sending was lost; null when the server
   * does not answer this either.
   */
  async #arrived(id: string): Promise<boolean | null> {
    this.#historyStale = true;
    const asked = await this.#sync.run().then(
      () => true,
      (error: unknown) => {
        onlyComfy(error);
        return false;
      },
    );
    const state = this.#records.get(id)?.state;
    return (state !== undefined && state !== 'submitting') || (asked ? false : null);
  }

  #accepted(asked: string, accepted: PromptAccepted, job: JobGraph): void {
    const { promptId: given, number, problems } = accepted;
    const record = this.#records.get(asked);
    if (given !== asked) {
      // Servers of the seed era choose the id themselves.
      this.#drop(asked);
    }
    const current = this.#records.get(given) ?? record;
    if (!current) {
      return;
    }
    this.#witnessed.add(given);
    this.#put({
      ...current,
      id: given,
      number,
      problems,
      state: current.state === 'submitting' ? 'pending' : current.state,
      mine: record?.mine ?? current.mine,
      createdAt: current.createdAt ?? record?.createdAt ?? null,
    });
    if (isActive(current.state)) {
      this.#graphs.set(given, job);
    } else if (this.#settled.has(given)) {
      this.#remember(given);
    }
    this.#replayEarly(given);
  }

  // Events

  #receive(event: ComfyEvent): void {
    if (event.type === 'status') {
      this.#statuses += 1;
      this.#counted(event.data.status.exec_info.queue_remaining);
      this.#scheduleSync();
      return;
    }
    const id = this.#jobOf(event);
    if (id === null) {
      return;
    }
    if (this.#records.has(id)) {
      this.#apply(id, event);
    } else if (!this.#forgotten.has(id)) {
      this.#early.keep(id, event);
    }
  }

  /**
   * Legacy previews, texts and what a socket is told when it opens carry no job id: they belong to the job
   * that runs.
   */
  #jobOf(event: ComfyEvent): string | null {
    if (event.type === 'feature_flags') {
      return null;
    }
    return ('prompt_id' in event.data ? event.data.prompt_id : null) ?? this.#runningId;
  }

  #replayEarly(id: string): void {
    this.#early.take(id).forEach((event) => this.#apply(id, event));
  }

  #apply(id: string, event: ComfyEvent): void {
    if (event.type === 'executing' && event.data.node === null) {
      this.#ended(id);
      return;
    }
    this.#showsLife(id, event);
    const record = this.#records.get(id);
    if (!record || isFinished(record.state)) {
      return;
    }
    const graph = this.#graphs.get(id)?.graph ?? {};
    if (event.type === 'preview') {
      this.#previews.set(id, event.data.image);
      this.#liveRev += 1;
    } else if (event.type === 'executed') {
      const outputs = collectOutputs({ ...nodeOutputs(record), [event.data.node]: event.data.output });
      this.#update(id, { outputs });
    } else if (event.type === 'execution_error' && event.data.exception_type !== 'ExecutionBlocked') {
      // A blocked output reports an error too, yet the run goes on (API reference 4.3).
      this.#update(id, { error: readError(graph, event.data) });
    }
    const before = this.#progress.get(id) ?? NO_PROGRESS;
    const after = advance(before, event, graph, this.#outputNodes.get(id) ?? []);
    if (after !== before) {
      this.#progress.set(id, after);
      this.#liveRev += 1;
    }
  }

  /** Events of a run prove that the job runs, also when it was believed lost or cancelled. */
  #showsLife(id: string, event: ComfyEvent): void {
    const record = this.#records.get(id);
    if (!record || this.#settled.has(id) || !SIGNS_OF_LIFE.has(event.type)) {
      return;
    }
    this.#runningId = id;
    const told = event.type === 'execution_start' ? event.data.timestamp : null;
    if (record.state !== 'running') {
      this.#update(id, {
        state: 'running',
        startedAt: told ?? record.startedAt ?? this.#now(),
        endedAt: null,
      });
    } else if (told !== null && told !== record.startedAt) {
      this.#update(id, { startedAt: told });
    }
  }

  /** The end of every run, good or bad; only now is the history written (API reference 4.5). */
  #ended(id: string): void {
    if (this.#runningId === id) {
      this.#runningId = null;
    }
    if (!this.#settled.has(id)) {
      void this.#confirm(id);
    }
  }

  async #confirm(id: string): Promise<void> {
    const item = await this.#client.historyItem(id).catch((error: unknown) => {
      onlyComfy(error);
      return null;
    });
    if (item) {
      await this.#ingest([item], this.#now());
    } else {
      this.#historyStale = true;
      this.#scheduleSync();
    }
  }

  // Synchronisation

  #socketChanged(state: SocketState): void {
    if (state === 'open') {
      // Nothing is replayed, and it may be another run of the server.
      this.#historyStale = true;
      this.#unknownStale = true;
      void this.#syncQuietly();
    } else if (state === 'waiting' && this.#connection.state === 'connected') {
      // Perhaps the server is gone: say so without waiting for the next poll.
      this.#scheduleSync();
    }
  }

  /** Hints that come while one is waiting add nothing: putting it off again would starve it. */
  #scheduleSync(): void {
    if (this.#syncTimer === undefined && !this.#stopped) {
      this.#syncTimer = setTimeout(() => {
        this.#syncTimer = undefined;
        void this.#syncQuietly();
      }, SYNC_DELAY);
    }
  }

  /** The failure of a look at the server is told by `connection`. */
  async #syncQuietly(): Promise<void> {
    await this.#sync.run().catch(onlyComfy);
  }

  async #syncOnce(): Promise<void> {
    try {
      const changed = (this.#changed = new Set());
      const statuses = this.#statuses;
      const snapshot = await this.#client.queue();
      this.#connected();
      if (statuses === this.#statuses) {
        this.#counted(snapshot.running.length + snapshot.pending.length);
      }
      const { queued, missing } = readQueue(snapshot, this.#records.values(), changed);
      queued.forEach(({ entry, state }) => this.#putQueued(entry, state));
      this.#noteRunning(snapshot.running);
      await this.#mirrorLoaded;
      if (this.#historyStale || missing.length > 0) {
        await this.#readHistory();
      }
      await this.#settleMissing(missing, changed);
      await this.#forgetGone();
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Fewer jobs than before: one has ended, perhaps one we never saw. */
  #counted(remaining: number): void {
    if (this.#queueRemaining !== null && remaining < this.#queueRemaining) {
      this.#historyStale = true;
    }
    this.#queueRemaining = remaining;
  }

  #putQueued(entry: QueueEntry, state: 'pending' | 'running'): void {
    const known = this.#records.get(entry.id);
    this.#settled.delete(entry.id);
    this.#forgotten.delete(entry.id);
    this.#graphs.set(entry.id, graphOf(entry));
    this.#outputNodes.set(entry.id, entry.outputNodes);
    if (known?.state !== state || known.number !== entry.number) {
      this.#put(fromQueue(entry, state, known, this.#socket.clientId));
      this.#replayEarly(entry.id);
    }
  }

  #noteRunning(running: readonly QueueEntry[]): void {
    const runs = (id: string | null): boolean => id !== null && this.#records.get(id)?.state === 'running';
    if (!runs(this.#runningId)) {
      this.#runningId = running.find(({ id }) => runs(id))?.id ?? null;
    }
    this.#socket.setBusy(running.some(({ id }) => this.#records.get(id)?.mine));
  }

  async #settleMissing(missing: readonly string[], changed: ReadonlySet<string>): Promise<void> {
    for (const id of missing) {
      if (changed.has(id)) {
        continue;
      }
      const item = await this.#client.historyItem(id);
      if (item) {
        await this.#ingest([item], this.#now());
      } else if (!changed.has(id) && this.#records.has(id)) {
        this.#vanished(id);
      }
    }
  }

  /** Neither queued nor finished: taken out by our own wish, of which the answer is on its way, or lost. */
  #vanished(id: string): void {
    if (this.#cancelling.has(id)) {
      this.#markCancelled(id);
      return;
    }
    this.#update(id, { state: 'lost', endedAt: this.#now() });
    this.#progress.delete(id);
    this.#previews.delete(id);
    this.#remember(id);
  }

  /**
   * Reads the jobs that ended last. When all of these are new, or the mirror has gaps, what is older is
   * read in the background: a long history must not hold up the queue.
   */
  async #readHistory(): Promise<void> {
    const isFirst = !this.#historyLoaded;
    this.#historyStale = false;
    try {
      const complete = (this.#complete ??= await this.#mirror.isComplete().catch(() => false));
      for (const count of isFirst ? [HISTORY_PAGE] : [HISTORY_NEWS, HISTORY_PAGE]) {
        const items = await this.#client.history({ maxItems: count });
        // What appears after the first look has just ended.
        const isNew = await this.#takePage(items, isFirst ? null : this.#now());
        this.#historyLoaded = true;
        if (items.length < count) {
          await this.#setComplete(true);
          return;
        }
        if (!isNew && (complete || this.#walking)) {
          return;
        }
      }
      this.#toTheEnd = !complete;
      await this.#setComplete(false);
      void this.#older.run().catch((error: unknown) => {
        this.#historyStale = true;
        onlyComfy(error);
      });
    } catch (error) {
      this.#historyStale = true;
      throw error;
    }
  }

  async #readOlder(): Promise<void> {
    this.#walking = true;
    try {
      await this.#walk();
    } finally {
      this.#walking = false;
    }
  }

  async #walk(): Promise<void> {
    const finished = await walkOlder(
      {
        newest: (maxItems) => this.#client.history({ maxItems }),
        slice: (offset, maxItems) => this.#client.history({ offset, maxItems }),
        // The route is missing on older servers, and one odd job makes it fail (API reference 2.1).
        total: async () => (await this.#client.jobs({ limit: 1 }).catch(() => null))?.total ?? null,
      },
      (items) => this.#takePage(items, null),
      { read: HISTORY_PAGE, page: HISTORY_PAGE, toTheEnd: this.#toTheEnd, stopped: () => this.#stopped },
    );
    if (finished) {
      await this.#setComplete(true);
    }
  }

  /** Takes a page of the history in; resolves with whether its oldest entry was new. */
  async #takePage(items: readonly HistoryItem[], seenAt: number | null): Promise<boolean> {
    const oldest = items.at(-1);
    const isNew = oldest !== undefined && !this.#settled.has(oldest.id) && !this.#forgotten.has(oldest.id);
    await this.#ingest(items, seenAt);
    return isNew;
  }

  /** Notes in the mirror whether it holds the whole history: an unfinished walk is begun anew next time. */
  async #setComplete(complete: boolean): Promise<void> {
    if (this.#complete === complete) {
      return;
    }
    this.#complete = complete;
    await this.#mirror.setComplete(complete && !this.#mirrorBroken).catch(() => undefined);
  }

  /** Drops what a restarted server forgot, where its files are gone too. */
  async #forgetGone(): Promise<void> {
    if (!this.#unknownStale || !this.#forgetUnknown()) {
      return;
    }
    const candidates = [...this.#records.values()].filter(
      // What this page saw being lost is worth a word; what an earlier one remembered is not.
      ({ id, state, endedAt }) =>
        this.#settled.has(id) || (state === 'lost' && (endedAt ?? 0) < this.#startedAt),
    );
    const there = new Set((await this.#client.history()).map(({ id }) => id));
    this.#unknownStale = false;
    const gone = candidates.map(({ id }) => id).filter((id) => !there.has(id));
    if (gone.length > 0) {
      gone.forEach((id) => this.#drop(id));
      await this.#mirror.forget(gone).catch(() => undefined);
    }
  }

  /** Takes finished jobs in; resolves when the mirror has them. `seenAt` as in `fromHistory`. */
  async #ingest(items: readonly HistoryItem[], seenAt: number | null): Promise<void> {
    const entries = items
      .filter(({ id }) => !this.#settled.has(id) && !this.#forgotten.has(id))
      .map((item) => ({
        record: fromHistory(item, this.#records.get(item.id), this.#socket.clientId, seenAt),
        graph: graphOf(item.prompt),
      }));
    if (entries.length === 0) {
      return;
    }
    for (const { record } of entries) {
      this.#clearLive(record.id);
      this.#early.take(record.id);
      this.#settled.add(record.id);
      this.#changed.add(record.id);
      this.#records.set(record.id, record);
    }
    this.#rev += 1;
    this.#liveRev += 1;
    await this.#mirrorPut(entries);
  }

  /** Mirrors a job as it is known now. */
  #remember(id: string): void {
    const record = this.#records.get(id);
    if (record) {
      void this.#mirrorPut([{ record, graph: this.#graphs.get(id) ?? null }]);
    }
  }

  async #mirrorPut(entries: Parameters<JobMirror['put']>[0]): Promise<void> {
    try {
      await this.#mirror.put(entries);
    } catch {
      this.#mirrorBroken = true;
    }
  }

  async #loadMirror(): Promise<void> {
    const records = await this.#mirror.all().catch(() => []);
    for (const record of records) {
      if (!this.#records.has(record.id)) {
        this.#records.set(record.id, record);
        if (record.state !== 'lost') {
          this.#settled.add(record.id);
        }
      }
    }
    this.#rev += 1;
  }

  /** A slow safety net under the socket: asks the queue length, and reads everything when it differs. */
  async #poll(life: number): Promise<void> {
    try {
      await this.#pollOnce();
    } finally {
      if (!this.#stopped && this.#life === life) {
        const interval = this.#connection.state === 'connected' ? POLL_INTERVAL : POLL_INTERVAL_OFF;
        this.#pollTimer = setTimeout(() => void this.#poll(life), interval);
      }
    }
  }

  async #pollOnce(): Promise<void> {
    const heard = this.#heardAtPoll;
    this.#heardAtPoll = this.#socket.received;
    this.#polls += 1;
    const statuses = this.#statuses;
    try {
      const remaining = await this.#client.queueRemaining();
      const differs = statuses === this.#statuses && remaining !== this.#queueRemaining;
      if (differs) {
        this.#counted(remaining);
        // Every socket is told when the queue changes: one that heard nothing is deaf.
        this.#socket.expectAnswer(heard);
      }
      const isDue = this.#historyStale || this.#polls % POLLS_PER_SYNC === 0;
      if (differs || isDue || this.#connection.state !== 'connected') {
        this.#socket.retryNow();
        await this.#syncQuietly();
      }
    } catch (error) {
      onlyComfy(error);
      this.#failed(error);
    }
  }

  #connected(): void {
    if (this.#connection.state !== 'connected') {
      this.#historyStale = true;
      this.#connection = { state: 'connected' };
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ComfyError)) {
      return;
    }
    if (error.kind === 'http' && this.#connection.state === 'connected') {
      // It answered, if not well: the next look will tell.
      return;
    }
    const address = error.address ?? (this.#connection.state === 'off' ? this.#connection.address : null);
    if (this.#connection.state !== 'off' || this.#connection.address !== address) {
      this.#connection = { state: 'off', address };
    }
  }

  // Records

  #put(record: JobRecord): void {
    if (this.#records.get(record.id)?.state !== record.state) {
      this.#changed.add(record.id);
    }
    if (isActive(record.state)) {
      this.#witnessed.add(record.id);
    }
    this.#records.set(record.id, record);
    this.#rev += 1;
  }

  #update(id: string, change: Partial<JobRecord>): void {
    const record = this.#records.get(id);
    if (record) {
      this.#put({ ...record, ...change });
    }
  }

  #drop(id: string): void {
    this.#clearLive(id);
    this.#records.delete(id);
    this.#hidden.delete(id);
    this.#settled.delete(id);
    this.#changed.add(id);
    this.#rev += 1;
  }

  /** Forgets what only an active job needs. */
  #clearLive(id: string): void {
    this.#graphs.delete(id);
    this.#outputNodes.delete(id);
    this.#progress.delete(id);
    this.#previews.delete(id);
  }
}

const SIGNS_OF_LIFE: ReadonlySet<ComfyEvent['type']> = new Set([
  'execution_start',
  'execution_cached',
  'executing',
  'progress',
  'progress_state',
  'preview',
  'executed',
]);

/** Lets a bug through, and nothing else. */
function onlyComfy(error: unknown): void {
  if (!(error instanceof ComfyError)) {
    throw error;
  }
}

function nodeOutputs(record: JobRecord): Record<string, Record<string, unknown[]>> {
  const lists: Record<string, Record<string, unknown[]>> = {};
  for (const { nodeId, ref } of record.outputs) {
    (lists[nodeId] ??= { images: [] })['images']?.push(ref);
  }
  return lists;
}
