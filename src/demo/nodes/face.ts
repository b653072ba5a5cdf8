import { DEMO_MODELS } from '../checkpoints';
import type { InputSpec, InputValues, ModelValue, NodeClass } from '../exec/node-types';
import { createMask, frame, type ImageTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { typeName } from '../python/text';
import {
  type Ellipse,
  type Face,
  FACE_REGIONS,
  type FaceRegion,
  fillEllipse,
  findFaces,
} from './face-finder';
import { boolOf, combo, float, floatOf, imageOf, int, intOf, modelOf, textOf } from './inputs';
import { checkedName, NO_WEIGHTS } from './models';

const MODULE = 'comfy_extras.nodes_mediapipe';
const ALIASES = ['face', 'facial', 'mediapipe', 'face landmark', 'face mesh', 'blazeface', 'face detection'];

/** FACE_LANDMARKS of the demo: the faces of each picture of a batch. */
interface FacesValue {
  kind: 'faces';
  width: number;
  height: number;
  frames: readonly (readonly Face[])[];
}

export const loadMediaPipeFaceLandmarker: NodeClass = {
  name: 'LoadMediaPipeFaceLandmarker',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'Load Face Detection Model (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  searchAliases: ALIASES,
  inputs: () => ({
    required: {
      model_name: combo(DEMO_MODELS.detection, {
        tooltip: 'Face detection model from models/detection/.',
      }),
    },
  }),
  returns: ['FACE_DETECTION_MODEL'],
  run(values) {
    const checkpoint = checkedName(textOf(values, 'model_name'), DEMO_MODELS.detection, 'detection');
    return { outputs: [{ kind: 'face_detection', checkpoint } satisfies ModelValue] };
  },
};

export const mediaPipeFaceLandmarker: NodeClass = {
  name: 'MediaPipeFaceLandmarker',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'Detect Faces (demo: no AI)',
  description:
    'Finds faces seen from the front by the colours of skin and lips, and places their parts by proportion: the demo engine has no models.',
  category: 'image/detection',
  searchAliases: ALIASES,
  inputs: () => ({
    required: {
      face_detection_model: ['FACE_DETECTION_MODEL'],
      image: ['IMAGE'],
      detector_variant: combo(['short', 'full', 'both'], {
        default: 'short',
        tooltip: 'The same here: there is one way to find faces.',
      }),
      num_faces: int(1, 0, 16, {
        step: 1,
        tooltip: 'Maximum faces to return per frame. 0 = no cap (return all detected).',
      }),
      min_confidence: float(0.5, 0, 1, 0.01, { advanced: true, tooltip: 'How sure a face must be.' }),
      missing_frame_fallback: combo(['empty', 'previous', 'interpolate'], {
        default: 'empty',
        advanced: true,
        tooltip:
          'What a picture of a batch without a face gets: nothing, the faces of the one before, or what lies between.',
      }),
    },
  }),
  returns: ['FACE_LANDMARKS', 'BOUNDING_BOX'],
  returnNames: ['face_landmarks', 'bboxes'],
  async run(values, { pace }) {
    modelOf(values, 'face_detection_model', 'face_detection');
    const image = imageOf(values, 'image');
    const [most, least] = [intOf(values, 'num_faces'), floatOf(values, 'min_confidence')];
    const seen: Face[][] = [];
    for (let index = 0; index < image.batch; index++) {
      const faces = facesOf(image, index).filter(({ score }) => score >= least);
      seen.push(most > 0 ? faces.slice(0, most) : faces);
      await pace.rest();
    }
    const frames = filled(seen, textOf(values, 'missing_frame_fallback', 'empty'));
    const { width, height } = image;
    const boxes = frames.map((faces) => faces.map(boxOf));
    return { outputs: [{ kind: 'faces', width, height, frames } satisfies FacesValue, boxes] };
  },
};

export const mediaPipeFaceMask: NodeClass = {
  name: 'MediaPipeFaceMask',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'Draw Face Mask (demo: no AI)',
  description: 'Fills the parts of every face as ellipses.',
  category: 'image/detection',
  searchAliases: ['face', 'facial', 'mediapipe', 'face mask', 'blazeface', 'face detection', 'visualize'],
  inputs: () => ({
    required: {
      face_landmarks: ['FACE_LANDMARKS'],
      regions: [
        'COMFY_DYNAMICCOMBO_V3',
        {
          tooltip:
            "'all' = everything of the face. 'custom' = each part by itself, for combos like lips+eyes.",
          options: [
            { key: 'all', inputs: { required: {} } },
            { key: 'custom', inputs: { required: Object.fromEntries(FACE_REGIONS.map(choice)) } },
          ],
        },
      ],
    },
  }),
  returns: ['MASK'],
  run(values) {
    const { width, height, frames } = facesValue(values);
    const set = textOf(values, 'regions');
    if (set === '') {
      const wrong = "MediaPipeFaceMask.execute() missing 1 required positional argument: 'regions'";
      throw new PythonError('TypeError', wrong);
    }
    const chosen = FACE_REGIONS.filter((region) => set === 'all' || boolOf(values, `regions.${region}`));
    const masks = createMask(frames.length, height, width);
    frames.forEach((faces, index) => {
      const mask = frame(masks, index);
      for (const ellipse of faces.flatMap(({ regions }) => chosen.flatMap((region) => regions[region]))) {
        fillEllipse(mask, width, ellipse);
      }
    });
    return { outputs: [masks] };
  },
};

function choice(region: FaceRegion): [string, InputSpec] {
  const tooltip = `Include the '${region}' region in the mask.`;
  return [region, ['BOOLEAN', { tooltip, default: region === 'face_oval' }]];
}

/** The faces in one picture of a batch, the surest first. */
export function facesOf(image: ImageTensor, index: number): Face[] {
  const { width, height, channels } = image;
  const data = frame(image, index);
  const rgb = new Float32Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[at * 3 + channel] = data[at * channels + Math.min(channel, channels - 1)] ?? 0;
    }
  }
  return findFaces({ width, height, rgb });
}

