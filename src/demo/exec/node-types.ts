import type { ApiGraph } from '../../comfy/graph';
import type { EraTraits } from '../era';
import type { DemoFaults } from '../faults';
import type { Folders } from '../files/folders';
import type { Pace } from '../pixels/pace';
import type { ImageTensor, MaskTensor } from '../pixels/tensor';

/** Options of an input as /object_info shows them (API notes §3). */
export type InputOptions = Record<string, unknown>;

/** `[TYPE]` or `[TYPE, OPTIONS]`; TYPE is a type name or the legacy list of choices. */
export type InputSpec =
  readonly [string | readonly string[]] | readonly [string | readonly string[], InputOptions];

/** Inputs of a class in declaration order. Hidden ones are filled by the server. */
export interface InputTypes {
  required: Record<string, InputSpec>;
  optional?: Record<string, InputSpec>;
  hidden?: Record<string, 'PROMPT' | 'EXTRA_PNGINFO' | 'UNIQUE_ID'>;
}

/** What the definitions need of the engine to list choices. */
export interface NodeScope {
  folders: Folders;
  era: EraTraits;
  /** Names in models/checkpoints. */
  checkpoints: readonly string[];
}

/** A file in a node's UI output (API notes §6). */
export interface UiFile {
  filename: string;
  subfolder: string;
  type: 'output' | 'temp';
  [key: string]: unknown;
}

/** UI output: every value is a list. */
export type UiOutput = Record<string, unknown[]>;

/** What a node returns: one value per output slot, and what to show the client. */
export interface NodeResult {
  outputs: unknown[];
  ui?: UiOutput;
}

/** A picture for the preview frames: RGB bytes. */
export interface PreviewPixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** What a running node may use. */
export interface RunContext extends NodeScope {
  promptId: string;
  nodeId: string;
  /** The graph as executed, with `is_changed` entries: what goes into PNG metadata. */
  prompt: ApiGraph;
  /** `extra_data.extra_pnginfo`, as the client sent it. */
  extraPnginfo: unknown;
  faults: DemoFaults;
  /** Types of the outputs the linked inputs come from, by input name. */
  linkTypes: Readonly<Record<string, string>>;
  pace: Pace;
  /** Minimum duration of a sampler step, in ms. */
  stepDelayMs: number;
  /** Whether sampler previews are wanted. */
  previews: boolean;
  /**
   * Reports step `value` of `max`; the picture is sent as a preview frame.
   * @throws InterruptError when the prompt was interrupted.
   */
  progress(value: number, max: number, preview?: PreviewPixels): Promise<void>;
  /** A text frame for this node, sent to everybody (API notes §4.4, type 3). */
  sendText(text: string): void;
}

/** Values of a node's inputs by name. */
export type InputValues = Record<string, unknown>;

/** One node class: its description in /object_info and its behaviour. */
export interface NodeClass {
  name: string;
  /**
   * The year since which it is declared by schema, which changes its shape in /object_info (API notes §3).
   * `false`: still declared by class attributes.
   */
  v3: false | 2025 | 2026;
  displayName: string;
  description?: string;
  category: string;
  inputs(scope: NodeScope): InputTypes;
  returns: readonly string[];
  returnNames?: readonly string[];
  outputTooltips?: readonly string[];
  outputNode?: boolean;
  deprecated?: boolean;
  experimental?: boolean;
  searchAliases?: readonly string[];
  essentials?: string;
  pythonModule?: string;
  /** Inputs handed to `validate`; they are not checked against their list or limits. */
  validates?: readonly string[];
  /** `true`, or what is wrong. */
  validate?(values: InputValues, scope: NodeScope): true | string;
  /** Fingerprint that becomes part of the cache key and, as `is_changed`, of the saved prompt. */
  isChanged?(values: InputValues, scope: NodeScope): Promise<string>;
  run(values: InputValues, context: RunContext): Promise<NodeResult> | NodeResult;
}

/** The prompt was interrupted. Not an error of the node. */
export class InterruptError extends Error {
  constructor() {
    super('Processing interrupted');
  }
}

/** LATENT of the demo: pixels at full size, so that decoding is lossless. */
export interface LatentValue {
  kind: 'latent';
  samples: ImageTensor;
  /** Where sampling may change something; any size, scaled when used. */
  noiseMask?: MaskTensor;
  /** Still empty: sampling paints a whole picture. */
  empty: boolean;
  /** Frames of one moving picture rather than separate pictures. */
  video?: { source: ImageTensor; motion: number; fps: number };
}

/** CONDITIONING of the demo: the prompt's words. */
export interface ConditioningValue {
  kind: 'conditioning';
  text: string;
  /** Set by InpaintModelConditioning. */
  inpaintMask?: MaskTensor;
  /** Set by ReferenceLatent: pictures to work from, the first one first. */
  references?: readonly LatentValue[];
  video?: { source: ImageTensor; motion: number; fps: number };
}

/** NOISE: what a sampler draws its noise from; `null` for no noise. */
export interface NoiseValue {
  kind: 'noise';
  seed: bigint | null;
}

/** SAMPLER: a name. */
export interface SamplerValue {
  kind: 'sampler';
  name: string;
}

/** SIGMAS: how much of the picture is still open before each step and after the last, 1 to 0. */
export interface SigmasValue {
  kind: 'sigmas';
  values: readonly number[];
}

/** GUIDER: a model and what it is told. */
export interface GuiderValue {
  kind: 'guider';
  model: ModelValue;
  positive: ConditioningValue;
}

/** Models of the demo, whatever they are for: names with nothing behind them. */
export interface ModelValue {
  kind: 'model' | 'clip' | 'vae' | 'clip_vision' | 'upscale_model' | 'background_removal' | 'face_detection';
  checkpoint: string;
  /** DifferentialDiffusion: grey masks become a schedule; 0..1. */
  differential?: number;
  minCfg?: number;
}
