import { type ApiGraph, isLink, nodeOf, nodeTitle } from '../comfy/graph';
import { stringifyExact } from '../comfy/exact-json';
import { t } from '../i18n/index.svelte';

/** One setting in which a job differs from the one before it. */
export interface Change {
  /** As the node calls it, such as `denoise`. */
  input: string;
  nodeTitle: string;
  from: unknown;
  to: unknown;
}

const SEED_INPUT = /(^|[._])seed$/i;
/** Names of files to be written differ by chance, and change nothing in the picture. */
const UNSEEN = new Set(['filename_prefix', 'control_after_generate']);

/** Comparisons are asked for again with every change of the list, and graphs are never altered. */
const known = new WeakMap<ApiGraph, { before: ApiGraph; changes: Change[] | null }>();

/** What differs between two jobs of the same shape; `null` when they have other nodes or other links. */
export function changesBetween(before: ApiGraph, after: ApiGraph): Change[] | null {
  const cached = known.get(after);
  if (cached?.before === before) {
    return cached.changes;
  }
  const changes = compare(before, after);
  known.set(after, { before, changes });
  return changes;
}

/** Whether two jobs differ in nothing but seeds, and the names of their files. */
export function differInSeedsOnly(before: ApiGraph, after: ApiGraph): boolean {
  const changes = changesBetween(before, after);
  return changes !== null && changes.length > 0 && changes.every(({ input }) => SEED_INPUT.test(input));
}

function compare(before: ApiGraph, after: ApiGraph): Change[] | null {
  const ids = Object.keys(after);
  if (ids.length !== Object.keys(before).length) {
    return null;
  }
  const changes: Change[] = [];
  for (const id of ids) {
    const old = nodeOf(before, id);
    const node = nodeOf(after, id);
    if (!old || !node || old.class_type !== node.class_type) {
      return null;
    }
    const inputs = new Set([...Object.keys(old.inputs), ...Object.keys(node.inputs)]);
    for (const input of inputs) {
      const from = old.inputs[input];
      const to = node.inputs[input];
      if (same(from, to)) {
        continue;
      }
      if (isLink(from) || isLink(to)) {
        return null;
      }
      if (!UNSEEN.has(input)) {
        changes.push({ input, nodeTitle: nodeTitle(after, id), from, to });
      }
    }
  }
  return changes;
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) {
    return true;
  }
  const nested = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null;
  return nested && stringifyExact(a) === stringifyExact(b);
}

/** Inputs that each language has a word for. */
const NAMED = [
  'seed',
  'noise_seed',
  'steps',
  'cfg',
  'denoise',
  'sampler_name',
  'scheduler',
  'text',
  'width',
  'height',
  'batch_size',
  'ckpt_name',
  'unet_name',
  'lora_name',
  'image',
] as const;

/** A change in a few words: `denoise 0.5 → 0.6` for what is short, else the name alone. */
export function changeWords({ input, from, to }: Change): string {
  const last = input.replace(/^.*\./, '');
  const known = NAMED.find((one) => one === last);
  const name = known ? t(`steering.inputs.${known}`) : last.replaceAll('_', ' ');
  // A job is called by its prompt.
  if (SEED_INPUT.test(input) || last === 'text') {
    return name;
  }
  const [old, now] = [short(from), short(to)];
  return old === null || now === null ? name : `${name} ${old} → ${now}`;
}

/** The longest value that is shown, characters. */
const SHORT = 14;

function short(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value);
  }
  return typeof value === 'string' && value.length > 0 && value.length <= SHORT ? value : null;
}
