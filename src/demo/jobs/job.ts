import type { HistoryEntry, QueueItem } from '../queue/prompt-queue';
import { normalizeOutputs, summarizeOutputs } from './outputs';

export const JOB_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A job as /api/jobs shows it; keys without a value are left out (API notes §2.1). */
export interface Job {
  id: string;
  status: JobStatus;
  create_time?: unknown;
  execution_start_time?: unknown;
  execution_end_time?: unknown;
  workflow_id?: unknown;
  [key: string]: unknown;
}

type Dict = Record<string, unknown>;

function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Python's `mapping.get(key, {})` followed by another `.get`: anything but a mapping throws. */
function member(holder: Dict, key: string): Dict {
  const value = key in holder ? holder[key] : {};
  if (!isDict(value)) {
    throw new TypeError(`${key} is not an object`);
  }
  return value;
}

/**
 * `create_time` and workflow id of an `extra_data`.
 * @param strict throws on `extra_pnginfo: null`, which makes every list a 500 (API notes §2.1).
 */
function metadata(extraData: unknown, strict: boolean): Dict {
  const extra = isDict(extraData) ? extraData : {};
  const own: Dict = { create_time: extra.create_time };
  try {
    own.workflow_id = member(member(extra, 'extra_pnginfo'), 'workflow').id;
  } catch (error) {
    if (strict) {
      throw error;
    }
  }
  return own;
}

function pruned(job: Dict): Job {
  const kept: Dict = {};
  for (const key in job) {
    const value = job[key];
    if (value !== undefined && value !== null) {
      kept[key] = value;
    }
  }
  return kept as unknown as Job;
}

/** A pending or running prompt. */
export function queuedJob(item: QueueItem, status: 'pending' | 'in_progress', strict: boolean): Job {
  const { create_time, workflow_id } = metadata(item.extraData, strict);
  return pruned({
    id: item.promptId,
    status,
    priority: item.number,
    create_time,
    outputs_count: 0,
    previewable_outputs_count: 0,
    workflow_id,
  });
}

/** A finished prompt; `full` adds outputs, status and workflow. */
export function finishedJob(id: string, entry: HistoryEntry, strict: boolean, full = false): Job {
  const [priority, , prompt, extraData] = entry.prompt;
  const { create_time, workflow_id } = metadata(extraData, strict);
  const { count, previewable, preview } = summarizeOutputs(entry.outputs);
  let start: Dict | undefined;
  let success: Dict | undefined;
  let error: Dict | undefined;
  let interrupted: Dict | undefined;
  for (const [name, data] of entry.status.messages) {
    switch (name) {
      case 'execution_start':
        start = data;
        break;
      case 'execution_success':
        success = data;
        break;
      case 'execution_error':
        error = data;
        break;
      case 'execution_interrupted':
        interrupted = data;
        break;
    }
  }
  const ending = success ?? error ?? interrupted;
  const job = pruned({
    id,
    status: statusOf(entry, interrupted !== undefined),
    priority,
    create_time,
    execution_start_time: start?.timestamp,
    execution_end_time: ending?.timestamp,
    execution_error: error,
    outputs_count: count,
    previewable_outputs_count: previewable,
    preview_output: preview,
    workflow_id,
  });
  if (full) {
    job.outputs = normalizeOutputs(entry.outputs);
    job.execution_status = entry.status;
    job.workflow = { prompt, extra_data: extraData };
  }
  return job;
}

function statusOf(entry: HistoryEntry, interrupted: boolean): JobStatus {
  if (entry.status.status_str === 'success') {
    return 'completed';
  }
  return interrupted ? 'cancelled' : 'failed';
}
