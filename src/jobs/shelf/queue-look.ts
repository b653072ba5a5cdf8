import type { ComfyClient, QueuePlace } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';

/** Where a job is on the server. `gone`: neither in the queue nor in the history. */
export type Whereabouts = 'pending' | 'running' | 'ended' | 'gone';

/** From this many jobs on, one list of all that ended costs the server less than asking for each. */
const MANY = 24;
/** Requests under way at a time. */
const AT_ONCE = 6;

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
