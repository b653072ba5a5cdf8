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

/** A picture in its family. */
export interface FamilyMember {
  ref: FileRef;
  /** `fileRefKey` of the file. */
  key: string;
  /** From 0, the original's. */
  depth: number;
  children: FamilyMember[];
}

/** A picture, all it was made from, and all that was made from those. */
export interface Family {
  root: FamilyMember;
  /** How many pictures are in the tree. */
  size: number;
  /** Whether some were left out. */
  cut: boolean;
}

/** Who is made from whom. */
export interface Kinship {
  /** What a file was made from; `null` for an original, or where nobody knows. */
  parentOf: (ref: FileRef) => FileRef | null;
  /** What was made from a file, oldest first. */
  childrenOf: (ref: FileRef) => readonly FileRef[];
}

/** How far back a row of edits is followed, and how many pictures a tree has at most. */
const MOST_STEPS = 200;
export const MOST_MEMBERS = 300;

/**
 * The family of a picture: up to its original, and from there down to everything that was made of it. Each
 * file stands in the tree once, also where files were written over so that they seem to come from each other.
 * The way from the original to the picture is in it however large the tree is.
 */
export function familyOf(ref: FileRef, { parentOf, childrenOf }: Kinship, most = MOST_MEMBERS): Family {
  const line = [ref];
  const onLine = new Set([fileRefKey(ref)]);
  for (let up = parentOf(ref); up && line.length < MOST_STEPS; up = parentOf(up)) {
    if (onLine.has(fileRefKey(up))) {
      break;
    }
    line.unshift(up);
    onLine.add(fileRefKey(up));
  }
  const members = new Map<string, FamilyMember>();
  const join = (file: FileRef, parent: FamilyMember | null): FamilyMember => {
    const member = { ref: file, key: fileRefKey(file), depth: (parent?.depth ?? -1) + 1, children: [] };
    members.set(member.key, member);
    parent?.children.push(member);
    return member;
  };
  let parent: FamilyMember | null = null;
  for (const file of line) {
    parent = join(file, parent);
  }
  let cut = false;
  // A map grows while it is walked: generation by generation on each branch.
  for (const member of members.values()) {
    const order = new Map<string, FamilyMember>(member.children.map((child) => [child.key, child]));
    const sorted: FamilyMember[] = [];
    for (const file of childrenOf(member.ref)) {
      const key = fileRefKey(file);
      const known = order.get(key);
      if (known) {
        sorted.push(known);
        order.delete(key);
      } else if (!members.has(key)) {
        cut ||= members.size >= most;
        if (members.size < most) {
          sorted.push(join(file, member));
        }
      }
    }
    // The one on the way may be unknown to the index, as when only its file tells what it was made from.
    member.children = [...sorted, ...order.values()];
  }
  const [root] = members.values();
  return { root: root as FamilyMember, size: members.size, cut };
}

/** The members of a tree as its rows, from top to bottom. */
export function rowsOf(member: FamilyMember): FamilyMember[] {
  const rows: FamilyMember[] = [];
  // A stack of its own: a row of edits can be deeper than the call stack of a worker.
  const rest = [member];
  for (let next = rest.pop(); next; next = rest.pop()) {
    rows.push(next);
    rest.push(...next.children.toReversed());
  }
  return rows;
}
