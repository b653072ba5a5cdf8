import { type FileRef, fileRefKey, parseAnnotated } from '../../comfy/file-ref';
import { type ApiGraph, isLink, nodeOf } from '../../comfy/graph';
import { reached } from '../../comfy/graph-summary';
import { widgetValue } from '../../comfy/graph-walk';
import type { JobRecord } from '../state/job';

/** Nodes that load a picture and its alpha as a mask: the picture is their first output. */
const LOADS_PICTURE = /^(LoadImage|LoadImageOutput|ETN_LoadImage)$/;
/** More pictures than that are a collage, not a parent. */
const MOST_SOURCES = 8;

/**
 * The files a picture was made from, as its graph names them, the nearest first: those that a node loads as a
 * picture, not those of which only the mask is used.
 * @param start the node that made the file; `null` for any.
 */
export function sourcesOf(graph: ApiGraph, start: string | null): FileRef[] {
  // Most graphs load nothing: a look at their classes spares the walk.
  if (!Object.values(graph).some(({ class_type }) => LOADS_PICTURE.test(class_type))) {
    return [];
  }
  const ids = start !== null && nodeOf(graph, start) ? reached(graph, start) : Object.keys(graph);
  const asPicture = new Set(
    ids.flatMap((id) =>
      Object.values(nodeOf(graph, id)?.inputs ?? {}).flatMap((input) =>
        isLink(input) && input[1] === 0 ? [input[0]] : [],
      ),
    ),
  );
  const found = new Map<string, FileRef>();
  for (const id of ids) {
    const node = nodeOf(graph, id);
    const name =
      node && LOADS_PICTURE.test(node.class_type) && asPicture.has(id) && widgetValue(graph, node, 'image');
    if (typeof name === 'string' && name !== '') {
      const ref = parseAnnotated(name, node?.class_type === 'LoadImageOutput' ? 'output' : 'input');
      found.set(fileRefKey(ref), ref);
    }
  }
  return [...found.values()].slice(0, MOST_SOURCES);
}

/** As the editor calls a result that was put over its original inside the mask: see `workflows/darkroom-record`. */
const MERGE = 'merge';

type Made = Pick<JobRecord, 'darkroom' | 'sources'>;

/**
 * What a job's pictures were made from, the most important first: what our own record says, else what the graph
 * loads. A merged picture was made from the result that was kept, which in turn comes from the original.
 */
export function parentsOf({ darkroom, sources = [] }: Made): FileRef[] {
  const parent = darkroom?.parent;
  if (!parent) {
    return sources;
  }
  const known = [parent, darkroom.mask].flatMap((ref) => (ref ? [fileRefKey(ref)] : []));
  const kept =
    darkroom.recipe === MERGE &&
    sources.find((ref) => ref.type === 'output' && !known.includes(fileRefKey(ref)));
  return [kept || parent];
}

/** Which jobs made something from a file. Each job costs what it has parents, however many jobs there are. */
export class ChildIndex {
  readonly #jobs = new Map<string, Map<string, JobRecord>>();

  /** Takes in, or leaves out, a job; returns the keys of the files it was made from. */
  set(job: JobRecord, listed: boolean): string[] {
    const keys = parentsOf(job).map(fileRefKey);
    for (const key of keys) {
      const jobs = this.#jobs.get(key) ?? new Map<string, JobRecord>();
      if (listed) {
        jobs.set(job.id, job);
        this.#jobs.set(key, jobs);
      } else if (jobs.delete(job.id) && jobs.size === 0) {
        this.#jobs.delete(key);
      }
    }
    return keys;
  }

  /** The jobs that made something from the file of a key, in no particular order. */
  of(key: string): JobRecord[] {
    return [...(this.#jobs.get(key)?.values() ?? [])];
  }

  /** How many files have children. */
  get size(): number {
    return this.#jobs.size;
  }
}
