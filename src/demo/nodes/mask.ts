import type { NodeClass } from '../exec/node-types';
import { growMask } from '../pixels/morphology';
import { cropImage } from '../pixels/resize';
import { createMask, withData, type MaskTensor } from '../pixels/tensor';
import { boolOf, combo, float, floatOf, int, intOf, maskOf, MAX_RESOLUTION, pixels, textOf } from './inputs';

/** What the mask nodes have in common. */
type MaskNode = Pick<NodeClass, 'name' | 'displayName' | 'inputs' | 'run' | 'searchAliases'>;

function maskNode(node: MaskNode): NodeClass {
  return {
    ...node,
    v3: 2026,
    pythonModule: 'comfy_extras.nodes_mask',
    category: 'image/mask',
    returns: ['MASK'],
  };
}

export const solidMask = maskNode({
  name: 'SolidMask',
  displayName: 'Create Solid Mask',
  inputs: () => ({
    required: { value: float(1, 0, 1, 0.01), width: pixels(512, 1), height: pixels(512, 1) },
  }),
  run: (values) => ({
    outputs: [createMask(1, intOf(values, 'height'), intOf(values, 'width'), floatOf(values, 'value'))],
  }),
});

export const invertMask = maskNode({
  name: 'InvertMask',
  displayName: 'Invert Mask',
  searchAliases: ['reverse mask', 'flip mask'],
  inputs: () => ({ required: { mask: ['MASK', {}] } }),
  run(values) {
    const mask = maskOf(values, 'mask');
    return {
      outputs: [
        withData(
          mask,
          mask.data.map((value) => 1 - value),
        ),
      ],
    };
  },
});

export const growMaskNode = maskNode({
  name: 'GrowMask',
  displayName: 'Grow Mask',
  searchAliases: ['expand mask', 'shrink mask'],
  inputs: () => ({
    required: {
      mask: ['MASK', {}],
      expand: int(0, -MAX_RESOLUTION, MAX_RESOLUTION, { step: 1 }),
      tapered_corners: ['BOOLEAN', { advanced: true, default: true }],
    },
  }),
  async run(values, context) {
    const expand = intOf(values, 'expand');
    const tapered = boolOf(values, 'tapered_corners', true);
    return { outputs: [await growMask(maskOf(values, 'mask'), expand, tapered, context.pace)] };
  },
});

export const thresholdMask = maskNode({
  name: 'ThresholdMask',
  displayName: 'Threshold Mask',
  searchAliases: ['binary mask'],
  inputs: () => ({ required: { mask: ['MASK', {}], value: float(0.5, 0, 1, 0.01) } }),
  run(values) {
    const mask = maskOf(values, 'mask');
    const limit = Math.fround(floatOf(values, 'value', 0.5));
    return {
      outputs: [
        withData(
          mask,
          mask.data.map((value) => (value > limit ? 1 : 0)),
        ),
      ],
    };
  },
});

export const cropMask = maskNode({
  name: 'CropMask',
  displayName: 'Crop Mask',
  searchAliases: ['cut mask', 'extract mask region', 'mask slice'],
  inputs: () => ({
    required: {
      mask: ['MASK', {}],
      x: pixels(0),
      y: pixels(0),
      width: pixels(512, 1),
      height: pixels(512, 1),
    },
  }),
  run(values) {
    const mask = maskOf(values, 'mask');
    const [x, y] = [intOf(values, 'x'), intOf(values, 'y')];
    const asImage = { ...mask, kind: 'image' as const, channels: 1 };
    const { width, height, data } = cropImage(asImage, x, y, intOf(values, 'width'), intOf(values, 'height'));
    return { outputs: [{ ...mask, width, height, data }] };
  },
});

type Combine = (ours: number, theirs: number) => number;

/** Rounds as torch does: a half becomes 0, so only values above it become 1. */
const isSet = (value: number): boolean => value > 0.5;

