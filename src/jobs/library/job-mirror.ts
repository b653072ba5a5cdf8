import { isFinished, type JobGraph, type JobRecord } from '../state/job';
import type { JobPlace } from './job-blocks';
import type { GraphPack } from './graph-pack';
import type { JobFacts } from './job-facts';

/** A job and its graph, to be remembered. Without a graph the one that is there is kept. */
export interface MirrorEntry {
  record: JobRecord;
  graph: JobGraph | null;
  /** Where the graph is, if not there: packed together with those of other entries. */
  pack?: GraphPack | null;
  /** Nothing of this job can be remembered yet, which spares a look. */
  isNew?: boolean;
  /** What the graph tells, where that is known without it. */
  facts?: JobFacts | null;
  /** It comes from where other devices find it too, so it need not be saved there. */
  saved?: boolean;
}

/** A job other devices are still to be told of: that it ended, or that it is to be forgotten. */
export interface Unsaved {
  id: string;
  gone: boolean;
  /** ms since the epoch; 0 when unknown. */
  time: number;
}

/** Where a page of the mirror begins. Opaque to callers. */
export type MirrorPlace = JobPlace;

/** Where a page of what graphs tell begins. Opaque to callers. */
export type FactsPlace = number | string;

/** What the graphs of some jobs tell; `next` is `null` at the end. */
export interface FactsPage {
  facts: [id: string, facts: JobFacts][];
  next: FactsPlace | null;
}

/** A page of jobs, newest first; `next` is `null` at the end. */
export interface MirrorPage {
  jobs: JobRecord[];
  next: MirrorPlace | null;
}

/**
 * What this browser remembers of a server's finished jobs. ComfyUI keeps its history in memory alone and
 * forgets it at every restart (API reference 6). Graphs are kept apart: they are ten times the size of
 * the rest and rarely needed.
 */
export interface JobMirror {
  /** Jobs from a place on (`null`: the newest), with about so many outputs. */
  page(from: MirrorPlace | null, outputs: number): Promise<MirrorPage>;
  /** The jobs among these that are remembered. */
  jobs(ids: readonly string[]): Promise<JobRecord[]>;
  graph(id: string): Promise<JobGraph | null>;
  /** What the graphs of these jobs tell; absent where that was never read. */
  facts(ids: readonly string[]): Promise<Map<string, JobFacts>>;
  /** The same of every job, in no order, from a place on (`null`: the first), about so many. */
  factsPage(from: FactsPlace | null, count: number): Promise<FactsPage>;
  /** Adds what the graphs of jobs tell that were remembered by earlier versions. */
  putFacts(facts: ReadonlyMap<string, JobFacts>): Promise<void>;
  put(entries: readonly MirrorEntry[]): Promise<void>;
  /** @param quietly other devices find out for themselves, and need not be told. */
  forget(ids: readonly string[], quietly?: boolean): Promise<void>;
  /** Whether everything older than the newest remembered job is remembered too. */
  isComplete(): Promise<boolean>;
  setComplete(complete: boolean): Promise<void>;
  /** Jobs that are in no day file yet. */
  unsaved(): Promise<Unsaved[]>;
  /** Notes that day files have these by now. */
  setSaved(ids: readonly string[]): Promise<void>;
  /** Day files as they were when they were last read, by their paths; the values are the caller's. */
  seenDays(): Promise<ReadonlyMap<string, string>>;
  setSeenDay(path: string, state: string): Promise<void>;
}

/** Whether other devices should know of it: that it is lost is this browser's view, and a sketch is to be completed. */
export function isWorthSaving({ record, saved }: MirrorEntry): boolean {
  return !saved && !record.sketch && isFinished(record.state) && record.state !== 'lost';
}
