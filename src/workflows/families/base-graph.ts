import type { ExactInt } from '../../comfy/exact-json';
import type { ApiGraph, ApiInput, NodeLink } from '../../comfy/graph';
import { GraphBuilder, slot } from '../graph-builder';
import type { LoraRow } from '../lora-stack';
import type { NodeInfos } from '../recipe';
import type { Aid, Family, FamilyMode, Levels } from './family';
import { type InstalledModel, listOf, loaderInputs, loraLoader, textLoaders } from './installed';

/** What a form says about a run of a family's model. */
export interface FamilyChoices {
  mode: FamilyMode;
  model: InstalledModel;
  /** One for each text encoder of the family; not used for a file that holds everything. */
  texts: readonly string[];
  vae: string;
  /** A file for the negative side; empty for none. */
  negativeModel: string;
  loras: readonly LoraRow[];
  prompt: string;
  negative: string;
  steps: number;
  cfg: number;
  guidance: number | null;
  shift: number | null;
  sampler: string;
  scheduler: string;
  seed: ExactInt;
  /** Further pictures for editing, as LoadImage takes them. */
  references: readonly string[];
  aid: { aid: Aid; file: string; strength: number } | null;
  /** Filling starts from nothing instead of what the mask covers. */
  emptied: boolean;
}

/** By how many px a VAE's mask is widened: latents are eight times as coarse as pixels. */
const GROW_EMPTIED = 6;

/** The largest reference picture that is shown to a model as latents, in megapixels. */
const REFERENCE_SIZE = 1;
/** Any size: the area's takes its place. */
const SIDE = 1024;

/**
 * The plain graph of a family: a picture from a description, or a changed one from a picture and an instruction. It is
 * not run as it is: the surgery that turns any graph into an inpainting graph puts the cut-out area in place of the
 * picture that it loads, or of the empty latents that it starts from.
 */
export function baseGraph(family: Family, choices: FamilyChoices, infos: NodeInfos): ApiGraph {
  return new FamilyGraph(family, choices, infos).build();
}

interface Conditioning {
  positive: NodeLink;
  negative: NodeLink;
}

class FamilyGraph {
  readonly #family: Family;
  readonly #choices: FamilyChoices;
  readonly #infos: NodeInfos;
  readonly #builder = new GraphBuilder();
  #model: NodeLink;
  #clip: NodeLink;
  readonly #vae: NodeLink;
  #picture: NodeLink | null = null;
  /** What the negative prompt says by itself, no picture shown. */
  #against: NodeLink | null = null;

  constructor(family: Family, choices: FamilyChoices, infos: NodeInfos) {
    this.#family = family;
    this.#choices = choices;
    this.#infos = infos;
    const { loader, file, whole } = choices.model;
    this.#model = this.#add(loader.class, { [loader.input]: file, ...loaderInputs(choices.model, infos) });
    this.#clip = whole ? slot(this.#model, 1) : this.#loadTexts();
    this.#vae = whole ? slot(this.#model, 2) : this.#add('VAELoader', { vae_name: choices.vae });
  }

