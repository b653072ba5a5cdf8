import { type ExactJson, stringifyExact } from '../comfy/exact-json';

/** When an entry was last changed, and by which device. */
export interface Stamp {
  /** ms since the epoch, or one more than the newest stamp its writer had seen. */
  at: number;
  by: string;
}

/** A value with its last change. Without a value it is a tombstone: the key was deleted. */
export interface Entry extends Stamp {
  value?: ExactJson;
}

/** Latest stamp that is believed: what a broken clock says beyond it would win for ever. */
export const LATEST_STAMP = 8.64e15;

/** Whether one entry counts rather than the other. A total order, so that every device decides alike, also between the clones of one browser profile. */
export function isLater(a: Entry, b: Entry): boolean {
  if (a.at !== b.at) {
    return a.at > b.at;
  }
  return a.by === b.by ? canonical(a.value) > canonical(b.value) : a.by > b.by;
}

function canonical(value: ExactJson | undefined): string {
  return value === undefined ? '' : stringifyExact(sorted(value));
}

function sorted(value: ExactJson): ExactJson {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, sorted(value[key] ?? null)]),
    );
  }
  return value;
}
