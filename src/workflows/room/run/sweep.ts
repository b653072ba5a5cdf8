import { type ExactJson, parseExactInt, stringifyExact } from '../../../comfy/exact-json';
import type { ApiGraph } from '../../../comfy/graph';
import type { InputSpec } from '../../../comfy/object-info';
import { checkField } from '../../form/check-field';

/** One input of a graph and the values it takes in turn. */
export interface SweepAxis {
  node: string;
  path: string;
  values: readonly ExactJson[];
}

/** One run of a sweep: its column and row, from 0, and its graph. */
export interface SweepCell {
  x: number;
  y: number;
  graph: ApiGraph;
}

/** The most runs one sweep may queue: more than that is a mistake more often than a wish. */
export const MOST_RUNS = 100;

/** Why a list of values cannot be used. `value` is as it was typed. */
export type SweepFault =
  | { kind: 'no-values' }
  | { kind: 'not-a-number'; value: string }
  | { kind: 'bad-step' }
  | { kind: 'out-of-range'; value: string }
  | { kind: 'not-a-choice'; value: string }
  | { kind: 'too-many'; count: number };

/** Values, or why there are none. */
export type SweepValues = { ok: true; values: ExactJson[] } | { ok: false; fault: SweepFault };

/** What can be swept: an input with a value of its own that can be written in a line. */
export function canSweep(spec: InputSpec): boolean {
  return /^(int|float|string|boolean)$/.test(spec.kind) || (spec.kind === 'combo' && !spec.multiple);
}

/**
 * Reads values as a person lists them. Numbers are separated by commas or spaces, and a range is written
 * `from..to` or `from..to step n`; texts and choices stand on a line each. Repeated values count once.
 */
export function readValues(spec: InputSpec, text: string): SweepValues {
  if (spec.kind === 'boolean') {
    return { ok: true, values: [false, true] };
  }
  const isNumber = spec.kind === 'int' || spec.kind === 'float';
  const read = isNumber ? readNumbers(text, spec.kind === 'int') : readLines(text);
  if (!read.ok) {
    return read;
  }
  const values = [...new Map(read.values.map((value) => [stringifyExact(value), value])).values()];
  if (values.length === 0) {
    return { ok: false, fault: { kind: 'no-values' } };
  }
  for (const value of values) {
    const fault = checkField({ path: spec.name, spec, content: { kind: 'value', value }, parent: null });
    if (fault) {
      const kind = spec.kind === 'combo' ? 'not-a-choice' : 'out-of-range';
      return { ok: false, fault: { kind, value: labelOf(value) } };
    }
  }
  return { ok: true, values };
}

function readLines(text: string): SweepValues {
  return {
    ok: true,
    values: text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean),
  };
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(
  String.raw`^(${NUMBER})\s*(?:\.\.|…|–|to|到)\s*(${NUMBER})(?:\s*(?:step|步长|/|:)\s*(\S+))?$`,
  'i',
);

function readNumbers(text: string, whole: boolean): SweepValues {
  const values: ExactJson[] = [];
  // Commas part entries; so do spaces, unless they belong to a range.
  const entries = text
    .split(/[,，;；\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean);
  for (const entry of entries) {
    const range = RANGE.exec(entry);
    const read = range
      ? rangeValues(
          Number(range[1]),
          Number(range[2]),
          range[3] === undefined ? null : Number(range[3]),
          whole,
        )
      : readList(entry, whole);
    if (!read.ok) {
      return read;
    }
    values.push(...read.values);
  }
  return { ok: true, values };
}

function readList(entry: string, whole: boolean): SweepValues {
  const values: ExactJson[] = [];
  for (const item of entry.split(/\s+/)) {
    // Seeds exceed what a double holds.
    const value =
      parseExactInt(item) ?? (whole || !new RegExp(`^${NUMBER}$`, 'i').test(item) ? null : Number(item));
    if (value === null) {
      return { ok: false, fault: { kind: 'not-a-number', value: item } };
    }
    values.push(value);
  }
  return { ok: true, values };
}

/**
 * Numbers from one to another, both ends included where the step meets them, downwards too. Counted in whole
 * steps, so that 0..1 step 0.1 has eleven values and none of them is 0.30000000000000004.
 * @param step `null` for 1.
 */
export function rangeValues(from: number, to: number, step: number | null, whole: boolean): SweepValues {
  const size = Math.abs(step ?? 1);
  if (!Number.isFinite(size) || size === 0 || (whole && ![from, to, size].every(Number.isInteger))) {
    return { ok: false, fault: { kind: 'bad-step' } };
  }
  const count = Math.floor(Math.abs(to - from) / size + 1e-9) + 1;
  if (count > MOST_RUNS) {
    return { ok: false, fault: { kind: 'too-many', count } };
  }
  const places = Math.max(...[from, size].map(decimals));
  const direction = to < from ? -1 : 1;
  const values = Array.from({ length: count }, (_, i) =>
    Number((from + direction * i * size).toFixed(places)),
  );
  return { ok: true, values };
}

function decimals(value: number): number {
  const [, fraction = '', exponent = '0'] = /(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.min(20, Math.max(0, fraction.length - Number(exponent)));
}

/**
 * The graphs of a sweep, row by row: the first input goes along the columns, the second down the rows.
 * Everything else, the seed included, stays as it is, so that pictures differ by what is swept alone.
 */
export function expandSweep(graph: ApiGraph, axes: readonly SweepAxis[]): SweepCell[] {
  const [columns, rows] = axes;
  const cells: SweepCell[] = [];
  for (const [y, down] of (rows ? rows.values : [undefined]).entries()) {
    for (const [x, across] of (columns?.values ?? []).entries()) {
      let cell = columns && across !== undefined ? withInput(graph, columns, across) : graph;
      cell = rows && down !== undefined ? withInput(cell, rows, down) : cell;
      cells.push({ x, y, graph: cell });
    }
  }
  return cells;
}

/** How many runs a sweep has. */
export function countRuns(axes: readonly Pick<SweepAxis, 'values'>[]): number {
  return axes.length === 0 ? 0 : axes.reduce((count, { values }) => count * values.length, 1);
}

function withInput(graph: ApiGraph, { node: id, path }: SweepAxis, value: ExactJson): ApiGraph {
  const node = graph[id];
  return node ? { ...graph, [id]: { ...node, inputs: { ...node.inputs, [path]: value } } } : graph;
}

/** A label is no longer, and those of an input together hardly: every run carries them all. Characters. */
const LONGEST_LABEL = 160;
const LABELS_TOGETHER = 4000;
const SHORTEST_LABEL = 24;

/** A value as it stands beside its row or column. */
export function labelOf(value: ExactJson, most = LONGEST_LABEL): string {
  const text = typedText(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The values of an input as they stand along the sheet. */
export function labelsOf(values: readonly ExactJson[]): string[] {
  const most = Math.max(SHORTEST_LABEL, Math.floor(LABELS_TOGETHER / Math.max(1, values.length)));
  return values.map((value) => labelOf(value, Math.min(LONGEST_LABEL, most)));
}

/** A value as it is typed into a list of them, in one line. */
export function typedText(value: ExactJson): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return text.replace(/\s*\n\s*/g, ' ');
}
