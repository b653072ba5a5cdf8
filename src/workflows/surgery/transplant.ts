import { ancestors, type ApiGraph, type ApiInput, isLink, type NodeLink } from '../../comfy/graph';
import { settle } from '../../comfy/graph-walk';
import { type CutOut, cutOut, pasteBack } from '../area-graph';
import { GraphBuilder, slot } from '../graph-builder';
import { ownWorkingSize } from '../inpaint-area';
import { canvasSize } from '../outpaint';
import type { PixelSize, RecipeInput } from '../recipe';
import type { GraphReader } from './graph-reader';
import { AREA_TITLE, MAP_TITLE, outputKey } from './pictures';
import type { Override, Overrides, Plan } from './plan';

/** Ids that mean something to JavaScript or are too strange to be carried on. */
const PLAIN_ID = /^(?!__proto__$)[\w:.-]{1,100}$/;

/**
 * Builds the inpainting graph: cuts out the area, takes over what the sampled result needs, and pastes it back.
 * @param changes values of the form that differ from the graph's, by node and input.
 * @param strength 0–1: how far the area is changed.
 */
export function transplant(
  reader: GraphReader,
  plan: Plan,
  input: RecipeInput,
  changes: Overrides,
  strength: number,
): ApiGraph {
  const builder = new GraphBuilder(Object.keys(reader.graph));
  const cut = cutOut(builder, input);
  const working = fitStep(input.working ?? ownWorkingSize(cut.area), plan.step);
  const pixels = builder.scale(cut.pixels, cut.area, working, 'lanczos');
  if (pixels[0] !== cut.canvas[0] || input.extend) {
    builder.entitle(pixels, AREA_TITLE);
  }
  const patient: Patient = { reader, plan, input, changes, strength, builder, cut, working, pixels };
  const made = new Copier(patient).copy(plan.result);
  const unscaled = plan.anySize ? { width: 0, height: 0 } : working;
  const images = pasteBack(builder, cut, builder.scale(made, unscaled, cut.area, 'lanczos'));
  const saved = builder.add('SaveImage', { images, filename_prefix: 'Darkroom/inpaint' });
  // Models that make the area anew from other pictures leave the cut-out pixels unused.
  const needed = new Set(ancestors(builder.graph, saved[0]));
  return Object.fromEntries(Object.entries(builder.graph).filter(([id]) => needed.has(id)));
}

interface Patient {
  reader: GraphReader;
  plan: Plan;
  input: RecipeInput;
  changes: Overrides;
  strength: number;
  builder: GraphBuilder;
  cut: CutOut;
  /** Size at which the area is sampled. */
  working: PixelSize;
  pixels: NodeLink;
}

function fitStep({ width, height }: PixelSize, step: number): PixelSize {
  const up = (side: number): number => Math.ceil(side / step) * step;
  return { width: up(width), height: up(height) };
}

/** Copies nodes of the old graph into the new one, each once, and only those that are asked for. */
class Copier {
  readonly #on: Patient;
  /** New ids by old ones. */
  readonly #ids = new Map<string, string>();
  readonly #waiting: string[] = [];
  readonly #encoded = new Map<string, NodeLink>();

  constructor(patient: Patient) {
    this.#on = patient;
  }

