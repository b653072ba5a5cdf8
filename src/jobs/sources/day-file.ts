import * as v from 'valibot';
import { report } from '../../base/report';
import { type ExactJson, parseExact, stringifyExact } from '../../comfy/exact-json';
import { fileRefSchema } from '../../comfy/file-ref';
import type { JobFacts } from '../library/job-facts';
import { type JobRecord, jobTime } from '../state/job';

/** A finished job as a day file keeps it: what is shown and searched of it. Its graph is in its files. */
export interface DayJob {
  record: JobRecord;
  /** `null` where nobody had the graph to read them from. */
  facts: JobFacts | null;
}

/** What a day file says of each job; `null`: it was forgotten on purpose, and stays so. */
export type DayJobs = ReadonlyMap<string, DayJob | null>;

const FORMAT = 1;
/** Repeated values shorter than this are written out: a reference is hardly shorter. */
const WORTH_SHARING = 16;

/**
 * The day of a time in ms since the epoch, in UTC so that all browsers agree; `undated` for 0, where nobody knows. A
 * job belongs to the day it ended on.
 */
export function dayAt(time: number): string {
  return time > 0 ? new Date(time).toISOString().slice(0, 10) : 'undated';
}

/**
 * What two copies of a day say together. Of two accounts of a job the fuller one counts, and that it was forgotten
 * counts more than either. Commutative, associative and idempotent, so it does not matter who reads which file when.
 */
export function mergeDays(a: DayJobs, b: DayJobs): DayJobs {
  const merged = new Map(a);
  for (const [id, job] of b) {
    const other = merged.get(id);
    if (other === undefined || (other !== null && (job === null || isFuller(job, other)))) {
      merged.set(id, job);
    }
  }
  return merged;
}

/** A total order: two accounts are equal only when they say the same. */
function isFuller(a: DayJob, b: DayJob): boolean {
  const ranks = [a, b].map(({ facts, record }) => [facts ? 1 : 0, record.outputs.length, jobTime(record)]);
  const at = ranks[0]?.findIndex((rank, i) => rank !== ranks[1]?.[i]) ?? -1;
  return at < 0
    ? stringifyExact(slim(a)) > stringifyExact(slim(b))
    : (ranks[0]?.[at] ?? 0) > (ranks[1]?.[at] ?? 0);
}

/**
 * The text of a day file: JSON lines, the first of which holds the values that occur more than once, such as
 * prompts. Jobs of one workflow then take some 250 bytes each.
 */
export function printDay(jobs: DayJobs): string {
  const lines = [...jobs]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, job]): ExactJson => (job ? slim(job) : { id, gone: true }));
  const shared = repeated(lines);
  const numbers = new Map(shared.map((value, i) => [stringifyExact(value), i]));
  const head = { darkroom: 'jobs', format: FORMAT, shared };
  return [head, ...lines.map((line) => refer(line, numbers))]
    .map((line) => stringifyExact(line))
    .join('\n')
    .concat('\n');
}

/**
 * Reads a day file. Lines that cannot be read, such as the last one of a file that was cut off, are left out; a file
 * of another format says nothing.
 */
export function parseDay(text: string): DayJobs {
  const [first = '', ...rest] = text.split('\n');
  const head = v.safeParse(headSchema, parseLine(first));
  const jobs = new Map<string, DayJob | null>();
  if (!head.success) {
    return jobs;
  }
  for (const line of rest) {
    const parsed = line === '' ? null : v.safeParse(lineSchema, expand(parseLine(line), head.output.shared));
    if (parsed?.success) {
      const { gone, facts, ...record } = parsed.output;
      jobs.set(record.id, gone ? null : { record: record, facts });
    }
  }
  return jobs;
}

function parseLine(line: string): unknown {
  try {
    return parseExact(line);
  } catch (error) {
    report(error, 'day-file.line');
    return null;
  }
}

/** Without what says nothing, which reading puts back. */
function slim({ record, facts }: DayJob): { [key: string]: ExactJson } {
  const { summary, mine, ...rest } = record;
  void mine;
  return withoutEmpty({ ...rest, summary: summary && withoutEmpty(summary), facts });
}

function withoutEmpty(object: object): { [key: string]: ExactJson } {
  const entries = Object.entries(object as Record<string, ExactJson | undefined>);
  return Object.fromEntries(
    entries.filter(
      (entry): entry is [string, ExactJson] =>
        entry[1] !== null && entry[1] !== undefined && !(Array.isArray(entry[1]) && entry[1].length === 0),
    ),
  );
}