const OPERATIONS: Record<string, Combine> = {
  multiply: (ours, theirs) => ours * theirs,
  add: (ours, theirs) => ours + theirs,
  subtract: (ours, theirs) => ours - theirs,
  and: (ours, theirs) => (isSet(ours) && isSet(theirs) ? 1 : 0),
  or: (ours, theirs) => (isSet(ours) || isSet(theirs) ? 1 : 0),
  xor: (ours, theirs) => (isSet(ours) !== isSet(theirs) ? 1 : 0),
};

/** Combines `source` into a copy of `destination` at a position; values stay within 0..1. */
export function combineMasks(
  destination: MaskTensor,
  source: MaskTensor,
  x: number,
  y: number,
  operation: string,
): MaskTensor {
  const combine = OPERATIONS[operation] ?? ((ours: number) => ours);
  const data = destination.data.slice();
  const width = Math.min(source.width, destination.width - x);
  const height = Math.min(source.height, destination.height - y);
  for (let index = 0; index < destination.batch; index++) {
    const from = (source.batch > 1 ? index : 0) * source.height;
    for (let row = 0; row < height; row++) {
      const to = (index * destination.height + y + row) * destination.width + x;
      for (let column = 0; column < width; column++) {
        const theirs = source.data[(from + row) * source.width + column] ?? 0;
        data[to + column] = combine(data[to + column] ?? 0, theirs);
      }
    }
  }
  return withData(
    destination,
    data.map((value) => Math.min(1, Math.max(0, value))),
  );
}

export const maskComposite = maskNode({
  name: 'MaskComposite',
  displayName: 'Combine Masks',
  searchAliases: ['combine masks', 'blend masks', 'layer masks', 'masks composition'],
  inputs: () => ({
    required: {
      destination: ['MASK', {}],
      source: ['MASK', {}],
      x: pixels(0),
      y: pixels(0),
      operation: combo(Object.keys(OPERATIONS)),
    },
  }),
  run: (values) => ({
    outputs: [
      combineMasks(
        maskOf(values, 'destination'),
        maskOf(values, 'source'),
        intOf(values, 'x'),
        intOf(values, 'y'),
        textOf(values, 'operation'),
      ),
    ],
  }),
});

/** Widths in px over which a mask fades in from each border of the picture. */
export interface Feather {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Distance in px from the far border; servers before 2026 were off by one and wrapped around. */
function fromEnd(place: number, size: number, offByOne: boolean): number {
  return offByOne ? (size - place) % size : size - 1 - place;
}

/** Fades a mask towards the borders of the picture, not along its own outline (API notes §7.4). */
export function featherMask(mask: MaskTensor, feather: Feather, offByOne = false): MaskTensor {
  const { width, height } = mask;
  const data = mask.data.slice();
  const rate = (place: number, reach: number): number =>
    place < reach ? Math.fround((place + 1) / reach) : 1;
  const [left, right] = [Math.min(feather.left, width), Math.min(feather.right, width)];
  const [top, bottom] = [Math.min(feather.top, height), Math.min(feather.bottom, height)];
  for (let at = 0; at < data.length; at++) {
    const x = at % width;
    const y = Math.floor(at / width) % height;
    let value = Math.fround((data[at] ?? 0) * rate(x, left));
    value = Math.fround(value * rate(fromEnd(x, width, offByOne), right));
    value = Math.fround(value * rate(y, top));
    data[at] = value * rate(fromEnd(y, height, offByOne), bottom);
  }
  return withData(mask, data);
}

export const featherMaskNode = maskNode({
  name: 'FeatherMask',
  displayName: 'Feather Mask',
  searchAliases: ['soft edge mask', 'blur mask edges', 'gradient mask edge'],
  inputs: () => ({
    required: { mask: ['MASK', {}], left: pixels(0), top: pixels(0), right: pixels(0), bottom: pixels(0) },
  }),
  run(values, context) {
    const feather: Feather = {
      left: intOf(values, 'left'),
      top: intOf(values, 'top'),
      right: intOf(values, 'right'),
      bottom: intOf(values, 'bottom'),
    };
    return { outputs: [featherMask(maskOf(values, 'mask'), feather, !context.era.newPixels)] };
  },
});
