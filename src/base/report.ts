import { redactMessage, redactPath, redactStack } from './redact';

/** How many reports are kept; the oldest go first. */
export const MOST_REPORTS = 200;
/** Event of the page, or of the worker, that each report comes with (`CustomEvent<Report>`), for whoever watches the page. */
export const REPORT_EVENT = 'darkroom:report';

/** Something that went wrong, without prompts, file names or addresses. */
export interface Report {
  /** ms since the epoch; of repeated reports, the last. */
  at: number;
  /** How often it came in a row. */
  times: number;
  /** Where it was caught: a constant such as `settings.save`. */
  context: string;
  /** Class of the error. */
  name: string;
  message: string;
  /** `kind`, `status` and `path` of an error that has them, as a `ComfyError` has. */
  kind: string | null;
  status: number | null;
  path: string | null;
  frames: string[];
  /** What caused it, outermost first. */
  causes: string[];
}

const kept: Report[] = [];
let now: () => number = Date.now;

/**
 * Takes note of an error that nobody else will hear of. Aborts are not noted: whoever aborts knows.
 * Everything is redacted here already, so that memory never holds what must not be copied.
 * @param context a constant, checked by lint; never data.
 */
export function report(error: unknown, context: string): void {
  if (isAbort(error)) {
    return;
  }
  const next = describe(error, context);
  if ('dispatchEvent' in globalThis) {
    globalThis.dispatchEvent(new CustomEvent(REPORT_EVENT, { detail: next }));
  }
  const last = kept.at(-1);
  if (last && sameFault(last, next)) {
    last.at = next.at;
    last.times += 1;
    return;
  }
  kept.push(next);
  if (kept.length > MOST_REPORTS) {
    kept.shift();
  }
}

/** A handler for a promise nobody waits for: `void save().catch(reporting('drafts.save'))`. */
export function reporting(context: string): (error: unknown) => void {
  return (error) => report(error, context);
}

/** A handler that notes the error and goes on with something else: `.catch(reportingAs('drafts.find', null))`. */
export function reportingAs<T>(context: string, instead: T): (error: unknown) => T {
  return (error) => {
    report(error, context);
    return instead;
  };
}

/** What was reported, oldest first. */
export function reports(): readonly Report[] {
  return kept;
}

/** For tests: forgets everything, and tells the time from now on. */
export function resetReports(clock: () => number = Date.now): void {
  kept.length = 0;
  now = clock;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function describe(error: unknown, context: string): Report {
  const { name, message, stack } = asError(error);
  const { kind, status, path } = (error instanceof Error ? error : {}) as Partial<
    Record<'kind' | 'status' | 'path', unknown>
  >;
  return {
    at: now(),
    times: 1,
    context: word(context) ?? 'unknown',
    name,
    message: redactMessage(message),
    kind: word(kind),
    status: typeof status === 'number' && Number.isInteger(status) && status < 1000 ? status : null,
    path: typeof path === 'string' ? redactPath(path) : null,
    frames: redactStack(stack, message),
    causes: causesOf(error),
  };
}

interface Told {
  name: string;
  message: string;
  stack: string;
}

function asError(error: unknown): Told {
  if (error instanceof Error || (typeof DOMException === 'function' && error instanceof DOMException)) {
    const stack = typeof error.stack === 'string' ? error.stack : '';
    return { name: className(error.name), message: String(error.message), stack };
  }
  return { name: typeof error, message: typeof error === 'string' ? error : '', stack: '' };
}

function className(name: unknown): string {
  return typeof name === 'string' && /^[A-Z][A-Za-z]{0,30}(Error|Exception)$/.test(name) ? name : 'Error';
}

/** Names we give: kinds and contexts. */
function word(text: unknown): string | null {
  return typeof text === 'string' && /^[a-z][a-zA-Z]*([.-][a-zA-Z]+)*$/.test(text) && text.length <= 60
    ? text
    : null;
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let cause: unknown = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && causes.length < 3) {
    const { name, message } = asError(cause);
    causes.push(`${name}: ${redactMessage(message)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function sameFault(a: Report, b: Report): boolean {
  return (
    a.context === b.context &&
    a.name === b.name &&
    a.message === b.message &&
    a.status === b.status &&
    a.path === b.path
  );
}
