import { stringifyExact } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import type { GraphSummary } from '../../comfy/graph-summary';
import { displayPath } from '../../comfy/file-ref';
import type { DarkroomRecord } from '../../workflows/darkroom-record';
import { type Difference, diffGraphs, inputText, isOtherWorkflow } from '../../workflows/graph-diff';

/** How a picture was made, as far as it is known. */
export interface Setup {
  graph: ApiGraph | null;
  /** Read backwards from the node that made this file. */
  summary: GraphSummary | null;
  record: DarkroomRecord | null;
  /** The share of the picture, 0–1, that was masked; `null` without a mask, or while that is not known. */
  masked: number | null;
  /** Of the file, px. */
  size: { width: number; height: number } | null;
}

/** Settings that have a name in the interface. */
export type SettingName =
  | 'recipe'
  | 'model'
  | 'seed'
  | 'steps'
  | 'cfg'
  | 'sampler'
  | 'scheduler'
  | 'denoise'
  | 'latent'
  | 'size'
  | 'area'
  | 'working'
  | 'grow'
  | 'feather'
  | 'parent';

/** One way in which the second picture was made otherwise than the first. Texts are exact; `null`: has none. */
export type Change =
  | { kind: 'setting'; name: SettingName; from: string | null; to: string | null }
  /** Strength of a LoRA; empty where its node has none. */
  | { kind: 'lora'; name: string; from: string | null; to: string | null }
  /** Phrases that one prompt has and the other has not, in their order. */
  | { kind: 'phrases'; name: 'prompt' | 'negative'; removed: string[]; added: string[] }
  /** Shares of the picture that were masked, 0–1. */
  | { kind: 'mask'; from: number | null; to: number | null }
  /** An input of a node, or a field of a recipe (then `node` is null), by the name it has there. */
  | { kind: 'input'; node: string | null; name: string; from: string | null; to: string | null }
  /** A node that one of the graphs does not have. */
  | { kind: 'node'; title: string; from: string | null; to: string | null }
  /** Only one of them was made by a model, so that nothing can be said of its settings. */
  | { kind: 'sampled'; from: boolean; to: boolean }
  /** The graphs have so little in common that their inputs cannot be compared. */
  | { kind: 'workflow' };

/**
 * What was done otherwise for the second picture than for the first, in the words of people rather than of
 * graphs: what the summaries tell comes first, other inputs last, and nothing is said twice. `null` when it is
 * not known how one of them was made.
 */
export function diffSetups(a: Setup, b: Setup): Change[] | null {
  if ((!a.summary && !a.record) || (!b.summary && !b.record)) {
    return null;
  }
  const [from, to] = [isSampled(a), isSampled(b)];
  const said = [
    ...(from === to ? promptChanges(a, b) : [{ kind: 'sampled', from, to } satisfies Change]),
    ...settingChanges(a, b, from === to),
    ...(from === to ? loraChanges(a.summary, b.summary) : []),
    ...maskChanges(a, b),
  ];
  return [...said, ...furtherChanges(a, b, said)];
}

function isSampled({ summary }: Setup): boolean {
  return summary !== null && (summary.steps ?? summary.seed ?? summary.sampler ?? summary.prompt) !== null;
}

/** Settings that apply also to pictures no model made. */
const ALWAYS: ReadonlySet<SettingName> = new Set(['recipe', 'parent', 'size', 'area', 'grow', 'feather']);

function promptChanges({ summary: a }: Setup, { summary: b }: Setup): Change[] {
  return (['prompt', 'negative'] as const).flatMap((name): Change[] => {
    const [before, after] = [phrasesOf(a?.[name]), phrasesOf(b?.[name])];
    const removed = without(before, after);
    const added = without(after, before);
    return removed.length > 0 || added.length > 0 ? [{ kind: 'phrases', name, removed, added }] : [];
  });
}

/** The phrases of a prompt: between commas, full stops, line ends. */
function phrasesOf(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(/[,，、。;；\n]+|\.\s+/)
    .map((phrase) => phrase.replace(/\s+/g, ' ').trim().replace(/\.$/, ''))
    .filter((phrase) => phrase !== '');
}

/** What is in a list and not in another; said twice counts twice. */
function without(phrases: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return phrases.filter((phrase) => {
    const at = left.indexOf(phrase);
    if (at >= 0) {
      left.splice(at, 1);
    }
    return at < 0;
  });
}

function settingChanges(a: Setup, b: Setup, all: boolean): Change[] {
  const before = settingsOf(a);
  const after = settingsOf(b);
  return (Object.keys(before) as SettingName[]).flatMap((name): Change[] => {
    const [from, to] = [before[name], after[name]];
    return from === to || (!all && !ALWAYS.has(name)) ? [] : [{ kind: 'setting', name, from, to }];
  });
}

