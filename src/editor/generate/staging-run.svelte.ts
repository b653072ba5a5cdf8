import { reporting, reportingAs } from '../../base/report';
import { ComfyError } from '../../comfy/errors';
import type { FileRef } from '../../comfy/file-ref';
import { hasSeed } from '../../comfy/graph-seeds';
import type { JobGraph } from '../../jobs/state/job';
import type { JobStore } from '../../jobs/job-store.svelte';
import type { RecipeSource } from '../../workflows/recipe';
import { drawAnew } from '../../workflows/run-again';
import { complain } from '../../ui/toasts.svelte';
import { describeEditorError } from '../model/describe-editor-error';
import type { EditorSession } from '../session/editor-session.svelte';
import type { EditorPicture, MaskExport } from '../model/editor-types';
import type { BroughtMask, MaskLane, MaskUploader, UploadStep } from '../upload/mask-upload';

/** What the Generate button is busy with. */
export type GenerateStep = 'idle' | 'exporting' | UploadStep | 'queueing';

/** How far a batch got: jobs the server took, and jobs that were wanted. */
export interface BatchCount {
  queued: number;
  wanted: number;
}

/** Makes jobs of a mask that is on the server. */
export type JobMaker = (source: RecipeSource, mask: MaskExport) => readonly JobGraph[];

interface SendOptions {
  /** Before all others in the queue. */
  front?: boolean;
}

/**
 * Brings the mask to the server and queues jobs, one wish at a time. What fails leaves the mask as it is,
 * and painting goes on meanwhile: the mask of the moment of asking is what is sent, of the picture that is
 * open then. A wish goes on to its end when another picture is opened, but shows nothing on that.
 */
export class StagingRun {
  readonly #session: EditorSession;
  readonly #uploader: MaskUploader;
  readonly #jobs: JobStore;
  #step = $state<GenerateStep>('idle');
  #failure = $state.raw<unknown>(null);
  #batch = $state.raw<BatchCount>({ queued: 0, wanted: 0 });
  /** Jobs of the last batch the server did not take, in the order in which they are sent. */
  #rest = $state.raw<readonly JobGraph[]>([]);
  #options: SendOptions = {};
  /** Grows with every `reset`: what belongs to the picture before does not show any more. */
  #turn = 0;
  #uploadedRev = $state<number | null>(null);
  /** The last mask that was sent before anybody pressed Generate, whatever became of it. */
  #early: { picture: EditorPicture; rev: number; abort: AbortController } | null = null;

  constructor(session: EditorSession, uploader: MaskUploader, jobs: JobStore) {
    this.#session = session;
    this.#uploader = uploader;
    this.#jobs = jobs;
  }

  get step(): GenerateStep {
    return this.#step;
  }

  /** Why the last wish was not or not wholly fulfilled. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The last batch; a failure in its middle leaves `queued` below `wanted`. */
  get batch(): BatchCount {
    return this.#batch;
  }

  /** Jobs of a batch that failed in its middle which `sendRest` would send. */
  get left(): number {
    return this.#batch.queued > 0 ? this.#rest.length : 0;
  }

  /** The session's `rev` whose mask the server has, read back and compared. */
  get uploadedRev(): number | null {
    return this.#uploadedRev;
  }

  /** Another picture is on its way, or none. */
  reset(): void {
    this.#turn++;
    this.dropEarly();
    this.#failure = null;
    this.#rest = [];
    this.#batch = { queued: 0, wanted: 0 };
    this.#uploadedRev = null;
  }