  build(): ApiGraph {
    this.#loras();
    const { mode, aid, emptied } = this.#choices;
    this.#patch();
    if (aid?.aid.kind === 'patch') {
      this.#patchAid(aid);
    }
    let { positive, negative } = this.#conditioning();
    let latent = this.#latent(positive);
    if (mode === 'fill' && emptied) {
      latent = this.#add('VAEEncodeForInpaint', {
        pixels: this.#shown(),
        vae: this.#vae,
        mask: slot(this.#shown(), 1),
        grow_mask_by: GROW_EMPTIED,
      });
    } else if (mode === 'fill') {
      const filled = this.#add('InpaintModelConditioning', {
        positive,
        negative,
        vae: this.#vae,
        pixels: this.#shown(),
        mask: slot(this.#shown(), 1),
        noise_mask: true,
      });
      [positive, negative, latent] = [filled, slot(filled, 1), slot(filled, 2)];
    }
    if (aid?.aid.kind === 'controlnet') {
      ({ positive, negative } = this.#controlAid(aid, { positive, negative }));
    }
    const samples = this.#sample({ positive, negative }, latent);
    const images = this.#add('VAEDecode', { samples, vae: this.#vae });
    this.#add('SaveImage', { images, filename_prefix: 'Darkroom/inpaint' });
    return this.#builder.graph;
  }

  #add(className: string, inputs: Record<string, ApiInput>): NodeLink {
    return this.#builder.add(className, inputs);
  }

  /** The picture that is worked on. */
  #shown(): NodeLink {
    this.#picture ??= this.#add('LoadImage', { image: '' });
    return this.#picture;
  }

  #loadTexts(): NodeLink {
    const { texts } = this.#choices;
    const { type } = this.#family.text;
    const loaders = textLoaders(this.#infos, texts.length);
    const gguf = texts.some((file) => /\.gguf$/i.test(file));
    const loader = (gguf ? loaders.at(-1) : loaders[0]) ?? { class: 'CLIPLoader', inputs: ['clip_name'] };
    const files = Object.fromEntries(loader.inputs.map((input, index) => [input, texts[index] ?? '']));
    return this.#add(loader.class, type === null ? files : { ...files, type });
  }

  #loras(): void {
    const both = this.#family.loraBoth === true;
    const way = loraLoader(this.#choices.model, both);
    for (const { name, strength } of this.#choices.loras) {
      if (both && way?.class === 'LoraLoader') {
        this.#model = this.#add('LoraLoader', {
          model: this.#model,
          clip: this.#clip,
          lora_name: name,
          strength_model: strength,
          strength_clip: strength,
        });
        this.#clip = slot(this.#model, 1);
      } else if (way) {
        this.#model = this.#add(way.class, {
          model: this.#model,
          lora_name: name,
          [way.strength]: strength,
        });
      }
    }
  }

  #patch(): void {
    const { shift } = this.#choices;
    for (const patch of this.#family.patches) {
      if (patch.optional && !this.#infos.has(patch.class)) {
        continue;
      }
      const inputs = shift !== null && 'shift' in patch.inputs ? { ...patch.inputs, shift } : patch.inputs;
      const sized: Record<string, number> = patch.sized ? { width: SIDE, height: SIDE } : {};
      this.#model = this.#add(patch.class, { model: this.#model, ...inputs, ...sized });
    }
  }

  #patchAid({ aid, file, strength }: NonNullable<FamilyChoices['aid']>): void {
    const model_patch = this.#add('ModelPatchLoader', { name: file });
    const mask = slot(this.#shown(), 1);
    const common = { model: this.#model, model_patch, strength, mask };
    switch (aid.class) {
      case 'ZImageFunControlnet':
        this.#model = this.#add(aid.class, { ...common, vae: this.#vae, inpaint_image: this.#shown() });
        break;
      case 'AnimaLLLiteApply':
        this.#model = this.#add(aid.class, {
          ...common,
          image: this.#shown(),
          start_percent: 0,
          end_percent: 1,
        });
        break;
      default:
        this.#model = this.#add(aid.class, { ...common, vae: this.#vae, image: this.#shown() });
    }
  }

  #controlAid({ aid, file, strength }: NonNullable<FamilyChoices['aid']>, on: Conditioning): Conditioning {
    const control_net = this.#add('ControlNetLoader', { control_net_name: file });
    const applied = this.#add(aid.class, {
      ...on,
      control_net,
      vae: this.#vae,
      image: this.#shown(),
      mask: slot(this.#shown(), 1),
      strength,
      start_percent: 0,
      end_percent: 1,
    });
    return { positive: applied, negative: slot(applied, 1) };
  }

  #encode(text: string): NodeLink {
    return this.#add('CLIPTextEncode', { text, clip: this.#clip });
  }

  #guide(conditioning: NodeLink): NodeLink {
    const { guidance } = this.#choices;
    return guidance === null ? conditioning : this.#add('FluxGuidance', { conditioning, guidance });
  }

  #conditioning(): Conditioning {
    const { mode, prompt, negative } = this.#choices;
    const { edit, encoder, guidesBoth, negative: side } = this.#family;
    const zero = side === 'zero';
    const shown = mode === 'edit' && edit?.by === 'encoder' ? edit : null;
    const className = shown?.class ?? encoder;
    let positive: NodeLink;
    let against: NodeLink;
    if (className && (!shown || shown.negativeText === 'own-input')) {
      positive = this.#add(className, {
        clip: this.#clip,
        prompt,
        negative_prompt: zero ? '' : negative,
        vae: this.#vae,
        ...this.#pictures(shown?.images ?? []),
        ...(className === 'TextEncodeMageFlowEdit' && { width: SIDE, height: SIDE, batch_size: 1 }),
      });
      against = zero ? this.#zeroed(positive) : slot(positive, 1);
    } else if (className) {
      const pictures = this.#pictures(shown?.images ?? []);
      const common = { clip: this.#clip, vae: this.#vae, ...pictures };
      positive = this.#add(className, { ...common, prompt });
      against = zero ? this.#zeroed(positive) : this.#add(className, { ...common, prompt: negative });
    } else {
      positive = this.#encode(prompt);
      against = zero ? this.#zeroed(positive) : this.#encode(negative);
    }
    positive = this.#count(this.#guide(positive));
    against = this.#count(guidesBoth ? this.#guide(against) : against);
    this.#against = against;
    return mode === 'edit' ? this.#show({ positive, negative: against }) : { positive, negative: against };
  }

  #zeroed(conditioning: NodeLink): NodeLink {
    return this.#add('ConditioningZeroOut', { conditioning });
  }

  /** Tells how reference pictures are told apart. */
  #count(conditioning: NodeLink): NodeLink {
    const { referenceMethod } = this.#family;
    const className = 'FluxKontextMultiReferenceLatentMethod';
    const known = listOf(this.#infos, className, 'reference_latents_method');
    return referenceMethod && known.includes(referenceMethod)
      ? this.#add(className, { conditioning, reference_latents_method: referenceMethod })
      : conditioning;
  }

  #pictures(names: readonly string[]): Record<string, NodeLink> {
    if (names.length === 0) {
      return {};
    }
    const links = [
      this.#shown(),
      ...this.#choices.references.map((image) => this.#add('LoadImage', { image })),
    ];
    return Object.fromEntries(names.flatMap((name, index) => (links[index] ? [[name, links[index]]] : [])));
  }

  /** Shows the picture to a model whose text encoder does not see it. */
  #show({ positive, negative }: Conditioning): Conditioning {
    const { edit } = this.#family;
    if (edit?.by === 'pair') {
      const pair = this.#add(edit.class, { positive, negative, ...this.#pictures(edit.images) });
      return { positive: pair, negative: slot(pair, 1) };
    }
    if (edit?.by === 'channels') {
      const pixels = this.#shown();
      const pair = this.#add('InstructPixToPixConditioning', { positive, negative, vae: this.#vae, pixels });
      return { positive: pair, negative: slot(pair, 1) };
    }
    if (edit?.by !== 'reference') {
      return { positive, negative };
    }
    const further = this.#choices.references.map((image) => this.#fit(this.#add('LoadImage', { image })));
    const latents = [this.#shown(), ...further].map((pixels) =>
      this.#add('VAEEncode', { pixels, vae: this.#vae }),
    );
    const refer = (to: NodeLink): NodeLink =>
      latents.reduce((conditioning, latent) => this.#add('ReferenceLatent', { conditioning, latent }), to);
    const both = edit.also === 'negative' && this.#usesNegative;
    return { positive: refer(positive), negative: both ? refer(negative) : negative };
  }

  /** A reference at the size of the pictures that models know. */
  #fit(image: NodeLink): NodeLink {
    const className = 'ImageScaleToTotalPixels';
    const info = this.#infos.get(className);
    if (!info) {
      return image;
    }
    return this.#add(className, {
      image,
      upscale_method: 'area',
      megapixels: REFERENCE_SIZE,
      ...(info.inputs.has('resolution_steps') && { resolution_steps: 1 }),
    });
  }

  get #usesNegative(): boolean {
    const { sampling } = this.#family;
    return sampling.kind !== 'guided' || sampling.guider !== 'basic';
  }

  #latent(positive: NodeLink): NodeLink {
    const { encoder, edit, latent } = this.#family;
    if (this.#choices.mode === 'edit' && edit?.by === 'channels') {
      return slot(positive, 2);
    }
    if (this.#picture) {
      return this.#add('VAEEncode', { pixels: this.#picture, vae: this.#vae });
    }
    return encoder === latent
      ? slot(positive, 2)
      : this.#add(latent, { width: SIDE, height: SIDE, batch_size: 1 });
  }

  #sample({ positive, negative }: Conditioning, latent_image: NodeLink): NodeLink {
    const { sampling } = this.#family;
    const { seed, steps, cfg, sampler: sampler_name, scheduler } = this.#choices;
    if (sampling.kind === 'ksampler') {
      return this.#add('KSampler', {
        ...{ model: this.#model, positive, negative, latent_image },
        ...{ seed, steps, cfg, sampler_name, scheduler, denoise: 1 },
      });
    }
    const { method } = this.#family;
    const sampler = method
      ? this.#add(method.class, { ...method.inputs })
      : this.#add('KSamplerSelect', { sampler_name });
    const sigmas = this.#levels(sampling.levels);
    if (sampling.kind === 'custom') {
      return this.#add('SamplerCustom', {
        ...{ model: this.#model, positive, negative, sampler, sigmas, latent_image },
        ...{ add_noise: true, noise_seed: seed, cfg },
      });
    }
    const noise = this.#add('RandomNoise', { noise_seed: seed });
    const guider = this.#guider(sampling.guider, { positive, negative });
    return this.#add('SamplerCustomAdvanced', { noise, guider, sampler, sigmas, latent_image });
  }

  #levels(levels: Levels): NodeLink {
    const { steps, scheduler } = this.#choices;
    const sized = { width: SIDE, height: SIDE };
    switch (levels.class) {
      case 'BasicScheduler':
        return this.#add(levels.class, { model: this.#model, scheduler, steps, denoise: 1 });
      case 'Flux2Scheduler':
        return this.#add(levels.class, { steps, ...sized });
      case 'BetaSamplingScheduler': {
        const { alpha, beta } = levels;
        return this.#add(levels.class, { model: this.#model, steps, alpha, beta });
      }
      case 'Ideogram4Scheduler': {
        const { mu, std } = levels;
        return this.#add(levels.class, { steps, ...sized, mu, std });
      }
    }
  }

  #guider(kind: 'basic' | 'cfg' | 'dual-cfg' | 'dual-model', on: Conditioning): NodeLink {
    const { cfg, negativeModel } = this.#choices;
    const { cfg2 = cfg } = this.#family;
    const { positive, negative } = on;
    const model = this.#model;
    switch (kind) {
      case 'basic':
        return this.#add('BasicGuider', { model, conditioning: positive });
      case 'cfg':
        return this.#add('CFGGuider', { model, positive, negative, cfg });
      case 'dual-cfg':
        return this.#add('DualCFGGuider', {
          ...{ model, cond1: positive, cond2: negative, negative: this.#against ?? negative },
          ...{ cfg_conds: cfg, cfg_cond2_negative: cfg2, style: 'regular' },
        });
      case 'dual-model': {
        // Offered out of this loader's list, whatever loads the model itself.
        const second: Record<string, NodeLink> =
          negativeModel === ''
            ? {}
            : {
                model_negative: this.#add('UNETLoader', {
                  unet_name: negativeModel,
                  weight_dtype: 'default',
                }),
              };
        return this.#add('DualModelGuider', { model, positive, negative, cfg, ...second });
      }
    }
  }
}