/** @throws PythonError when the input holds no faces. */
function facesValue(values: InputValues): FacesValue {
  const value = values.face_landmarks;
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'faces') {
    return value as FacesValue;
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

/** The faces of each picture; those without get what the fallback says. */
function filled(frames: readonly Face[][], fallback: string): Face[][] {
  if (fallback === 'empty') {
    return [...frames];
  }
  return frames.map((faces, at) => {
    const before = frames.slice(0, at).findLastIndex((one) => one.length > 0);
    const after = frames.findIndex((one, place) => place > at && one.length > 0);
    if (faces.length > 0 || (before < 0 && (fallback === 'previous' || after < 0))) {
      return faces;
    }
    const [earlier, later] = [frames[before] ?? frames[after] ?? [], frames[after] ?? frames[before] ?? []];
    const share = before < 0 || after < 0 ? 0 : (at - before) / (after - before);
    return fallback === 'previous'
      ? earlier
      : earlier.slice(0, later.length).map((face, which) => between(face, later[which] ?? face, share));
  });
}

/** A face on its way from one to another, which is reached at 1. */
function between(from: Face, to: Face, share: number): Face {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  const regions = Object.fromEntries(
    FACE_REGIONS.map((region) => [
      region,
      from.regions[region].map((a, at): Ellipse => {
        const b = to.regions[region][at] ?? a;
        return {
          x: mix(a.x, b.x),
          y: mix(a.y, b.y),
          rx: mix(a.rx, b.rx),
          ry: mix(a.ry, b.ry),
          tilt: mix(a.tilt, b.tilt),
        };
      }),
    ]),
  ) as unknown as Face['regions'];
  return { score: mix(from.score, to.score), regions };
}

/** As ComfyUI lists what a detector found, px. */
function boxOf({ score, regions: { face_oval } }: Face): Record<string, unknown> {
  const { x = 0, y = 0, rx = 0, ry = 0, tilt = 0 } = face_oval[0] ?? {};
  const [half, high] = [
    Math.hypot(rx * Math.cos(tilt), ry * Math.sin(tilt)),
    Math.hypot(rx * Math.sin(tilt), ry * Math.cos(tilt)),
  ];
  return { x: x - half, y: y - high, width: 2 * half, height: 2 * high, label: 'face', score };
}
