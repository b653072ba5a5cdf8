import { shownPath } from '../../comfy/tree-ref';
import { formatNumber, formatTime, t } from '../../i18n/index.svelte';
import type { Facet } from '../../jobs/library/search/facets';
import type { Field } from '../../jobs/library/search/parse';
import type { DateExtent, DateWord, Extent, Query } from '../../jobs/library/search/query';

/** A condition as people say it, for chips. */
export function termWords(query: Query): string {
  switch (query.kind) {
    case 'all':
      return '';
    case 'words':
      return t('search.words.phrase', { text: query.text });
    case 'not':
      return t('search.words.not', { what: termWords(query.part) });
    case 'or':
    case 'and':
      return query.parts.map(termWords).reduce((a, b) => t(`search.words.${query.kind}`, { a, b }));
    case 'text':
      return of(query.field, shortName(query.field, query.text));
    case 'number':
      return of(query.field, extentWords(query.extent));
    case 'seed':
      return of('seed', query.seed);
    case 'job':
      return of('job', query.id);
    case 'folder':
      return of(
        'folder',
        folderWords(
          query.path === '' ? t('search.value.root') : shownPath(query.path),
          query.only && query.path !== '',
        ),
      );
    case 'type':
      return of('type', facetWords('type', query.type));
    case 'date':
      return of('date', datesWords(query.extent));
    case 'flag':
      return t(`search.value.${query.flag}`);
    case 'size':
      return of(
        'size',
        query.by === 'exact'
          ? facetWords('size', `${query.width}x${query.height}`)
          : query.by === 'shape'
            ? t(`search.value.${query.shape}`)
            : t(`search.value.${query.by}`, { value: extentWords(query.extent) }),
      );
  }
}

function folderWords(folder: string, only: boolean): string {
  return only ? t('search.value.only', { folder }) : folder;
}

function of(field: Field, value: string): string {
  return t('search.words.of', { field: fieldWords(field), value });
}

/** What a field is called. */
export function fieldWords(field: Field): string {
  return t(`search.field.${field}`);
}

/** A value of a facet as people say it. */
export function facetWords(facet: Facet, value: string): string {
  switch (facet) {
    case 'size':
      return value.replace('x', ' × ');
    case 'type':
      return value === 'image' || value === 'video' || value === 'audio' || value === 'other'
        ? t(`search.value.${value}`)
        : value.toUpperCase();
    case 'date':
      return dateWords(value);
    default:
      return shortName(facet, value);
  }
}

/** Models are known by their file, without folder and ending. */
function shortName(field: string, value: string): string {
  return field === 'model' || field === 'lora'
    ? value.replace(/^.*[/\\]/, '').replace(/\.(safetensors|ckpt|pt|pth|gguf|bin|sft)$/i, '')
    : value;
}

function extentWords(extent: Extent): string {
  const number = (value: number): string =>
    formatNumber(value, { useGrouping: false, maximumFractionDigits: 6 });
  return extent.op === '..'
    ? `${number(extent.from)}–${number(extent.to)}`
    : `${OPERATORS[extent.op]}${number(extent.value)}`;
}

const OPERATORS = { '=': '', '>': '> ', '>=': '≥ ', '<': '< ', '<=': '≤ ' };

function datesWords(extent: DateExtent): string {
  return extent.op === '..'
    ? `${dateWords(extent.from)} – ${dateWords(extent.to)}`
    : `${OPERATORS[extent.op]}${dateWords(extent.date)}`;
}

function dateWords(word: DateWord): string {
  if (word === 'today' || word === 'yesterday') {
    return t(`search.value.${word}`);
  }
  if (word.endsWith('d')) {
    return t('search.value.days', { count: parseInt(word, 10) });
  }
  const [year = 0, month, day] = word.split('-').map(Number);
  if (month === undefined) {
    return String(year);
  }
  const time = new Date(year, month - 1, day ?? 1).getTime();
  return formatTime(time, { year: 'numeric', month: day ? 'short' : 'long', ...(day && { day: 'numeric' }) });
}
