import * as v from 'valibot';
import { report } from '../../base/report';
import type { ExactJson } from '../../comfy/exact-json';
import type { HistoryItem } from '../../comfy/client';
import { isFolderType, type FileRef } from '../../comfy/file-ref';
import { nodeOf, nodeTitle, type ApiGraph } from '../../comfy/graph';
import { type GraphSummary, summarizeGraph } from '../../comfy/graph-summary';
import type { JobSummary, QueueEntry } from '../../comfy/schemas';
import { sourcesOf } from '../library/lineage';
import {
  withoutLeft,
  type DarkroomInfo,
  type JobError,
  type JobGraph,
  type JobRecord,
  type JobSender,
  type JobState,
} from './job';
import { collectOutputs, collectTexts } from './outputs';

const refSchema = v.custom<FileRef>((value) => {
  const ref = value as Partial<FileRef> | null;
  return typeof ref?.filename === 'string' && typeof ref.subfolder === 'string' && isFolderType(ref.type);
});

const px = v.pipe(v.number(), v.integer(), v.minValue(0));
const areaSchema = v.object({ x: px, y: px, width: px, height: px });

/** As untrusted metadata has it: whoever shows the sheet keeps to the values there are. */
const sweepSchema = v.object({
  id: v.string(),
  x: px,
  y: px,
  axes: v.array(v.object({ name: v.string(), labels: v.array(v.string()) })),
});

const darkroomSchema = v.object({
  recipe: v.string(),
  parent: v.fallback(v.nullable(refSchema), null),
  mask: v.fallback(v.nullable(refSchema), null),
  area: v.fallback(v.optional(v.nullable(areaSchema)), undefined),
  sweep: v.fallback(v.optional(sweepSchema), undefined),
});

const errorSchema = v.object({
  node_id: v.fallback(v.nullable(v.string()), null),
  exception_type: v.fallback(v.string(), ''),
  exception_message: v.fallback(v.string(), ''),
  traceback: v.fallback(v.array(v.string()), []),
});

function sourcesIn(graph: ApiGraph, maker: string | null): Pick<JobRecord, 'sources'> {
  const sources = sourcesOf(graph, maker);
  return sources.length > 0 ? { sources } : {};
}

/** What a job needs to be queued again, out of a queue or history entry. */
export function graphOf(entry: QueueEntry): JobGraph {
  const info = entry.extraData['extra_pnginfo'];
  const pngInfo = typeof info === 'object' && info !== null && !Array.isArray(info) ? info : {};
  return { graph: entry.graph, pngInfo: pngInfo as Record<string, ExactJson> };
}

/** The same for a job of the history; `null` where that has no graph of it. */
export function knownGraph(entry: QueueEntry): JobGraph | null {
  return Object.keys(entry.graph).length > 0 ? graphOf(entry) : null;
}

/** A fresh record for a graph we are about to queue. */
export function newRecord(id: string, job: JobGraph, now: number): JobRecord {
  return {
    id,
    state: 'submitting',
    number: null,
    mine: true,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    outputs: [],
    error: null,
    problems: [],
    summary: summarizeGraph(job.graph, null),
    darkroom: readDarkroom(job.pngInfo),
    ...sourcesIn(job.graph, null),
  };
}

/**
 * The record of a job seen in GET /queue. What is already known and not told by the queue, such as start
 * time and problems, is kept.
 */
export function fromQueue(
  entry: QueueEntry,
  state: 'pending' | 'running',
  before: JobRecord | undefined,
  clientId: string,
): JobRecord {
  const known = before?.placeOnly ? undefined : before;
  const { graph, pngInfo } = graphOf(entry);
  return {
    id: entry.id,
    state,
    number: entry.number,
    mine: known?.mine ?? entry.extraData['client_id'] === clientId,
    createdAt: known?.createdAt ?? asTime(entry.extraData['create_time']),
    startedAt: known?.startedAt ?? null,
    endedAt: null,
    outputs: known?.outputs ?? [],
    ...(known?.texts && { texts: known.texts }),
    error: null,
    problems: known?.problems ?? [],
    summary: known?.summary ?? summarizeGraph(graph, entry.outputNodes[0] ?? null),
    darkroom: known?.darkroom ?? readDarkroom(pngInfo),
    ...(known?.sources ? { sources: known.sources } : sourcesIn(graph, entry.outputNodes[0] ?? null)),
    sender: known?.sender ?? readSender(entry.extraData),
  };
}

/** The record of a job of which this reading of the queue tells no more than its number; what is known is kept. */
export function fromPlace(
  { id, number }: Pick<QueueEntry, 'id' | 'number'>,
  state: 'pending' | 'running',
  known: JobRecord | undefined,
): JobRecord {
  if (known) {
    return { ...withoutLeft(known), state, number, endedAt: null, error: null };
  }
  return {
    ...{ id, state, number, mine: false, createdAt: null, startedAt: null, endedAt: null },
    ...{ outputs: [], error: null, problems: [], summary: null, darkroom: null },
    placeOnly: true,
  };
}

