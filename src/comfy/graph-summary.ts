import type { ExactInt } from './exact-json';
import { parseExactInt } from './exact-json';
import { type ApiGraph, type ApiInput, type ApiNode, ancestors, isLink, nodeOf } from './graph';
import { textInputs, type TextPlace, textPlaces, type TextSide, usedInputs, widgetValue } from './graph-walk';

/** What people want to know about a picture: how it was made. Fields the graph does not have are null or empty. */
export interface GraphSummary {
  prompt: string | null;
  negative: string | null;
  model: string | null;
  loras: { name: string; strength: number | null }[];
  seed: ExactInt | null;
  steps: number | null;
  cfg: number | null;
  sampler: string | null;
  scheduler: string | null;
  denoise: number | null;
  /** Size the latent was made in, px. */
  width: number | null;
  height: number | null;
}

const MODEL_INPUTS = ['ckpt_name', 'unet_name', 'model_name', 'model'];

/** Where a sampler assembled from parts (SamplerCustom, SamplerCustomAdvanced) keeps a setting. */
const PARTS: Record<string, string> = {
  noise_seed: 'noise',
  cfg: 'guider',
  positive: 'guider',
  negative: 'guider',
  conditioning: 'guider',
  cond1: 'guider',
  model: 'guider',
  sampler_name: 'sampler',
  scheduler: 'sigmas',
  steps: 'sigmas',
  denoise: 'sigmas',
};

/** The input for each side, by the names that samplers and guiders have for it. */
const SIDES: Record<TextSide, readonly string[]> = {
  positive: ['positive', 'conditioning', 'cond1'],
  negative: ['negative'],
};

/** `seed`, or one inside a dynamic combo, such as `sampling_mode.seed`. */
const SEED_INPUT = /(^|\.)(noise_)?seed$/;
/** Where online services and language models take what is asked of them. */
const PROMPTS: Record<TextSide, RegExp> = {
  positive: /(^|\.)prompt(_text)?$/,
  negative: /(^|\.)negative_prompt$/,
};
/** What carries both texts, and more, from one node of a pack to another. */
const BUNDLE = /(^|_)(embeds?|pipe|cond(itioning)?s?)$/;

/**
 * Reads a graph backwards from the node that made the file, so that a graph with two samplers or a
 * detailer gives each output its own values. Taking the first text node found is what peers get wrong.
 */
export function summarizeGraph(graph: ApiGraph, outputNode: string | null): GraphSummary {
  const known = outputNode !== null && nodeOf(graph, outputNode) !== undefined;
  const order = known ? reached(graph, outputNode) : Object.keys(graph);
  const nodes = order.flatMap((id) => nodeOf(graph, id) ?? []);
  // Of several the nearest made the file.
  const maker = nodes.find((node) => isSampler(node) || isService(node));
  const value = (name: string): unknown => (maker ? setting(graph, maker, name) : undefined);
  const size = nodes.find((node) => /Empty.*Latent|SVD_img2vid|ToVideo$/.test(node.class_type));
  const modelNodes = nodesBehind(graph, maker && rawSetting(graph, maker, 'model'));
  const { prompt, negative } = maker
    ? textsOf(graph, maker)
    : { prompt: firstText(graph, order), negative: null };
  return {
    prompt,
    negative,
    model: modelName(graph, [...(maker && isService(maker) ? [maker] : []), ...modelNodes, ...nodes]),
    loras: loras(graph, modelNodes.length > 0 ? modelNodes : nodes),
    seed: maker ? seedOf(graph, maker) : null,
    steps: asNumber(value('steps')),
    cfg: asNumber(value('cfg')),
    sampler: asText(value('sampler_name')),
    scheduler: asText(value('scheduler')),
    denoise: asNumber(value('denoise')),
    width: size ? asNumber(widgetValue(graph, size, 'width')) : null,
    height: size ? asNumber(widgetValue(graph, size, 'height')) : null,
  };
}

