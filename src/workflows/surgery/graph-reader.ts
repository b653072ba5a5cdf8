import { type ApiGraph, type ApiNode, isLink, type NodeLink, nodeOf, nodeTitle } from '../../comfy/graph';
import { settle } from '../../comfy/graph-walk';
import type { NodeInfos } from '../recipe';
import type { NodeName } from './problems';

/** An input that is fed by another node. */
export interface FedInput {
  name: string;
  /** Where it comes from, switches looked through. */
  link: NodeLink;
  /** What flows there: MODEL, LATENT, …; `null` where neither end is known. */
  type: string | null;
}

/** What flows into inputs of these names, for classes the server does not know. */
const BY_NAME: readonly [RegExp, string][] = [
  [/^model/, 'MODEL'],
  [/^clip_vision_output/, 'CLIP_VISION_OUTPUT'],
  [/^clip/, 'CLIP'],
  [/vae$/, 'VAE'],
  [/^(samples|latent|latent_image|latents)$/, 'LATENT'],
  [/^(images?|pixels|source|destination)(\d|$|\.)/, 'IMAGE'],
  [/mask/, 'MASK'],
  [/^(positive|negative|conditioning|cond\d*)/, 'CONDITIONING'],
  [/^guider$/, 'GUIDER'],
  [/^sigmas$/, 'SIGMAS'],
  [/^sampler$/, 'SAMPLER'],
  [/^noise$/, 'NOISE'],
  [/^control_net$/, 'CONTROL_NET'],
];

/** Classes whose output has the type of what comes in. */
const WILD = /^(\*|COMFY_MATCHTYPE_V3)$/;

/** A graph together with what the server says of its classes. */
export class GraphReader {
  readonly graph: ApiGraph;
  readonly infos: NodeInfos;
  readonly #fed = new Map<string, FedInput[]>();

  constructor(graph: ApiGraph, infos: NodeInfos) {
    this.graph = graph;
    this.infos = infos;
  }

  node(id: string): ApiNode | undefined {
    return nodeOf(this.graph, id);
  }

  /** `class_type`, or nothing for a node without one. */
  classOf(id: string): string {
    const name: unknown = this.node(id)?.class_type;
    return typeof name === 'string' ? name : '';
  }

  name(id: string): NodeName {
    return { id, title: nodeTitle(this.graph, id) };
  }

  /** The inputs of a node that other nodes feed, in their order. */
  fed(id: string): readonly FedInput[] {
    let fed = this.#fed.get(id);
    if (!fed) {
      fed = Object.entries(this.node(id)?.inputs ?? {}).flatMap(([name, value]) => {
        if (!isLink(value)) {
          return [];
        }
        const link = settle(this.graph, value);
        return [{ name, link, type: this.outputType(link) ?? this.#inputType(id, name) }];
      });
      this.#fed.set(id, fed);
    }
    return fed;
  }

  /** The first input of a node through which this flows. */
  fedBy(id: string, ...types: readonly string[]): FedInput | undefined {
    return this.fed(id).find(({ type }) => type !== null && types.includes(type));
  }

  /** What an output carries; `null` when that is not known. */
  outputType([id, slot]: NodeLink): string | null {
    const type = this.infos.get(this.classOf(id))?.outputs[slot]?.type ?? null;
    return type === null || WILD.test(type) ? null : type;
  }

  /** Whether the server knows of this output, or does not know its class. */
  hasOutput([id, slot]: NodeLink): boolean {
    const outputs = this.infos.get(this.classOf(id))?.outputs;
    return !outputs || slot in outputs;
  }

  /** Types of all outputs of a node that are known. */
  outputTypes(id: string): string[] {
    return this.infos.get(this.classOf(id))?.outputs.map(({ type }) => type) ?? [];
  }

  #inputType(id: string, name: string): string | null {
    const spec = this.infos.get(this.classOf(id))?.inputs.get(name);
    if (spec?.kind === 'link' && !WILD.test(spec.type)) {
      return spec.type;
    }
    return spec && spec.kind !== 'link'
      ? spec.kind.toUpperCase()
      : (BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? null);
  }

  /**
   * Every node behind some links, themselves included, nearest first. `follow` says which inputs count; all by
   * default.
   */
  behind(
    starts: readonly NodeLink[],
    follow: (input: FedInput, id: string) => boolean = () => true,
  ): string[] {
    const seen = new Set<string>();
    // A set grows while it is walked.
    for (const [id] of starts) {
      if (this.node(id)) {
        seen.add(id);
      }
    }
    for (const id of seen) {
      for (const input of this.fed(id)) {
        if (this.node(input.link[0]) && follow(input, id)) {
          seen.add(input.link[0]);
        }
      }
    }
    return [...seen];
  }
}
