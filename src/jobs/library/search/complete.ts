import { type Field, fieldOf, FIELDS } from './parse';
import { FLAGS, quoted, SHAPES, TYPES } from './query';

/** What could be completed at the caret. `start` and `end`: what a completion replaces. */
export type Spot =
  | { kind: 'field'; part: string; start: number; end: number }
  | { kind: 'value'; field: Field; part: string; start: number; end: number };

/** Values that are the same for everybody; fields without any get theirs from the pictures. */
export const FIXED_VALUES: Partial<Record<Field, readonly string[]>> = {
  is: FLAGS.is,
  has: FLAGS.has,
  type: TYPES,
  size: [...SHAPES, '>1mp'],
  date: ['today', 'yesterday', '7d', '30d'],
  rating: ['>=3', '>=4', '5'],
};

/** What people look for most. */
const COMMON: readonly Field[] = ['model', 'lora', 'date', 'size', 'seed', 'steps', 'sampler', 'is', 'has'];

/** Looks at the word the caret is in or behind; `null` where nothing can be completed. */
export function spotAt(text: string, caret: number): Spot | null {
  const start = wordStart(text.slice(0, caret));
  const word = text.slice(start, caret);
  const rest = /^[^\s()"”]*/.exec(text.slice(caret))?.[0] ?? '';
  const end = caret + rest.length;
  const [, name, value] = /^([\p{L}]+)[:：](.*)$/su.exec(word) ?? [];
  const field = name === undefined ? undefined : fieldOf(name);
  if (field && name !== undefined) {
    const from = start + name.length + 1;
    return { kind: 'value', field, part: (value ?? '').replace(/^[=＝]?["“]?/, ''), start: from, end };
  }
  return /^[\p{L}]*$/u.test(word) && rest === '' ? { kind: 'field', part: word, start, end } : null;
}

/** Where the last word begins: behind a space, an opening parenthesis or a minus, outside of quotes. */
function wordStart(before: string): number {
  let start = 0;
  let close = '';
  for (let at = 0; at < before.length; at++) {
    const character = before[at] ?? '';
    if (close !== '') {
      close = character === close ? '' : close;
    } else if (character === '"' || character === '“') {
      close = character === '"' ? '"' : '”';
    } else if (/[\s(]/.test(character) || (character === '-' && at === start)) {
      start = at + 1;
    }
  }
  return start;
}

/** The operators that begin like this, in the order people need them. */
export function fieldsLike(part: string): Field[] {
  const lower = part.toLowerCase();
  return [...new Set([...COMMON, ...FIELDS])].filter((field) => field.startsWith(lower));
}

/** The text with a completion in it, and where the caret then is. */
export function complete(text: string, spot: Spot, value: string): { text: string; caret: number } {
  const isName = (FIXED_VALUES[spot.kind === 'value' ? spot.field : 'is'] ?? []).includes(value);
  const inserted =
    spot.kind === 'field' ? `${value}:` : isName || /^\d+x\d+$/.test(value) ? value : `=${quoted(value)}`;
  const after = text.slice(spot.end);
  const space = spot.kind === 'value' && !/^\s/.test(after) ? ' ' : '';
  return {
    text: text.slice(0, spot.start) + inserted + space + after,
    caret: spot.start + inserted.length + (spot.kind === 'value' ? 1 : 0),
  };
}

/** The query without the word being completed; completions are counted among its results. */
export function withoutSpot(text: string, spot: Spot): string {
  const from = spot.kind === 'value' ? wordStart(text.slice(0, spot.start)) : spot.start;
  return `${text.slice(0, from)} ${text.slice(spot.end)}`;
}
