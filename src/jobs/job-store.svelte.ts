import type { ComfyClient } from '../comfy/client';
import { reporting } from '../base/report';
import { ComfyError } from '../comfy/errors';
import type { ComfySocket } from '../comfy/socket';
import type { JobMirror } from './library/mirror';
import { MirrorFeed } from './library/mirror-feed.svelte';
import { OutputLibrary } from './library/output-library.svelte';
import type { TabLeader } from './library/tab-leader';
import { type Connection, ConnectionState } from './server/connection.svelte';
import { EventIntake } from './server/event-intake';
import { HistoryReader } from './server/history-reader';
import type { QueuePort } from './server/queue-port';
import { QueueSync } from './server/queue-sync.svelte';
import { QueueVerbs } from './server/queue-verbs';
import { type SubmitOptions, Submitter } from './server/submitter';
import { isActive, type JobGraph, type JobRecord } from './state/job';
import { JobTable } from './state/job-table.svelte';
import { LiveJobs } from './state/live-jobs.svelte';
import type { JobProgress } from './state/progress';
import { graphOf } from './state/records';

export type { Connection, SubmitOptions };
export type { GalleryItem } from './library/output-index';

export interface JobStoreOptions {
  client: ComfyClient;
  socket: ComfySocket;
  mirror: JobMirror;
  /** Elects the tab that reads long histories and writes the mirror; without it this tab does. */
  leader?: TabLeader;
  /** Whether jobs the server no longer knows are forgotten too: true for the demo, whose files are gone with it. */
  forgetUnknown?: () => boolean;
  /** ms since the epoch. */
  now?: () => number;
}

/**
 * Every job of the server, live. Queue, history and socket all enter here and become records; nothing is
 * shown as done before the server said so, and nothing is inferred from absence.
 */
export class JobStore {
  readonly #client: ComfyClient;
  readonly #socket: ComfySocket;
  readonly #table = new JobTable();
  readonly #live = new LiveJobs();
  readonly #connection = new ConnectionState();
  readonly #feed: MirrorFeed;
  readonly #intake: EventIntake;
  readonly #history: HistoryReader;
  readonly #sync: QueueSync;
  readonly #submitter: Submitter;
  /** Every saved file, newest first: the gallery. */
  readonly items = new OutputLibrary();
  /** What can be done with the server's queue. */
  readonly queue: QueuePort;

