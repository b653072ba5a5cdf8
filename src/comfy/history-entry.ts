import * as v from 'valibot';
import { type HistoryDamage, historyDamage } from './history-damage';
import { type HistoryEntry, historyEntrySchema } from './schemas';

/** A history entry under its job id. */
export interface HistoryItem extends HistoryEntry {
  id: string;
  /** What of the entry could not be read; absent when all of it could. */
  damage?: readonly HistoryDamage[];
}

/** Reads one entry of the history, whatever of it can be read. */
export function readHistory([id, value]: readonly [string, unknown]): HistoryItem {
  const parsed = v.safeParse(historyEntrySchema, value);
  const damage = historyDamage(value, parsed.success ? parsed.output : null);
  const entry = parsed.success ? parsed.output : v.parse(historyEntrySchema, { prompt: null, outputs: {} });
  return { id, ...entry, ...(damage.length > 0 && { damage }) };
}
