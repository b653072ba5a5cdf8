import { reportingAs } from '../../base/report';
import type { ComfyClient, PromptAccepted, PromptRequest } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import { type ExactJson, stringifyExact } from '../../comfy/exact-json';
import type { ComfySocket } from '../../comfy/socket';
import { randomUuid } from '../../comfy/uuid';
import { isActive, isSelection, type JobGraph, type JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { newRecord, readSender, SENDER_KEY } from '../state/records';
import { onlyComfy } from './connection.svelte';
import type { SenderMark } from './sender-mark';

/** Options of a submission. */
export interface SubmitOptions {
  /** Before all pending jobs, and even while the queue is paused. */
  front?: boolean;
  /** Sends it even if the same graph may be on its way already: another run is wanted. */
  again?: boolean;
}

/** How a job is sent; see `PromptRequest`. */
export type SendOptions = Pick<PromptRequest, 'clientId' | 'front' | 'number' | 'extra' | 'outputNodes'>;

export interface SubmitterOptions {
  client: ComfyClient;
  socket: ComfySocket;
  table: JobTable;
  live: LiveJobs;
  /** What tells others that a job is this browser's. */
  sender: SenderMark;
  now: () => number;
  /** Looks at queue and history; rejects with a `ComfyError` when the server does not answer. */
  look: () => Promise<void>;
  /** Looks soon. */
  lookSoon: () => void;
  /** The job has its final id, so events that came under it can be applied. */
  accepted: (id: string) => void;
  /**
   * Keeps a new job whose sending broke off, to send it once the server has said that it did not arrive. Resolves with
   * whether it could.
   */
  keep: (record: JobRecord, job: JobGraph, request: SendOptions) => Promise<boolean>;
}

/** Sends each job to the server exactly once. */
export class Submitter {
  readonly #options: SubmitterOptions;
  /** Jobs on their way, by the id they were given here, with the promise of their final id. */
  readonly #sending = new Map<string, Promise<string>>();
  /** Jobs whose sending broke off and nobody could say whether they arrived; the server may tell of them since. */
  readonly #missing = new Map<string, JobGraph>();

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /**
   * Queues a graph under an id of our own, so that events that overtake the answer find their job. If the
   * connection breaks meanwhile, the job is kept and sent by itself, once the server has said that it did not arrive;
   * asking for the same graph until then adds no other job.
   */
  async submit(job: JobGraph, options: SubmitOptions): Promise<string> {
    const { table, live, look } = this.#options;
    const text = stringifyExact(job);
    for (const [id, sent] of options.again ? [] : this.#missing) {
      if (stringifyExact(sent) === text) {
        if (table.record(id)?.state === 'submitting') {
          return id;
        }
        await look();
        this.#missing.delete(id);
        const record = table.record(id);
        if (record && record.state !== 'cancelled') {
          return id;
        }
        if (!record) {
          live.clear(id);
          table.drop(id);
        }
      }
    }
    return this.submitNew(job, options);
  }

  /** Queues a graph regardless of what was sent before. */
  submitNew(job: JobGraph, options: SubmitOptions): Promise<string> {
    const { clientId } = this.#options.socket;
    const { record, extra } = this.draft(job);
    const request = { clientId, extra, ...(options.front ? { front: true } : {}) };
    // What looks for something to select is of no use to anybody later.
    return this.send(record, job, request, !isSelection(record));
  }

  /** A new job as it would be sent, and what goes along with its graph. */
  draft(job: JobGraph): { record: JobRecord; extra: Record<string, ExactJson> } {
    const { socket, sender, now } = this.#options;
    const id = randomUuid();
    const extra = { [SENDER_KEY]: { ...sender.toJson(), job: id }, preview_method: 'auto' };
    const record = {
      ...newRecord(id, job, now()),
      sender: readSender({ ...extra, client_id: socket.clientId }),
    };
    return { record, extra };
  }

  /** The final id of a job that may still be being sent; `null` when it did not arrive. */
  async arrivedId(id: string): Promise<string | null> {
    const sending = this.#sending.get(id);
    return sending ? sending.catch(reportingAs('jobs.still-sending', null)) : id;
  }

  /**
   * Sends a job as it is described.
   * @param keeps keeps it for later when the connection breaks, and resolves with the id it was to have.
   * @throws ComfyError when the server refused it or cannot be reached; the job is then gone from the table.
   */
  send(record: JobRecord, job: JobGraph, request: SendOptions, keeps = false): Promise<string> {
    const sending = this.#send(record, job, request, keeps);
    this.#sending.set(record.id, sending);
    return sending.finally(() => this.#sending.delete(record.id));
  }

  async #send(record: JobRecord, job: JobGraph, request: SendOptions, keeps: boolean): Promise<string> {
    const { client, socket, table, live, lookSoon, keep } = this.#options;
    table.apply(record.id, { type: 'sent', record });
    live.setGraph(record.id, job, request.outputNodes, request.extra);
    const heard = socket.received;
    try {
      const accepted = await client.queuePrompt({ ...job, promptId: record.id, ...request });
      this.#accept(record.id, accepted, job, request);
      socket.expectAnswer(heard);
      lookSoon();
      return accepted.promptId;
    } catch (error) {
      const lost = error instanceof ComfyError && error.kind === 'unreachable';
      const arrived = lost ? await this.#hasArrived(record.id) : false;
      if (arrived) {
        return record.id;
      }
      if (lost && keeps && (await keep(record, job, request))) {
        this.#missing.set(record.id, job);
        return record.id;
      }
      if (arrived === null) {
        this.#missing.set(record.id, job);
        table.apply(record.id, { type: 'went-missing' });
      } else {
        live.clear(record.id);
        table.drop(record.id);
      }
      throw error;
    }
  }

  /**
   * Whether a job is known to the server although the answer to its sending was lost; `null` when the server
   * does not answer this either.
   */
  async #hasArrived(id: string): Promise<boolean | null> {
    const asked = await this.#options.look().then(
      () => true,
      (error: unknown) => {
        onlyComfy(error);
        return false;
      },
    );
    const state = this.#options.table.record(id)?.state;
    return (state !== undefined && state !== 'submitting') || (asked ? false : null);
  }

  #accept(
    asked: string,
    { promptId: id, number, problems }: PromptAccepted,
    job: JobGraph,
    { outputNodes, extra }: SendOptions,
  ): void {
    const { table, live, accepted } = this.#options;
    const record = table.record(asked);
    this.#missing.delete(asked);
    if (id !== asked) {
      // Servers of the seed era choose the id themselves.
      live.clear(asked);
      table.drop(asked);
    }
    const after = table.apply(id, { type: 'accepted', record, id, number, problems });
    if (!after || after.presence === 'forgotten') {
      return;
    }
    if (isActive(after.record.state)) {
      live.setGraph(id, job, outputNodes, extra);
    }
    accepted(id);
  }
}
