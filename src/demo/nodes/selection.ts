import { MaskGrid } from '../../editor/mask/mask-grid';
import { PixelSource } from '../../editor/mask/pixel-source';
import { QuickSelect, type QuickSubject } from '../../editor/select/quick-select';
import { quickWindow } from '../../editor/select/quick-window';
import { DEMO_MODELS } from '../checkpoints';
import type { InputValues, ModelValue, NodeClass, RunContext } from '../exec/node-types';
import { type ImageTensor, type MaskTensor, createMask, frame } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { colorWishes, thingsOf } from './color-words';
import { facesOf } from './face';
import { fillEllipse } from './face-finder';
import { faceWishes, hairPoints } from './face-words';
import {
  boolOf,
  combo,
  conditioningOf,
  float,
  imageOf,
  int,
  intOf,
  MAX_RESOLUTION,
  modelOf,
  textOf,
} from './inputs';
import { checkedName, NO_WEIGHTS } from './models';

/** BOUNDING_BOX: px. */
interface BoundingBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Share of the picture's border that no subject is thought to reach. */
const BORDER = 0.03;

export const primitiveBoundingBox: NodeClass = {
  name: 'PrimitiveBoundingBox',
  pythonModule: 'comfy_extras.nodes_primitive',
  v3: 2026,
  displayName: 'Bounding Box',
  category: 'utilities/primitive',
  inputs: () => ({
    required: {
      x: int(0, 0, MAX_RESOLUTION),
      y: int(0, 0, MAX_RESOLUTION),
      width: int(512, 1, MAX_RESOLUTION),
      height: int(512, 1, MAX_RESOLUTION),
    },
  }),
  returns: ['BOUNDING_BOX'],
  run(values) {
    const [x, y] = [intOf(values, 'x'), intOf(values, 'y')];
    const box: BoundingBox = { x, y, width: intOf(values, 'width'), height: intOf(values, 'height') };
    return { outputs: [box] };
  },
};

export const loadBackgroundRemovalModel: NodeClass = {
  name: 'LoadBackgroundRemovalModel',
  pythonModule: 'comfy_extras.nodes_bg_removal',
  v3: 2026,
  displayName: 'Load Background Removal Model (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: () => ({
    required: {
      bg_removal_name: combo(DEMO_MODELS.background_removal, {
        tooltip: 'The model used to remove backgrounds from images',
      }),
    },
  }),
  returns: ['BACKGROUND_REMOVAL'],
  returnNames: ['bg_model'],
  run(values) {
    const known = DEMO_MODELS.background_removal;
    const checkpoint = checkedName(textOf(values, 'bg_removal_name'), known, 'background_removal');
    return { outputs: [{ kind: 'background_removal', checkpoint } satisfies ModelValue] };
  },
};

export const removeBackground: NodeClass = {
  name: 'RemoveBackground',
  pythonModule: 'comfy_extras.nodes_bg_removal',
  v3: 2026,
  displayName: 'Remove Background (demo: no AI)',
  description:
    'Tells what touches the border from the rest by colour and edges: the demo engine has no models.',
  category: 'image/background removal',
  inputs: () => ({
    required: {
      bg_removal_model: [
        'BACKGROUND_REMOVAL',
        { tooltip: 'Background removal model used to generate the mask' },
      ],
      image: ['IMAGE', { tooltip: 'Input image to remove the background from' }],
    },
  }),
  returns: ['MASK'],
  returnNames: ['mask'],
  async run(values, { pace }) {
    modelOf(values, 'bg_removal_model', 'background_removal');
    const image = imageOf(values, 'image');
    const { width, height } = image;
    const masks: Float32Array[] = [];
    for (let index = 0; index < image.batch; index++) {
      const [x, y] = [width * BORDER, height * BORDER];
      const box = { x0: x, y0: y, x1: width - x, y1: height - y };
      masks.push(selected(image, index, { kind: 'box', box }));
      await pace.rest();
    }
    return { outputs: [batchOf(masks, image)] };
  },
};

export const sam3Detect: NodeClass = {
  name: 'SAM3_Detect',
  pythonModule: 'comfy_extras.nodes_sam3',
  v3: 2026,
  displayName: 'SAM3 Detect (demo: no AI)',
  description:
    'Selects by colour and edges, and understands names of colours ("red, blue:2") and face, eyes, lips and hair only: the demo engine has no models.',
  category: 'image/detection',
  searchAliases: ['sam3', 'segment anything', 'open vocabulary', 'text detection', 'segment'],
  inputs: () => ({
    required: {
      model: ['MODEL', { display_name: 'model' }],
      image: ['IMAGE', { display_name: 'image' }],
      threshold: float(0.5, 0, 1, 0.01, { display_name: 'threshold' }),
      refine_iterations: int(2, 0, 5, { display_name: 'refine_iterations' }),
      individual_masks: ['BOOLEAN', { display_name: 'individual_masks', default: false }],
    },
    optional: {
      conditioning: ['CONDITIONING', { display_name: 'conditioning' }],
      bboxes: [
        'BOUNDING_BOX',
        {
          display_name: 'bboxes',
          default: { x: 0, y: 0, width: 512, height: 512 },
          socketless: true,
          forceInput: true,
        },
      ],
      positive_coords: ['STRING', { display_name: 'positive_coords', forceInput: true, multiline: false }],
      negative_coords: ['STRING', { display_name: 'negative_coords', forceInput: true, multiline: false }],
    },
  }),
  returns: ['MASK', 'BOUNDING_BOX'],
  returnNames: ['masks', 'bboxes'],
  async run(values, context) {
    modelOf(values, 'model', 'model');
    const image = imageOf(values, 'image');
    const objects = await objectsOf(values, image, context);
    const boxes = objects.map((mask) => boundsOf(mask, image.width));
    const masks = boolOf(values, 'individual_masks') || objects.length === 0 ? objects : [unionOf(objects)];
    return { outputs: [batchOf(masks, image), boxes] };
  },
};

