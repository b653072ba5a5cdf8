import { pathTyped } from '../../../comfy/folder-path';
import {
  ALL,
  and,
  type Comparison,
  type DateExtent,
  type Extent,
  FLAGS,
  not,
  NUMBER_FIELDS,
  type NumberField,
  or,
  type Query,
  SHAPES,
  type SizeTerm,
  TEXT_FIELDS,
  type TextField,
  words,
} from './query';

/** What was not understood. Its term is left out of the query, or with `unknownField` taken as plain words. */
export interface Problem {
  code: 'number' | 'seed' | 'size' | 'date' | 'is' | 'has' | 'empty' | 'unknownField';
  /** The operator, such as `steps`. */
  field: string;
  /** What stands behind it. */
  value: string;
  /** Place in the text. */
  start: number;
  end: number;
}

export interface Parsed {
  query: Query;
  problems: Problem[];
}

/** Every operator. */
export const FIELDS = [
  ...TEXT_FIELDS,
  ...NUMBER_FIELDS,
  'seed',
  'size',
  'date',
  'folder',
  'type',
  'is',
  'has',
  'job',
] as const;
export type Field = (typeof FIELDS)[number];

const ALIASES: Readonly<Record<string, Field>> = {
  checkpoint: 'model',
  loras: 'lora',
  name: 'file',
  tags: 'tag',
  collection: 'in',
  path: 'folder',
  class: 'node',
  id: 'job',
  dimensions: 'size',
  ...{ 提示词: 'prompt', 负面提示词: 'negative', 模型: 'model', 采样器: 'sampler', 调度器: 'scheduler' },
  ...{
    节点: 'node',
    文件: 'file',
    文件夹: 'folder',
    标签: 'tag',
    合集: 'in',
    步数: 'steps',
    降噪: 'denoise',
    评分: 'rating',
    种子: 'seed',
  },
  ...{ 尺寸: 'size', 日期: 'date', 类型: 'type', 任务: 'job', 状态: 'is', 包含: 'has' },
};
const FLAG_ALIASES: Readonly<Record<string, string>> = {
  ...{ favorite: 'favourite', fav: 'favourite', reject: 'rejected', inpainted: 'edited' },
  ...{
    收藏: 'favourite',
    淘汰: 'rejected',
    隐藏: 'hidden',
    放大: 'upscaled',
    编辑: 'edited',
    本设备: 'device',
    输入: 'input',
    蒙版: 'mask',
    来源: 'source',
  },
  ...{ 提示词: 'prompt', 标签: 'tag', 评分: 'rating' },
};
const TYPE_ALIASES: Readonly<Record<string, string>> = { 图片: 'image', 视频: 'video', 音频: 'audio' };
const VALUE_ALIASES: Readonly<Record<string, string>> = {
  ...{ 今天: 'today', 昨天: 'yesterday', 横图: 'landscape', 竖图: 'portrait', 方图: 'square' },
  ...{ week: '7d', month: '30d', wide: 'landscape', tall: 'portrait' },
};
const FIELD_NAME = /([\p{L}]+)[:：]/uy;
const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”' };
const COMPARISON = /^(>=|<=|>|<|=)?(.*)$/su;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;
const DATE =
  /^(?:\d{4}(?:-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12]\d|3[01]))?)?|today|yesterday|[1-9]\d{0,3}d)$/;

/**
 * Reads a query. Never throws: what makes no sense is told in `problems` and asks for nothing. Words must all
 * stand; OR binds closer than that, as in search engines; a minus excludes; parentheses group.
 */
export function parse(text: string): Parsed {
  return new Parser(text).run();
}

/** The operator a name stands for, in English or Chinese. */
export function fieldOf(name: string): Field | undefined {
  const lower = name.toLowerCase();
  return (
    FIELDS.find((field) => field === lower) ?? (Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined)
  );
}