/** Plain samplers, those put together from parts, and those of packs, to which one link brings all the texts. */
function isSampler(node: ApiNode): boolean {
  const has = (name: string): boolean => name in node.inputs;
  const hasSeed = has('seed') || has('noise_seed');
  return (
    (hasSeed && has('positive') && has('negative')) ||
    (hasSeed && has('steps') && bundlesOf(node).length > 0) ||
    (has('guider') && has('sigmas'))
  );
}

/** Partner nodes and language models: a prompt and a seed, or a model by name, in one node. */
function isService(node: ApiNode): boolean {
  const names = Object.keys(node.inputs);
  return (
    names.some((name) => PROMPTS.positive.test(name)) &&
    (names.some((name) => SEED_INPUT.test(name)) || typeof node.inputs['model'] === 'string')
  );
}

function bundlesOf(node: ApiNode): ApiInput[] {
  return Object.entries(node.inputs).flatMap(([name, input]) =>
    BUNDLE.test(name) && !name.startsWith('image') && isLink(input) ? [input] : [],
  );
}

function textsOf(graph: ApiGraph, maker: ApiNode): { prompt: string | null; negative: string | null } {
  if (isService(maker) && !isSampler(maker)) {
    return { prompt: askedOf(graph, maker, 'positive'), negative: askedOf(graph, maker, 'negative') };
  }
  const positive = sideOf(graph, maker, 'positive');
  const negative = sideOf(graph, maker, 'negative');
  const bundles = positive === undefined ? bundlesOf(maker) : [];
  const places = (side: TextSide, input: unknown): TextPlace[] =>
    (input === undefined ? bundles : [input]).flatMap((from) => textPlaces(graph, from, side));
  const good = places('positive', positive);
  // Through a link that brings all, an encoder of one text is found for both sides.
  const bad = places('negative', negative).filter(
    (place) => bundles.length === 0 || !good.some((other) => samePlace(place, other)),
  );
  return {
    prompt: asText(positive) ?? wordsAt(graph, good) ?? writtenFor(graph, positive),
    negative: asText(negative) ?? wordsAt(graph, bad),
  };
}

/** What a sampler, or its guider, is given for one side: a link, or the text itself. */
function sideOf(graph: ApiGraph, sampler: ApiNode, side: TextSide): unknown {
  return SIDES[side].map((name) => rawSetting(graph, sampler, name)).find((input) => input !== undefined);
}

function samePlace(a: TextPlace, b: TextPlace): boolean {
  return a.node === b.node && a.inputs.join() === b.inputs.join();
}

/** What a service is asked for; also what a language model is asked that writes this prompt. */
function askedOf(graph: ApiGraph, service: ApiNode, side: TextSide): string | null {
  const name = Object.keys(service.inputs).find((key) => PROMPTS[side].test(key));
  if (name === undefined) {
    return null;
  }
  return asText(widgetValue(graph, service, name)) ?? writtenFor(graph, service.inputs[name]);
}

/** The order to a language model behind a prompt that only exists while the graph runs. */
function writtenFor(graph: ApiGraph, input: unknown): string | null {
  const writer = nodesBehind(graph, input).find(isService);
  return writer ? askedOf(graph, writer, 'positive') : null;
}

function seedOf(graph: ApiGraph, maker: ApiNode): ExactInt | null {
  const name = Object.keys(maker.inputs).find((key) => SEED_INPUT.test(key)) ?? 'noise_seed';
  const holder = holderOf(graph, maker, name);
  const input = holder?.inputs[name];
  const source = isLink(input) ? nodeOf(graph, input[0]) : undefined;
  // Seed nodes of packs call it by one of these, whatever they feed.
  const own = ['seed', 'int'].find((key) => source && key in source.inputs);
  const value = source && own ? widgetValue(graph, source, own) : holder && widgetValue(graph, holder, name);
  return asExactInt(value);
}

