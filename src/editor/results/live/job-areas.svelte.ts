import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import * as v from 'valibot';
import { reportingAs } from '../../../base/report';
import type { JobStore } from '../../../jobs/job-store.svelte';
import type { Box } from '../../../ui/viewport';
import { type DarkroomRecord, readRecord } from '../../../workflows/darkroom-record';
import type { Extension } from '../../../workflows/recipe';

/** What a job does to a picture. */
export interface JobArea {
  /** The part that is sampled, px of the picture, perhaps beyond its edges; null: all of the result. */
  sampled: Box | null;
  /** The smallest box around the mask, px of the picture; null when the record does not tell. */
  mask: Box | null;
  /** Several parts are sampled one after another, so that no preview shows all of `sampled`. */
  apart: boolean;
  /** How far the result reaches beyond the picture. */
  extend: Extension | null;
}

const side = v.pipe(v.number(), v.finite());
/** What `Generation` writes into a job's record: bounds of the mask, and whether its parts are sampled apart. */
const boxSchema = v.fallback(
  v.object({
    mask: v.fallback(v.nullable(v.object({ x0: side, y0: side, x1: side, y1: side })), null),
    apart: v.fallback(v.boolean(), false),
  }),
  { mask: null, apart: false },
);

/** What a record says about the part of the picture its job repaints. */
export function areaOfRecord({ area, extend, box }: DarkroomRecord): JobArea {
  const { mask: bounds, apart } = v.parse(boxSchema, box);
  return {
    sampled: area && { ...area, x: area.x - (extend?.left ?? 0), y: area.y - (extend?.top ?? 0) },
    mask: bounds && {
      x: bounds.x0,
      y: bounds.y0,
      width: bounds.x1 - bounds.x0,
      height: bounds.y1 - bounds.y0,
    },
    apart,
    extend,
  };
}

/** Which part of its picture each job repaints, read once from the record in its graph. */
export class JobAreas {
  readonly #jobs: Pick<JobStore, 'graph'>;
  readonly #known = new SvelteMap<string, JobArea | null>();
  readonly #asked = new Set<string>();

  constructor(jobs: Pick<JobStore, 'graph'>) {
    this.#jobs = jobs;
  }

  /** Null while it is not known, and for jobs without a record. Reactive; the first call asks. */
  of(id: string): JobArea | null {
    if (!this.#asked.has(id)) {
      this.#asked.add(id);
      untrack(() => void this.#ask(id));
    }
    return this.#known.get(id) ?? null;
  }

  async #ask(id: string): Promise<void> {
    const job = await this.#jobs.graph(id).catch(reportingAs('results.area', null));
    const record = readRecord(job?.pngInfo['darkroom']);
    this.#known.set(id, record && areaOfRecord(record));
  }
}
