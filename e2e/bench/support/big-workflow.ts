import type { ExactJson, parseExact } from '../../../src/comfy/exact-json';
import { type NodeInfo, parseNodeInfo } from '../../../src/comfy/object-info';

/** Nodes of one round of {@link bigWorkflow}. */
const ROUND = 6;
/** Rounds that lie in a subgraph. */
const INSIDE = 10;

const CLASSES = `{
  "Load": {"input": {"required": {"ckpt_name": [["a.safetensors", "b.safetensors"]]}}, "output": ["MODEL", "CLIP", "VAE"]},
  "Lora": {"input": {"required": {"model": ["MODEL"], "lora_name": [["x", "y"]], "strength": ["FLOAT", {"default": 1}]}}, "output": ["MODEL"]},
  "Text": {"input": {"required": {"text": ["STRING", {"multiline": true, "dynamicPrompts": true}], "clip": ["CLIP"]}}, "output": ["COND"]},
  "Size": {"input": {"required": {"width": ["INT", {}], "height": ["INT", {}]}}, "output": ["LATENT"]},
  "Sample": {"input": {"required": {"model": ["MODEL"], "seed": ["INT", {"max": 18446744073709551615, "control_after_generate": true}], "steps": ["INT", {}], "sampler": [["euler", "heun"]], "positive": ["COND"], "latent": ["LATENT"]}}, "output": ["LATENT"]},
  "Resize": {"input": {"required": {"latent": ["LATENT"], "how": ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "factor", "inputs": {"required": {"factor": ["FLOAT", {}]}}}, {"key": "size", "inputs": {"required": {"width": ["INT", {}], "height": ["INT", {}]}}}]}]}}, "output": ["LATENT"]}
}`;

/** The classes of {@link bigWorkflow}. */
export function bigWorkflowInfos(parse: typeof parseExact): Map<string, NodeInfo> {
  const classes = parse(CLASSES) as Record<string, ExactJson>;
  return new Map(
    Object.entries(classes).flatMap(([name, value]) => {
      const info = parseNodeInfo(name, value);
      return info ? [[name, info] as const] : [];
    }),
  );
}

/**
 * A workflow of the editor with that many nodes that run, a multiple of six: rounds of sampling, each upon
 * the last, with reroutes and bypassed nodes between them, ten of them in a subgraph.
 */
export function bigWorkflow(nodes: number): ExactJson {
  const rounds = nodes / ROUND;
  const inner = new Rounds();
  for (let i = 0; i < INSIDE; i++) {
    inner.add();
  }
  const outer = new Rounds();
  for (let i = INSIDE; i < rounds; i++) {
    outer.add();
  }
  const part = {
    id: 'part',
    name: 'Part',
    version: 1,
    inputs: [],
    outputs: [],
    inputNode: { id: -10 },
    outputNode: { id: -20 },
  };
  const instance = { id: 100_000, type: 'part', inputs: [], outputs: [], properties: {}, widgets_values: [] };
  return {
    version: 0.4,
    last_node_id: 100_000,
    nodes: [...outer.nodes, instance],
    links: outer.links.map((link) => [...link, '*']),
    definitions: {
      subgraphs: [
        {
          ...part,
          nodes: inner.nodes,
          links: inner.links.map(([id, origin_id, origin_slot, target_id, target_slot]) => ({
            id,
            origin_id,
            origin_slot,
            target_id,
            target_slot,
          })),
        },
      ],
    },
  };
}

type Link = [number, number, number, number, number];

class Rounds {
  readonly nodes: ExactJson[] = [];
  readonly links: Link[] = [];
  #last = 0;

  add(): void {
    const load = this.#node('Load', {}, ['b.safetensors']);
    const off = this.#node('Lora', { model: [load, 0] }, ['x', 1], 4);
    const lora = this.#node('Lora', { model: [off, 0] }, ['y', 0.5]);
    const reroute = this.#node('Reroute', { '': [lora, 0] });
    const text = this.#node('Text', { clip: [load, 1] }, [`a cat, ${'very '.repeat(200)}detailed`]);
    const size = this.#node('Size', {}, [1024, 1024]);
    const sample = this.#node(
      'Sample',
      { model: [reroute, 0], positive: [text, 0], latent: [this.#last || size, 0] },
      [18446744073709551615n, 'randomize', 20, 'euler'],
    );
    this.#last = this.#node('Resize', { latent: [sample, 0] }, ['size', 512, 512]);
  }

  #node(type: string, inputs: Record<string, [number, number]>, values: ExactJson[] = [], mode = 0): number {
    const id = this.nodes.length + 1;
    this.nodes.push({
      id,
      type,
      mode,
      pos: [0, 0],
      size: [300, 200],
      inputs: Object.entries(inputs).map(([name, [from, slot]], i) => {
        const link = this.links.length + 1;
        this.links.push([link, from, slot, id, i]);
        return { name, type: '*', link };
      }),
      outputs: [],
      properties: { 'Node name for S&R': type },
      widgets_values: values,
    });
    return id;
  }
}
