import { asFileRef, type HistoryEntry } from './schemas';

/**
 * What of a history entry cannot be read: all of it, how it was made, what it made, or how it ended. Custom packs, other
 * programs and broken disks leave such entries.
 */
export type HistoryDamage = 'entry' | 'prompt' | 'outputs' | 'status';

/** Under these keys every item is a file (API reference 6). */
const FILE_KEYS = new Set(['images', 'gifs', 'video', 'audio']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Compares an entry as it came with what could be read of it.
 * @param read `null` when nothing could.
 */
export function historyDamage(raw: unknown, read: HistoryEntry | null): HistoryDamage[] {
  if (!isRecord(raw) || !read) {
    return ['entry'];
  }
  const damage: HistoryDamage[] = [];
  if (Object.keys(read.prompt.graph).length === 0 && !isEmptyGraph(raw['prompt'])) {
    damage.push('prompt');
  }
  if (!areOutputs(raw['outputs'])) {
    damage.push('outputs');
  }
  const { status } = raw;
  // The oldest servers tell none.
  const isStatus = isRecord(status) && typeof status['status_str'] === 'string';
  if (status !== undefined && status !== null && !isStatus) {
    damage.push('status');
  }
  return damage;
}

function isEmptyGraph(prompt: unknown): boolean {
  return Array.isArray(prompt) && isRecord(prompt[2]) && Object.keys(prompt[2]).length === 0;
}

function areOutputs(outputs: unknown): boolean {
  return isRecord(outputs) && Object.values(outputs).every((lists) => isRecord(lists) && areLists(lists));
}

function areLists(lists: Record<string, unknown>): boolean {
  return Object.entries(lists).every(
    ([key, items]) =>
      !FILE_KEYS.has(key) ||
      (Array.isArray(items) && items.every((item) => item === null || asFileRef(item) !== null)),
  );
}
