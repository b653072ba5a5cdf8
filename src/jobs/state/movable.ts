import type { JobRecord } from './job';

/**
 * Why a waiting job cannot be moved, held or brought back by this browser. `other`: another program or browser queued
 * it, and may be moving it just now. `credentials`: it carries a key of a paid service, which the server does not give
 * back, so that it would fail when sent again. `sending`: it is not in the queue yet.
 */
export type Fixed = 'other' | 'credentials' | 'sending';

/**
 * What keeps a waiting job where it is; `null` when this browser may take it out of the queue and put it back.
 * @param browser this browser's mark, see `SenderMark`.
 */
export function fixedBy({ state, mine, sender }: JobRecord, browser: string): Fixed | null {
  if (state === 'submitting') {
    return 'sending';
  }
  if (sender?.credentials) {
    return 'credentials';
  }
  return mine || sender?.browser === browser ? null : 'other';
}
