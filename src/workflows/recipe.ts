import type { ExactInt } from '../comfy/exact-json';
import type { FileRef } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import type { InputSpec, NodeInfo } from '../comfy/object-info';
import { readLoras, writeLoras } from './lora-stack';
import type { Wording } from './wording';

/** Value of one field of a recipe. Seeds stay exact. */
export type FieldValue = string | ExactInt | boolean;
export type RecipeValues = Record<string, FieldValue>;

/** What any control can say of itself. */
interface AnyField {
  /** Rarely needed: shown when asked for. */
  folded?: true;
}

/** One control of a recipe's form, with the limits this server gives. */
export type RecipeField = AnyField & FieldKind;

type FieldKind =
  | { kind: 'text'; key: string; label: Wording; rows: number; preset: string }
  | { kind: 'boolean'; key: string; label: Wording; preset: boolean }
  /** A file on the server in the form LoadImage takes (`sub/name.png [input]`); empty while none is chosen. */
  | { kind: 'picture'; key: string; label: Wording; preset: ''; optional?: true }
  /** LoRAs of this server (`lora-stack.ts` reads and writes the value), none at first. */
  | {
      kind: 'loras';
      key: string;
      label: Wording;
      options: { value: string; label: Wording }[];
      preset: '';
    }
  | {
      kind: 'choice';
      key: string;
      label: Wording;
      options: { value: string; label: Wording }[];
      preset: string;
      /** Said where the server offers nothing to choose. */
      none?: Wording;
    }
  /** `#rrggbb` */
  | { kind: 'color'; key: string; label: Wording; preset: string }
  | {
      kind: 'number';
      key: string;
      label: Wording;
      min: number;
      max: number;
      step: number;
      preset: number;
      /** Found by looking at the result rather than typed. */
      slider?: boolean;
      unit?: 'px' | 'percent' | 'degrees';
    }
  | { kind: 'seed'; key: string; label: Wording; max: ExactInt; preset: ExactInt };

/** What a picture with transparency of its own brings along. */
interface OwnAlpha {
  /**
   * A file of the picture's size that LoadImageMask reads exactly, whose alpha channel is the picture's own.
   * Results keep that alpha. Absent for opaque pictures, whose graphs then need not handle any.
   */
  alpha?: FileRef;
}

/** What was painted in colour over the picture, for the model to start from. */
export interface PaintedOver {
  /** Straight colours and alpha. */
  file: FileRef;
  /** Where it lies and how large it is, px of the picture. */
  box: AreaRect;
}

/** What lies over the picture; absent where nothing was painted. */
interface OwnPaint {
  paint?: PaintedOver;
}

/** Where picture, mask and transparency come from. */
export type RecipeSource =
  /** One file: the original's pixels with the mask as alpha, 0 = repaint (API reference 2.2). */
  | ({ kind: 'masked'; ref: FileRef } & OwnAlpha & OwnPaint)
  /** The pristine original, and a black RGBA picture of its size whose alpha is the mask, 0 = repaint. */
  | ({ kind: 'apart'; image: FileRef; mask: FileRef } & OwnAlpha & OwnPaint);

/** A part of a picture in whole px from its upper left corner. */
export interface AreaRect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Width and height in px. */
export interface PixelSize {
  width: number;
  height: number;
}

/** How a mask is changed before it is used, in px of the picture. */
export interface MaskEdge {
  /** Widens the mask all round by this many px; negative narrows it. */
  grow: number;
  /** Fades the outline over this many px to either side; 0 leaves it as painted. */
  feather: number;
}

/** How far a picture is extended beyond its sides, and how far back into it the seam may reach: px. */
export interface Extension {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Width of the strip of the original along extended sides that fades from new to old. */
  overlap: number;
}

/** What a recipe is given to work on. */
export interface RecipeInput {
  source: RecipeSource;
  /** Size of the stored picture in px. */
  width: number;
  height: number;
  /**
   * The part that is cut out, worked on and pasted back, in px of the canvas: the picture, or the picture
   * as `extend` makes it. `null` works on everything.
   */
  area: AreaRect | null;
  /** Size at which the area is sampled, in multiples of 8; `null`: its own size, rounded to them. */
  working: PixelSize | null;
  /** Where and how strongly the model repaints. */
  denoiseMask: MaskEdge;
  /** Where and how strongly the result covers the original; outside, no bit changes. */
  compositeMask: MaskEdge;
  /** New picture beyond the sides; `null` keeps the size. */
  extend: Extension | null;
  /** The box around what is painted, px of the picture; absent where that is not known. */
  painted?: AreaRect;
  /**
   * The graph of a recipe that has repainted another part of the same picture, not extended: this one goes on
   * from its result. One job thus repaints several parts and saves one picture.
   */
  after?: ApiGraph;
}

