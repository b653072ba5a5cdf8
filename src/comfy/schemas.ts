import * as v from 'valibot';
import { type FileRef, folderTypeSchema } from './file-ref';
import type { ApiGraph, ApiNode } from './graph';

// Unknown keys pass through everywhere: custom nodes and later versions add their own.

const anyRecord = v.record(v.string(), v.unknown());
const text = v.fallback(v.string(), '');

/** A node as received: only its class is guaranteed. */
type SentNode = Pick<ApiNode, 'class_type'> & { inputs?: unknown; _meta?: unknown };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSentGraph(value: unknown): value is Record<string, SentNode> {
  return (
    isRecord(value) &&
    Object.values(value).every((node) => isRecord(node) && typeof node['class_type'] === 'string')
  );
}

function isTitled(meta: unknown): meta is ApiNode['_meta'] {
  return meta === undefined || (isRecord(meta) && ['string', 'undefined'].includes(typeof meta['title']));
}

function isWhole(node: SentNode): node is ApiNode {
  return isRecord(node.inputs) && isTitled(node._meta);
}

function completeNode({ inputs, _meta, ...rest }: SentNode): ApiNode {
  const known = isRecord(inputs) ? (inputs as ApiNode['inputs']) : {};
  return { ...rest, inputs: known, ...(_meta !== undefined && isTitled(_meta) ? { _meta } : {}) };
}

function completeGraph(graph: Record<string, SentNode>): ApiGraph {
  // Big graphs are common and nearly always whole: they are passed through rather than copied.
  return Object.values(graph).every(isWhole)
    ? (graph as ApiGraph)
    : Object.fromEntries(Object.entries(graph).map(([id, node]) => [id, completeNode(node)]));
}

/**
 * A graph in API format as the server keeps it. A node without `inputs` gets an empty object: the server
 * takes such nodes, and keeps them in its queue after they have killed its worker (API reference 2.1).
 */
export const apiGraphSchema = v.pipe(
  v.custom<Record<string, SentNode>>(isSentGraph, 'not a graph'),
  v.transform(completeGraph),
);

/** Answer of POST /upload/image and /upload/mask. The name may differ from the one sent (API reference 2.2). */
export const uploadedSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  subfolder: text,
  type: folderTypeSchema,
});

const promptErrorSchema = v.object({
  type: text,
  message: text,
  details: text,
  extra_info: v.fallback(anyRecord, {}),
});

/** `node_errors` of POST /prompt by node id; a list or null counts as none. */
export const nodeErrorsSchema = v.fallback(
  v.record(
    v.string(),
    v.object({
      errors: v.fallback(v.array(promptErrorSchema), []),
      dependent_outputs: v.fallback(v.array(v.string()), []),
      class_type: text,
    }),
  ),
  {},
);

/** Answer of POST /prompt, 200. `node_errors` may hold the outputs that were left out. */
export const acceptedSchema = v.object({
  prompt_id: v.string(),
  number: v.number(),
  node_errors: v.optional(nodeErrorsSchema, {}),
});

/** Answer of POST /prompt, 400. Very old versions send `error` as a string. */
export const refusedSchema = v.object({
  error: v.union([
    promptErrorSchema,
    v.pipe(
      v.string(),
      v.transform((message) => ({ type: 'unknown', message, details: '', extra_info: {} })),
    ),
  ]),
  node_errors: v.optional(nodeErrorsSchema, {}),
});

export type PromptFault = v.InferOutput<typeof promptErrorSchema>;
export type NodeErrors = v.InferOutput<typeof nodeErrorsSchema>;

export const queueRemainingSchema = v.object({ exec_info: v.object({ queue_remaining: v.number() }) });

const extraDataSchema = v.fallback(anyRecord, {});

/**
 * One entry of GET /queue: `[number, prompt_id, prompt, extra_data, outputs_to_execute]`. Only the id has to
 * be right: an entry left out would look as if the job had left the queue.
 */
export const queueEntrySchema = v.pipe(
  v.looseTuple([v.fallback(v.number(), 0), v.string(), v.fallback(apiGraphSchema, {}), extraDataSchema]),
  v.transform(([number, id, graph, extraData, outputs]) => ({
    number,
    id,
    graph,
    extraData,
    outputNodes: Array.isArray(outputs) ? outputs.filter((node) => typeof node === 'string') : [],
  })),
);

export type QueueEntry = v.InferOutput<typeof queueEntrySchema>;

export const queueSchema = v.object({
  queue_running: v.array(queueEntrySchema),
  queue_pending: v.array(queueEntrySchema),
});

/** No file system takes longer names or paths. */
const LONGEST_PATH = 4096;

/** A file item of a node's UI output, whose folder defaults to `output`. */
export const fileItemSchema = v.object({
  filename: v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_PATH)),
  subfolder: v.fallback(v.pipe(v.string(), v.maxLength(LONGEST_PATH)), ''),
  type: v.fallback(folderTypeSchema, 'output'),
  format: v.optional(v.unknown()),
});