/** A mask for each thing that words, boxes and points name. */
async function objectsOf(
  values: InputValues,
  image: ImageTensor,
  { pace }: Pick<RunContext, 'pace'>,
): Promise<Float32Array[]> {
  const objects: Float32Array[] = [];
  const take = async (masks: readonly Float32Array[]): Promise<void> => {
    objects.push(...masks.filter((mask) => mask.some((value) => value > 0)));
    await pace.rest();
  };
  if (values.conditioning !== undefined) {
    const { text } = conditioningOf(values, 'conditioning');
    for (const wish of colorWishes(text)) {
      await take(thingsOf(image, wish));
    }
    await take(partsOfFaces(image, text));
  }
  for (const { x, y, width, height } of boxesOf(values.bboxes)) {
    const box = { x0: x, y0: y, x1: x + width, y1: y + height };
    await take([selected(image, 0, { kind: 'box', box })]);
  }
  const inside = pointsOf(values, 'positive_coords');
  if (inside.length > 0) {
    const outside = pointsOf(values, 'negative_coords');
    await take([selected(image, 0, { kind: 'points', inside, outside })]);
  }
  return objects;
}

/** A mask for each part of a face that words name, and for its hair, which is what stands out above and beside it. */
function partsOfFaces(image: ImageTensor, text: string): Float32Array[] {
  const wishes = faceWishes(text);
  const faces = wishes.length > 0 ? facesOf(image, 0) : [];
  return wishes.flatMap((regions) =>
    faces.flatMap((face) => {
      if (regions.length === 0) {
        return [selected(image, 0, hairPoints(face, image))];
      }
      return regions.map((region) => {
        const mask = new Float32Array(image.width * image.height);
        for (const ellipse of face.regions[region]) {
          fillEllipse(mask, image.width, ellipse);
        }
        return mask;
      });
    }),
  );
}

function boxesOf(value: unknown): BoundingBox[] {
  const all: unknown[] =
    value === undefined || value === null ? [] : Array.isArray(value) ? value.flat() : [value];
  return all.map((box) => {
    const sides = (box ?? {}) as Partial<BoundingBox>;
    return {
      x: Number(sides.x ?? 0),
      y: Number(sides.y ?? 0),
      width: Number(sides.width ?? 0),
      height: Number(sides.height ?? 0),
    };
  });
}

/** @throws PythonError when the text is no JSON list of points. */
function pointsOf(values: InputValues, name: string): { x: number; y: number }[] {
  const text = textOf(values, name).trim();
  if (text === '') {
    return [];
  }
  try {
    const points = JSON.parse(text) as { x: number; y: number }[];
    return points.map(({ x, y }) => ({ x: Number(x), y: Number(y) }));
  } catch (error) {
    throw new PythonError('JSONDecodeError', error instanceof Error ? error.message : String(error));
  }
}

/** What the editor's quick select finds in one picture of a batch, 0 to 1. */
function selected(image: ImageTensor, index: number, subject: QuickSubject): Float32Array {
  const { width, height } = image;
  const whole = { x0: 0, y0: 0, x1: width, y1: height };
  const request = {
    window: quickWindow(whole, image),
    subject,
    sensitivity: 0.5,
    soft: true,
    within: false,
  };
  const grid = new QuickSelect(sourceOf(image, index)).select(request, new MaskGrid(width, height));
  return Float32Array.from(grid.readRect(whole), (value) => value / 255);
}

function sourceOf(image: ImageTensor, index: number): PixelSource {
  const { width, height, channels } = image;
  const data = frame(image, index);
  const source = new PixelSource(width, height);
  const row = new Uint8Array(width * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = y * width * channels; x < width; x++, from += channels) {
      for (let channel = 0; channel < 3; channel++) {
        const value = data[from + Math.min(channel, channels - 1)] ?? 0;
        row[x * 4 + channel] = Math.round(Math.min(1, Math.max(0, value)) * 255);
      }
    }
    source.setRows(y, row);
  }
  return source;
}

/** The masks as one batch; one empty mask when there are none. */
function batchOf(masks: readonly Float32Array[], { width, height }: ImageTensor): MaskTensor {
  const batch = createMask(Math.max(1, masks.length), height, width);
  masks.forEach((mask, index) => {
    batch.data.set(mask, index * width * height);
  });
  return batch;
}

function unionOf(masks: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...others] = masks;
  return first.map((value, at) => others.reduce((most, mask) => Math.max(most, mask[at] ?? 0), value));
}

function boundsOf(mask: Float32Array, width: number): BoundingBox {
  let [x0, y0, x1, y1] = [width, mask.length / width, 0, 0];
  mask.forEach((value, at) => {
    if (value >= 0.5) {
      const x = at % width;
      const y = Math.floor(at / width);
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
    }
  });
  return {
    x: Math.min(x0, x1),
    y: Math.min(y0, y1),
    width: Math.max(0, x1 - x0),
    height: Math.max(0, y1 - y0),
  };
}
