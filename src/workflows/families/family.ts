import type { ApiInput } from '../../comfy/graph';

/** What a model can be asked for. */
export type FamilyMode =
  /** To repaint the masked part from noise, after a description. */
  | 'paint'
  /** To fill the masked part: a model trained to see what lies around it. */
  | 'fill'
  /** To follow an instruction about the picture it is shown. */
  | 'edit';

/** A file beside the model: its cleaned names, likeliest first, and what it is usually called. */
export interface FileHint {
  names: readonly RegExp[];
  example: string;
}

/** A node between loader and sampler that the model passes. Its first output is the model again. */
export interface ModelPatch {
  class: string;
  inputs: Readonly<Record<string, ApiInput>>;
  /** Inputs that get the size that is sampled. */
  sized?: true;
  /** Left out on servers without the class. */
  optional?: true;
}

/** How the sampler is put together. */
export type Sampling =
  /** One node with everything. */
  | { kind: 'ksampler' }
  /** SamplerCustom: noise levels and method come from nodes of their own. */
  | { kind: 'custom'; levels: Levels }
  /** SamplerCustomAdvanced, and what guides it. */
  | { kind: 'guided'; guider: 'basic' | 'cfg' | 'dual-cfg' | 'dual-model'; levels: Levels };

/** Where the noise levels come from; the numbers are what ComfyUI's own templates give the node. */
export type Levels =
  | { class: 'BasicScheduler' }
  | { class: 'Flux2Scheduler' }
  | { class: 'BetaSamplingScheduler'; alpha: number; beta: number }
  | { class: 'Ideogram4Scheduler'; mu: number; std: number };

/** How an editing model is shown the picture. */
export type EditKind =
  /** As latents that its prompt refers to; any number of them one behind the other. */
  | { by: 'reference'; also?: 'negative' }
  /** By its text encoder, whose node takes up to three pictures as well. */
  | { by: 'encoder'; class: string; images: readonly string[]; negativeText?: 'own-input' | 'own-node' }
  /** By a node behind the text encoders, which takes up to three pictures. */
  | { by: 'pair'; class: string; images: readonly string[] }
  /** As latents beside those that are sampled. */
  | { by: 'channels' };

/** What is worth knowing about the strength of a model. */
export type StrengthNote = 'flow' | 'fill' | 'edit';

/** An optional inpainting aid, such as a ControlNet, loaded from its own file. */
export interface Aid {
  kind: 'controlnet' | 'patch';
  /** The class that applies it. */
  class: string;
  /** Cleaned names of files made for inpainting. */
  files: RegExp;
}

/** How the models of a family are loaded and sampled. */
export interface Family {
  /** Letters, digits and hyphens; stored with results and remembered guesses. */
  id: string;
  /** As people call it. */
  name: string;
  /** The name under which pickers gather it. */
  group: string;
  /** Cleaned file names (`cleanName`) that belong to it; of several families the first in the table counts. */
  names: RegExp;
  modes: readonly FamilyMode[];
  /** Text encoders, when they are files of their own. `type` is what their loader is told. */
  text: { type: string | null; files: readonly FileHint[] };
  /** The VAE, when it is a file of its own. */
  vae: FileHint;
  /** Its files always hold model, text encoder and VAE together. */
  onlyWhole?: true;
  /** The class that makes empty latents for it. */
  latent: string;
  patches: readonly ModelPatch[];
  /** Encodes prompts, where that is not CLIPTextEncode. */
  encoder?: 'TextEncodeMageFlowEdit' | 'TextEncodeBooguEdit';
  /** Guidance written into the prompt; null for models without. */
  guidance: number | null;
  /** The negative prompt also gets the guidance. */
  guidesBoth?: true;
  negative: 'text' | 'zero';
  sampling: Sampling;
  steps: number;
  /** Of no use at 1: then no field is shown. */
  cfg: number;
  /** The second scale of a guider with two. */
  cfg2?: number;
  sampler: string;
  scheduler: string;
  /** A sampler with settings of its own in place of one from the list. */
  method?: { class: string; inputs: Readonly<Record<string, ApiInput>> };
  edit?: EditKind;
  /** Says how reference pictures are counted. */
  referenceMethod?: string;
  /** A second model for the negative side. */
  negativeModel?: RegExp;
  aids?: readonly Aid[];
  /** LoRAs change the text encoder too. */
  loraBoth?: true;
  /** 0–1; what the form starts with. */
  strength: number;
  note: StrengthNote | null;
}
