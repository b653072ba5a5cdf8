import type { ExactInt } from './exact-json';
import { parseExactInt } from './exact-json';
import { type ApiGraph, type ApiNode, ancestors, isLink, nodeOf } from './graph';
import { textInputs, textPlaces, type TextSide, widgetValue } from './graph-walk';

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
    prompt: sampler ? textBehind(graph, positive, 'positive') : firstText(graph, order),
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

/** The text that conditions one side of a sampler, joined when several encoders are combined. */
function textBehind(graph: ApiGraph, input: unknown, side: TextSide): string | null {
  const texts = textPlaces(graph, input, side).flatMap(({ node, inputs }) => placedText(graph, node, inputs));
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
