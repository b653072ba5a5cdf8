import { type Locale } from './locales';
import { type KeysOf, Messages, type MessageTree, type MessageValues } from './messages';
import { en } from './en';
import type { compare } from './en/compare';
import type { dialogs } from './en/dialogs';
import type { editorRoom } from './en/editor-room';
import type { form } from './en/form';
import type { library } from './en/library';
import type { lineage } from './en/lineage';
import type { workflowsRoom } from './en/workflows-room';
import type { viewer } from './en/viewer';
import type { search } from './en/search';
import type { organise } from './en/organise';
import type * as sources from './en/sources';
import type { sharing } from './en/sharing';
import type { selection } from './en/selection';
import type { queueRoom } from './en/queue-room';

export { type Locale, LOCALE_NAMES, LOCALES, preferredLocale } from './locales';

/** Catalogues that load later, each under the name its keys begin with. */
interface LateWords {
  dialogs: typeof dialogs;
  form: typeof form;
  search: typeof search;
  organise: typeof organise;
  compare: typeof compare;
  library: typeof library;
  lineage: typeof lineage;
  sources: typeof sources;
  sharing: typeof sharing;
  selection: typeof selection;
}

/** Every message key, such as `queue.clearPending`; plural forms under their common stem. */
export type MessageKey = KeysOf<
  typeof en & typeof viewer & typeof editorRoom & typeof workflowsRoom & typeof queueRoom & LateWords
>;
/** Parts of the catalogue that load with the room that needs them. */
export type RoomWords =
  | 'viewer'
  | 'editor'
  | 'workflows'
  | 'dialogs'
  | 'form'
  | 'prompt'
  | 'search'
  | 'organise'
  | 'compare'
  | 'library'
  | 'lineage'
  | 'sources'
  | 'sharing'
  | 'selection'
  | 'queue'
  | 'workflowFaults';

const loaders: Record<Locale, Record<'first' | RoomWords, () => Promise<MessageTree>>> = {
  en: {
    first: () => Promise.resolve(en),
    viewer: async () => (await import('./en/viewer')).viewer,
    editor: async () => (await import('./en/editor-room')).editorRoom,
    workflows: async () => (await import('./en/workflows-room')).workflowsRoom,
    dialogs: () => import('./en/dialogs'),
    form: () => import('./en/form'),
    prompt: () => import('./en/prompt'),
    search: () => import('./en/search'),
    organise: () => import('./en/organise'),
    compare: () => import('./en/compare'),
    library: () => import('./en/library'),
    lineage: () => import('./en/lineage'),
    sources: async () => ({ sources: await import('./en/sources') }),
    sharing: () => import('./en/sharing'),
    selection: () => import('./en/selection'),
    queue: async () => (await import('./en/queue-room')).queueRoom,
    workflowFaults: () => import('./en/workflow-faults'),
  },
  'zh-CN': {
    first: async () => (await import('./zh-cn')).zhCn,
    viewer: async () => (await import('./zh-cn/viewer')).viewer,
    editor: async () => (await import('./zh-cn/editor-room')).editorRoom,
    workflows: async () => (await import('./zh-cn/workflows-room')).workflowsRoom,
    dialogs: () => import('./zh-cn/dialogs'),
    form: () => import('./zh-cn/form'),
    prompt: () => import('./zh-cn/prompt'),
    search: () => import('./zh-cn/search'),
    organise: () => import('./zh-cn/organise'),
    compare: () => import('./zh-cn/compare'),
    library: () => import('./zh-cn/library'),
    lineage: () => import('./zh-cn/lineage'),
    sources: async () => ({ sources: await import('./zh-cn/sources') }),
    sharing: () => import('./zh-cn/sharing'),
    selection: () => import('./zh-cn/selection'),
    queue: async () => (await import('./zh-cn/queue-room')).queueRoom,
    workflowFaults: () => import('./zh-cn/workflow-faults'),
  },
};

/** What each language needs before it can be shown. */
const wanted = new Set<'first' | RoomWords>(['first']);
const loaded = new Set<string>(['en first']);

const current = $state<{ locale: Locale }>({ locale: 'en' });

const catalogues: Record<Locale, Messages> = { en: new Messages('en'), 'zh-CN': new Messages('zh-CN') };
catalogues.en.add(en);

/** The language in use; reading it in markup or a derived follows changes. */
export function locale(): Locale {
  return current.locale;
}

/** Switches the language once its catalogue is loaded. */
export async function setLocale(next: Locale): Promise<void> {
  await loadMissing(next);
  current.locale = next;
}

/**
 * Loads what a room says, in the language in use and in every later one. To be awaited before the room is shown:
 * until then its messages are their keys.
 */
export async function loadWords(room: RoomWords): Promise<void> {
  wanted.add(room);
  // The fallback for whatever a language lacks is English.
  await Promise.all([...new Set<Locale>(['en', current.locale])].map((tag) => loadMissing(tag, [room])));
}

/** Until nothing is missing: a room may be opened while a language is loading. */
async function loadMissing(language: Locale, parts: Iterable<'first' | RoomWords> = wanted): Promise<void> {
  for (;;) {
    const missing = [...parts].filter((part) => !loaded.has(`${language} ${part}`));
    if (missing.length === 0) {
      return;
    }
    await Promise.all(
      missing.map(async (part) => {
        catalogues[language].add(await loaders[language][part]());
        loaded.add(`${language} ${part}`);
      }),
    );
  }
}

/** A message in the present language. `count` chooses the plural form. */
export function t(key: MessageKey, values: MessageValues = {}): string {
  return catalogues[current.locale].say(key, values) ?? catalogues.en.say(key, values) ?? key;
}

/** Keeps what is made: making one costs fifty times as much as using it, and long lists write hundreds at once. */
function keeping<Format, Options>(
  Made: new (locale: string, options: Options) => Format,
): (options: Options) => Format {
  const kept = new Map<string, Format>();
  return (options) => {
    const key = current.locale + JSON.stringify(options);
    const format = kept.get(key) ?? new Made(current.locale, options);
    kept.set(key, format);
    return format;
  };
}

const numbers = keeping(Intl.NumberFormat);
const times = keeping(Intl.DateTimeFormat);

/** A number as people write it in the present language. */
export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return numbers(options).format(value);
}

/** A time of day or a date, in the present language. */
export function formatTime(ms: number, options: Intl.DateTimeFormatOptions): string {
  return times(options).format(ms);
}

/** Bytes as MB or GB, with one digit below ten. */
export function formatBytes(bytes: number): string {
  const [size, unit] = bytes >= 2 ** 30 ? [bytes / 2 ** 30, 'GB'] : [bytes / 2 ** 20, 'MB'];
  return `${formatNumber(size, { maximumFractionDigits: size < 10 ? 1 : 0 })} ${unit}`;
}

/** A length of time in words fit for a narrow place: `4.2 s`, `3 min 05 s`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) {
    return t('common.seconds', {
      value: formatNumber(seconds, { maximumFractionDigits: seconds < 10 ? 1 : 0 }),
    });
  }
  const rest = String(Math.floor(seconds % 60)).padStart(2, '0');
  return t('common.minutes', { minutes: Math.floor(seconds / 60), seconds: rest });
}
