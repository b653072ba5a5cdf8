import type { JobRecord } from './job';

/**
 * Why a waiting job cannot be moved, held or brought back by this browser. `other`: another program or browser queued
 * it, and may be moving it just now. `credentials`: it carries a key of a paid service, which the server does not give
 * back, so that it would fail when sent again. `sending`: it is not in the queue yet. `unread`: the queue is so long that
 * it was read without its graphs, and whose the job is will be known shortly.
 */
export type Fixed = 'other' | 'credentials' | 'sending' | 'unread';

/**
 * What keeps a waiting job where it is; `null` when this browser may take it out of the queue and put it back.
 * @param browser this browser's mark, see `SenderMark`.
 */
export function fixedBy({ state, mine, sender, placeOnly }: JobRecord, browser: string): Fixed | null {
  if (state === 'submitting') {
    return 'sending';
  }
  if (placeOnly) {
    return 'unread';
  }
  if (sender?.credentials) {
    return 'credentials';
  }
  return mine || sender?.browser === browser ? null : 'other';
}