/**
 * The record of a finished job (API reference 6): an interrupted one also says "error", only its messages
 * tell.
 * @param seenAt ms since the epoch: the end of a job that ended under our eyes on a server that tells no times.
 * @param askedHere whether this browser asked for an interruption.
 */
export function fromHistory(
  item: HistoryItem,
  known: JobRecord | undefined,
  clientId: string,
  seenAt: number | null = null,
  askedHere: (id: string) => boolean = () => false,
): JobRecord {
  try {
    return readHistory(item, known, clientId, seenAt, askedHere);
  } catch (error) {
    // One hostile graph must not keep the rest of the history from being read.
    report(error, 'jobs.read-history');
    const damage = [...(item.damage ?? []), 'prompt' as const];
    const prompt = { ...item.prompt, graph: {} };
    return readHistory({ ...item, prompt, damage }, known, clientId, seenAt, askedHere);
  }
}

function readHistory(
  item: HistoryItem,
  known: JobRecord | undefined,
  clientId: string,
  seenAt: number | null,
  askedHere: (id: string) => boolean,
): JobRecord {
  const entry = item.prompt;
  const { graph, pngInfo } = graphOf(entry);
  const messages = new Map(item.status?.messages.map(([type, data]) => [type, data]) ?? []);
  const cached = cachedNodes(messages.get('execution_cached'));
  const outputs = collectOutputs(item.outputs, cached);
  const texts = collectTexts(item.outputs);
  const state = finalState(item, messages);
  const unchanged =
    state === 'completed' &&
    entry.outputNodes.length > 0 &&
    entry.outputNodes.every((nodeId) => cached?.has(nodeId));
  const interrupted = messages.get('execution_interrupted');
  const stop = interrupted && { nodeTitle: stoppedNode(graph, interrupted), here: askedHere(item.id) };
  const maker = visibleNode(graph, outputs[0]?.nodeId) ?? entry.outputNodes[0] ?? null;
  const end = messages.get('execution_success') ?? messages.get('execution_error') ?? interrupted;
  return {
    id: item.id,
    state,
    number: entry.number,
    // Of a job that was never more than a place nobody could say whose it was.
    mine: (known?.placeOnly ? undefined : known?.mine) ?? entry.extraData['client_id'] === clientId,
    createdAt: asTime(entry.extraData['create_time']) ?? known?.createdAt ?? null,
    startedAt: asTime(messages.get('execution_start')?.['timestamp']) ?? known?.startedAt ?? null,
    endedAt: asTime(end?.['timestamp']) ?? known?.endedAt ?? seenAt,
    outputs,
    ...(texts.length > 0 && { texts }),
    error: readError(graph, messages.get('execution_error')),
    ...(stop && { stop }),
    ...(unchanged && { unchanged }),
    ...(item.damage && { damage: item.damage }),
    problems: known?.problems ?? [],
    summary: bounded(summarizeGraph(graph, maker)),
    darkroom: readDarkroom(pngInfo),
    ...sourcesIn(graph, maker),
    sender: readSender(entry.extraData),
  };
}

const previewSchema = v.looseObject({ nodeId: v.string(), content: v.optional(v.string()) });

/**
 * The record of a finished job as the list of all jobs has it (API reference 2.1): that it ended, when, and one of
 * its outputs. `null` for a job that is not finished.
 */
export function fromList(job: JobSummary): JobRecord | null {
  const state = LISTED_STATES[job.status];
  if (!state) {
    return null;
  }
  const preview = v.safeParse(previewSchema, job.preview_output);
  const { nodeId = '', content } = preview.success ? preview.output : {};
  const outputs = preview.success ? collectOutputs({ [nodeId]: { listed: [preview.output] } }) : [];
  const texts = content === undefined ? [] : [{ nodeId, text: content }];
  return {
    id: job.id,
    state,
    number: job.priority ?? null,
    mine: false,
    createdAt: asTime(job.create_time),
    startedAt: asTime(job.execution_start_time),
    endedAt: asTime(job.execution_end_time),
    outputs,
    ...(texts.length > 0 && { texts }),
    error: readError({}, job.execution_error),
    sketch: true,
    problems: [],
    summary: null,
    darkroom: null,
  };
}

const LISTED_STATES: Partial<Record<JobSummary['status'], JobState>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Longer prompts are cut: thousands of jobs are kept in memory, and nobody reads on. */
const LONGEST_PROMPT = 20_000;

