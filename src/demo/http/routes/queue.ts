import type { IncomingMessage } from 'node:http';
import type { ExactJson } from '../../../comfy/exact-json';
import type { EngineState } from '../../engine-state';
import { toBool, toInt } from '../../python/coerce';
import { pythonJson } from '../../python/json';
import { itemTuple, type QueueItem } from '../../queue/prompt-queue';
import { readBody, readJson, readObject } from '../body';
import { empty, json, jsonText, type Answer } from '../responses';
import type { Call, Router } from '../router';
import { parseExact } from '../../../comfy/exact-json';

/** /queue, /interrupt, /history and /free (API notes §2.1). */
export function addQueueRoutes(router: Router, state: EngineState): void {
  router.add('GET', '/queue', () => jsonText(queueText(state)));
  router.add('POST', '/queue', ({ request }) => postQueue(request, state));
  router.add('POST', '/interrupt', ({ request }) => postInterrupt(request, state));
  router.add('GET', '/history', (call) => getHistory(call, state));
  router.add('GET', '/history/{prompt_id}', ({ params }) => getHistoryOf(params.prompt_id ?? '', state));
  router.add('POST', '/history', ({ request }) => postHistory(request, state));
  router.add('POST', '/free', ({ request }) => postFree(request, state));
}

/** Items as they are printed. Python does it in C: 2000 of 50 kB, printed here each time, would hold all else up. */
const printed = new WeakMap<QueueItem, string>();

function itemText(item: QueueItem): string {
  const text = printed.get(item) ?? pythonJson(itemTuple(item));
  printed.set(item, text);
  return text;
}

function queueText({ queue: { running, pending } }: EngineState): string {
  const waiting = pending.map(itemText).join(', ');
  return `{"queue_running": [${running ? itemText(running) : ''}], "queue_pending": [${waiting}]}`;
}

/** What Python's `for x in value` yields: a string gives its characters, which match no id. */
function listed(value: ExactJson | undefined): readonly unknown[] {
  if (Array.isArray(value)) {
    return value;
  }
  if (typeof value === 'string') {
    return [...value];
  }
  if (typeof value === 'object' && value !== null) {
    return Object.keys(value);
  }
  throw new TypeError('not iterable');
}

async function postQueue(request: IncomingMessage, state: EngineState): Promise<Answer> {
  const body = await readObject(request);
  if (toBool(body.clear)) {
    state.queue.clear();
  }
  if ('delete' in body) {
    listed(body.delete).forEach((id) => state.queue.remove(id));
  }
  return empty();
}

async function postHistory(request: IncomingMessage, state: EngineState): Promise<Answer> {
  const body = await readObject(request);
  if (toBool(body.clear)) {
    state.queue.clearHistory();
  }
  if ('delete' in body) {
    listed(body.delete).forEach((id) => state.queue.forget(id));
  }
  return empty();
}

async function postInterrupt(request: IncomingMessage, state: EngineState): Promise<Answer> {
  if (!state.era.targetedInterrupt) {
    state.executor.interrupt();
    return empty();
  }
  const body = interruptBody((await readBody(request)).toString('utf8'));
  if (toBool(body.prompt_id)) {
    state.interruptIfRunning(body.prompt_id);
  } else {
    state.executor.interrupt();
  }
  return empty();
}

/** An empty or invalid body means everything; a list is an unhandled exception (API notes §1.5). */
function interruptBody(text: string): Record<string, ExactJson> {
  let body: ExactJson;
  try {
    body = parseExact(text);
  } catch {
    return {};
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TypeError('the body is not a JSON object');
  }
  return body;
}

function getHistory({ query }: Call, state: EngineState): Answer {
  const maxItems = query.get('max_items');
  const offset = query.get('offset');
  return json(
    state.queue.historyPage(
      maxItems === null ? null : Number(toInt(maxItems)),
      offset === null || !state.era.historyOffset ? -1 : Number(toInt(offset)),
    ),
  );
}

function getHistoryOf(promptId: string, state: EngineState): Answer {
  const entry = state.queue.history.get(promptId);
  return json(entry ? { [promptId]: entry } : {});
}

async function postFree(request: IncomingMessage, state: EngineState): Promise<Answer> {
  const body = (await readJson(request)) as Record<string, ExactJson> | null;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new TypeError('the body is not a JSON object');
  }
  if (toBool(body.free_memory)) {
    state.worker.freeMemory();
  }
  return empty();
}
