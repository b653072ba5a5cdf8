import * as v from 'valibot';
import { type FileRef, fileRefKey, isFolderType } from '../../comfy/file-ref';

const KEY = 'darkroom.lineage';
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

/** What was accepted in this browser, kept across pages. */
export class LineageStore {
  #steps: readonly LineageStep[] = read();

  /** The picture this one was accepted over, or null. */
  parentOf(ref: FileRef): FileRef | null {
    const key = fileRefKey(ref);
    return this.#steps.find(({ child }) => fileRefKey(child) === key)?.parent ?? null;
  }

  add(step: LineageStep): void {
    this.#steps = withStep(this.#steps, step);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#steps));
    } catch {
      // Storage can be full or forbidden; the way back then lasts as long as the page.
    }
  }
}

const refSchema = v.object({
  filename: v.string(),
  subfolder: v.string(),
  type: v.custom<FileRef['type']>(isFolderType),
});

const stepsSchema = v.array(v.object({ child: refSchema, parent: refSchema }));

function read(): LineageStep[] {
  try {
    return v.parse(stepsSchema, JSON.parse(localStorage.getItem(KEY) ?? '[]'));
  } catch {
    return [];
  }
}
