import type { ComfyClient, QueuePlace } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { QueueEntry } from '../../comfy/schemas';
import { sentAs } from '../state/records';

/** Where a job is on the server. `gone`: neither in the queue nor in the history. */
export type Whereabouts = 'pending' | 'running' | 'ended' | 'gone';

/** From this many jobs on, one list of all that ended costs the server less than asking for each. */
const MANY = 24;
/** Requests under way at a time. */
const AT_ONCE = 6;
/** Jobs of the history among which one is looked for that the server may have given another id. */
const NEWEST = 100;

/** Ids and places in the queue, without graphs where the server has such a list. */
export async function queuePlaces(
  client: ComfyClient,
): Promise<{ running: QueuePlace[]; pending: QueuePlace[] }> {
  const places = await client.queuePlaces().catch((error: unknown) => {
    // One malformed job of another program makes the list fail, not the queue itself (API reference 2.1).
    if (error instanceof ComfyError && error.kind !== 'unreachable') {
      return null;
    }
    throw error;
  });
  return places ?? client.queue();
}

/**
 * Where each of some jobs is. The queue is read before the history: a job passes from one into the other in one step,
 * so one that is in neither was really taken out.
 * @throws ComfyError when the server does not answer.
 */
export async function whereAre(
  client: ComfyClient,
  ids: readonly string[],
): Promise<{ at: Map<string, Whereabouts>; places: { running: QueuePlace[]; pending: QueuePlace[] } }> {
  const places = await queuePlaces(client);
  const at = new Map<string, Whereabouts>(ids.map((id) => [id, 'gone']));
  const mark = (list: readonly QueuePlace[], where: Whereabouts): void =>
    list.forEach(({ id }) => at.has(id) && at.set(id, where));
  mark(places.pending, 'pending');
  mark(places.running, 'running');
  const absent = ids.filter((id) => at.get(id) === 'gone');
  for (const id of await ended(client, absent)) {
    at.set(id, 'ended');
  }
  return { at, places };
}

/** Where a job is that was sent, and what the server calls it. */
export interface SentJob {
  id: string;
  at: Exclude<Whereabouts, 'gone'>;
  /** Its place in the queue; 0 when it has ended. */
  number: number;
}

/**
 * Which of some jobs have arrived, by the ids they were sent under: servers of early 2024 give them others, and they
 * are known by the mark they carry. The queue is read before the history, as in `whereAre`.
 * @throws ComfyError when the server does not answer.
 */
export async function arrivedOf(client: ComfyClient, ids: readonly string[]): Promise<Map<string, SentJob>> {
  const { at, places } = await whereAre(client, ids);
  const numbers = new Map([...places.pending, ...places.running].map(({ id, number }) => [id, number]));
  const found = new Map<string, SentJob>();
  const marked = (list: readonly (QueuePlace & Partial<QueueEntry>)[], where: SentJob['at']): void =>
    list.forEach(({ id, number, extraData = {} }) => {
      const sent = sentAs(extraData);
      if (sent !== null && at.get(sent) === 'gone') {
        found.set(sent, { id, at: where, number });
      }
    });
  for (const [id, where] of at) {
    if (where !== 'gone') {
      found.set(id, { id, at: where, number: numbers.get(id) ?? 0 });
    }
  }
  marked(places.pending, 'pending');
  marked(places.running, 'running');
  // A server that has the light list takes the ids it is given.
  if (ids.some((id) => !found.has(id)) && client.server.current.routes.jobs !== true) {
    const newest = await client.history({ maxItems: NEWEST });
    marked(
      newest.flatMap(({ id, prompt }) => (prompt ? [{ ...prompt, id, number: 0 }] : [])),
      'ended',
    );
  }
  return found;
}

async function ended(client: ComfyClient, ids: readonly string[]): Promise<string[]> {
  const list = ids.length > MANY ? await client.jobs().catch(onlyRefused) : null;
  if (list) {
    const there = new Set(list.jobs.map(({ id }) => id));
    return ids.filter((id) => there.has(id));
  }
  const found: string[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const items = await Promise.all(some.map((id) => client.historyItem(id)));
    found.push(...some.filter((_, index) => items[index] !== null));
  }
  return found;
}

function onlyRefused(error: unknown): null {
  if (error instanceof ComfyError && error.kind !== 'unreachable') {
    return null;
  }
  throw error;
}