/** Long texts, and lists of texts, that occur more than once. */
function repeated(lines: readonly ExactJson[]): ExactJson[] {
  const seen = new Map<string, { value: ExactJson; count: number }>();
  const look = (value: ExactJson): void => {
    if (isShareable(value)) {
      const key = stringifyExact(value);
      if (key.length >= WORTH_SHARING) {
        const known = seen.get(key);
        seen.set(key, { value, count: (known?.count ?? 0) + 1 });
      }
    } else if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(look);
    }
  };
  lines.forEach(look);
  return [...seen.values()].filter(({ count }) => count > 1).map(({ value }) => value);
}

function isShareable(value: ExactJson): boolean {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'))
  );
}

/** Puts `{"$": n}` in the place of shared values. */
function refer(value: ExactJson, numbers: ReadonlyMap<string, number>): ExactJson {
  if (isShareable(value)) {
    const number = numbers.get(stringifyExact(value));
    return number === undefined ? value : { $: number };
  }
  if (Array.isArray(value)) {
    return value.map((each) => refer(each, numbers));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, refer(each, numbers)]))
    : value;
}

function expand(value: unknown, shared: readonly unknown[]): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => expand(each, shared));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const number = (value as { $?: unknown }).$;
  return typeof number === 'number'
    ? shared[number]
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expand(each, shared)]));
}

const headSchema = v.object({
  darkroom: v.literal('jobs'),
  format: v.literal(FORMAT),
  shared: v.fallback(v.array(v.unknown()), []),
});

const maybeNumber = v.fallback(v.nullish(v.number(), null), null);
const maybeText = v.fallback(v.nullish(v.string(), null), null);
const texts = v.fallback(v.optional(v.array(v.string()), []), []);

const outputSchema = v.object({
  nodeId: v.string(),
  index: v.number(),
  ref: fileRefSchema,
  media: v.picklist(['image', 'video', 'audio', 'other']),
  poster: v.optional(fileRefSchema),
  cached: v.optional(v.boolean()),
});

const summarySchema = v.object({
  prompt: maybeText,
  negative: maybeText,
  model: maybeText,
  loras: v.optional(v.array(v.object({ name: v.string(), strength: v.nullable(v.number()) })), []),
  seed: v.fallback(v.nullish(v.union([v.number(), v.bigint()]), null), null),
  steps: maybeNumber,
  cfg: maybeNumber,
  sampler: maybeText,
  scheduler: maybeText,
  denoise: maybeNumber,
  width: maybeNumber,
  height: maybeNumber,
});

const factsSchema = v.record(
  v.string(),
  v.object({
    nodes: texts,
    upscaled: v.boolean(),
    mask: v.boolean(),
    source: v.boolean(),
    summary: v.nullable(summarySchema),
  }),
);

const errorSchema = v.object({
  nodeId: maybeText,
  nodeTitle: maybeText,
  type: v.string(),
  message: v.string(),
  traceback: texts,
});

const areaSchema = v.object({ x: v.number(), y: v.number(), width: v.number(), height: v.number() });

const sweepSchema = v.object({
  id: v.string(),
  x: v.number(),
  y: v.number(),
  axes: v.array(v.object({ name: v.string(), labels: v.array(v.string()) })),
});

/** One line: a job, or that it is gone. What does not matter enough to lose a job over falls back to nothing. */
const lineSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  gone: v.fallback(v.optional(v.boolean(), false), false),
  state: v.optional(v.picklist(['completed', 'failed', 'cancelled']), 'completed'),
  number: maybeNumber,
  mine: v.optional(v.boolean(), false),
  createdAt: maybeNumber,
  startedAt: maybeNumber,
  endedAt: maybeNumber,
  outputs: v.optional(v.array(outputSchema), []),
  texts: v.fallback(v.optional(v.array(v.object({ nodeId: v.string(), text: v.string() }))), undefined),
  error: v.fallback(v.nullish(errorSchema, null), null),
  stop: v.fallback(v.optional(v.object({ nodeTitle: maybeText, here: v.boolean() })), undefined),
  unchanged: v.fallback(v.optional(v.boolean()), undefined),
  problems: v.fallback(v.optional(v.array(v.custom<JobRecord['problems'][number]>(isObject)), []), []),
  summary: v.fallback(v.nullish(summarySchema, null), null),
  darkroom: v.fallback(
    v.nullish(
      v.object({
        recipe: v.string(),
        parent: v.nullable(fileRefSchema),
        mask: v.nullable(fileRefSchema),
        area: v.fallback(v.optional(areaSchema), undefined),
        sweep: v.fallback(v.optional(sweepSchema), undefined),
      }),
      null,
    ),
    null,
  ),
  facts: v.fallback(v.nullish(factsSchema, null), null),
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