class Parser {
  readonly #text: string;
  readonly #problems: Problem[] = [];
  #at = 0;
  /** Open parentheses. */
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Parsed {
    const parts: Query[] = [];
    while (this.#at < this.#text.length) {
      parts.push(this.#all());
      // A closing parenthesis that nothing opened.
      this.#at += 1;
    }
    return { query: and(parts), problems: this.#problems };
  }

  /** Up to the closing parenthesis or the end. */
  #all(): Query {
    const parts: Query[] = [];
    for (this.#space(); !this.#ends(); this.#space()) {
      parts.push(this.#any());
    }
    return and(parts);
  }

  #any(): Query {
    const parts = [this.#one()];
    this.#space();
    while (this.#takes(/(?:OR(?=[\s(])|\|\|?)/y)) {
      this.#space();
      if (!this.#ends()) {
        parts.push(this.#one());
      }
      this.#space();
    }
    return or(parts);
  }

  #one(): Query {
    if (this.#takes(/OR(?=\s|$)|\|/y)) {
      // Nothing stands before it.
      return ALL;
    }
    // Deep nesting is a slip of the hand on the keyboard, and would exhaust the stack.
    if (this.#depth < 50 && this.#takes(/-(?=[^\s])|NOT(?=\s)/y)) {
      this.#space();
      this.#depth += 1;
      const part = this.#ends() ? ALL : this.#one();
      this.#depth -= 1;
      return not(part);
    }
    if (this.#depth < 50 && this.#takes(/\(/y)) {
      this.#depth += 1;
      this.#groups += 1;
      const inner = this.#all();
      this.#takes(/\)/y);
      this.#depth -= 1;
      this.#groups -= 1;
      return inner;
    }
    return this.#field() ?? this.#plain();
  }

  #groups = 0;

  #field(): Query | null {
    const start = this.#at;
    FIELD_NAME.lastIndex = start;
    const match = FIELD_NAME.exec(this.#text);
    if (!match) {
      return null;
    }
    const name = match[1] ?? '';
    const field = fieldOf(name);
    if (!field) {
      this.#noteUnknown(name, start, match[0].length);
      return null;
    }
    this.#at += match[0].length;
    const exact = this.#takes(/[=＝](?=[^\s])/y);
    const value = this.#value();
    const problem = (code: Problem['code']): Query => {
      this.#problems.push({ code, field, value, start, end: this.#at });
      return ALL;
    };
    if (value.trim() === '') {
      // At the end it is still being typed.
      return this.#at < this.#text.length ? problem('empty') : ALL;
    }
    return termOf(field, value, exact, problem);
  }

  /** Says that nothing is called so, unless it looks like the weight of a word or an address. */
  #noteUnknown(field: string, start: number, length: number): void {
    const rest = /^[^\s)]*/.exec(this.#text.slice(start + length))?.[0] ?? '';
    if (rest !== '' && !/^[\d./\\,]/.test(rest) && /^[a-z]{2,}$/i.test(field)) {
      const end = start + length + rest.length;
      this.#problems.push({ code: 'unknownField', field, value: rest, start, end });
    }
  }

  #plain(): Query {
    const isQuoted = (this.#text[this.#at] ?? '') in QUOTES;
    const text = this.#value();
    // Commas separate the parts of a prompt; nobody searches for them.
    return words(isQuoted ? text : text.replace(/^[,，、;]+|[,，、;]+$/g, ''));
  }

  /** A quoted text, or everything up to the next space. */
  #value(): string {
    const close = QUOTES[this.#text[this.#at] ?? ''];
    if (close !== undefined) {
      return this.#quoted(close);
    }
    const start = this.#at;
    let open = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (/\s/.test(character) || (character === ')' && open === 0 && this.#groups > 0)) {
        break;
      }
      open += character === '(' ? 1 : character === ')' ? -1 : 0;
      open = Math.max(0, open);
    }
    if (this.#at === start) {
      // Whatever it is, it must not be read for ever.
      this.#at += this.#groups > 0 ? 0 : 1;
    }
    return this.#text.slice(start, this.#at);
  }

  #quoted(close: string): string {
    let value = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      const next = this.#text[this.#at + 1] ?? '';
      if (character === '\\' && (next === close || next === '\\')) {
        value += next;
        this.#at += 1;
      } else if (character === close) {
        this.#at += 1;
        break;
      } else {
        value += character;
      }
    }
    return value;
  }

  #space(): void {
    this.#takes(/\s+/y);
  }

  #ends(): boolean {
    return this.#at >= this.#text.length || (this.#text[this.#at] === ')' && this.#groups > 0);
  }

  #takes(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match !== null;
  }
}

