import * as v from 'valibot';

import { type ExactJson, parseExact } from '../../comfy/exact-json';
import { type ApiGraph, type ApiInput, type ApiNode, isLink } from '../../comfy/graph';
import { mediaKind, readMediaText } from '../../comfy/media-text';
import { type EditorFault, type EditorWorkflow, isEditorWorkflow, readEditorWorkflow } from './editor-graph';
import { findCycle } from './to-api';

/** The most text that is read as a graph, in bytes. Real ones with pictures inside stay far below. */
export const MOST_GRAPH_BYTES = 16 * 1024 * 1024;

/** What a file or a text turned out to hold. At least one of both formats is there. */
export interface FoundGraph {
  /** The graph as it runs. */
  api: ApiGraph | null;
  /** The graph as the editor keeps it. */
  editor: EditorWorkflow | null;
  /** The editor's own JSON, for a job's `extra_pnginfo.workflow`. */
  raw: ExactJson | null;
}

/** What is wrong with a graph in API format. */
export type ApiFault =
  | { kind: 'bad-node-id'; id: string }
  | { kind: 'no-class'; id: string }
  | { kind: 'bad-inputs'; id: string }
  | { kind: 'no-link'; id: string; input: string }
  | { kind: 'lost-link'; id: string; input: string; to: string }
  | { kind: 'circle'; id: string };

/** Why a file or text could not be read as a graph. */
export type SourceFault =
  | { kind: 'too-large'; bytes: number }
  | { kind: 'not-json' }
  | { kind: 'too-deep' }
  | { kind: 'unknown-format' }
  | { kind: 'no-metadata'; media: string }
  | { kind: 'no-nodes' }
  | ApiFault
  | EditorFault;

/** Either what was found or why nothing was. */
export type ReadSource = { ok: true; found: FoundGraph } | { ok: false; fault: SourceFault };

const failed = (fault: SourceFault): ReadSource => ({ ok: false, fault });

/**
 * Reads a graph from the bytes of a file: JSON in either format, or the metadata of a picture or video. A
 * picture that holds both formats gives both; one of them may be damaged.
 */
export async function readGraphFile(bytes: Uint8Array): Promise<ReadSource> {
  const media = mediaKind(bytes);
  if (media === null) {
    return bytes.length > MOST_GRAPH_BYTES
      ? failed({ kind: 'too-large', bytes: bytes.length })
      : readGraphText(new TextDecoder().decode(bytes));
  }
  const texts = await readMediaText(bytes);
  const read = ['prompt', 'workflow'].flatMap((key) => {
    const text = texts.get(key);
    return text === undefined ? [] : [readGraphText(text)];
  });
  const found = read.flatMap((result) => (result.ok ? [result.found] : []));
  const api = found.find((graph) => graph.api)?.api ?? null;
  const editor = found.find((graph) => graph.editor);
  if (api || editor) {
    return { ok: true, found: { api, editor: editor?.editor ?? null, raw: editor?.raw ?? null } };
  }
  return read[0] ?? failed({ kind: 'no-metadata', media });
}

/** Reads a graph from text, as pasted. */
export function readGraphText(text: string): ReadSource {
  if (text.length > MOST_GRAPH_BYTES) {
    return failed({ kind: 'too-large', bytes: text.length });
  }
  let value: ExactJson;
  try {
    value = parseExact(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error instanceof SyntaxError) {
      return failed({ kind: 'not-json' });
    }
    if (error instanceof RangeError) {
      // The stack is too small for what nests that deep.
      return failed({ kind: 'too-deep' });
    }
    throw error;
  }
  return readGraph(value);
}

/**
 * Reads a graph from parsed JSON: a graph in either format, a request to run one (`{prompt: …}`), or what the
 * server tells of one: an entry of `/history` or `/queue`, or an answer of those with a single entry (API
 * reference 2.1).
 */
