import { report } from '../base/report';
import { complain, say, UNDO_TIME } from './toasts.svelte';

/** A change that is shown already and not made yet. */
export interface Pending {
  /** Makes it. */
  commit: () => Promise<void>;
  /** Shows things as they were. */
  undo: () => void;
}

/** The words for a change that can be taken back. */
export interface UndoWords {
  /** What was done. */
  done: string;
  undo: string;
  retry: string;
  /** Why it could not be made after all. */
  failed: (error: unknown) => string;
}

/**
 * Says that something was done, offers to undo it, and makes the change once the offer has passed. If that
 * fails, things are shown as they were, with the reason and the way to try again.
 */
export function offerUndo(change: Pending, words: UndoWords): void {
  const commit = async (): Promise<void> => {
    try {
      await change.commit();
    } catch (error) {
      report(error, 'undoable.commit');
      change.undo();
      complain(words.failed(error), { label: words.retry, run: () => void commit() });
    }
  };
  const timer = setTimeout(() => void commit(), UNDO_TIME);
  say(words.done, {
    label: words.undo,
    run: () => {
      clearTimeout(timer);
      change.undo();
    },
  });
}