function bounded(summary: GraphSummary): GraphSummary {
  const cut = (text: string | null): string | null =>
    text !== null && text.length > LONGEST_PROMPT ? `${text.slice(0, LONGEST_PROMPT)}…` : text;
  return { ...summary, prompt: cut(summary.prompt), negative: cut(summary.negative) };
}

/** The nodes an `execution_cached` message names (API reference 4.3); `null` without one. */
function cachedNodes(payload: Record<string, unknown> | undefined): ReadonlySet<string> | null {
  const nodes = payload?.['nodes'];
  return Array.isArray(nodes) ? new Set(nodes.filter((id) => typeof id === 'string')) : null;
}

/** The node of the graph that an output belongs to: expanded nodes such as `2.0.0.1` are not in it. */
export function visibleNode(graph: ApiGraph, nodeId: string | undefined): string | null {
  const ids = nodeId === undefined ? [] : [nodeId, nodeId.split('.')[0] ?? nodeId];
  return ids.find((id) => nodeOf(graph, id)) ?? null;
}

function finalState(item: HistoryItem, messages: Map<string, unknown>): JobState {
  if (messages.has('execution_interrupted')) {
    return 'cancelled';
  }
  // The oldest servers have no status at all; an entry in the history means the job ended there.
  return item.status?.status_str === 'error' ? 'failed' : 'completed';
}

/** An `execution_error` payload in our terms; `null` when there is none. */
export function readError(graph: ApiGraph, payload: unknown): JobError | null {
  const parsed = v.safeParse(errorSchema, payload);
  if (!parsed.success) {
    return null;
  }
  const { node_id, exception_type, exception_message, traceback } = parsed.output;
  return {
    nodeId: node_id,
    nodeTitle: node_id === null ? null : nodeTitle(graph, node_id),
    type: exception_type,
    message: exception_message.trim(),
    traceback,
  };
}

/** What people call the node an `execution_interrupted` message names. */
function stoppedNode(graph: ApiGraph, payload: Record<string, unknown>): string | null {
  const { node_id: id, node_type: type } = payload;
  const visible = visibleNode(graph, typeof id === 'string' ? id : undefined);
  return visible !== null ? nodeTitle(graph, visible) : typeof type === 'string' ? type : null;
}

/** What this app wrote about a job into its metadata; `null` when that is nothing it understands. */
export function readDarkroom(pngInfo: Record<string, unknown>): DarkroomInfo | null {
  const parsed = v.safeParse(darkroomSchema, pngInfo['darkroom']);
  if (!parsed.success) {
    return null;
  }
  const { area, sweep, ...info } = parsed.output;
  return { ...info, ...(area && { area }), ...(sweep && { sweep }) };
}

/** Keys of paid services. Older servers show them in their queue, newer ones strip them (API reference 2.1). */
const SECRETS = ['api_key_comfy_org', 'auth_token_comfy_org'];

/** Whether the text of an entry may hold such a key. */
export function holdsSecrets(text: string): boolean {
  return SECRETS.some((key) => text.includes(key));
}

/** An entry of the history with what a job needs to be queued again, and nothing else of its `extra_data`. */
export function withoutSecrets({ id, prompt, outputs }: HistoryItem): Record<string, unknown> {
  const extra = { extra_pnginfo: graphOf(prompt).pngInfo };
  return { prompt: [prompt.number, id, prompt.graph, extra, prompt.outputNodes], outputs };
}

/** Under this key of `extra_data` a Darkroom says which browser queued the job. */
export const SENDER_KEY = 'darkroom';

/** Who queued a job, out of its `extra_data`. */
export function readSender(extraData: Readonly<Record<string, unknown>>): JobSender {
  const mark = Object(extraData[SENDER_KEY]) as Record<string, unknown>;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return {
    clientId: text(extraData['client_id']),
    browser: text(mark['browser']),
    name: text(mark['name']),
    credentials: SECRETS.some((key) => Boolean(extraData[key])),
  };
}

/** The id a job was sent under, as its sender wrote into it; a server of early 2024 calls it otherwise. */
export function sentAs(extraData: Readonly<Record<string, unknown>>): string | null {
  const { job } = Object(extraData[SENDER_KEY]) as Record<string, unknown>;
  return typeof job === 'string' ? job : null;
}

/**
 * What of a job's `extra_data` has to be sent along when it is queued again: all but what the request says
 * elsewhere, what the server adds, and secrets, which are nobody's to keep.
 */
export function extraToKeep(extraData: Readonly<Record<string, unknown>>): Record<string, ExactJson> {
  const apart = new Set(['extra_pnginfo', 'client_id', 'create_time', ...SECRETS]);
  return Object.fromEntries(Object.entries(extraData).filter(([key]) => !apart.has(key))) as Record<
    string,
    ExactJson
  >;
}

function asTime(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}