  /** Copies what an output needs. */
  copy(result: NodeLink): NodeLink {
    const { plan, builder } = this.#on;
    const samples = this.#link(result);
    const made = plan.decodeWith
      ? builder.add('VAEDecode', { samples, vae: this.#link(plan.decodeWith) })
      : samples;
    for (let id = this.#waiting.pop(); id !== undefined; id = this.#waiting.pop()) {
      this.#fill(id);
    }
    return made;
  }

  /** The place in the new graph of an output of the old one. */
  #link(old: NodeLink): NodeLink {
    const { reader, plan, pixels, cut } = this.#on;
    const settled = settle(reader.graph, old);
    const standIn = plan.roles.standIns.get(outputKey(settled));
    switch (standIn?.kind) {
      case 'pixels':
        return pixels;
      case 'mask':
        return cut.denoise;
      case 'latent':
        return this.#encode(standIn.vae);
      case undefined:
        return slot([this.#idOf(settled[0]), 0], settled[1]);
    }
  }

  #idOf(old: string): string {
    const known = this.#ids.get(old);
    if (known !== undefined) {
      return known;
    }
    const { reader, builder } = this.#on;
    const node = reader.node(old);
    const id = builder.reserve(PLAIN_ID.test(old) ? old : null, reader.classOf(old), node?._meta);
    this.#ids.set(old, id);
    this.#waiting.push(old);
    return id;
  }

  #fill(old: string): void {
    const { reader, plan, changes, builder } = this.#on;
    const inputs = reader.node(old)?.inputs ?? {};
    const overrides = new Map([...(plan.overrides.get(old) ?? []), ...(changes.get(old) ?? [])]);
    const filled: Record<string, ApiInput> = {};
    for (const name of new Set([...Object.keys(inputs), ...overrides.keys()])) {
      const override = overrides.get(name);
      const value = inputs[name];
      filled[name] = override
        ? this.#override(override)
        : isLink(value)
          ? this.#link(value)
          : (value as ApiInput);
    }
    builder.fill(this.#idOf(old), filled);
  }

  #override(override: Override): ApiInput {
    const { builder, cut, working, pixels, strength } = this.#on;
    switch (override.kind) {
      case 'value':
        return override.value;
      case 'pixels':
        return pixels;
      case 'mask':
        return cut.denoise;
      case 'width':
      case 'height':
        return working[override.kind];
      case 'strength':
        return strength;
      case 'start':
        return Math.min(override.steps - 1, Math.round(override.steps * (1 - strength)));
      case 'split':
        return this.#split(override.link, override.steps);
      case 'differential':
        return builder.add('DifferentialDiffusion', { model: this.#link(override.link) });
      case 'latent': {
        const samples = this.#encode(this.#on.plan.parts.vae);
        return override.masked ? builder.add('SetLatentNoiseMask', { samples, mask: cut.denoise }) : samples;
      }
      case 'aligned':
        return this.#aligned(this.#link(override.link));
      case 'link':
        return this.#link(override.link);
    }
  }

  /** The later noise levels. At least one step stays, for with none the sampler would return its input. */
  #split(link: NodeLink, steps: number | null): NodeLink {
    const { builder, strength } = this.#on;
    const denoise = steps !== null && steps * strength <= 0.5 ? 1 / steps : strength;
    return slot(builder.add('SplitSigmasDenoise', { sigmas: this.#link(link), denoise }), 1);
  }

  #encode(vae: NodeLink): NodeLink {
    const { builder, pixels } = this.#on;
    const key = outputKey(vae);
    const encoded = this.#encoded.get(key) ?? builder.add('VAEEncode', { pixels, vae: this.#link(vae) });
    this.#encoded.set(key, encoded);
    return encoded;
  }

  /** Maps are scaled to the picture they belong to, as the server does, and then cut like it. */
  #aligned(image: NodeLink): NodeLink {
    const { builder, input, cut, working } = this.#on;
    const { width, height, extend } = input;
    const whole = builder.add('ImageScale', {
      image,
      upscale_method: 'lanczos',
      width,
      height,
      crop: 'center',
    });
    builder.entitle(whole, MAP_TITLE);
    const canvas = canvasSize(input, extend);
    const { left, top, right, bottom } = extend ?? { left: 0, top: 0, right: 0, bottom: 0 };
    const padded = extend
      ? builder.add('ImagePadForOutpaint', { image: whole, left, top, right, bottom, feathering: 0 })
      : whole;
    const isPart = cut.area.width !== canvas.width || cut.area.height !== canvas.height;
    return builder.scale(isPart ? builder.crop(padded, cut.area) : padded, cut.area, working, 'lanczos');
  }
}
