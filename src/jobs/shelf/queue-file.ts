import * as v from 'valibot';
import { report } from '../../base/report';
import { type ExactJson, parseExact, stringifyExact } from '../../comfy/exact-json';
import { apiGraphSchema } from '../../comfy/schemas';
import { randomUuid } from '../../comfy/uuid';
import { newRecord } from '../state/records';
import type { ShelfJob } from './shelf-db';

/** Says what a file is. */
const KIND = 'darkroom-queue';

const jsonObject = v.fallback(
  v.record(
    v.string(),
    v.custom<ExactJson>(() => true),
  ),
  {},
);
const fileSchema = v.object({
  kind: v.literal(KIND),
  jobs: v.array(
    v.object({
      graph: apiGraphSchema,
      pngInfo: jsonObject,
      outputNodes: v.fallback(v.array(v.string()), []),
      extra: jsonObject,
    }),
  ),
});

/** A queue as a file to be kept or passed on: what is needed to run its jobs, numbers exact, no keys of services. */
export function queueFile(jobs: readonly ShelfJob[]): string {
  return stringifyExact({
    kind: KIND,
    version: 1,
    jobs: jobs.map(({ job: { graph, pngInfo }, outputNodes, extra }) => ({
      ...{ graph, pngInfo, outputNodes },
      // Whoever opens the file queues these jobs as their own.
      extra: Object.fromEntries(Object.entries(extra).filter(([key]) => key !== 'darkroom')),
    })),
  });
}

/**
 * The jobs of such a file, each with an id of its own, for the shelf; `null` when it is none.
 * @param now ms since the epoch.
 * @param mark says whose the jobs are from now on, see `SenderMark`.
 */
export function readQueueFile(text: string, now: number, mark: Record<string, string>): ShelfJob[] | null {
  const parsed = v.safeParse(fileSchema, parsedOrNull(text));
  if (!parsed.success) {
    return null;
  }
  return parsed.output.jobs.map(({ graph, pngInfo, outputNodes, extra }) => {
    const id = randomUuid();
    const job = { graph, pngInfo };
    const sender = { clientId: null, browser: mark['browser'] ?? null, name: mark['name'] ?? null };
    return {
      ...{ id, kind: 'held', phase: 'out', since: now, number: null, order: 0, paused: false },
      ...{ job, outputNodes, clientId: null },
      extra: { ...extra, darkroom: mark },
      record: { ...newRecord(id, job, now), state: 'held', sender: { ...sender, credentials: false } },
    };
  });
}

function parsedOrNull(text: string): ExactJson {
  try {
    return parseExact(text);
  } catch (error) {
    report(error, 'shelf.file');
    return null;
  }
}
