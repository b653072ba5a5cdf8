import type { ApiGraph, ApiInput, NodeLink } from '../../comfy/graph';
import { GraphBuilder } from '../graph-builder';
import { type NodeInfos, specOf } from '../recipe';

/** A point or a size in px of the picture. */
export interface SelectionPoint {
  x: number;
  y: number;
}

/** A box in px of the picture. */
export interface SelectionBox extends SelectionPoint {
  width: number;
  height: number;
}

/** Parts of a face that can be selected, by the names the server has for them. */
export const FACE_PARTS = ['face_oval', 'lips', 'left_eye', 'right_eye', 'irises'] as const;
export type FacePart = (typeof FACE_PARTS)[number];

/** What a person points at. */
export type SelectionWish =
  /** Things by their names; several are separated by commas, `window:4` is at most four. */
  | { kind: 'words'; text: string }
  /** The object at some points, without what is at others. */
  | { kind: 'points'; positive: readonly SelectionPoint[]; negative: readonly SelectionPoint[] }
  /** The object in a box. */
  | { kind: 'box'; box: SelectionBox }
  | { kind: 'subject' }
  | { kind: 'background' }
  /** Faces, or parts of them. */
  | { kind: 'face'; parts: readonly FacePart[] };

/**
 * Something a selection cannot do without: a node class, or a model file in a folder below `models`, with the name
 * of one that will do where it is known.
 */
export type SelectionNeed =
  { kind: 'node'; name: string } | { kind: 'model'; folder: string; example: string | null };

/** How a selection is made. */
export interface SelectionOptions {
  /** The picture as LoadImage takes it, such as `photo.png [input]`. */
  image: string;
  /** 0 to 1: how sure the model must be of an object. */
  threshold: number;
  /** 0 to 5: passes that make the edge more exact. */
  refine: number;
}

interface Model {
  loader: string;
  input: string;
  folder: string;
  example: string | null;
  /** How the files that will do are told from others in the same folder; null: all will. */
  known: RegExp | null;
  /** What runs on the model. */
  nodes: readonly string[];
}

/** SAM 3 by the server's own nodes, since 0.19.5. */
const SAM3: Model = {
  loader: 'CheckpointLoaderSimple',
  input: 'ckpt_name',
  folder: 'checkpoints',
  example: 'sam3.1_multiplex_fp16.safetensors',
  known: /sam[-_.]?3/i,
  nodes: ['SAM3_Detect'],
};

const BACKGROUND: Model = {
  loader: 'LoadBackgroundRemovalModel',
  input: 'bg_removal_name',
  folder: 'background_removal',
  example: 'birefnet.safetensors',
  known: null,
  nodes: ['RemoveBackground'],
};

/** The detectors of other nodes lie in the same folder. */
const FACE: Model = {
  loader: 'LoadMediaPipeFaceLandmarker',
  input: 'model_name',
  folder: 'detection',
  example: 'mediapipe_face_fp32.safetensors',
  known: /mediapipe|face/i,
  nodes: ['MediaPipeFaceLandmarker', 'MediaPipeFaceMask'],
};

/** Brings every mask back into the browser as 8-bit pictures that the server soon forgets. */
const RESULT = ['LoadImage', 'MaskToImage', 'PreviewImage'];

/** PrimitiveBoundingBox takes no more, px. */
const LARGEST_BOX = 16_384;

function modelOf({ kind }: SelectionWish): Model {
  return kind === 'subject' || kind === 'background' ? BACKGROUND : kind === 'face' ? FACE : SAM3;
}

/** Nodes besides the model's own. */
function extraNodes({ kind }: SelectionWish): readonly string[] {
  switch (kind) {
    case 'words':
      return ['CLIPTextEncode'];
    case 'points':
      return ['PrimitiveString'];
    case 'box':
      return ['PrimitiveBoundingBox'];
    case 'background':
      return ['InvertMask'];
    default:
      return [];
  }
}

/** The files of the server that can do this, the first one to be taken. */
export function selectionModels(wish: SelectionWish, infos: NodeInfos): string[] {
  const { loader, input, known } = modelOf(wish);
  const files = specOf(infos, loader, input, 'combo')?.options ?? [];
  return known ? files.filter((file) => known.test(file)) : files;
}

