import type { SelectionNeed, SelectionWish } from '../../workflows/selection/selection-graph';

/** What is looked for, and in which pixels. */
export interface FindRequest {
  /** The pixels on screen: an encoded picture, or its address. */
  pixels: Blob | string;
  wish: SelectionWish;
  /** 0 to 1: how sure the model must be. */
  threshold: number;
  /** 0 to 5: passes that make the edge more exact. */
  refine: number;
}

/** How far a search is; `queued` once the server has taken the job `id`. */
export type FindStep = { name: 'sending' } | { name: 'queued'; id: string } | { name: 'reading' };

/** What a search waits for. */
export interface FindWait {
  /** How long that still takes, ms; null when nobody can say. */
  left: number | null;
}

/** Looks for objects in a picture: a server with models. */
export interface ObjectFinder {
  /** What is lacking for a wish; null while that is not known yet. Reactive. */
  missing: (wish: SelectionWish) => readonly SelectionNeed[] | null;
  /**
   * The masks of what was found, each a picture of the same size: white is selected.
   * @throws FindFailure, ComfyError, or the signal's AbortError, after which nothing goes on.
   */
  find: (
    request: FindRequest,
    signal: AbortSignal,
    onStep: (step: FindStep) => void,
  ) => Promise<readonly Blob[]>;
  /** What a queued job waits for; null when nothing is before it. Reactive. */
  waits: (id: string) => FindWait | null;
}

/**
 * Why nothing came back. `failed`: the model did, in the server's words. `cancelled`: somebody stopped the job.
 * `lost`: the server forgot it, as after a restart. `size`: the masks are not of the picture's size.
 */
export type FindReason = 'failed' | 'cancelled' | 'lost' | 'size';

export class FindFailure extends Error {
  override readonly name = 'FindFailure';

  constructor(
    readonly reason: FindReason,
    readonly detail = '',
  ) {
    super(detail === '' ? reason : `${reason}: ${detail}`);
  }
}