export function readGraph(json: ExactJson): ReadSource {
  const value = unwrapEntry(json);
  if (isEditorWorkflow(value)) {
    const read = readEditorWorkflow(value);
    return read.ok
      ? { ok: true, found: { api: null, editor: read.workflow, raw: value } }
      : failed(read.fault);
  }
  if (!isRecord(value)) {
    return failed({ kind: 'unknown-format' });
  }
  const { prompt } = value;
  return readApi(isRecord(prompt) && !('class_type' in prompt) ? prompt : value);
}

/** The graph inside `[number, id, graph, …]`, inside `{prompt: [number, id, graph, …]}` and around that. */
function unwrapEntry(json: ExactJson): ExactJson {
  if (Array.isArray(json)) {
    return json.length >= 3 && typeof json[1] === 'string' && isRecord(json[2]) ? json[2] : json;
  }
  if (!isRecord(json)) {
    return json;
  }
  if (Array.isArray(json['prompt'])) {
    return unwrapEntry(json['prompt']);
  }
  const queued = [json['queue_running'], json['queue_pending']].flatMap((list) => list ?? []);
  if (queued.length > 0) {
    return unwrapEntry(queued[0] ?? null);
  }
  const [only, ...more] = Object.values(json);
  return isRecord(only) && more.length === 0 && Array.isArray(only['prompt']) ? unwrapEntry(only) : json;
}

const nodeSchema = v.object({
  class_type: v.pipe(v.string(), v.nonEmpty()),
  _meta: v.fallback(v.optional(v.object({ title: v.optional(v.string()) })), undefined),
});

function readApi(value: Readonly<Record<string, ExactJson>>): ReadSource {
  const entries = Object.entries(value);
  if (entries.length === 0) {
    return failed({ kind: 'no-nodes' });
  }
  const looksRight = entries.some(([, node]) => isRecord(node) && ('class_type' in node || 'inputs' in node));
  if (!looksRight) {
    return failed({ kind: 'unknown-format' });
  }
  const nodes = new Map<string, ApiNode>();
  for (const [id, item] of entries) {
    const parsed = v.safeParse(nodeSchema, item);
    if (!isPlainId(id)) {
      return failed({ kind: 'bad-node-id', id });
    }
    if (!parsed.success) {
      return failed({ kind: 'no-class', id });
    }
    const inputs = (item as { inputs?: ExactJson }).inputs ?? {};
    if (!isRecord(inputs)) {
      return failed({ kind: 'bad-inputs', id });
    }
    // Only what a job needs: pictures carry `is_changed` as well (API reference 8).
    const { class_type, _meta } = parsed.output;
    const title = _meta?.title;
    nodes.set(id, { class_type, inputs, ...(title === undefined ? {} : { _meta: { title } }) });
  }
  const fault = linkFault(nodes);
  return fault
    ? failed(fault)
    : { ok: true, found: { api: Object.fromEntries(nodes), editor: null, raw: null } };
}

function linkFault(nodes: ReadonlyMap<string, ApiNode>): ApiFault | null {
  for (const [id, { inputs }] of nodes) {
    for (const [input, value] of Object.entries<ApiInput>(inputs)) {
      // The server takes every list for a link (API reference 10.27).
      if (Array.isArray(value) && !isLink(value)) {
        return { kind: 'no-link', id, input };
      }
      if (isLink(value) && !nodes.has(value[0])) {
        return { kind: 'lost-link', id, input, to: value[0] };
      }
    }
  }
  const circle = findCycle(nodes);
  return circle === null ? null : { kind: 'circle', id: circle };
}

/** The server takes any text, so only what breaks objects, terminals and logs is refused. */
function isPlainId(id: string): boolean {
  // eslint-disable-next-line no-control-regex
  return id !== '__proto__' && id.length > 0 && id.length <= 100 && !/[\u0000-\u001f\u007f]/.test(id);
}

function isRecord(value: unknown): value is Record<string, ExactJson> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
