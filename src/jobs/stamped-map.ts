import type { ExactJson } from '../comfy/exact-json';
import { type Entry, isLater, LATEST_STAMP, type Stamp } from '../ports/stamped-entry';

export { type Entry, isLater, type Stamp };

/**
 * A document of independent keys, kept on several devices at once: `rating/<file>`, `tag/<file>/<tag>`,
 * `recipe`. What people may change independently gets a key of its own.
 *
 * Every entry carries the stamp of its last change, and a stamp is always later than what its writer had
 * seen. A later stamp therefore either follows the earlier change, or knew nothing of it; so two copies
 * merge without their common ancestor, key by key. Nothing is inferred from a missing key: only a tombstone
 * deletes, and tombstones stay, or a device that was away for long would bring the deleted key back.
 */
export type StampedMap = ReadonlyMap<string, Entry>;

/**
 * What both copies hold, of each key the later change. Commutative, associative and idempotent; no key of
 * either copy is lost.
 */
export function mergeMaps(a: StampedMap, b: StampedMap): StampedMap {
  const merged = new Map(a);
  for (const [key, entry] of b) {
    const other = merged.get(key);
    if (!other || isLater(entry, other)) {
      merged.set(key, entry);
    }
  }
  return merged;
}

/**
 * A copy with some keys changed; `undefined` deletes one.
 * @param writer the device that changes them, and its clock in ms since the epoch.
 */
export function withChanges(
  map: StampedMap,
  changes: Readonly<Record<string, ExactJson | undefined>>,
  writer: { by: string; now: number },
): StampedMap {
  const changed = new Map(map);
  let newest = 0;
  for (const { at } of map.values()) {
    newest = Math.max(newest, at);
  }
  const stamp = { at: Math.max(writer.now, newest + 1), by: writer.by };
  for (const [key, value] of Object.entries(changes)) {
    changed.set(key, value === undefined ? stamp : { ...stamp, value });
  }
  return changed;
}

/** Whether two copies hold the same changes. */
export function sameMaps(a: StampedMap, b: StampedMap): boolean {
  return (
    a.size === b.size &&
    [...a].every(([key, entry]) => {
      const other = b.get(key);
      return other !== undefined && !isLater(entry, other) && !isLater(other, entry);
    })
  );
}

/** The keys of which a merged copy knows a later change. */
export function changedKeys(before: StampedMap, merged: StampedMap): string[] {
  return [...merged].flatMap(([key, entry]) => {
    const old = before.get(key);
    return old === undefined || isLater(entry, old) ? [key] : [];
  });
}

/** The map as JSON: `[at, by, value]` by key, tombstones without a value. */
export function writeMap(map: StampedMap): { [key: string]: ExactJson } {
  return Object.fromEntries(
    [...map].map(([key, { at, by, value }]) => [key, value === undefined ? [at, by] : [at, by, value]]),
  );
}

/** Untrusted JSON as a map. Entries that do not hold are left out; `null` when it is no map at all. */
export function readMap(json: unknown): StampedMap | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return null;
  }
  return new Map(
    Object.entries(json).flatMap(([key, entry]) => {
      const read = readEntry(entry);
      return read ? [[key, read] as const] : [];
    }),
  );
}

function readEntry(json: unknown): Entry | null {
  if (!Array.isArray(json) || json.length < 2 || json.length > 3) {
    return null;
  }
  const [at, by, value] = json as ExactJson[];
  if (
    typeof at !== 'number' ||
    !Number.isInteger(at) ||
    at < 0 ||
    at > LATEST_STAMP ||
    typeof by !== 'string'
  ) {
    return null;
  }
  return value === undefined ? { at, by } : { at, by, value };
}
