import type { ComfyClient, HistoryItem } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import type { ComfyEvent } from '../comfy/events';
import { fileRefKey, type FileRef } from '../comfy/file-ref';
import type { QueueEntry } from '../comfy/schemas';
import type { ComfySocket, SocketState } from '../comfy/socket';
import { randomUuid } from '../comfy/uuid';
import { isActive, isFinished, type JobGraph, type JobRecord, jobTime, type Output } from './job';
import type { JobMirror } from './mirror';
import { collectOutputs } from './outputs';
import { advance, type JobProgress, NO_PROGRESS } from './progress';
import { fromHistory, fromQueue, graphOf, newRecord, readError } from './records';

/** Whether the server is there. `off` carries the address that was tried, where a proxy could tell it. */
export type Connection = { state: 'connecting' | 'connected' } | { state: 'off'; address: string | null };

/** An output together with the job that made it: what the gallery shows a tile for. */
export interface GalleryItem {
  /** `<job id>/<output index>`, unique and stable. */
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

const SYNC_DELAY = 150;
const HISTORY_PAGE = 64;
/** Previews and progress of a job we do not know yet are kept so long, ms. */
const EARLY_EVENTS_KEPT = 10_000;
const POLL_INTERVAL = 5000;
const POLL_INTERVAL_OFF = 2500;

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
  readonly #graphs = new Map<string, JobGraph>();
  readonly #outputNodes = new Map<string, string[]>();
  readonly #progress = new Map<string, JobProgress>();
  readonly #previews = new Map<string, Blob>();
  readonly #early = new Map<string, { at: number; events: ComfyEvent[] }>();
  readonly #hidden = new Set<string>();
  #rev = $state(0);
  #liveRev = $state(0);
  #connection = $state.raw<Connection>({ state: 'connecting' });
  #queueRemaining = $state<number | null>(null);
  #historyLoaded = $state(false);

