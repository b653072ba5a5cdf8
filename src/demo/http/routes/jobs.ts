import type { IncomingMessage } from 'node:http';
import type { ExactJson } from '../../../comfy/exact-json';
import { isCanonicalUuid } from '../../../comfy/uuid';
import type { EngineState } from '../../engine-state';
import { finishedJob, JOB_STATUSES, queuedJob, type Job, type JobStatus } from '../../jobs/job';
import { toInt } from '../../python/coerce';
import { repr } from '../../python/text';
import { readJson } from '../body';
import { HttpStop, json, type Answer } from '../responses';
import type { Router } from '../router';

/** /api/jobs (API notes §2.1). Declared with the prefix, so it exists as /api/jobs and /api/api/jobs. */
export function addJobRoutes(router: Router, state: EngineState): void {
  router.add('GET', '/api/jobs', ({ query }) => listJobs(query, state));
  router.add('GET', '/api/jobs/{job_id}', ({ params }) => getJob(params.job_id ?? '', state));
  router.add('POST', '/api/jobs/cancel', ({ request }) => cancelJobs(request, state));
  router.add('POST', '/api/jobs/{job_id}/cancel', ({ params }) =>
    json({ cancelled: cancelJob(params.job_id ?? '', state) }),
  );
}

function bad(error: string): HttpStop {
  return new HttpStop(json({ error }, 400));
}

interface ListQuery {
  statuses: readonly string[];
  workflowId: string | null;
  byDuration: boolean;
  ascending: boolean;
  limit: number | null;
  offset: number;
}

function readQuery(query: URLSearchParams): ListQuery {
  const statuses = (query.get('status') ?? '')
    .split(',')
    .map((status) => status.trim().toLowerCase())
    .filter((status) => status !== '');
  const invalid = statuses.filter((status) => !JOB_STATUSES.includes(status as JobStatus));
  if (invalid.length > 0) {
    throw bad(`Invalid status value(s): ${invalid.join(', ')}. Valid values: ${JOB_STATUSES.join(', ')}`);
  }
  const sortBy = (query.get('sort_by') ?? 'created_at').toLowerCase();
  if (sortBy !== 'created_at' && sortBy !== 'execution_duration') {
    throw bad("sort_by must be 'created_at' or 'execution_duration'");
  }
  const order = (query.get('sort_order') ?? 'desc').toLowerCase();
  if (order !== 'asc' && order !== 'desc') {
    throw bad("sort_order must be 'asc' or 'desc'");
  }
  const limit = wholeNumber(query, 'limit');
  if (limit !== null && limit <= 0) {
    throw bad('limit must be a positive integer');
  }
  return {
    statuses: query.get('status') ? statuses : JOB_STATUSES,
    workflowId: query.get('workflow_id') || null,
    byDuration: sortBy === 'execution_duration',
    ascending: order === 'asc',
    limit,
    offset: Math.max(0, wholeNumber(query, 'offset') ?? 0),
  };
}

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) {
    return null;
  }
  try {
    return Number(toInt(text));
  } catch {
    throw bad(`${name} must be an integer`);
  }
}

function listJobs(query: URLSearchParams, state: EngineState): Answer {
  const wanted = readQuery(query);
  const jobs = allJobs(state).filter(
    (job) =>
      wanted.statuses.includes(job.status) &&
      (wanted.workflowId === null || job.workflow_id === wanted.workflowId),
  );
  const keyOf = (job: Job): number => (wanted.byDuration ? duration(job) : time(job.create_time));
  // Equal keys keep their order in both directions, as Python's sorted does.
  jobs.sort((a, b) => (wanted.ascending ? keyOf(a) - keyOf(b) : keyOf(b) - keyOf(a)));
  const { offset, limit } = wanted;
  const page = jobs.slice(offset, limit === null ? undefined : offset + limit);
  return json({
    jobs: page,
    pagination: { offset, limit, total: jobs.length, has_more: offset + page.length < jobs.length },
  });
}

function time(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function duration(job: Job): number {
  const start = time(job.execution_start_time);
  const end = time(job.execution_end_time);
  return start && end ? end - start : 0;
}

function allJobs(state: EngineState): Job[] {
  const { running, pending, history } = state.queue;
  const strict = state.faults.jobsFailOnNullPnginfo;
  return [
    ...(running ? [queuedJob(running, 'in_progress', strict)] : []),
    ...pending.map((item) => queuedJob(item, 'pending', strict)),
    ...[...history].map(([id, entry]) => finishedJob(id, entry, strict)),
  ];
}

function getJob(id: string, state: EngineState): Answer {
  const { running, pending, history } = state.queue;
  const strict = state.faults.jobsFailOnNullPnginfo;
  const entry = history.get(id);
  if (entry) {
    return json(finishedJob(id, entry, strict, true));
  }
  if (running?.promptId === id) {
    return json(queuedJob(running, 'in_progress', strict));
  }
  const waiting = pending.find((item) => item.promptId === id);
  return waiting ? json(queuedJob(waiting, 'pending', strict)) : json({ error: 'Job not found' }, 404);
}

function cancelJob(id: string, state: EngineState): boolean {
  return state.interruptIfRunning(id) || state.queue.remove(id);
}

async function cancelJobs(request: IncomingMessage, state: EngineState): Promise<Answer> {
  let body: ExactJson;
  try {
    body = await readJson(request);
  } catch (error) {
    throw error instanceof HttpStop ? error : bad('Request body must be valid JSON');
  }
  const ids = typeof body === 'object' && body !== null && !Array.isArray(body) ? body.job_ids : undefined;
  if (!Array.isArray(ids)) {
    throw bad('job_ids must be a list');
  }
  const invalid = ids.filter((id) => typeof id !== 'string' || !isCanonicalUuid(id));
  if (invalid.length > 0) {
    const invalid_ids = invalid.map((id) => (typeof id === 'string' ? id : repr(id)));
    return json({ error: 'job_ids contains invalid id(s)', invalid_ids }, 400);
  }
  const cancelled = ids.map((id) => cancelJob(id as string, state));
  return json({ cancelled: cancelled.includes(true) });
}
