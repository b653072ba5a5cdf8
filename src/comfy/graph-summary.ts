import type { ExactInt } from './exact-json';
import { parseExactInt } from './exact-json';
import { type ApiGraph, type ApiNode, ancestors, isLink } from './graph';

/** What people ask of a picture: how it was made. Fields the graph does not tell are null or empty. */
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

/**
 * Reads a graph backwards from the node that made the file, so that a graph with two samplers or a
 * detailer gives each output its own values. Taking the first text node found is what peers get wrong.
 */
export function summarizeGraph(graph: ApiGraph, outputNode: string | null): GraphSummary {
  const order = outputNode !== null && graph[outputNode] ? ancestors(graph, outputNode) : Object.keys(graph);
  const nodes = order.map((id) => graph[id]).filter((node): node is ApiNode => node !== undefined);
  const sampler = nodes.find(isSampler);
  const value = (name: string): unknown => (sampler ? widgetValue(graph, sampler, name) : undefined);
  const size = nodes.find((node) => /Empty.*Latent|SVD_img2vid/.test(node.class_type));
  const modelOrder = sampler ? [...nodesBehind(graph, sampler.inputs['model']), ...nodes] : nodes;
  return {
    prompt: sampler ? textBehind(graph, sampler.inputs['positive'], 'positive') : firstText(graph, nodes),
    negative: sampler ? textBehind(graph, sampler.inputs['negative'], 'negative') : null,
    model: modelName(graph, modelOrder),
    loras: loras(graph, modelOrder),
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
  return (
    'positive' in node.inputs &&
    'negative' in node.inputs &&
    ('seed' in node.inputs || 'noise_seed' in node.inputs)
  );
}

function nodesBehind(graph: ApiGraph, input: unknown): ApiNode[] {
  return isLink(input) ? ancestors(graph, input[0]).flatMap((id) => graph[id] ?? []) : [];
}

/** A widget's value, looking through primitive nodes that feed it. */
function widgetValue(graph: ApiGraph, node: ApiNode, name: string, depth = 0): unknown {
  const input = node.inputs[name];
  if (!isLink(input)) {
    return input;
  }
  const source = graph[input[0]];
  return source && depth < 8
    ? widgetValue(graph, source, 'value' in source.inputs ? 'value' : name, depth + 1)
    : undefined;
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
    const node = graph[link[0]];
    if (!node) {
      return;
    }
    const text = encodedText(graph, node);
    if (text !== null) {
      texts.push(text);
    } else if (side in node.inputs) {
      // Conditioning nodes that take both sides pass each through its own slot.
      visit(node.inputs[side]);
    } else {
      Object.values(node.inputs).forEach(visit);
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
  for (const node of nodes) {
    const name = asText(widgetValue(graph, node, 'lora_name'));
    if (name !== null && !found.has(name)) {
      found.set(name, asNumber(widgetValue(graph, node, 'strength_model')));
    }
  }
  return [...found].map(([name, strength]) => ({ name, strength }));
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