  readonly #jobs = $derived.by(() => {
    void this.#rev;
    return [...this.#records.values()].filter(({ id }) => !this.#hidden.has(id));
  });
  readonly #finished = $derived(
    this.#jobs.filter(({ state }) => isFinished(state)).toSorted((a, b) => jobTime(b) - jobTime(a)),
  );
  readonly #items = $derived(
    this.#finished
      .concat(this.#jobs.filter(({ state }) => state === 'running'))
      .toSorted((a, b) => itemTime(b) - itemTime(a))
      .flatMap((job) =>
        job.outputs
          .filter(({ ref }) => ref.type === 'output')
          .map((output): GalleryItem => ({ key: `${job.id}/${output.index}`, job, output })),
      ),
  );

  #runningId: string | null = null;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | null = null;
  #syncAgain = false;
  #stopped = false;

  constructor(options: JobStoreOptions) {
    this.#client = options.client;
    this.#socket = options.socket;
    this.#mirror = options.mirror;
    this.#forgetUnknown = options.forgetUnknown ?? (() => false);
    this.#now = options.now ?? Date.now;
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

  /** The graph of a job, from memory, the mirror or the server; `null` when it is nowhere. */
  async graph(id: string): Promise<JobGraph | null> {
    const known = this.#graphs.get(id) ?? (await this.#mirror.graph(id));
    if (known) {
      return known;
    }
    const item = await this.#client.historyItem(id);
    return item ? graphOf(item.prompt) : null;
  }

  /** Shows what is mirrored, opens the socket and keeps everything in step until the returned function is called. */
  start(): () => void {
    void this.#loadMirror();
    const stopEvents = this.#socket.onEvent((event) => this.#receive(event));
    const stopStates = this.#socket.onState((state) => this.#socketChanged(state));
    this.#socket.connect();
    this.#poll();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#syncTimer);
      clearTimeout(this.#pollTimer);
      stopEvents();
      stopStates();
      this.#socket.close();
    };
  }

  /**
   * Queues a graph under an id of our own, so that events that overtake the answer are ours at once.
   * Resolves with the job's id once the server accepted it.
   * @throws ComfyError `rejected` with problems, or `unreachable`; the record is then gone again.
   */
  async submit(job: JobGraph, options: SubmitOptions = {}): Promise<string> {
    const id = randomUuid();
    this.#put(newRecord(id, job, this.#now()));
    this.#graphs.set(id, job);
    try {
      const accepted = await this.#client.queuePrompt({
        ...job,
        promptId: id,
        clientId: this.#socket.clientId,
        ...(options.front ? { front: true } : {}),
        previewMethod: 'auto',
      });
      this.#accepted(id, accepted.promptId, accepted.number, accepted.problems, job);
      this.#socket.expectAnswer();
      this.#scheduleSync();
      return accepted.promptId;
    } catch (error) {
      if (error instanceof ComfyError && error.kind === 'unreachable') {
        // The answer may be lost although the job was queued: ask before calling it off.
        await this.#sync().catch(() => undefined);
        if (this.#records.get(id)?.state !== 'submitting') {
          return id;
        }
      }
      this.#drop(id);
      throw error;
    }
  }

  #accepted(
    asked: string,
    given: string,
    number: number,
    problems: JobRecord['problems'],
    job: JobGraph,
  ): void {
    const record = this.#records.get(asked);
    if (given !== asked) {
      // Old servers choose the id themselves.
      this.#records.delete(asked);
      this.#graphs.delete(asked);
      this.#graphs.set(given, job);
    }
    const current = this.#records.get(given) ?? record;
    if (current) {
      const state = current.state === 'submitting' ? 'pending' : current.state;
      this.#put({ ...current, id: given, number, problems, state, mine: true });
    }
    this.#replayEarly(given);
  }

  /** Queues a job's graph once more, unchanged: every number as exact as it came. */
  async runAgain(id: string, options: SubmitOptions = {}): Promise<string> {
    const job = await this.graph(id);
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    return this.submit(job, options);
  }

  /** Cancels a job whatever its state: dequeues it when pending, interrupts it when running. */
  async cancel(id: string): Promise<void> {
    const cancelled = await this.#client.cancelJob(id).catch((error: unknown) => {
      // A proxy or custom pack may own this path; the classic routes exist everywhere.
      if (error instanceof ComfyError && error.kind !== 'unreachable') {
        return null;
      }
      throw error;
    });
    if (cancelled === null) {
      await this.#cancelClassic(id);
    }
    if (this.#records.get(id)?.state === 'pending') {
      this.#update(id, { state: 'cancelled', endedAt: this.#now() });
    }
    await this.#sync();
  }

  async #cancelClassic(id: string): Promise<void> {
    await this.#client.deletePending([id]);
    const { running } = await this.#client.queue();
    // Servers of the seed era stop whatever runs, so only ask when it is this job.
    if (running.some((entry) => entry.id === id)) {
      await this.#client.interrupt(id);
    }
  }

  /**
   * Takes every pending job out of the server's queue. Returns how to put them back, in their old order.
   */
  async clearPending(): Promise<() => Promise<void>> {
    const { pending } = await this.#client.queue();
    await this.#client.clearQueue();
    pending.forEach(({ id }) => this.#update(id, { state: 'cancelled', endedAt: this.#now() }));
    await this.#sync();
    return () => this.#requeue(pending);
  }

  async #requeue(entries: readonly QueueEntry[]): Promise<void> {
    for (const entry of entries) {
      const job = graphOf(entry);
      this.#put({ ...newRecord(entry.id, job, this.#now()), number: entry.number });
      this.#graphs.set(entry.id, job);
      const accepted = await this.#client.queuePrompt({
        ...job,
        promptId: entry.id,
        number: entry.number,
        clientId: this.#socket.clientId,
      });
      this.#accepted(entry.id, accepted.promptId, accepted.number, accepted.problems, job);
    }
    await this.#sync();
  }

  /**
   * Makes the server and this browser forget finished jobs. Their files stay on disk. The jobs vanish at
   * once; `undo` within the grace time of the caller brings them back, `commit` does it for real.
   */
  forget(ids: readonly string[]): { commit: () => Promise<void>; undo: () => void } {
    ids.forEach((id) => this.#hidden.add(id));
    this.#rev += 1;
    return {
      commit: async () => {
        await this.#client.deleteHistory(ids);
        await this.#mirror.forget(ids);
        ids.forEach((id) => this.#drop(id));
      },
      undo: () => {
        ids.forEach((id) => this.#hidden.delete(id));
        this.#rev += 1;
      },
    };
  }

  /** The job and output that made a file, if known: lets an edit find its parent. */
  findByFile(ref: FileRef): GalleryItem | undefined {
    const key = fileRefKey(ref);
    return this.#items.find(({ output }) => fileRefKey(output.ref) === key);
  }

  /** Asks the server anew right away, for example when the page becomes visible. */
  async refresh(): Promise<void> {
    this.#socket.retryNow();
    await this.#sync().catch(() => undefined);
  }

  // Events

  #receive(event: ComfyEvent): void {
    if (event.type === 'status') {
      this.#queueRemaining = event.data.status.exec_info.queue_remaining;
      this.#scheduleSync();
      return;
    }
    const id = this.#jobOf(event);
    if (id === null) {
      return;
    }
    if (!this.#records.has(id)) {
      this.#keepEarly(id, event);
      return;
    }
    this.#apply(id, event);
  }

  /** Legacy previews and texts carry no job id: they belong to the job that runs. */
  #jobOf(event: ComfyEvent): string | null {
    const data = event.data as { prompt_id?: string | null };
    return data.prompt_id ?? (event.type === 'preview' || event.type === 'text' ? this.#runningId : null);
  }

  #keepEarly(id: string, event: ComfyEvent): void {
    for (const [other, { at }] of this.#early) {
      if (this.#now() - at > EARLY_EVENTS_KEPT) {
        this.#early.delete(other);
      }
    }
    const kept = this.#early.get(id) ?? { at: this.#now(), events: [] };
    kept.events.push(event);
    this.#early.set(id, kept);
  }

  #replayEarly(id: string): void {
    const kept = this.#early.get(id);
    this.#early.delete(id);
    kept?.events.forEach((event) => this.#apply(id, event));
  }

  #apply(id: string, event: ComfyEvent): void {
    const record = this.#records.get(id);
    if (!record || isFinished(record.state)) {
      return;
    }
    const graph = this.#graphs.get(id)?.graph ?? {};
    switch (event.type) {
      case 'preview':
        this.#previews.set(id, event.data.image);
        this.#liveRev += 1;
        break;
      case 'execution_start':
        this.#runningId = id;
        this.#update(id, { state: 'running', startedAt: event.data.timestamp ?? this.#now() });
        break;
      case 'executed': {
        const outputs = collectOutputs({ ...nodeOutputs(record), [event.data.node]: event.data.output });
        this.#update(id, { outputs });
        break;
      }
      case 'execution_error':
        // A blocked output reports an error, yet the run goes on (API reference 4.3).
        if (event.data.exception_type !== 'ExecutionBlocked') {
          this.#update(id, { error: readError(graph, event.data) });
        }
        break;
      case 'executing':
        if (event.data.node === null && event.data.prompt_id !== null) {
          // The end of every run; only now is the history written (API reference 4.5).
          void this.#confirm(id);
        }
        break;
    }
    if (event.type === 'executing' || event.type === 'progress') {
      this.#runningId = id;
      if (record.state === 'pending' || record.state === 'submitting') {
        this.#update(id, { state: 'running', startedAt: record.startedAt ?? this.#now() });
      }
    }
    const before = this.#progress.get(id) ?? NO_PROGRESS;
    const after = advance(before, event, graph, this.#outputNodes.get(id) ?? []);
    if (after !== before) {
      this.#progress.set(id, after);
      this.#liveRev += 1;
    }
  }

  async #confirm(id: string): Promise<void> {
    const item = await this.#client.historyItem(id).catch(() => null);
    if (item) {
      this.#ingest([item]);
    } else {
      this.#scheduleSync();
    }
  }

  // Synchronisation

  #socketChanged(state: SocketState): void {
    if (state === 'open') {
      void this.#sync().catch(() => undefined);
    }
  }

  #scheduleSync(): void {
    clearTimeout(this.#syncTimer);
    this.#syncTimer = setTimeout(() => void this.#sync().catch(() => undefined), SYNC_DELAY);
  }

  /** One at a time; a wish during a run is answered by one more run. */
  async #sync(): Promise<void> {
    if (this.#syncing) {
      this.#syncAgain = true;
      return this.#syncing;
    }
    this.#syncing = (async () => {
      do {
        this.#syncAgain = false;
        await this.#syncOnce();
      } while (this.#syncAgain);
    })();
    try {
      await this.#syncing;
    } finally {
      this.#syncing = null;
    }
  }

  async #syncOnce(): Promise<void> {
    try {
      const { running, pending } = await this.#client.queue();
      this.#connected();
      this.#queueRemaining = running.length + pending.length;
      running.forEach((entry) => this.#putQueued(entry, 'running'));
      pending.forEach((entry) => this.#putQueued(entry, 'pending'));
      this.#runningId = running[0]?.id ?? null;
      this.#socket.setBusy(running.some(({ id }) => this.#records.get(id)?.mine));
      await this.#settleMissing(new Set([...running, ...pending].map(({ id }) => id)));
      await this.#readHistory();
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  #putQueued(entry: QueueEntry, state: 'pending' | 'running'): void {
    const known = this.#records.get(entry.id);
    this.#graphs.set(entry.id, graphOf(entry));
    this.#outputNodes.set(entry.id, entry.outputNodes);
    if (known?.state === state && known.number === entry.number) {
      return;
    }
    // The queue was read before a socket event said that the job is running or over.
    if (known && (isFinished(known.state) || (known.state === 'running' && state === 'pending'))) {
      if (known.state !== 'lost' && known.state !== 'cancelled') {
        return;
      }
    }
    this.#put(fromQueue(entry, state, known, this.#socket.clientId));
    this.#replayEarly(entry.id);
  }

  async #settleMissing(queued: ReadonlySet<string>): Promise<void> {
    const missing = [...this.#records.values()].filter(
      ({ id, state }) => (state === 'pending' || state === 'running') && !queued.has(id),
    );
    for (const { id } of missing) {
      const item = await this.#client.historyItem(id);
      if (item) {
        this.#ingest([item]);
      } else if (isActive(this.#records.get(id)?.state ?? 'lost')) {
        this.#update(id, { state: 'lost', endedAt: this.#now() });
      }
    }
  }

  /** Reads finished jobs page by page from the newest until a page brings nothing new. */
  async #readHistory(): Promise<void> {
    const newest = await this.#client.history({ maxItems: HISTORY_PAGE });
    const fresh = this.#ingest(newest);
    if (!this.#historyLoaded) {
      this.#historyLoaded = true;
    }
    if (newest.length === HISTORY_PAGE && fresh === HISTORY_PAGE) {
      await this.#readOlder();
    }
    if (this.#forgetUnknown()) {
      await this.#forgetMissing();
    }
  }

  /** Offsets count from the oldest entry and no total is sent; only newer servers tell it elsewhere. */
  async #readOlder(): Promise<void> {
    const total = (await this.#client.jobs({ limit: 1 }))?.total;
    if (total === undefined) {
      this.#ingest(await this.#client.history());
      return;
    }
    for (let end = total - HISTORY_PAGE; end > 0 && !this.#stopped; end -= HISTORY_PAGE) {
      const offset = Math.max(0, end - HISTORY_PAGE);
      const page = await this.#client.history({ offset, maxItems: end - offset });
      if (this.#ingest(page) === 0) {
        return;
      }
    }
  }

  async #forgetMissing(): Promise<void> {
    const known = new Set((await this.#client.history()).map(({ id }) => id));
    const gone = [...this.#records.values()].filter(
      ({ id, state }) => state === 'completed' && !known.has(id),
    );
    if (gone.length > 0) {
      gone.forEach(({ id }) => this.#drop(id));
      await this.#mirror.forget(gone.map(({ id }) => id));
    }
  }

  /** Takes finished jobs in and mirrors what is new; returns how many were new. */
  #ingest(items: readonly HistoryItem[]): number {
    const entries = items
      .filter(({ id }) => !isSettled(this.#records.get(id)))
      .map((item) => ({
        record: fromHistory(item, this.#records.get(item.id), this.#socket.clientId),
        graph: graphOf(item.prompt),
      }));
    for (const { record } of entries) {
      this.#early.delete(record.id);
      this.#previews.delete(record.id);
      this.#progress.delete(record.id);
      this.#graphs.delete(record.id);
      this.#records.set(record.id, record);
    }
    if (entries.length > 0) {
      this.#rev += 1;
      this.#liveRev += 1;
      void this.#mirror.put(entries).catch(() => undefined);
    }
    return entries.length;
  }

  async #loadMirror(): Promise<void> {
    const records = await this.#mirror.all().catch(() => []);
    for (const record of records) {
      if (!this.#records.has(record.id)) {
        this.#records.set(record.id, record);
      }
    }
    this.#rev += 1;
  }

  /** A slow safety net under the socket: asks the queue length, and reads everything when it differs. */
  #poll(): void {
    const off = this.#connection.state !== 'connected';
    this.#pollTimer = setTimeout(
      () => {
        void this.#pollOnce().finally(() => {
          if (!this.#stopped) {
            this.#poll();
          }
        });
      },
      off ? POLL_INTERVAL_OFF : POLL_INTERVAL,
    );
  }

  async #pollOnce(): Promise<void> {
    try {
      const remaining = await this.#client.queueRemaining();
      const changed = remaining !== this.#queueRemaining || this.#connection.state !== 'connected';
      this.#queueRemaining = remaining;
      if (changed) {
        this.#socket.retryNow();
        await this.#sync();
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #connected(): void {
    if (this.#connection.state !== 'connected') {
      this.#connection = { state: 'connected' };
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ComfyError)) {
      return;
    }
    const address = error.address ?? (this.#connection.state === 'off' ? this.#connection.address : null);
    if (this.#connection.state !== 'off' || this.#connection.address !== address) {
      this.#connection = { state: 'off', address };
    }
  }

  // Records

  #put(record: JobRecord): void {
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
    this.#records.delete(id);
    this.#graphs.delete(id);
    this.#progress.delete(id);
    this.#previews.delete(id);
    this.#hidden.delete(id);
    this.#rev += 1;
  }
}

/** A running job's fresh outputs stand at the top of the gallery. */
function itemTime(job: JobRecord): number {
  return job.state === 'running' ? Infinity : jobTime(job);
}

/** History entries never change, so a job that ended needs no second look; a guess of ours does. */
function isSettled(record: JobRecord | undefined): boolean {
  return (
    record !== undefined &&
    (record.state === 'completed' || record.state === 'failed' || isServerCancelled(record))
  );
}

/** Interrupted by the server's word, not only dequeued by us. */
function isServerCancelled(record: JobRecord): boolean {
  return record.state === 'cancelled' && record.startedAt !== null;
}

function nodeOutputs(record: JobRecord): Record<string, Record<string, unknown[]>> {
  const lists: Record<string, Record<string, unknown[]>> = {};
  for (const { nodeId, ref } of record.outputs) {
    (lists[nodeId] ??= { images: [] })['images']?.push(ref);
  }
  return lists;
}