/** The parts of a `RecipeInput` that a recipe uses, besides source and size; it ignores the rest. */
export interface RecipeSupport {
  area: boolean;
  working: boolean;
  denoiseMask: boolean;
  compositeMask: boolean;
  extend: boolean;
}

/** A mask as it was painted. */
export const PLAIN_EDGE: MaskEdge = { grow: 0, feather: 0 };

/** An input for the whole picture with the mask as painted, except for what is given. */
export function recipeInput(
  source: RecipeSource,
  { width, height }: PixelSize,
  more: Partial<Omit<RecipeInput, 'source' | 'width' | 'height'>> = {},
): RecipeInput {
  const plain = {
    denoiseMask: PLAIN_EDGE,
    compositeMask: PLAIN_EDGE,
    area: null,
    working: null,
    extend: null,
  };
  return { source, width, height, ...plain, ...more };
}

/** The file a job depends on for its mask. */
export function maskRef(source: RecipeSource): FileRef {
  return source.kind === 'masked' ? source.ref : source.mask;
}

/** Node classes of the server by name. */
export type NodeInfos = ReadonlyMap<string, NodeInfo>;

/** Whether a form holds all that its recipe cannot run without. */
export function isFilled(fields: readonly RecipeField[], values: RecipeValues): boolean {
  return fields.every((field) => {
    switch (field.kind) {
      case 'choice':
        return field.options.some(({ value }) => value === values[field.key]);
      case 'picture':
        return field.optional === true || values[field.key] !== '';
      default:
        return true;
    }
  });
}

/** A way to repair the masked part of a picture: a form and the graph it builds. */
export interface Recipe {
  id: string;
  title: Wording;
  about: Wording;
  /** Classes the server must have. */
  needs: readonly string[];
  supports: RecipeSupport;
  /** What is good to know about this model. */
  notes?: readonly Wording[];
  /** What has to be installed on the server before it can run. */
  lacks?: readonly Wording[];
  /** The form, with lists and limits from the server. */
  fields: (infos: NodeInfos) => RecipeField[];
  build: (input: RecipeInput, values: RecipeValues, infos: NodeInfos) => ApiGraph;
}

/** Classes a recipe needs that the server lacks. */
export function missingNodes(recipe: Recipe, infos: NodeInfos): string[] {
  return recipe.needs.filter((name) => !infos.has(name));
}

/**
 * Values for a form: the kept ones where they are still allowed, else the presets, so that a checkpoint
 * deleted from the server is never sent.
 */
export function fillValues(fields: readonly RecipeField[], kept: RecipeValues): RecipeValues {
  return Object.fromEntries(fields.map((field) => [field.key, fit(field, kept[field.key])]));
}

function fit(field: RecipeField, value: FieldValue | undefined): FieldValue {
  switch (field.kind) {
    case 'text':
    case 'picture':
      return typeof value === 'string' ? value : field.preset;
    case 'boolean':
      return typeof value === 'boolean' ? value : field.preset;
    case 'loras': {
      const rows = readLoras(value);
      return writeLoras(rows.filter(({ name }) => field.options.some((option) => option.value === name)));
    }
    case 'choice':
      return field.options.some((option) => option.value === value) ? (value as string) : field.preset;
    case 'number':
      return typeof value === 'number' && value >= field.min && value <= field.max ? value : field.preset;
    case 'color':
      return typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value) ? value : field.preset;
    case 'seed':
      return isSeed(value, field.max) ? value : field.preset;
  }
}

function isSeed(value: FieldValue | undefined, max: ExactInt): value is ExactInt {
  return (typeof value === 'number' || typeof value === 'bigint') && value >= 0 && value <= max;
}

/** The spec of a node's input if it has the expected kind. */
export function specOf<K extends InputSpec['kind']>(
  infos: NodeInfos,
  node: string,
  input: string,
  kind: K,
): Extract<InputSpec, { kind: K }> | null {
  const spec = infos.get(node)?.inputs.get(input);
  return spec?.kind === kind ? (spec as Extract<InputSpec, { kind: K }>) : null;
}