  /**
   * Somebody is about to press Generate: sends the mask of the picture, which is open in the session, so that it need
   * not be waited for then. Nothing happens when the server has this mask, when it was tried before, during a stroke,
   * or while the server samples, whose event loop would have to decode the picture and encode it anew. What fails here
   * is not told: the wish itself tries again.
   */
  prepare(picture: EditorPicture): void {
    const { rev } = this.#session.mask;
    const { painting } = this.#session.edits;
    const tried = this.#early?.picture === picture && this.#early.rev === rev;
    if (
      tried ||
      painting ||
      rev === this.#uploadedRev ||
      this.#step !== 'idle' ||
      this.#jobs.running.length > 0
    ) {
      return;
    }
    this.dropEarly();
    const turn = this.#turn;
    const abort = new AbortController();
    this.#early = { picture, rev, abort };
    this.#uploader
      .bring((variant) => this.#session.exportMask(variant), picture, { signal: abort.signal, early: true })
      .then(({ mask }) => {
        if (turn === this.#turn) {
          this.#uploadedRev = mask.rev;
        }
      })
      .catch(reporting('generate.send-early'));
  }

  /** Nobody is about to press Generate after all: ends what `prepare` began, as far as it is not done. */
  dropEarly(): void {
    this.#early?.abort.abort();
    this.#early = null;
  }

  /**
   * Sends the mask of the picture, which is open in the session, and queues what `jobsFor` makes of it, in the
   * order given. Resolves with the ids of the jobs, with none when something else is under way.
   * @throws ComfyError; jobs of the batch that were queued before stay queued.
   */
  async queue(picture: EditorPicture, jobsFor: JobMaker, options: SendOptions = {}): Promise<string[]> {
    const taken: string[] = [];
    await this.#queue(taken, picture, jobsFor, options);
    return taken;
  }

  /**
   * As `queue`, but a failure is kept in `failure` for the panel to show, or said in passing once another
   * picture is open. Resolves with the ids of the jobs the server took, also when it failed in their middle.
   */
  async tryQueue(picture: EditorPicture, jobsFor: JobMaker, options: SendOptions = {}): Promise<string[]> {
    return this.#tried((taken) => this.#queue(taken, picture, jobsFor, options));
  }

  /**
   * Sends what is left of a batch that failed in its middle, as it was meant then. Resolves with the ids of
   * the jobs the server took; a failure is kept as with `tryQueue`.
   */
  async sendRest(): Promise<string[]> {
    return this.#tried((taken) => this.#alone((turn) => this.#send(taken, this.#rest, this.#options, turn)));
  }

  /**
   * Sends the mask of the picture, which is open in the session, and resolves with the picture's file that has it as
   * its alpha; with `null` when something else is under way, or after a failure, kept as with `tryQueue`.
   */
  async bringMasked(picture: EditorPicture): Promise<FileRef | null> {
    let masked: FileRef | null = null;
    await this.#tried(() =>
      this.#alone(async (turn) => {
        const { source, mask } = await this.#bringNow(picture, 'mask');
        if (turn === this.#turn) {
          this.#uploadedRev = mask.rev;
          masked = source.kind === 'masked' ? source.ref : null;
        }
      }),
    );
    return masked;
  }

  /**
   * Queues a job once more with a new seed, everything else as it was.
   * @throws ComfyError when its graph is not known any more or the server refuses.
   */
  async again(id: string): Promise<void> {
    const job = await this.#jobs.graph(id);
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    await this.#jobs.submit(await drawAnew(this.#jobs, job));
  }

  /** Whether a job can come out differently with another seed. */
  async seeded(id: string): Promise<boolean> {
    const job = await this.#jobs.graph(id).catch(reportingAs('generate.graph', null));
    return job !== null && hasSeed(job.graph);
  }

  #queue(taken: string[], picture: EditorPicture, jobsFor: JobMaker, options: SendOptions): Promise<void> {
    return this.#alone(async (turn) => {
      const { source, mask } = await this.#bringNow(picture);
      const made = jobsFor(source, mask);
      // Each one goes before all others, so the last sent would run first.
      const jobs = options.front ? made.toReversed() : made;
      if (turn === this.#turn) {
        this.#uploadedRev = mask.rev;
        this.#rest = jobs;
        this.#options = options;
        this.#batch = { queued: 0, wanted: jobs.length };
      }
      await this.#send(taken, jobs, options, turn);
    });
  }

  /** Sends the mask as it is now, for somebody who waits for it. */
  async #bringNow(picture: EditorPicture, lane?: MaskLane): Promise<BroughtMask> {
    const painted = this.#session.exportPaint();
    this.#rest = [];
    this.#batch = { queued: 0, wanted: 0 };
    this.#step = 'exporting';
    if (this.#early && (this.#early.picture !== picture || this.#early.rev !== this.#session.mask.rev)) {
      this.dropEarly();
    }
    const bringing = this.#uploader.bring((variant) => this.#session.exportMask(variant), picture, {
      onStep: (step) => (this.#step = step),
      ...(lane && { lane }),
    });
    const [brought, paint] = await Promise.all([bringing, painted]);
    if (!paint) {
      return brought;
    }
    const over = await this.#uploader.bringPaint(paint, { onStep: (step) => (this.#step = step) });
    return { ...brought, source: { ...brought.source, paint: over } };
  }

  async #tried(work: (taken: string[]) => Promise<void>): Promise<string[]> {
    const turn = this.#turn;
    const taken: string[] = [];
    try {
      await work(taken);
    } catch (error) {
      if (turn === this.#turn) {
        this.#failure = error;
      } else {
        complain(describeEditorError(error));
      }
    }
    return taken;
  }

  /** One wish at a time; with another under way it comes to nothing. */
  async #alone(work: (turn: number) => Promise<void>): Promise<void> {
    if (this.#step !== 'idle') {
      return;
    }
    this.#failure = null;
    try {
      await work(this.#turn);
    } finally {
      this.#step = 'idle';
    }
  }

  async #send(taken: string[], jobs: readonly JobGraph[], options: SendOptions, turn: number): Promise<void> {
    this.#step = 'queueing';
    for (const job of jobs) {
      taken.push(await this.#jobs.submit(job, options));
      if (turn === this.#turn) {
        this.#rest = this.#rest.filter((other) => other !== job);
        this.#batch = { ...this.#batch, queued: this.#batch.queued + 1 };
      }
    }
  }
}
