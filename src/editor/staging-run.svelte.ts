import { ComfyError } from '../comfy/errors';
import type { ExactJson } from '../comfy/exact-json';
import type { JobGraph } from '../jobs/job';
import type { JobStore } from '../jobs/job-store.svelte';
import type { RecipeSource } from '../workflows/recipe';
import { randomSeed } from '../workflows/seed';
import type { EditorSession } from './editor-session.svelte';
import type { EditorPicture, MaskExport } from './editor-types';
import type { BroughtMask, MaskUploader, UploadStep } from './mask-upload';
import { hasSeed, withSeed } from './staging-batch';

/** What the Generate button is busy with. */
export type GenerateStep = 'idle' | 'exporting' | UploadStep | 'queueing';

/** How far a batch got: jobs the server took, and jobs that were wanted. */
export interface BatchCount {
  queued: number;
  wanted: number;
}

interface SendOptions {
  /** Before all others in the queue. */
  front?: boolean;
}

/**
 * Brings the mask to the server and queues jobs, one wish at a time. What fails leaves the mask as it is,
 * and painting goes on meanwhile: the mask of the moment of asking is what is sent.
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
  #uploadedRev = $state<number | null>(null);

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

  reset(): void {
    this.#failure = null;
    this.#rest = [];
    this.#batch = { queued: 0, wanted: 0 };
    this.#uploadedRev = null;
  }

  /**
   * Sends the mask of the picture and queues what `jobsFor` makes of it, in the order given. Resolves with the ids of the
   * jobs, with none when something else is under way.
   * @throws ComfyError; jobs of the batch that were queued before stay queued.
   */
  async queue(
    picture: EditorPicture,
    jobsFor: (source: RecipeSource, mask: MaskExport) => readonly JobGraph[],
    options: SendOptions = {},
  ): Promise<string[]> {
    return this.#alone(async () => {
      this.#rest = [];
      this.#batch = { queued: 0, wanted: 0 };
      this.#step = 'exporting';
      const { source, mask } = await this.#bring(picture);
      const jobs = jobsFor(source, mask);
      // Each one goes before all others, so the last sent would run first.
      this.#rest = options.front ? jobs.toReversed() : jobs;
      this.#options = options;
      this.#batch = { queued: 0, wanted: jobs.length };
      return this.#send();
    });
  }

  /** As `queue`, but a failure is kept in `failure` for the panel to show. */
  async tryQueue(...wish: Parameters<StagingRun['queue']>): Promise<string[]> {
    try {
      return await this.queue(...wish);
    } catch (error) {
      this.#failure = error;
      return [];
    }
  }

  /**
   * Sends what is left of a batch that failed in its middle, as it was meant then. Resolves with the ids of
   * the jobs; a failure is kept in `failure`.
   */
  async sendRest(): Promise<string[]> {
    try {
      return await this.#alone(() => this.#send());
    } catch (error) {
      this.#failure = error;
      return [];
    }
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
    const seed = randomSeed();
    const pngInfo = { ...job.pngInfo };
    const record = pngInfo['darkroom'];
    if (isObject(record) && isObject(record['values']) && 'seed' in record['values']) {
      pngInfo['darkroom'] = { ...record, values: { ...record['values'], seed } };
    }
    await this.#jobs.submit({ graph: withSeed(job.graph, seed), pngInfo });
  }

  /** Whether a job can come out differently with another seed. */
  async seeded(id: string): Promise<boolean> {
    const job = await this.#jobs.graph(id).catch(() => null);
    return job !== null && hasSeed(job.graph);
  }

  async #bring(picture: EditorPicture): Promise<BroughtMask> {
    const brought = await this.#uploader.bring((variant) => this.#session.exportMask(variant), picture, {
      onStep: (step) => (this.#step = step),
    });
    this.#uploadedRev = brought.mask.rev;
    return brought;
  }

  /** One wish at a time; with another under way it comes to nothing. */
  async #alone(work: () => Promise<string[]>): Promise<string[]> {
    if (this.#step !== 'idle') {
      return [];
    }
    this.#failure = null;
    try {
      return await work();
    } finally {
      this.#step = 'idle';
    }
  }

  async #send(): Promise<string[]> {
    this.#step = 'queueing';
    const ids: string[] = [];
    for (const job of this.#rest) {
      ids.push(await this.#jobs.submit(job, this.#options));
      this.#rest = this.#rest.filter((other) => other !== job);
      this.#batch = { ...this.#batch, queued: this.#batch.queued + 1 };
    }
    return ids;
  }
}

function isObject(value: ExactJson | undefined): value is Record<string, ExactJson> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
