import { type ApiGraph, type ApiInput, type ApiNode, isLink, type NodeLink } from '../comfy/graph';
import type { AreaRect, PixelSize } from './recipe';

/** How ImageScale resamples. */
export type ScaleMethod = 'nearest-exact' | 'bilinear' | 'area' | 'bicubic' | 'lanczos';

/** A graph under construction: assigns node ids, and passes links around as values. */
export class GraphBuilder {
  readonly graph: ApiGraph = {};
  readonly #taken: ReadonlySet<string>;
  #last = 0;

  /** @param taken ids that are kept free for `reserve`, and with them those of the subgraphs they lie in. */
  constructor(taken: readonly string[] = []) {
    this.#taken = new Set(taken.flatMap((id) => [id, id.split(':')[0] ?? id]));
  }

  /** Adds a node and returns the link to its first output. */
  add(class_type: string, inputs: Record<string, ApiInput>): NodeLink {
    const id = this.#nextId();
    this.graph[id] = { class_type, inputs };
    return [id, 0];
  }

  /**
   * Takes over an output of another graph, and all nodes it needs, under ids of this one.
   * @param graph without cycles
   */
  include(graph: ApiGraph, [id, output]: NodeLink, taken = new Map<string, string>()): NodeLink {
    const node = graph[id];
    if (node && !taken.has(id)) {
      const inputs = Object.entries(node.inputs).map(([name, input]): [string, ApiInput] => [
        name,
        isLink(input) ? this.include(graph, input, taken) : input,
      ]);
      taken.set(id, this.add(node.class_type, Object.fromEntries(inputs))[0]);
    }
    return [taken.get(id) ?? id, output];
  }

  /**
   * Adds a node of another graph, whose inputs follow by `fill`.
   * @param id the one it had, if that is to stay.
   * @returns its id.
   */
  reserve(id: string | null, class_type: string, _meta?: ApiNode['_meta']): string {
    const own = id ?? this.#nextId();
    this.graph[own] = { class_type, inputs: {}, ...(_meta && { _meta }) };
    return own;
  }

  /** Gives a reserved node its inputs. */
  fill(id: string, inputs: Record<string, ApiInput>): void {
    const node = this.graph[id];
    if (node) {
      node.inputs = inputs;
    }
  }

  /** Gives a node a title, by which it is known when the graph is read again. */
  entitle([id]: NodeLink, title: string): void {
    const node = this.graph[id];
    if (node) {
      node._meta = { title };
    }
  }

  #nextId(): string {
    do {
      this.#last++;
    } while (this.#taken.has(String(this.#last)));
    return String(this.#last);
  }

  /** Scales a picture to a size in px; adds nothing when it already has it. */
  scale(image: NodeLink, from: PixelSize, to: PixelSize, method: ScaleMethod): NodeLink {
    if (from.width === to.width && from.height === to.height) {
      return image;
    }
    const { width, height } = to;
    return this.add('ImageScale', { image, upscale_method: method, width, height, crop: 'disabled' });
  }

  crop(image: NodeLink, { x, y, width, height }: AreaRect): NodeLink {
    return this.add('ImageCrop', { image, width, height, x, y });
  }

  cropMask(mask: NodeLink, { x, y, width, height }: AreaRect): NodeLink {
    return this.add('CropMask', { mask, x, y, width, height });
  }

  /** Puts a picture over another at a place in px, through a mask of the upper one's size if given. */
  paste(destination: NodeLink, source: NodeLink, x: number, y: number, mask?: NodeLink): NodeLink {
    const inputs = { destination, source, x, y, resize_source: false };
    return this.add('ImageCompositeMasked', mask ? { ...inputs, mask } : inputs);
  }

  /** A mask of one value, 0 to 1. */
  solidMask(value: number, { width, height }: PixelSize): NodeLink {
    return this.add('SolidMask', { value, width, height });
  }

  combineMasks(
    destination: NodeLink,
    source: NodeLink,
    operation: 'add' | 'subtract' | 'multiply',
    at: { x: number; y: number } = { x: 0, y: 0 },
  ): NodeLink {
    return this.add('MaskComposite', { destination, source, x: at.x, y: at.y, operation });
  }
}

/** Another output of the same node. */
export function slot([id]: NodeLink, output: number): NodeLink {
  return [id, output];
}
