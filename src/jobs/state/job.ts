import type { FileRef } from '../../comfy/file-ref';
import type { FileFacts } from '../../comfy/picture-source';
import type { ApiGraph } from '../../comfy/graph';
import type { GraphSummary } from '../../comfy/graph-summary';
import type { HistoryDamage } from '../../comfy/history-damage';
import type { PromptProblem } from '../../comfy/prompt-problems';
import type { ExactJson } from '../../comfy/exact-json';

/**
 * Where a job is in its life. `lost`: known to us, but neither queued nor finished on the server, for
 * example after its restart. `held`: taken out of the server's queue and kept by this browser.
 */
export type JobState =
  'submitting' | 'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'lost' | 'held';

/** What kind of viewer a file needs. */
export type Media = 'image' | 'video' | 'audio' | 'other';

/** A file a job made. */
export interface Output {
  nodeId: string;
  /** Position among all outputs of the job: with the job id it names the output in links. */
  index: number;
  ref: FileRef;
  media: Media;
  /** A picture of a video, where the node that made it saved one. */
  poster?: FileRef;
  /**
   * Whether the node answered from ComfyUI's cache, so that the file is an earlier job's. Absent where the
   * server does not tell: while the job runs, and on servers of the seed era.
   */
  cached?: boolean;
  /** Of a file that was found in the library. */
  file?: FileFacts;
}

/** Words a node showed or wrote. */
export interface TextOutput {
  nodeId: string;
  /** Cut off with an ellipsis where it is very long. */
  text: string;
}

/** Why a job failed while running. */
export interface JobError {
  nodeId: string | null;
  nodeTitle: string | null;
  /** Python class of the exception. */
  type: string;
  message: string;
  traceback: string[];
}

/** How a running job was stopped before its end. */
export interface JobStop {
  /** The node it had come to, as the workflow calls it; `null` when the server does not say. */
  nodeTitle: string | null;
  /** Asked for by this browser, in whichever tab. */
  here: boolean;
}

/** In place of a recipe's name: the job only looked for something to select, and its pictures are masks. */
export const SELECTION = 'select';

/** One input of a sweep: what it is called, and its values in words. */
export interface SweptInput {
  name: string;
  labels: string[];
}

/** A run of a sweep: which one, and its place in the sheet. Every run tells the whole sheet's values. */
export interface SweepMark {
  /** The same for all runs of the sweep. */
  id: string;
  /** Column and row, from 0. */
  x: number;
  y: number;
  /** What goes along the columns, then what goes down the rows where two inputs are swept. */
  axes: SweptInput[];
}

/** What this app wrote about a job into its PNGs (`extra_pnginfo.darkroom`). */
export interface DarkroomInfo {
  /** Recipe that built the graph. */
  recipe: string;
  /** The picture that was edited. */
  parent: FileRef | null;
  /** Mask file on the server. */
  mask: FileRef | null;
  /** The part that was worked on, px of the result; `null` or absent: all of it, or nobody knows. */
  area?: { x: number; y: number; width: number; height: number } | null;
  /** Only of the runs of a sweep. */
  sweep?: SweepMark;
}

/** Who queued a job, as far as the server's `extra_data` tells. */
export interface JobSender {
  /** Socket that gets the job's events; `null` for programs that have none. */
  clientId: string | null;
  /** The browser, if it was a Darkroom's. */
  browser: string | null;
  /** What its owner calls that browser. */
  name: string | null;
  /** The job carries a key of a paid service, which later answers of the server leave out. */
  credentials: boolean;
}

/** One job, light enough to keep thousands in memory. Its graph is kept apart. */
export interface JobRecord {
  id: string;
  state: JobState;
  /** Queue position; lower runs first. */
  number: number | null;
  /** Queued by this tab. */
  mine: boolean;
  /** Times in ms since the epoch; servers of the seed era tell none. */
  createdAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  outputs: Output[];
  /** Absent when the job made no text. Jobs mirrored by earlier versions lack it. */
  texts?: TextOutput[];
  error: JobError | null;
  /** Only on interrupted jobs. Jobs mirrored by earlier versions lack it. */
  stop?: JobStop;
  /**
   * Only what the list of all jobs tells: at most one of the outputs, and nothing of how it was made. The
   * rest is read when there is time.
   */
  sketch?: true;
  /** Waits or runs, and only its place in the queue is known so far: a long queue is rarely read with its graphs. */
  placeOnly?: true;
  /** The queue does not have it any more, and the server has not told yet what became of it: it waits no longer. */
  left?: true;
  /** No job: a file of the server's that none tells of any more. */
  found?: true;
  /** No job: a file of a folder on this device, which this page alone shows. */
  device?: true;
  /** What the server's entry does not tell because it is damaged; absent when nothing is wrong with it. */
  damage?: readonly HistoryDamage[];
  /** ComfyUI answered every output from its cache: the job made nothing that was not there. */
  unchanged?: boolean;
  /** Outputs the server left out of a job it queued. */
  problems: PromptProblem[];
  summary: GraphSummary | null;
  darkroom: DarkroomInfo | null;
  /** Pictures the graph loads, where it loads any. Jobs mirrored by earlier versions lack it. */
  sources?: FileRef[];
  /** Jobs mirrored by earlier versions lack it. */
  sender?: JobSender;
}

/** A job's graph and what else is needed to queue it again. */
export interface JobGraph {
  graph: ApiGraph;
  pngInfo: Record<string, ExactJson>;
}

/** Whether a job only looked for something to select: nothing of it is for the gallery or the list of what ended. */
export function isSelection({ darkroom }: Pick<JobRecord, 'darkroom'>): boolean {
  return darkroom?.recipe === SELECTION;
}

/** What is known of a job that is there again, or of which it is known what became of it. */
export function withoutLeft(record: JobRecord): JobRecord {
  if (!record.left) {
    return record;
  }
  const known = { ...record };
  delete known.left;
  return known;
}

/** Whether nothing more will happen to the job. */
export function isFinished(state: JobState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'lost';
}

/** Whether the job is the server's to do. */
export function isActive(state: JobState): boolean {
  return state === 'submitting' || state === 'pending' || state === 'running';
}

/** What the server said when a job failed: the node as the workflow calls it, and what it said. */
export function errorSentence({ nodeTitle, message, type }: JobError): string {
  return [nodeTitle, message || type].filter(Boolean).join(': ');
}

/** Whether a job failed because the graphics card, or the machine, had not enough memory for it. */
export function isOutOfMemory({ type }: JobError): boolean {
  return /(^|\.)(OutOfMemoryError|MemoryError)$/.test(type);
}

/**
 * Sorts jobs newest first, with the id as the last word so that no two are equal. Servers of the seed era
 * tell no times; their queue numbers count upwards.
 */
export function byNewest(a: JobRecord, b: JobRecord): number {
  return (
    jobTime(b) - jobTime(a) || (b.number ?? 0) - (a.number ?? 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** When the job counts as having happened, for sorting; ms since the epoch, 0 when nothing is known. */
export function jobTime(job: JobRecord): number {
  return job.endedAt ?? job.startedAt ?? job.createdAt ?? 0;
}
