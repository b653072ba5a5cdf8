/** How long a run took, ms, by what it did. */
export interface Run {
  /** Until the first step of a sampler: loading models, encoding. All of it for jobs that count no steps. */
  before: number;
  /** From the first step to the last. */
  steps: number;
  /** Decoding, stitching, saving. */
  after: number;
  /** The job before used another model, so that this one had to be loaded. */
  cold: boolean;
}

/** A length of time that is not certain, ms. `low` and `high` hold four of five cases. */
export interface Span {
  low: number;
  likely: number;
  high: number;
}

/** How far a running job is. */
export interface Sight {
  /** Since it began, ms. */
  elapsed: number;
  /** Once a sampler counts: steps done and to do, and how long each of this very run takes, ms. */
  steps: { done: number; all: number; each: number } | null;
}

/** Steps of a run that tell its speed. */
const ENOUGH_STEPS = 3;
/** With fewer runs known, their spread says little: as much as this is then allowed for, as a share. */
const FEW = 4;
const DOUBT = 0.35;
/** A span narrower than this share of its middle is shown as one number. */
const CERTAIN = 0.2;

export const total = ({ before, steps, after }: Run): number => before + steps + after;

/** How long a job will take, from earlier runs of its kind; `null` when there are none. */
export function estimate(runs: readonly Run[], cold: boolean): Span | null {
  return runs.length === 0 ? null : sum([part(loading(runs, cold)), part(runs.map(working))], runs.length);
}

/**
 * How long a running job still takes. Its own speed counts as soon as it has one; until then, and for what
 * comes after its steps, earlier runs of its kind do. `null` when neither is known.
 */
export function remaining(runs: readonly Run[], cold: boolean, { elapsed, steps }: Sight): Span | null {
  const after = runs.length > 0 ? part(runs.map((run) => run.after)) : null;
  if (steps && steps.done >= ENOUGH_STEPS) {
    const left = (steps.all - steps.done) * steps.each;
    const doubt = left * (0.4 / Math.sqrt(steps.done));
    const rest = after ?? { low: 0, likely: 0, high: steps.each * 2 };
    return { low: left - doubt + rest.low, likely: left + rest.likely, high: left + doubt + rest.high };
  }
  const whole = estimate(runs, cold);
  return (
    whole && {
      low: Math.max(0, whole.low - elapsed),
      likely: Math.max(0, whole.likely - elapsed),
      high: Math.max(0, whole.high - elapsed),
    }
  );
}

/** How long several things take one after the other: their doubts partly cancel out. */
export function inARow(spans: readonly Span[]): Span {
  const likely = spans.reduce((all, span) => all + span.likely, 0);
  const spread = (side: (span: Span) => number): number =>
    Math.sqrt(spans.reduce((all, span) => all + side(span) ** 2, 0));
  return {
    low: Math.max(0, likely - spread((span) => span.likely - span.low)),
    likely,
    high: likely + spread((span) => span.high - span.likely),
  };
}

/** Whether a span is narrow enough to be shown as one number. */
export function isCertain({ low, likely, high }: Span): boolean {
  return high - low <= Math.max(CERTAIN * likely, 1000);
}

/** How far an estimate was off, as a share of what it really took. */
export function errorOf(likely: number, really: number): number {
  return really > 0 ? Math.abs(likely - really) / really : 0;
}

/** The value below which so large a share of the numbers lies, between neighbours by proportion. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

const working = ({ steps, after }: Run): number => steps + after;

/** Times until the first step, of runs that had to load their model as this one has, or did not. */
function loading(runs: readonly Run[], cold: boolean): number[] {
  const alike = runs.filter((run) => run.cold === cold);
  return (alike.length > 0 ? alike : runs).map(({ before }) => before);
}

function part(times: readonly number[]): Span {
  return { low: quantile(times, 0.1), likely: quantile(times, 0.5), high: quantile(times, 0.9) };
}

function sum(parts: readonly Span[], known: number): Span {
  const { low, likely, high } = parts.reduce((all, one) => ({
    low: all.low + one.low,
    likely: all.likely + one.likely,
    high: all.high + one.high,
  }));
  const doubt = known < FEW ? likely * (DOUBT / Math.sqrt(known)) : 0;
  return { low: Math.min(low, likely - doubt), likely, high: Math.max(high, likely + doubt) };
}
