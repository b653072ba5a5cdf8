import * as v from 'valibot';
import { Stored } from '../../base/stored';
import { type FileRef, fileRefKey, fileRefSchema } from '../../comfy/file-ref';

/** Beyond this many, the oldest steps are forgotten. */
const LIMIT = 300;

/** One acceptance: `child` was made from `parent` and replaced it as the picture to work on. */
export interface LineageStep {
  child: FileRef;
  parent: FileRef;
}

/** Adds a step; a child has one parent, the newest given. */
export function withStep(steps: readonly LineageStep[], step: LineageStep): LineageStep[] {
  const child = fileRefKey(step.child);
  return [...steps.filter((known) => fileRefKey(known.child) !== child), step].slice(-LIMIT);
}

const stepsSchema = v.array(v.object({ child: fileRefSchema, parent: fileRefSchema }));

const stored = new Stored<readonly LineageStep[]>('darkroom.lineage', {
  read: (steps) => v.parse(stepsSchema, steps ?? []),
});

/** What was accepted in this browser, kept across pages. */
export class LineageStore {
  #steps: readonly LineageStep[] = stored.load();

  /** The picture this one was accepted over, or null. */
  parentOf(ref: FileRef): FileRef | null {
    const key = fileRefKey(ref);
    return this.#steps.find(({ child }) => fileRefKey(child) === key)?.parent ?? null;
  }

  add(step: LineageStep): void {
    this.#steps = withStep(this.#steps, step);
    stored.save(this.#steps);
  }
}
