import type { ViewRefusal } from './file-ref';
import type { PromptProblem } from './prompt-problems';

/** What went wrong between us and a ComfyUI server, one kind for each sentence shown to people. */
export type ComfyErrorKind =
  /** Nothing answers at the server's address. */
  | 'unreachable'
  /** The server answered with an error status. */
  | 'http'
  /** The server refused the graph (POST /prompt, 400). */
  | 'rejected'
  /** The server serves no file of this name, whether it is there or not. */
  | 'refused'
  /** The answer does not fit this API: probably not a ComfyUI server. */
  | 'invalid'
  /** The server answered 200 but wrote nothing (API reference 2.2, /upload/mask). */
  | 'not-written'
  /** The body is larger than the server's --max-upload-size. */
  | 'too-large';

export interface ComfyErrorDetails {
  /** Requested path, without query. */
  path?: string;
  status?: number;
  /** Address of the ComfyUI server where known. */
  address?: string;
  /** What the server said, shortened. Never shown to guests: it can hold server paths. */
  body?: string;
  problems?: PromptProblem[];
  refusal?: ViewRefusal;
  cause?: unknown;
}

/** Every failure of the client and socket. `AbortError`s of a caller's signal pass through unchanged. */
export class ComfyError extends Error {
  readonly kind: ComfyErrorKind;
  readonly path: string | null;
  readonly status: number | null;
  readonly address: string | null;
  readonly body: string | null;
  /** Filled for `rejected`. */
  readonly problems: PromptProblem[];
  /** Set for `refused`. */
  readonly refusal: ViewRefusal | null;

  constructor(kind: ComfyErrorKind, message: string, details: ComfyErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'ComfyError';
    this.kind = kind;
    this.path = details.path ?? null;
    this.status = details.status ?? null;
    this.address = details.address ?? null;
    this.body = details.body?.slice(0, 2000) ?? null;
    this.problems = details.problems ?? [];
    this.refusal = details.refusal ?? null;
  }

  /**
   * Whether nothing answered at all, not even a proxy in front of ComfyUI: the server that was asked, which
   * is the one the page came from, is the one that is gone.
   */
  get isSilence(): boolean {
    return this.kind === 'unreachable' && this.status === null && this.address === null;
  }
}

/** Whether a promise was rejected because the caller gave up. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
