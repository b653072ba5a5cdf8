import type { ApiGraph } from '../../comfy/graph';
import { heapify, heapPop, heapPush } from './heap';

/** `extra_data` of a prompt. */
export type ExtraData = Record<string, unknown>;

/** A queued prompt (API notes §2.1, GET /queue). */
export interface QueueItem {
  /** Priority: lower runs first. */
  number: number;
  promptId: string;
  prompt: ApiGraph;
  extraData: ExtraData;
  outputs: string[];
  /** Secrets removed from `extraData`; only nodes see them. */
  sensitive: ExtraData;
}

/** How a run ended, as history keeps it (API notes §6). */
export interface HistoryStatus {
  status_str: 'success' | 'error';
  completed: boolean;
  messages: [string, Record<string, unknown>][];
}

/** A finished prompt. */
export interface HistoryEntry {
  prompt: unknown[];
  outputs: Record<string, unknown>;
  status: HistoryStatus;
  meta?: Record<string, unknown>;
}

/** Keys of `extra_data` that never reach the history. */
export const SECRETS = ['auth_token_comfy_org', 'api_key_comfy_org'];

function withoutSecrets(item: QueueItem): QueueItem {
  const extraData = Object.fromEntries(
    Object.entries(item.extraData).filter(([key]) => !SECRETS.includes(key)),
  );
  return { ...item, extraData };
}

const MOST_HISTORY = 10_000;

/** Lower number first; equal numbers by the text of the prompt id (code points). */
function runsBefore(a: QueueItem, b: QueueItem): boolean {
  return a.number === b.number ? a.promptId < b.promptId : a.number < b.number;
}

/** The five elements a client sees of an item. */
export function itemTuple(item: QueueItem): unknown[] {
  return [item.number, item.promptId, item.prompt, item.extraData, item.outputs];
}

/**
 * Pending prompts in a heap, the running prompt, and the history. `onChange` is called for every `status` event
 * that ComfyUI would send, duplicates included (API notes §4.3).
 */
export class PromptQueue {
  readonly #onChange: () => void;
  readonly #hidesSecrets: boolean;
  #pending: QueueItem[] = [];
  #running: QueueItem | null = null;
  #history = new Map<string, HistoryEntry>();
  #wake: (() => void) | null = null;

  /** @param hidesSecrets whether credentials are kept out of the history. */
  constructor(onChange: () => void, hidesSecrets = true) {
    this.#onChange = onChange;
    this.#hidesSecrets = hidesSecrets;
  }

  /** Pending items in the order of the heap array, not the order they run in. */
  get pending(): readonly QueueItem[] {
    return this.#pending;
  }

  get running(): QueueItem | null {
    return this.#running;
  }

  get history(): ReadonlyMap<string, HistoryEntry> {
    return this.#history;
  }

  /** Pending and running prompts together. */
  get remaining(): number {
    return this.#pending.length + (this.#running ? 1 : 0);
  }

  put(item: QueueItem): void {
    heapPush(this.#pending, item, runsBefore);
    this.#onChange();
    this.#wake?.();
  }

  /** Resolves as soon as something is pending, or when `wakeUp` is called. */
  async waitForWork(): Promise<void> {
    if (this.#pending.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
  }

  wakeUp(): void {
    this.#wake?.();
  }

  /**
   * Makes the first pending prompt the running one. The run modifies what is returned; the queue and the history
   * show a copy taken before.
   */
  take(): QueueItem | null {
    const item = heapPop(this.#pending, runsBefore);
    if (!item) {
      return null;
    }
    this.#running = structuredClone(item);
    this.#onChange();
    return item;
  }

  /** Ends the running prompt and puts it into the history; a known id keeps its place. */
  finish(entry: Omit<HistoryEntry, 'prompt'>): void {
    const item = this.#running;
    if (!item) {
      return;
    }
    this.#running = null;
    if (this.#history.size > MOST_HISTORY) {
      const [oldest] = this.#history.keys();
      this.#history.delete(oldest ?? '');
    }
    const shown = this.#hidesSecrets ? withoutSecrets(item) : item;
    this.#history.set(item.promptId, { prompt: itemTuple(shown), ...entry });
    this.#onChange();
  }

  /** Adds an entry to the history without a run, as if the server had run it earlier. */
  remember(promptId: string, entry: HistoryEntry): void {
    this.#history.set(promptId, entry);
  }

  /** Removes all pending prompts. Counts as one change even if there were none. */
  clear(): void {
    this.#pending = [];
    this.#onChange();
  }

  /** Removes a pending prompt. Counts as two changes if it was the last. */
  remove(promptId: unknown): boolean {
    const at = this.#pending.findIndex((item) => item.promptId === promptId);
    if (at < 0) {
      return false;
    }
    if (this.#pending.length === 1) {
      this.clear();
    } else {
      this.#pending.splice(at, 1);
      heapify(this.#pending, runsBefore);
    }
    this.#onChange();
    return true;
  }

  clearHistory(): void {
    this.#history = new Map();
  }

  forget(promptId: unknown): void {
    this.#history.delete(promptId as string);
  }

  /** Entries by ComfyUI's paging: oldest first, offset from the oldest (API notes §2.1, GET /history). */
  historyPage(maxItems: number | null, offset: number): Record<string, HistoryEntry> {
    const page: Record<string, HistoryEntry> = {};
    const from = offset < 0 && maxItems !== null ? this.#history.size - maxItems : offset;
    let index = 0;
    let taken = 0;
    for (const [id, entry] of this.#history) {
      if (index >= from) {
        page[id] = entry;
        taken++;
        if (maxItems !== null && taken >= maxItems) {
          break;
        }
      }
      index++;
    }
    return page;
  }
}
