/** One measured number. */
export interface Measurement {
  /** Dotted: group, subject, what, unit, for example `app.bundle.initial.kB-gzip`. */
  name: string;
  value: number;
  unit: string;
  /** The same measured in the same run where it is done the way textbooks show. */
  textbook?: number;
}

/** A group of benchmarks: `e2e/bench/groups/<group>.ts` exports one as `measure`. */
export type Measure = (bench: Bench) => Promise<Measurement[]>;

/** What a group may use. */
export interface Bench {
  /** Prints a line about the progress. */
  say(line: string): void;
  /** Only some of the group is measured, as was asked for: budgets of the rest are not missed. */
  leaveOut(): void;
}

/**
 * A limit from budgets.json: the value may be at most `max`, or must be at least `min`. `group` names the group
 * that measures it where the name does not.
 */
export type Budget = ({ max: number } | { min: number }) & { group?: string };

/** A line of the table and of the JSON file. */
export interface Result extends Measurement {
  budget: number;
  ok: boolean;
}

/**
 * How long a fixed piece of arithmetic takes here and now, ms: the median of five. It tells figures of a slower or
 * busier machine from those that have really become worse.
 */
export function yardstick(): number {
  const times = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    let sum = 1;
    for (let step = 0; step < 50_000_000; step++) {
      sum = (Math.imul(sum, 31) + step) | 0;
    }
    // Used, or the compiler might drop the loop.
    return sum === 0 ? NaN : performance.now() - begun;
  });
  return times.sort((a, b) => a - b)[2] ?? NaN;
}

/** Group a measurement belongs to. */
export function groupOf(name: string): string {
  return name.split('.', 1)[0] ?? '';
}

/**
 * Compares measurements with their budgets.
 * @param whole whether all of the group was to be measured.
 * @throws Error when a measurement has no budget, or a budget of a whole group was not measured.
 */
export function judge(
  group: string,
  measured: readonly Measurement[],
  budgets: Readonly<Record<string, Budget>>,
  whole = true,
): Result[] {
  const names = new Set(measured.map(({ name }) => name));
  const missing = Object.entries(budgets)
    .filter(([name, budget]) => (budget.group ?? groupOf(name)) === group && !names.has(name))
    .map(([name]) => name);
  if (whole && missing.length > 0) {
    throw new Error(`Not measured: ${missing.join(', ')}.`);
  }
  return measured.map((measurement) => {
    const budget = budgets[measurement.name];
    if (!budget) {
      throw new Error(`budgets.json has no budget for ${measurement.name}.`);
    }
    const limit = 'max' in budget ? budget.max : budget.min;
    const ok = 'max' in budget ? measurement.value <= limit : measurement.value >= limit;
    return { ...measurement, budget: limit, ok };
  });
}

/** The results as a table of text; where the textbook's way was measured too, with its share of that. */
export function formatTable(results: readonly Result[], budgets: Readonly<Record<string, Budget>>): string {
  const compared = results.some(({ textbook }) => textbook !== undefined);
  const rows = results.map(({ name, value, unit, textbook, budget, ok }) => {
    const limit = budgets[name] && 'min' in budgets[name] ? '≥' : '≤';
    return [
      name,
      formatNumber(value),
      unit,
      `${limit} ${formatNumber(budget)}`,
      ok ? 'ok' : 'MISSED',
      ...(compared ? compare(value, textbook) : []),
    ];
  });
  const table = [
    ['name', 'value', 'unit', 'budget', '', ...(compared ? ['textbook', 'ratio'] : [])],
    ...rows,
  ];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return NUMBERS.has(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Columns that stand to the right. */
const NUMBERS: ReadonlySet<number> = new Set([1, 3, 5, 6]);

/** The textbook's value and how many times less ours is. */
function compare(value: number, textbook: number | undefined): [string, string] {
  if (textbook === undefined) {
    return ['', ''];
  }
  return [formatNumber(textbook), value > 0 ? `${formatNumber(textbook / value)}×` : ''];
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