function termOf(
  field: Field,
  value: string,
  exact: boolean,
  problem: (code: Problem['code']) => Query,
): Query {
  if ((TEXT_FIELDS as readonly string[]).includes(field)) {
    return words(value) === ALL ? ALL : { kind: 'text', field: field as TextField, text: value, exact };
  }
  const plain = `${exact ? '=' : ''}${value}`.normalize('NFKC').trim().toLowerCase();
  const said = aliased(VALUE_ALIASES, plain);
  if ((NUMBER_FIELDS as readonly string[]).includes(field)) {
    const extent = extentOf(said);
    return extent ? { kind: 'number', field: field as NumberField, extent } : problem('number');
  }
  switch (field) {
    case 'seed': {
      const seed = said.replace(/^=/, '');
      return /^-?\d+$/.test(seed) ? { kind: 'seed', seed } : problem('seed');
    }
    case 'size':
      return sizeOf(said) ?? problem('size');
    case 'date': {
      const extent = datesOf(said);
      return extent ? { kind: 'date', extent } : problem('date');
    }
    case 'is':
    case 'has': {
      const flag = aliased(FLAG_ALIASES, said);
      return (FLAGS[field] as readonly string[]).includes(flag)
        ? ({ kind: 'flag', field, flag } as Query)
        : problem(field);
    }
    case 'folder': {
      const path = pathTyped(folderOf(value));
      return path === '' && !exact ? ALL : { kind: 'folder', path, only: exact };
    }
    case 'type':
      return { kind: 'type', type: aliased(TYPE_ALIASES, plain.replace(/^[=.\s]+/, '') || plain) };
    default:
      return { kind: 'job', id: value };
  }
}

/** A path with slashes between its names and none at its ends; of spaces alone, none. */
function folderOf(value: string): string {
  const path = value
    .split(/[/\\]/)
    .filter((name) => name !== '')
    .join('/');
  return path.trim() === '' ? '' : path;
}

function aliased(aliases: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(aliases, word) ? aliases[word] : undefined) ?? word;
}

function compared(text: string): { op: Comparison; rest: string } {
  const [, op, rest = ''] = COMPARISON.exec(text) ?? [];
  return { op: (op ?? '=') as Comparison, rest: rest.trim() };
}

function extentOf(text: string): Extent | null {
  const ends = text.split('..');
  const [from = null, to = null] = ends.map((end) => numberOf(end));
  if (ends.length === 2 && from !== null && to !== null) {
    return { op: '..', from, to };
  }
  const { op, rest } = compared(text);
  const value = numberOf(rest);
  return value === null ? null : { op, value };
}

/** A number that `print` writes in a form read here again: finite, and 0 without a sign. */
function numberOf(text: string): number | null {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value + 0 : null;
}

function sizeOf(text: string): SizeTerm | null {
  const shape = SHAPES.find((each) => each === text);
  if (shape) {
    return { kind: 'size', by: 'shape', shape };
  }
  const exact = /^=?(\d{1,9})[x×*](\d{1,9})$/.exec(text);
  if (exact) {
    return { kind: 'size', by: 'exact', width: Number(exact[1]), height: Number(exact[2]) };
  }
  const [, number = '', unit] = /^(.*?)(mp|px)?$/.exec(text) ?? [];
  const extent = extentOf(number);
  return extent && { kind: 'size', by: unit === 'mp' ? 'megapixels' : 'side', extent };
}

function datesOf(text: string): DateExtent | null {
  const range = text.split('..');
  const [from, to] = range.map((end) => dateOf(end));
  if (range.length === 2 && from && to) {
    return { op: '..', from, to };
  }
  const { op, rest } = compared(text.replace(/^last[ -]?(\d+)[ -]?d(?:ays?)?$/, '$1d'));
  const date = dateOf(rest);
  return date ? { op, date } : null;
}

/** A date with two digits for month and day. */
function dateOf(text: string): string | null {
  const plain = text.replace(/[/.]/g, '-');
  return DATE.test(plain) ? plain.replace(/-(\d)(?!\d)/g, '-0$1') : null;
}
