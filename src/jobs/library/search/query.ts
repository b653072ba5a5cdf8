import { typedPath } from '../../../comfy/folder-path';
import { fold } from './fold';

/** What is compared as text: contained in the value, or with `exact` all of it. */
export const TEXT_FIELDS = [
  'prompt',
  'negative',
  'model',
  'lora',
  'sampler',
  'scheduler',
  'node',
  'file',
  'tag',
  'in',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** What is compared as a number. */
export const NUMBER_FIELDS = ['steps', 'cfg', 'denoise', 'rating'] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];

/** What `is:` and `has:` know. */
export const FLAGS = {
  is: ['favourite', 'rejected', 'hidden', 'upscaled', 'edited', 'input', 'device'],
  has: ['mask', 'source', 'prompt', 'lora', 'tag', 'rating'],
} as const;
export type Flag =
  { field: 'is'; flag: (typeof FLAGS.is)[number] } | { field: 'has'; flag: (typeof FLAGS.has)[number] };

export const TYPES = ['image', 'video', 'audio', 'other'] as const;
export const SHAPES = ['landscape', 'portrait', 'square'] as const;
export type Shape = (typeof SHAPES)[number];

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** How far a number may lie from what is asked for. */
export type Extent = { op: Comparison; value: number } | { op: '..'; from: number; to: number };

/**
 * A day, month or year (`2026-11-05`, `2026-11`, `2026`), or one that depends on when it is asked: `today`,
 * `yesterday`, and `7d`, the last seven days with today.
 */
export type DateWord = string;
export type DateExtent = { op: Comparison; date: DateWord } | { op: '..'; from: DateWord; to: DateWord };

export type SizeTerm =
  | { kind: 'size'; by: 'exact'; width: number; height: number }
  | { kind: 'size'; by: 'shape'; shape: Shape }
  /** `megapixels`: of 1024² pixels, as people count them who make squares; `side`: the longer one, px. */
  | { kind: 'size'; by: 'megapixels' | 'side'; extent: Extent };

/** One condition. */
export type Term =
  /** In the prompt, the words a job made, the file's name, model, LoRAs and tags, or the seed itself. */
  | { kind: 'words'; text: string }
  | { kind: 'text'; field: TextField; text: string; exact: boolean }
  | { kind: 'number'; field: NumberField; extent: Extent }
  /** Decimal digits: seeds are larger than numbers hold exactly. */
  | { kind: 'seed'; seed: string }
  /** The beginning of a job's id. */
  | { kind: 'job'; id: string }
  /** Path of a folder (see `folderPath`); `only`: without the folders in it. */
  | { kind: 'folder'; path: string; only: boolean }
  /** One of `TYPES`, or the extension of the file. */
  | { kind: 'type'; type: string }
  | { kind: 'date'; extent: DateExtent }
  | ({ kind: 'flag' } & Flag)
  | SizeTerm;

/** What a search asks for. Made by `and`, `or` and `not` it is in normal form: nothing is nested needlessly. */
export type Query =
  | { kind: 'all' }
  | { kind: 'and'; parts: Query[] }
  | { kind: 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  | Term;

export const ALL: Query = { kind: 'all' };

/** Everything must hold. What asks for nothing is left out. */
export function and(parts: readonly Query[]): Query {
  return joined('and', parts);
}

/** One of them must hold. What asks for nothing, for example because it is still being typed, is left out. */
export function or(parts: readonly Query[]): Query {
  return joined('or', parts);
}

/** It must not hold. */
export function not(part: Query): Query {
  return part.kind === 'all' ? ALL : part.kind === 'not' ? part.part : { kind: 'not', part };
}

/** Plain words, which stand anywhere. */
export function words(text: string): Query {
  return fold(text).trim() === '' ? ALL : { kind: 'words', text };
}

function joined(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : part.kind === 'all' ? [] : [part]));
  const [only] = flat;
  return flat.length > 1 ? { kind, parts: flat } : (only ?? ALL);
}

/** The parts that must all hold: what the chips of a filter show. */
export function conditions(query: Query): Query[] {
  return query.kind === 'and' ? query.parts : query.kind === 'all' ? [] : [query];
}

/** A query as people type it; `parse` makes the same query of it. */
export function print(query: Query): string {
  switch (query.kind) {
    case 'all':
      return '';
    case 'and':
      return query.parts.map((part) => print(part)).join(' ');
    case 'or':
      return query.parts.map((part) => inGroup(part)).join(' OR ');
    case 'not':
      return `-${inGroup(query.part)}`;
    default:
      return printTerm(query);
  }
}

function inGroup(query: Query): string {
  return query.kind === 'and' || query.kind === 'or' ? `(${print(query)})` : print(query);
}

function printTerm(term: Term): string {
  switch (term.kind) {
    case 'words':
      return quoted(term.text);
    case 'text':
      return `${term.field}:${term.exact ? '=' : ''}${quoted(term.text)}`;
    case 'number':
      return `${term.field}:${printExtent(term.extent)}`;
    case 'seed':
      return `seed:${term.seed}`;
    case 'job':
      return `job:${quoted(term.id)}`;
    case 'folder':
      return `folder:${term.only ? '=' : ''}${quoted(term.path === '' ? '/' : typedPath(term.path))}`;
    case 'type':
      return `type:${quoted(term.type)}`;
    case 'date':
      return `date:${printDates(term.extent)}`;
    case 'flag':
      return `${term.field}:${term.flag}`;
    case 'size':
      return `size:${printSize(term)}`;
  }
}

function printSize(term: SizeTerm): string {
  switch (term.by) {
    case 'exact':
      return `${term.width}x${term.height}`;
    case 'shape':
      return term.shape;
    case 'megapixels':
      return printExtent(term.extent, 'mp');
    case 'side':
      return printExtent(term.extent, 'px');
  }
}

function printExtent(extent: Extent, unit = ''): string {
  return extent.op === '..'
    ? `${extent.from}..${extent.to}${unit}`
    : `${extent.op === '=' ? '' : extent.op}${extent.value}${unit}`;
}

function printDates(extent: DateExtent): string {
  return extent.op === '..'
    ? `${extent.from}..${extent.to}`
    : `${extent.op === '=' ? '' : extent.op}${extent.date}`;
}

const PLAIN = /^(?!OR$|NOT$)[\p{L}\p{N}][\p{L}\p{M}\p{N}_.+#@*\-/]*$/u;

/** A text as one word of a query. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
