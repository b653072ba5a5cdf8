import { untrack } from 'svelte';

import { reporting } from '../base/report';
import type { ComfyClient } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import type { ApiGraph } from '../comfy/graph';
import type { ComfySocket } from '../comfy/socket';
import { JobServices, type JobServicesOptions } from './job-services';
import type { JobFacts } from './library/job-facts';
import type { FactsPage, FactsPlace } from './library/job-mirror';
import { OutputLibrary } from './library/output-library.svelte';
import type { Connection } from './server/connection.svelte';
import type { QueuePort } from './server/queue-port';
import type { SubmitOptions } from './server/submitter';
import type { SenderMark } from './server/sender-mark';
import type { Pause } from './shelf/pause.svelte';
import type { Steering } from './shelf/steering.svelte';
import { isFinished, type JobGraph, type JobRecord } from './state/job';
import type { JobChanges } from './state/job-table.svelte';
import type { JobProgress } from './state/progress';

export type { Connection, SubmitOptions };
export type { GalleryItem } from './library/output-index';

/** What a job store is made of; see `JobServicesOptions`. */
export type JobStoreOptions = JobServicesOptions;

/**
 * Every job of the server, live. Queue, history and socket all enter here and become records; nothing is
 * shown as done before the server said so, and nothing is inferred from absence.
 */
export class JobStore {
  readonly #options: JobStoreOptions;
  readonly #client: ComfyClient;
  readonly #socket: ComfySocket;
  readonly #services: JobServices;
  #pausing: Promise<Pause> | null = null;
  /** Every saved file, newest first: the gallery. */
  readonly items = new OutputLibrary();

  constructor(options: JobStoreOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#socket = options.socket;
    this.#services = new JobServices(options);
    this.#services.table.onChange((changes) => this.items.change(changes));
  }

  /** What can be done with the server's queue. */
  get queue(): QueuePort {
    return this.#services.queue;
  }

  /** What reorders, holds and brings back jobs, finishing first what an earlier visit left unfinished. */
  steering(): Promise<Steering> {
    return this.#services.steering();
  }

  /** What pauses the queue. */
  pausing(): Promise<Pause> {
    this.#pausing ??= this.#openPause();
    return this.#pausing;
  }