  constructor({ client, socket, mirror, leader, forgetUnknown, now = Date.now }: JobStoreOptions) {
    const table = this.#table;
    const live = this.#live;
    const connection = this.#connection;
    this.#client = client;
    this.#socket = socket;
    table.onChange((changes) => this.items.change(changes));
    const feed = (this.#feed = new MirrorFeed({
      ...{ mirror, table, leader: leader ?? null },
      ended: (id) => {
        live.clear(id);
        this.#intake.discard(id);
      },
    }));
    const intake = (this.#intake = new EventIntake({
      table,
      live,
      now,
      counted: (remaining) => this.#sync.told(remaining),
      ended: (id) => void this.#confirm(id),
    }));
    const { clientId } = socket;
    const stopped = (): boolean => this.#sync.stopped;
    const history = (this.#history = new HistoryReader({
      ...{ client, clientId, table, live, intake, feed, now, stopped },
    }));
    this.#sync = new QueueSync({
      ...{ client, socket, connection, table, live, intake, history, feed, now },
      forgetUnknown: forgetUnknown ?? (() => false),
    });
    leader?.onChange(() => history.readOlder());
    const submitter = (this.#submitter = new Submitter({
      ...{ client, socket, table, live, now },
      look: () => this.#lookAtAll(),
      lookSoon: () => this.#sync.lookSoon(),
      accepted: (id) => this.#accepted(id),
    }));
    this.queue = new QueueVerbs({
      ...{ client, table, live, submitter, now },
      putQueued: (entry, state) => this.#sync.putQueued(entry, state),
      look: () => this.#lookAtAllQuietly(),
    });
  }

  /** Whether the server answers. */
  get connection(): Connection {
    return this.#connection.now;
  }

  /** Jobs pending and running as the server counts them; `null` before the first answer. */
  get queueRemaining(): number | null {
    return this.#sync.remaining;
  }

  /** Whether everything remembered is here, and the history was read once unless the server is off. */
  get loaded(): boolean {
    return this.#feed.loaded && (this.#sync.historyLoaded || this.#connection.now.state === 'off');
  }

  /** Running jobs; a stock server runs one at a time. */
  get running(): JobRecord[] {
    return this.#table.running;
  }

  /** Jobs not started yet, in the order they will run. Those still being sent come last. */
  get pending(): JobRecord[] {
    return this.#table.pending;
  }

  /** The jobs that ended last, newest first. */
  finished(count = Infinity): JobRecord[] {
    return this.#table.finished(count);
  }

  /** One job, or `undefined` when it is not known. Reactive for this job alone, as are the next four. */
  job(id: string): JobRecord | undefined {
    void this.#table.tracked(id);
    return this.#table.record(id);
  }

  /** Whether this page saw the job wait or run, so that its end is news rather than history. */
  witnessed(id: string): boolean {
    return this.#table.tracked(id)?.witnessed ?? false;
  }

  /** Whether the job was cancelled from this page, not by someone else. */
  cancelledHere(id: string): boolean {
    return (this.#table.tracked(id)?.cancellation ?? 'none') !== 'none';
  }

  /** How far a job is. */
  progress(id: string): JobProgress {
    return this.#live.progress(id);
  }

  /** The newest preview picture of a running job. */
  preview(id: string): Blob | null {
    return this.#live.preview(id);
  }

  /**
   * The graph of a job, from memory, the mirror or the server; `null` when it is nowhere.
   * @throws ComfyError when only the server could have it and does not answer.
   */
  async graph(id: string): Promise<JobGraph | null> {
    const known = this.#live.graph(id) ?? (await this.#feed.graph(id));
    if (known) {
      return known;
    }
    const item = await this.#client.historyItem(id);
    return item ? graphOf(item.prompt) : null;
  }

  /** Shows what is mirrored, opens the socket and keeps everything in step until the returned function is called. */
  start(): () => void {
    const stops = [
      this.#feed.start(),
      this.#socket.onEvent((event) => this.#intake.receive(event)),
      this.#socket.onState((state) => this.#sync.socketChanged(state)),
    ];
    this.#socket.connect();
    stops.push(this.#sync.start());
    return () => {
      stops.forEach((stop) => stop());
      this.#socket.close();
    };
  }

  /**
   * Queues a graph. Resolves with the job's id once the server accepted it; servers of the seed era give
   * another one than was asked for.
   * @throws ComfyError `rejected` with problems, or `unreachable`; the record is then gone again.
   */
  submit(job: JobGraph, options: SubmitOptions = {}): Promise<string> {
    return this.#submitter.submit(job, options);
  }

  /** Queues a job's graph once more, unchanged: every number as exact as it came. */
  async runAgain(id: string, options: SubmitOptions = {}): Promise<string> {
    const job = await this.graph(id);
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    return this.#submitter.submitNew(job, options);
  }

  /**
   * Makes the server and this browser forget finished jobs. Their files stay on disk. The jobs vanish at
   * once; `undo` within the grace time of the caller brings them back, `commit` does it for real.
   * @throws ComfyError from `commit` when the server did not take it; the jobs are then back.
   */
  forget(ids: readonly string[]): { commit: () => Promise<void>; undo: () => void } {
    const tellAll = (type: 'hidden' | 'shown' | 'forgotten'): void =>
      this.#table.batch(() => ids.forEach((id) => this.#table.apply(id, { type })));
    tellAll('hidden');
    return {
      undo: () => tellAll('shown'),
      commit: async () => {
        try {
          await this.#client.deleteHistory(ids);
        } catch (error) {
          tellAll('shown');
          throw error;
        }
        // An answer of the history that was asked for before must not bring them back.
        tellAll('forgotten');
        ids.forEach((id) => this.#live.clear(id));
        // The server has forgotten them: that this browser's copy could not be deleted undoes nothing.
        await this.#feed.forget(ids).catch(reporting('jobs.forget-mirrored'));
      },
    };
  }

  /** Asks the server anew right away, for example when the page becomes visible. */
  async refresh(): Promise<void> {
    this.#socket.retryNow();
    await this.#lookAtAllQuietly();
  }

  #lookAtAll(): Promise<void> {
    this.#history.stale = true;
    return this.#sync.look();
  }

  #lookAtAllQuietly(): Promise<void> {
    this.#history.stale = true;
    return this.#sync.lookQuietly();
  }

  #accepted(id: string): void {
    const job = this.#table.peek(id);
    if (job?.settled && !isActive(job.record.state)) {
      // Only the answer to its sending tells which outputs the server left out.
      void this.#feed.put([{ record: job.record, graph: null }]);
    }
    this.#intake.replay(id);
  }

  async #confirm(id: string): Promise<void> {
    const found = await this.#history.confirm(id).catch((error: unknown) => {
      if (!(error instanceof ComfyError)) {
        throw error;
      }
      return false;
    });
    if (!found) {
      this.#history.stale = true;
      this.#sync.lookSoon();
    }
  }
}