/** An input of a sampler, or of the part of it that holds the setting, unresolved. */
function rawSetting(graph: ApiGraph, sampler: ApiNode, name: string): unknown {
  return holderOf(graph, sampler, name)?.inputs[name];
}

function setting(graph: ApiGraph, sampler: ApiNode, name: string): unknown {
  const holder = holderOf(graph, sampler, name);
  return holder && widgetValue(graph, holder, name);
}

function holderOf(graph: ApiGraph, sampler: ApiNode, name: string): ApiNode | undefined {
  return name in sampler.inputs
    ? sampler
    : nodesBehind(graph, sampler.inputs[PARTS[name] ?? '']).find((node) => name in node.inputs);
}

function nodesBehind(graph: ApiGraph, input: unknown): ApiNode[] {
  return isLink(input) ? reached(graph, input[0]).flatMap((id) => nodeOf(graph, id) ?? []) : [];
}

/** The ids of a node and all it is made from, without the branches that a switch does not pass on. */
export function reached(graph: ApiGraph, start: string): string[] {
  return ancestors(graph, start, (node) => usedInputs(graph, node));
}

/** The texts in these places, joined when several encoders are combined. */
function wordsAt(graph: ApiGraph, places: readonly TextPlace[]): string | null {
  const texts = places.flatMap(({ node, inputs }) => placedText(graph, node, inputs));
  return texts.length > 0 ? [...new Set(texts)].join('\n') : null;
}

function placedText(graph: ApiGraph, id: string, inputs: readonly string[]): string[] {
  const node = nodeOf(graph, id);
  const parts = node ? inputs.map((name) => asText(widgetValue(graph, node, name))) : [];
  return [...new Set(parts.filter((text) => text !== null))];
}

/** The first text of a graph whose sampler nobody knows. */
function firstText(graph: ApiGraph, order: readonly string[]): string | null {
  const texts = order.map((id) => {
    const node = nodeOf(graph, id);
    return node ? placedText(graph, id, textInputs(node, 'positive')) : [];
  });
  return texts.find(([first]) => first !== undefined)?.join('\n') ?? null;
}

function modelName(graph: ApiGraph, nodes: ApiNode[]): string | null {
  for (const node of nodes) {
    for (const name of MODEL_INPUTS) {
      // What `model` is linked to is among the nodes itself.
      const model = name === 'model' ? asText(node.inputs[name]) : asText(widgetValue(graph, node, name));
      if (model !== null) {
        return model;
      }
    }
  }
  return null;
}

function loras(graph: ApiGraph, nodes: ApiNode[]): GraphSummary['loras'] {
  const found = new Map<string, number | null>();
  for (const { name, strength } of nodes.flatMap((node) => lorasOf(graph, node))) {
    if (!found.has(name)) {
      found.set(name, strength);
    }
  }
  return [...found].map(([name, strength]) => ({ name, strength }));
}

/** The LoRAs one node applies: a plain loader's, or the enabled rows of rgthree's Power Lora Loader. */
function lorasOf(graph: ApiGraph, node: ApiNode): GraphSummary['loras'] {
  const plain = {
    name: widgetValue(graph, node, 'lora_name'),
    strength: widgetValue(graph, node, 'strength_model'),
  };
  const rows = Object.entries(node.inputs)
    .filter(([name, row]) => /^lora_\d+$/.test(name) && isRow(row) && row['on'] === true)
    .map(([, row]) => row as Record<string, unknown>)
    .map((row) => ({ name: row['lora'], strength: row['strength'] }));
  return [plain, ...rows].flatMap(({ name, strength }) => {
    const text = asText(name);
    // Loaders with a fixed number of rows write "None" into those left empty.
    return text === null || text === 'None' ? [] : [{ name: text, strength: asNumber(strength) }];
  });
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function asExactInt(value: unknown): ExactInt | null {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  return typeof value === 'string' ? parseExactInt(value) : null;
}
