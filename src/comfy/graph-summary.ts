import type { ExactInt } from './exact-json';
import { parseExactInt } from './exact-json';
import { type ApiGraph, type ApiNode, ancestors, isLink, nodeOf } from './graph';

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

const MODEL_INPUTS = ['ckpt_name', 'unet_name', 'model_name'];

/** Where a sampler assembled from parts (SamplerCustom, SamplerCustomAdvanced) keeps a setting. */
const PARTS: Record<string, string> = {
  noise_seed: 'noise',
  cfg: 'guider',
  positive: 'guider',
  negative: 'guider',
  conditioning: 'guider',
  model: 'guider',
  sampler_name: 'sampler',
  scheduler: 'sigmas',
  steps: 'sigmas',
  denoise: 'sigmas',
};

/** Inputs behind which other pictures and models are made, whose texts are not this sampler's. */
const NOT_TEXT = /^(clip|vae|model|mask|image|init_image|pixels|samples|latent|control_net|audio|video)/;

/**
 * Reads a graph backwards from the node that made the file, so that a graph with two samplers or a
 * detailer gives each output its own values. Taking the first text node found is what peers get wrong.
 */
export function summarizeGraph(graph: ApiGraph, outputNode: string | null): GraphSummary {
  const known = outputNode !== null && nodeOf(graph, outputNode) !== undefined;
  const order = known ? ancestors(graph, outputNode) : Object.keys(graph);
  const nodes = order.flatMap((id) => nodeOf(graph, id) ?? []);
  const sampler = nodes.find(isSampler);
  const value = (name: string): unknown => (sampler ? setting(graph, sampler, name) : undefined);
  const positive =
    sampler && (rawSetting(graph, sampler, 'positive') ?? rawSetting(graph, sampler, 'conditioning'));
  const size = nodes.find((node) => /Empty.*Latent|SVD_img2vid/.test(node.class_type));
  const modelNodes = nodesBehind(graph, sampler && rawSetting(graph, sampler, 'model'));
  return {
    prompt: sampler ? textBehind(graph, positive, 'positive') : firstText(graph, nodes),
    negative: sampler ? textBehind(graph, rawSetting(graph, sampler, 'negative'), 'negative') : null,
    model: modelName(graph, [...modelNodes, ...nodes]),
    loras: loras(graph, modelNodes.length > 0 ? modelNodes : nodes),
    seed: asExactInt(value('seed') ?? value('noise_seed')),
    steps: asNumber(value('steps')),
    cfg: asNumber(value('cfg')),
    sampler: asText(value('sampler_name')),
    scheduler: asText(value('scheduler')),
    denoise: asNumber(value('denoise')),
    width: size ? asNumber(widgetValue(graph, size, 'width')) : null,
    height: size ? asNumber(widgetValue(graph, size, 'height')) : null,
  };
}

function isSampler(node: ApiNode): boolean {
  const has = (name: string): boolean => name in node.inputs;
  return (
    (has('positive') && has('negative') && (has('seed') || has('noise_seed'))) ||
    (has('guider') && has('sigmas'))
  );
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
  return isLink(input) ? ancestors(graph, input[0]).flatMap((id) => nodeOf(graph, id) ?? []) : [];
}

/** Where nodes that pass a text on keep it, besides an input named like the one they feed. */
const PASSED_ON = ['text', 'string'];

/** Nodes a value may pass through before it is given up: each text node may double the work. */
const MAX_HOPS = 8;

/** A widget's value, looking through the primitive and text nodes that feed it. */
function widgetValue(graph: ApiGraph, node: ApiNode, name: string, path: readonly ApiNode[] = []): unknown {
  const input = node.inputs[name];
  if (!isLink(input)) {
    return input;
  }
  const source = nodeOf(graph, input[0]);
  if (!source || path.length >= MAX_HOPS || path.includes(source)) {
    return undefined;
  }
  const further = [...path, source];
  if ('string_a' in source.inputs && 'string_b' in source.inputs) {
    return concatenated(graph, source, further);
  }
  const from = ['value', name, ...PASSED_ON].find((key) => key in source.inputs);
  return from === undefined ? undefined : widgetValue(graph, source, from, further);
}

/** What the core's StringConcatenate makes; a part that only exists while the graph runs is left out. */
function concatenated(graph: ApiGraph, node: ApiNode, path: readonly ApiNode[]): string | null {
  const parts = ['string_a', 'string_b']
    .map((name) => widgetValue(graph, node, name, path))
    .filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(asText(widgetValue(graph, node, 'delimiter', path)) ?? '') : null;
}

/** The text that conditions one side of a sampler, joined when several encoders are combined. */
function textBehind(graph: ApiGraph, input: unknown, side: 'positive' | 'negative'): string | null {
  const texts: string[] = [];
  const seen = new Set<string>();
  const visit = (link: unknown): void => {
    if (!isLink(link) || seen.has(link[0])) {
      return;
    }
    seen.add(link[0]);
    const node = nodeOf(graph, link[0]);
    // A zeroed conditioning carries no text, whatever it was made from.
    if (!node || /ZeroOut/.test(node.class_type)) {
      return;
    }
    const text = encodedText(graph, node);
    if (text !== null) {
      texts.push(text);
    } else if (side in node.inputs) {
      // Conditioning nodes that take both sides pass each through its own slot.
      visit(node.inputs[side]);
    } else {
      Object.entries(node.inputs)
        .filter(([name]) => !NOT_TEXT.test(name))
        .forEach(([, next]) => visit(next));
    }
  };
  visit(input);
  return texts.length > 0 ? [...new Set(texts)].join('\n') : null;
}

function encodedText(graph: ApiGraph, node: ApiNode): string | null {
  const parts = ['text', 'text_g', 'text_l', 'clip_l', 't5xxl', 'prompt']
    .map((name) => asText(widgetValue(graph, node, name)))
    .filter((text) => text !== null);
  return /Encode/.test(node.class_type) && parts.length > 0 ? [...new Set(parts)].join('\n') : null;
}

function firstText(graph: ApiGraph, nodes: ApiNode[]): string | null {
  return nodes.map((node) => encodedText(graph, node)).find((text) => text !== null) ?? null;
}

function modelName(graph: ApiGraph, nodes: ApiNode[]): string | null {
  for (const node of nodes) {
    for (const name of MODEL_INPUTS) {
      const model = asText(widgetValue(graph, node, name));
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