function settingsOf({ summary, record, size }: Setup): Record<SettingName, string | null> {
  const pixels = (box: { width: number; height: number } | null | undefined): string | null =>
    box ? `${box.width} × ${box.height}` : null;
  const area = record?.area;
  const { width, height } = summary ?? {};
  return {
    recipe: record?.recipe ?? null,
    parent: record?.parent ? displayPath(record.parent) : null,
    model: summary?.model ?? null,
    seed: summary?.seed?.toString() ?? null,
    steps: summary?.steps?.toString() ?? null,
    cfg: summary?.cfg?.toString() ?? null,
    sampler: summary?.sampler ?? null,
    scheduler: summary?.scheduler ?? null,
    denoise: summary?.denoise?.toString() ?? null,
    latent: width && height ? pixels({ width, height }) : null,
    size: pixels(size),
    area: area ? `${pixels(area) ?? ''} (${area.x}, ${area.y})` : null,
    working: pixels(record?.working),
    grow: record ? edgeText(record, 'grow') : null,
    feather: record ? edgeText(record, 'feather') : null,
  };
}

/** px by which the mask of the model and that of the seam are changed: one number where both are the same. */
function edgeText({ denoiseMask, compositeMask }: DarkroomRecord, name: 'grow' | 'feather'): string | null {
  const [inner, outer] = [denoiseMask[name], compositeMask[name]];
  if (inner === outer) {
    return inner === 0 ? null : String(inner);
  }
  return `${inner} / ${outer}`;
}

function loraChanges(a: GraphSummary | null, b: GraphSummary | null): Change[] {
  const [before, after] = [a, b].map(
    (summary) => new Map(summary?.loras.map(({ name, strength }) => [name, strength?.toString() ?? ''])),
  );
  const names = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
  return names.flatMap((name): Change[] => {
    const [from, to] = [before?.get(name) ?? null, after?.get(name) ?? null];
    return from === to ? [] : [{ kind: 'lora', name, from, to }];
  });
}

/** Below this, a mask is the same one, rounded otherwise. */
const SAME_SHARE = 0.0005;

function maskChanges(a: Setup, b: Setup): Change[] {
  const [from, to] = [a.masked, b.masked];
  // A mask that is not counted yet is not one that is not there.
  const known = [a, b].every(({ masked, record }) => masked !== null || !record?.mask);
  const same = from === to || Math.abs((from ?? 0) - (to ?? 0)) < SAME_SHARE;
  return !known || same ? [] : [{ kind: 'mask', from, to }];
}

/** Nodes that load files: what an edit was made from is named with the edit itself. */
const LOADS = /^Load(Image|ImageMask|ImageOutput)$/;

function furtherChanges(a: Setup, b: Setup, said: readonly Change[]): Change[] {
  const known = new Set(
    said.flatMap((change) =>
      'from' in change && change.kind !== 'mask' && change.kind !== 'sampled'
        ? [pairOf(change.from, change.to)]
        : [],
    ),
  );
  const unsaid = (change: Change): boolean =>
    change.kind !== 'input' || !known.has(pairOf(change.from, change.to));
  if (a.record && b.record) {
    // The graph of a recipe follows from its form: coordinates in it would only repeat what the area says.
    return a.record.recipe === b.record.recipe ? valueChanges(a.record, b.record).filter(unsaid) : [];
  }
  // What a recipe did to a picture is no change of the graph that made it.
  if (!a.graph || !b.graph || a.record || b.record) {
    return [];
  }
  if (isOtherWorkflow(a.graph, b.graph)) {
    return [{ kind: 'workflow' }];
  }
  const [before, after] = [a.graph, b.graph];
  return diffGraphs(before, after)
    .flatMap((difference) => graphChange(difference, before, after, said) ?? [])
    .filter(unsaid);
}

function valueChanges(a: DarkroomRecord, b: DarkroomRecord): Change[] {
  const names = [...new Set([...Object.keys(a.values), ...Object.keys(b.values)])];
  return names.flatMap((name): Change[] => {
    const [from, to] = [a, b].map(({ values }) => values[name]?.toString() ?? null);
    // Prompts are compared phrase by phrase.
    const isText = [from, to].some((text) => (text?.length ?? 0) > 80) || /prompt|negative/i.test(name);
    return from === to || isText
      ? []
      : [{ kind: 'input', node: null, name, from: from ?? null, to: to ?? null }];
  });
}

function graphChange(
  difference: Difference,
  before: ApiGraph,
  after: ApiGraph,
  said: readonly Change[],
): Change | null {
  const { title, here, there } = difference;
  if (difference.kind === 'node') {
    return { kind: 'node', title, from: difference.here, to: difference.there };
  }
  const { node, input } = difference;
  const className = before[node]?.class_type ?? '';
  const from = inputText(before, difference.here);
  const to = inputText(after, difference.there);
  const isPrompt =
    said.some(({ kind }) => kind === 'phrases') && typeof here === 'string' && typeof there === 'string';
  const isLora = /lora/i.test(className) && said.some(({ kind }) => kind === 'lora');
  if ((isPrompt && /text|prompt|string|value/i.test(input)) || isLora) {
    return null;
  }
  // Names of the files to be written have no effect on the picture.
  return input === 'filename_prefix'
    ? null
    : { kind: 'input', node: LOADS.test(className) ? className : title, name: input, from, to };
}

function pairOf(from: string | null, to: string | null): string {
  return stringifyExact([from, to]);
}