/** What the server lacks for this; nothing when it can be done. */
export function missingForSelection(wish: SelectionWish, infos: NodeInfos): SelectionNeed[] {
  const { loader, nodes, folder, example } = modelOf(wish);
  const missing = [...RESULT, loader, ...nodes, ...extraNodes(wish)]
    .filter((name) => !infos.has(name))
    .map((name): SelectionNeed => ({ kind: 'node', name }));
  return missing.length > 0 || selectionModels(wish, infos).length > 0
    ? missing
    : [{ kind: 'model', folder, example }];
}

/**
 * The graph that makes a selection, and the node whose output lists the masks: white is selected, one picture
 * for each object where the model tells objects apart.
 * @param model a file from `selectionModels`.
 * @throws RangeError when the wish points at nothing.
 */
export function selectionGraph(
  wish: SelectionWish,
  model: string,
  options: SelectionOptions,
): { graph: ApiGraph; result: string } {
  const builder = new GraphBuilder();
  const image = builder.add('LoadImage', { image: options.image });
  const { loader, input } = modelOf(wish);
  const loaded = builder.add(loader, { [input]: model });
  const mask = maskOf(builder, wish, image, loaded, options);
  const [result] = builder.add('PreviewImage', { images: builder.add('MaskToImage', { mask }) });
  return { graph: builder.graph, result };
}

function maskOf(
  builder: GraphBuilder,
  wish: SelectionWish,
  image: NodeLink,
  loaded: NodeLink,
  options: SelectionOptions,
): NodeLink {
  switch (wish.kind) {
    case 'subject':
    case 'background': {
      const subject = builder.add('RemoveBackground', { bg_removal_model: loaded, image });
      return wish.kind === 'subject' ? subject : builder.add('InvertMask', { mask: subject });
    }
    case 'face':
      return faceMask(builder, wish.parts, image, loaded, options.threshold);
    default:
      return builder.add('SAM3_Detect', {
        model: loaded,
        image,
        threshold: options.threshold,
        refine_iterations: options.refine,
        individual_masks: true,
        ...prompts(builder, wish, loaded),
      });
  }
}

/** The inputs of SAM3_Detect that say what to look for. They take links only. */
function prompts(
  builder: GraphBuilder,
  wish: Extract<SelectionWish, { kind: 'words' | 'points' | 'box' }>,
  [checkpoint]: NodeLink,
): Record<string, ApiInput> {
  if (wish.kind === 'words') {
    const text = wish.text.trim();
    if (text === '') {
      throw new RangeError('no words to look for');
    }
    return { conditioning: builder.add('CLIPTextEncode', { text, clip: [checkpoint, 1] }) };
  }
  if (wish.kind === 'box') {
    const { x, y, width, height } = wish.box;
    const place = (value: number, least: number): number =>
      Math.min(LARGEST_BOX, Math.max(least, Math.round(value)));
    return {
      bboxes: builder.add('PrimitiveBoundingBox', {
        x: place(x, 0),
        y: place(y, 0),
        width: place(width, 1),
        height: place(height, 1),
      }),
    };
  }
  if (wish.positive.length === 0) {
    throw new RangeError('no point on the object');
  }
  const coords = (points: readonly SelectionPoint[]): NodeLink =>
    builder.add('PrimitiveString', {
      value: JSON.stringify(points.map(({ x, y }) => ({ x: Math.floor(x), y: Math.floor(y) }))),
    });
  return {
    positive_coords: coords(wish.positive),
    ...(wish.negative.length > 0 && { negative_coords: coords(wish.negative) }),
  };
}

/** All faces of the picture; the server's default looks for one close face only. */
function faceMask(
  builder: GraphBuilder,
  parts: readonly FacePart[],
  image: NodeLink,
  loaded: NodeLink,
  threshold: number,
): NodeLink {
  if (parts.length === 0) {
    throw new RangeError('no part of the face');
  }
  const face_landmarks = builder.add('MediaPipeFaceLandmarker', {
    face_detection_model: loaded,
    image,
    detector_variant: 'both',
    num_faces: 0,
    min_confidence: threshold,
    missing_frame_fallback: 'empty',
  });
  const chosen = FACE_PARTS.map((part): [string, boolean] => [`regions.${part}`, parts.includes(part)]);
  return builder.add('MediaPipeFaceMask', {
    face_landmarks,
    regions: 'custom',
    ...Object.fromEntries(chosen),
  });
}
