/** A request to answer with an error status instead of handling it. */
export interface PlannedFailure {
  /** HTTP method, or `*`. */
  method: string;
  /** Path with or without the `/api` prefix, without query; `*` at the end matches any rest. */
  path: string;
  status: number;
  /** How many requests it applies to before it is used up. */
  times: number;
}

/** Misbehaviour on request. All are off by default, except the two marked "as ComfyUI does". */
export interface DemoFaults {
  /** Delay before every HTTP answer, in ms. */
  latencyMs: number;
  /** Share of HTTP requests answered 500, 0..1. The sequence is seeded: the same in every run. */
  httpErrorRate: number;
  failNext: PlannedFailure[];
  /** Every POST /upload/mask answers 200 and writes nothing. */
  maskSilent200: boolean;
  /**
   * Closing a socket also unregisters a newer socket with the same client id, which then goes deaf. On by
   * default, as ComfyUI does (API notes §4.2).
   */
  reconnectDeaf: boolean;
  /** The `prompt` chunk of saved PNGs holds bare NaN (API notes §8). */
  nanMetadata: boolean;
  /** /api/jobs answers 500 while a prompt with `extra_pnginfo: null` is known. On by default, as ComfyUI does. */
  jobsFailOnNullPnginfo: boolean;
  /** The next prompt kills the worker: it stays running for ever, until `restart()`. */
  deadWorker: boolean;
  /** Uploads lose their connection in the middle. */
  abortUploads: boolean;
  /**
   * Steps of a sampler take up to this share longer or shorter than they should, 0..1: as a whole run, and each by
   * itself. Seeded: a prompt takes as long in every run.
   */
  unevenSteps: number;
  /** A sampler runs out of memory where its pictures together have more pixels than this. */
  memoryPixels: number;
}

/** The faults of a well-behaved engine, overridden by `partial`. */
export function createFaults(partial: Partial<DemoFaults> = {}): DemoFaults {
  return {
    latencyMs: 0,
    httpErrorRate: 0,
    failNext: [],
    maskSilent200: false,
    reconnectDeaf: true,
    nanMetadata: false,
    jobsFailOnNullPnginfo: true,
    deadWorker: false,
    abortUploads: false,
    unevenSteps: 0,
    memoryPixels: Infinity,
    ...partial,
  };
}

/** Finds the planned failure for a request and counts it down. `null` if there is none. */
export function takePlannedFailure(faults: DemoFaults, method: string, path: string): number | null {
  const bare = withoutApi(path);
  const failure = faults.failNext.find(
    (plan) =>
      plan.times > 0 &&
      (plan.method === '*' || plan.method.toUpperCase() === method) &&
      fits(plan.path, bare),
  );
  if (!failure) {
    return null;
  }
  failure.times--;
  faults.failNext = faults.failNext.filter((plan) => plan.times > 0);
  return failure.status;
}

function fits(pattern: string, path: string): boolean {
  const bare = withoutApi(pattern);
  return bare.endsWith('*') ? path.startsWith(bare.slice(0, -1)) : path === bare;
}

function withoutApi(path: string): string {
  return path.startsWith('/api/') && !path.startsWith('/api/jobs') ? path.slice(4) : path;
}