  async #openPause(): Promise<Pause> {
    const { Pause: Pausing } = await import('./shelf/pause.svelte');
    const steering = await this.steering();
    return new Pausing({
      ...{ jobs: this, steering },
      ...(this.#options.now && { now: this.#options.now }),
      ...(this.#options.storage && { storage: this.#options.storage }),
    });
  }

  /** What this browser writes into the jobs it queues. */
  get sender(): SenderMark {
    return this.#services.sender;
  }

  /** Whether the server answers. */
  get connection(): Connection {
    return this.#services.connection.now;
  }

  /** Jobs pending and running as the server counts them; `null` before the first answer. */
  get queueRemaining(): number | null {
    return this.#services.sync.remaining;
  }

  /** Whether everything remembered is here, and the history was read once unless the server is off. */
  get loaded(): boolean {
    return (
      this.#services.feed.loaded &&
      (this.#services.sync.historyLoaded || this.#services.connection.now.state === 'off')
    );
  }

  /** Running jobs; a stock server runs one at a time. */
  get running(): readonly JobRecord[] {
    return this.#services.table.running;
  }

  /** Jobs not started yet, in the order they will run. Those still being sent come last. */
  get pending(): readonly JobRecord[] {
    return this.#services.table.pending;
  }

  /** The place of a job among those not started yet, from 0. */
  placeOf(job: JobRecord): number {
    return this.#services.table.placeOf(job);
  }

  /** Jobs this browser keeps out of the queue, in no order. */
  get held(): readonly JobRecord[] {
    return this.#services.table.held;
  }

  /** Jobs the server has forgotten without a word of how they ended, newest first. */
  get lost(): readonly JobRecord[] {
    return this.#services.table.lost;
  }

  /** Jobs that are not in the queue any more, of which the server has not told yet what became of them. */
  get left(): readonly JobRecord[] {
    return this.#services.table.left;
  }

  /** How many jobs have ended. */
  get finishedCount(): number {
    return this.#services.table.finishedCount;
  }

  /** `count` jobs that have ended, newest first, after the `from` newest ones. */
  finished(count = Infinity, from = 0): JobRecord[] {
    return this.#services.table.finished(count, from);
  }

  /** One job, or `undefined` when it is not known. Reactive for this job alone, as are the next four. */
  job(id: string): JobRecord | undefined {
    void this.#services.table.tracked(id);
    return this.#services.table.record(id);
  }

  /** Whether this page saw the job wait or run, so that its end is news rather than history. */
  witnessed(id: string): boolean {
    return this.#services.table.tracked(id)?.witnessed ?? false;
  }

  /** Whether the job was cancelled from this browser, not by someone else. */
  cancelledHere(id: string): boolean {
    const job = this.#services.table.tracked(id);
    return job !== undefined && (job.cancellation !== 'none' || job.record.stop?.here === true);
  }

  /** Resolves with a job once it has ended; at once if it has. */
  ended(id: string): Promise<JobRecord> {
    const { table } = this.#services;
    const known = table.record(id);
    if (known && isFinished(known.state)) {
      return Promise.resolve(known);
    }
    return new Promise((resolve) => {
      const stop = table.onChange(({ added }) => {
        const job = added.find((one) => one.id === id && isFinished(one.state));
        if (job) {
          stop();
          resolve(job);
        }
      });
    });
  }

  /** Calls back with what changes on the lists of jobs; returns the way to stop. */
  onChange(listener: (changes: JobChanges) => void): () => void {
    return this.#services.table.onChange(listener);
  }

  /** How far a job is. */
  progress(id: string): JobProgress {
    return this.#services.live.progress(id);
  }

  /** The server the jobs are on. */
  get client(): ComfyClient {
    return this.#client;
  }

  /** The nodes of a job that waits or runs, as far as this page has them at hand. */
  nodesAtHand(id: string): ApiGraph | null {
    return this.#services.live.nodes(id);
  }

  /** The same with the metadata for the PNG, which may have to be unpacked. */
  graphAtHand(id: string): JobGraph | null {
    return this.#services.live.graph(id);
  }

  /** The newest preview picture of a running job. */
  preview(id: string): Blob | null {
    return this.#services.live.preview(id);
  }

  /**
   * The graph of a job, from memory, the mirror or the server; `null` when it is nowhere.
   * @throws ComfyError when only the server could have it and does not answer.
   */
  async graph(id: string): Promise<JobGraph | null> {
    await this.#whole(id);
    const known = this.#services.live.graph(id) ?? (await this.#services.feed.graph(id));
    if (known) {
      return known;
    }
    const output = this.#services.table.peek(id)?.record.outputs[0];
    return (await import('./file-graph')).graphElsewhere(this.#client, id, output);
  }

  /**
   * What the graph of a job tells of its files, from the mirror or read anew and then remembered; `null` when
   * the job or its graph is nowhere.
   * @throws ComfyError when only the server could have it and does not answer.
   */
  async facts(id: string): Promise<JobFacts | null> {
    await this.#whole(id);
    const { feed, table } = this.#services;
    const { readFacts } = await import('./read-facts');
    return readFacts(id, table.peek(id)?.record, feed, () => this.graph(id));
  }

  /**
   * Has jobs on screen read before others, where only a sketch of them is known.
   * @param calm whether the page has time to read any.
   */
  setVisible(visible: () => Iterable<string>, calm: () => boolean = () => true): void {
    Object.assign(this.#services.history.details, { visible, calm });
  }

  /** Resolves when all of a job is known that the server tells. */
  async #whole(id: string): Promise<void> {
    if (this.#services.table.peek(id)?.record.sketch) {
      await this.#services.history.details.want(id);
    }
  }

  /** Everything remembered of the kind that `facts` tells, page by page. */
  factsPage(from: FactsPlace | null, count: number): Promise<FactsPage> {
    return this.#services.feed.factsPage(from, count);
  }

  /** Shows what is mirrored, opens the socket and keeps everything in step until the returned function is called. */
  start(): () => void {
    // An effect that starts it would start it again as soon as anything it reads on the way has changed.
    return untrack(() => this.#start());
  }

  #start(): () => void {
    const stops = [
      this.#services.feed.start(),
      this.#socket.onEvent((event) => this.#services.intake.receive(event)),
      this.#socket.onState((state) => this.#services.sync.socketChanged(state)),
    ];
    this.#socket.connect();
    stops.push(this.#services.sync.start(), this.#services.startSources(this.items));
    return () => {
      stops.forEach((stop) => stop());
      void this.#pausing?.then((pause) => pause.stop()).catch(reporting('jobs.pausing'));
      this.#socket.close();
    };
  }

  /**
   * Queues a graph. Resolves with the job's id once the server accepted it; servers of the seed era give
   * another one than was asked for. While the queue is paused, the job waits on the shelf instead.
   * @throws ComfyError `rejected` with problems, or `unreachable`; the record is then gone again.
   */
  submit(job: JobGraph, options: SubmitOptions = {}): Promise<string> {
    return this.#unlessPaused(job, options, () => this.#services.submitter.submit(job, options));
  }

  async #unlessPaused(job: JobGraph, { front }: SubmitOptions, send: () => Promise<string>): Promise<string> {
    return front || !this.#services.wish.on ? send() : (await this.pausing()).keep(job);
  }

  /** Queues a job's graph once more, unchanged: every number as exact as it came. */
  async runAgain(id: string, options: SubmitOptions = {}): Promise<string> {
    const job = await this.graph(id);
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    return this.#unlessPaused(job, options, () => this.#services.submitter.submitNew(job, options));
  }

  /**
   * A job with every seed drawn anew, within what the server's nodes take; `null` when it has none, so that
   * running it again makes the same.
   */
  async newSeeds(job: JobGraph): Promise<JobGraph | null> {
    return (await import('./new-seeds')).newSeeds(this.#client, job);
  }

  /**
   * Makes the server and this browser forget finished jobs. Their files stay on disk. The jobs vanish at
   * once; `undo` within the grace time of the caller brings them back, `commit` does it for real.
   * @throws ComfyError from `commit` when the server did not take it; the jobs are then back.
   */
  forget(ids: readonly string[]): { commit: () => Promise<void>; undo: () => void } {
    const tellAll = (type: 'hidden' | 'shown' | 'forgotten'): void =>
      this.#services.table.batch(() => ids.forEach((id) => this.#services.table.apply(id, { type })));
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
        ids.forEach((id) => this.#services.live.clear(id));
        // The server has forgotten them: that this browser's copy could not be deleted undoes nothing.
        await this.#services.feed.forget(ids).catch(reporting('jobs.forget-mirrored'));
      },
    };
  }

  /** Asks the server anew right away, for example when the page becomes visible. */
  async refresh(): Promise<void> {
    this.#socket.retryNow();
    await this.#services.lookQuietly();
  }
}
