import type { ComfyEvent } from '../../comfy/events';
import type { ExactJson } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import type { JobGraph } from './job';
import { KeyedSignal } from './keyed-signal.svelte';
import { type PackedGraph, unpack } from './packed-graph';
import { advance, type JobProgress, NO_PROGRESS } from './progress';

/** A job's progress and preview are shown anew this often at most, ms: fast samplers send hundreds of steps a second. */
const SHOWN_EVERY = 100;

interface LiveJob {
  graph: JobGraph | PackedGraph | null;
  outputNodes: readonly string[];
  extra: Record<string, ExactJson>;
  progress: JobProgress;
  /** The newest one. Few of a fast stream are shown. */
  preview: (() => Blob) | null;
}

/** What only a job that waits or runs needs: its graph, how far it is, and its newest preview. */
export class LiveJobs {
  readonly #jobs = new Map<string, LiveJob>();
  readonly #signal = new KeyedSignal();
  /** Jobs shown anew just now, and whether they have moved on since. */
  readonly #shown = new Map<string, boolean>();

  /** A job's graph with its metadata, which may have to be unpacked: ask for the nodes alone where these will do. */
  graph(id: string): JobGraph | null {
    const job = this.#jobs.get(id)?.graph ?? null;
    return job && 'packedInfo' in job ? unpack(job) : job;
  }

  /** The nodes the server was asked to run up to; empty when it was not told. */
  outputNodes(id: string): readonly string[] {
    return this.#jobs.get(id)?.outputNodes ?? [];
  }

  /** What else is to be sent along when the job is queued again: see `extraToKeep`. */
  extra(id: string): Record<string, ExactJson> {
    return this.#jobs.get(id)?.extra ?? {};
  }

  /** The nodes of a job's graph; `null` when it is not known. */
  nodes(id: string): ApiGraph | null {
    return this.#jobs.get(id)?.graph?.graph ?? null;
  }

  progress(id: string): JobProgress {
    this.#signal.track(id);
    return this.#jobs.get(id)?.progress ?? NO_PROGRESS;
  }

  preview(id: string): Blob | null {
    this.#signal.track(id);
    return this.#jobs.get(id)?.preview?.() ?? null;
  }

  /**
   * @param outputNodes the nodes the server was asked to run up to; as before when not given.
   * @param extra what else belongs to the job, see `extraToKeep`; as before when not given.
   */
  setGraph(
    id: string,
    graph: JobGraph | PackedGraph,
    outputNodes?: readonly string[],
    extra?: Record<string, ExactJson>,
  ): void {
    const live = this.#at(id);
    this.#jobs.set(id, {
      ...live,
      graph,
      outputNodes: outputNodes ?? live.outputNodes,
      extra: extra ?? live.extra,
    });
  }

  /** Takes in an event of the job's run. */
  follow(id: string, event: ComfyEvent): void {
    const live = this.#at(id);
    const preview = event.type === 'preview' ? event.data.image : live.preview;
    const progress = advance(live.progress, event, live.graph?.graph ?? {}, live.outputNodes);
    if (preview !== live.preview || progress !== live.progress) {
      this.#jobs.set(id, { ...live, preview, progress });
      this.#show(id);
    }
  }

  /** Tells at once that a job has moved on, or when that was last told long enough ago. */
  #show(id: string): void {
    if (this.#shown.has(id)) {
      this.#shown.set(id, true);
      return;
    }
    this.#signal.notify(id);
    this.#shown.set(id, false);
    setTimeout(() => {
      const movedOn = this.#shown.get(id);
      this.#shown.delete(id);
      if (movedOn) {
        this.#show(id);
      }
    }, SHOWN_EVERY);
  }

  /** Drops progress and preview, and keeps what is needed to queue the job again. */
  halt(id: string): void {
    const live = this.#jobs.get(id);
    if (live) {
      this.#jobs.set(id, { ...live, progress: NO_PROGRESS, preview: null });
      this.#signal.notify(id);
    }
  }

  clear(id: string): void {
    if (this.#jobs.delete(id)) {
      this.#signal.notify(id);
    }
  }

  #at(id: string): LiveJob {
    const fresh = { graph: null, outputNodes: [], extra: {}, progress: NO_PROGRESS, preview: null };
    return this.#jobs.get(id) ?? fresh;
  }
}