/** UI output of a node, a map of lists; anything else counts as empty. */
export const nodeOutputSchema = v.fallback(v.record(v.string(), v.fallback(v.array(v.unknown()), [])), {});

/** Outputs of a job by node id. */
export const outputsSchema = v.fallback(v.record(v.string(), nodeOutputSchema), {});

const messagesSchema = v.fallback(v.array(v.looseTuple([v.string(), v.fallback(anyRecord, {})])), []);

/** What stands for the prompt of a job whose history does not tell it. */
const NO_PROMPT: QueueEntry = { number: 0, id: '', graph: {}, extraData: {}, outputNodes: [] };

/**
 * One value of GET /history (API reference 6). Custom packs and other programs leave entries whose prompt is
 * null or a text: their files are there all the same.
 */
export const historyEntrySchema = v.object({
  prompt: v.fallback(queueEntrySchema, NO_PROMPT),
  outputs: outputsSchema,
  status: v.optional(
    v.fallback(
      v.nullable(
        v.object({ status_str: text, completed: v.fallback(v.boolean(), false), messages: messagesSchema }),
      ),
      null,
    ),
  ),
  meta: v.optional(v.unknown()),
});

export type HistoryEntry = v.InferOutput<typeof historyEntrySchema>;
export type NodeOutputs = v.InferOutput<typeof outputsSchema>;

const deviceSchema = v.object({
  name: text,
  type: text,
  index: v.nullish(v.number()),
  vram_total: v.nullish(v.number()),
  vram_free: v.nullish(v.number()),
  torch_vram_total: v.nullish(v.number()),
  torch_vram_free: v.nullish(v.number()),
});

/** GET /system_stats; memory in bytes. The seed era had neither version nor RAM. */
export const systemStatsSchema = v.object({
  system: v.object({
    os: v.nullish(v.string()),
    comfyui_version: v.nullish(v.string()),
    python_version: v.nullish(v.string()),
    pytorch_version: v.nullish(v.string()),
    ram_total: v.nullish(v.number()),
    ram_free: v.nullish(v.number()),
    deploy_environment: v.nullish(v.string()),
  }),
  devices: v.fallback(v.array(deviceSchema), []),
});

export type SystemStats = v.InferOutput<typeof systemStatsSchema>;

/** A job of GET /api/jobs (0.33 and later); times in ms since the epoch. */
export const jobSummarySchema = v.object({
  id: v.string(),
  status: v.picklist(['pending', 'in_progress', 'completed', 'failed', 'cancelled']),
  priority: v.nullish(v.number()),
  create_time: v.nullish(v.number()),
  execution_start_time: v.nullish(v.number()),
  execution_end_time: v.nullish(v.number()),
  /** One output: a file as in the history with the node's id, or `{content, nodeId}` of a text. */
  preview_output: v.optional(v.unknown()),
  /** The payload of the `execution_error` message. */
  execution_error: v.optional(v.unknown()),
});

export type JobSummary = v.InferOutput<typeof jobSummarySchema>;

/** What of a job of that list tells its place in the queue: the rest of thousands of jobs is not looked at. */
export const queuePlaceSchema = v.object({
  id: v.string(),
  status: v.picklist(['pending', 'in_progress']),
  priority: v.nullish(v.number()),
});

export const queuePlacesSchema = v.object({ jobs: v.array(v.unknown()) });

export const jobListSchema = v.object({
  // An unknown state from a later version drops that job, not the whole list.
  jobs: v.pipe(
    v.array(v.unknown()),
    v.transform((jobs) => jobs.filter((job) => v.is(jobSummarySchema, job))),
  ),
  pagination: v.object({ total: v.number(), has_more: v.fallback(v.boolean(), false) }),
});

export const cancelledSchema = v.object({ cancelled: v.boolean() });

/** Answer of GET /features, and of the socket to our flags; unknown flags kept, malformed ones left out. */
export const featuresSchema = v.looseObject({
  supports_preview_metadata: v.fallback(v.optional(v.boolean()), undefined),
  /** Bytes; a float where the server was started with a limit of its own. */
  max_upload_size: v.fallback(v.optional(v.number()), undefined),
  assets: v.fallback(v.optional(v.boolean()), undefined),
  asset_deletion_enabled: v.fallback(v.optional(v.boolean()), undefined),
});

export type Features = v.InferOutput<typeof featuresSchema>;

/** One file of GET /userdata?full_info=true. */
export const userdataFileSchema = v.object({
  path: v.string(),
  size: v.number(),
  modified: v.optional(v.number()),
});

/** Turns a UI item into a file ref, or `null` when it is not a file. */
export function asFileRef(item: unknown): FileRef | null {
  const parsed = v.safeParse(fileItemSchema, item);
  if (!parsed.success) {
    return null;
  }
  const { filename, subfolder, type } = parsed.output;
  return { filename, subfolder, type };
}
