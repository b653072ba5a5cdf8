import type { NodeClass } from '../exec/node-types';
import { fitChannels } from '../pixels/composite';
import { cropToAspect, scaleImage } from '../pixels/resize';
import { createImage, createMask, type ImageTensor, type MaskTensor } from '../pixels/tensor';
import { combo, imageOf, maskOf, textOf } from './inputs';

/** A colour multiplied with its alpha, and the alpha: 0 to 1. */
type Layer = readonly [color: number, alpha: number];

type Compose = (source: Layer, destination: Layer) => Layer;

/** Alpha where both layers count. */
const union = (a: number, b: number): number => a + b - a * b;

const MODES: Record<string, Compose> = {
  ADD: ([sc, sa], [dc, da]) => [Math.min(1, sc + dc), Math.min(1, sa + da)],
  CLEAR: () => [0, 0],
  DARKEN: ([sc, sa], [dc, da]) => [(1 - da) * sc + (1 - sa) * dc + Math.min(sc, dc), union(sa, da)],
  DST: (_source, destination) => destination,
  DST_ATOP: ([sc, sa], [dc, da]) => [sa * dc + (1 - da) * sc, sa],
  DST_IN: ([, sa], [dc, da]) => [dc * sa, sa * da],
  DST_OUT: ([, sa], [dc, da]) => [(1 - sa) * dc, (1 - sa) * da],
  DST_OVER: ([sc, sa], [dc, da]) => [dc + (1 - da) * sc, da + (1 - da) * sa],
  LIGHTEN: ([sc, sa], [dc, da]) => [(1 - da) * sc + (1 - sa) * dc + Math.max(sc, dc), union(sa, da)],
  MULTIPLY: ([sc, sa], [dc, da]) => [sc * dc, sa * da],
  OVERLAY: ([sc, sa], [dc, da]) => [
    2 * dc < da ? 2 * sc * dc : sa * da - 2 * (da - sc) * (sa - dc),
    union(sa, da),
  ],
  SCREEN: ([sc, sa], [dc, da]) => [sc + dc - sc * dc, union(sa, da)],
  SRC: (source) => source,
  SRC_ATOP: ([sc, sa], [dc, da]) => [da * sc + (1 - sa) * dc, da],
  SRC_IN: ([sc, sa], [, da]) => [sc * da, sa * da],
  SRC_OUT: ([sc, sa], [, da]) => [(1 - da) * sc, (1 - da) * sa],
  SRC_OVER: ([sc, sa], [dc, da]) => [sc + (1 - sa) * dc, sa + (1 - sa) * da],
  XOR: ([sc, sa], [dc, da]) => [(1 - da) * sc + (1 - sa) * dc, (1 - da) * sa + (1 - sa) * da],
};

/** Below this alpha a colour is black: dividing by it would only enlarge errors. */
const CLEAR_BELOW = 1e-5;

export const porterDuffImageComposite: NodeClass = {
  name: 'PorterDuffImageComposite',
  pythonModule: 'comfy_extras.nodes_compositing',
  v3: 2025,
  displayName: 'Porter-Duff Image Composite',
  category: 'image/compositing',
  searchAliases: ['alpha composite', 'blend modes', 'layer blend', 'transparency blend'],
  inputs: () => ({
    required: {
      source: ['IMAGE', {}],
      source_alpha: ['MASK', {}],
      destination: ['IMAGE', {}],
      destination_alpha: ['MASK', {}],
      mode: combo(Object.keys(MODES), { default: 'DST' }),
    },
  }),
  returns: ['IMAGE', 'MASK'],
  async run(values, context) {
    const destination = fitChannels(imageOf(values, 'destination'), 3);
    const { width, height } = destination;
    // What has another size is cut to the aspect and scaled.
    const fitted = (image: ImageTensor): Promise<ImageTensor> | ImageTensor =>
      image.width === width && image.height === height
        ? image
        : scaleImage(cropToAspect(image, width, height), width, height, 'bicubic', context.pace);
    const asImage = (mask: MaskTensor): ImageTensor => ({ ...mask, kind: 'image', channels: 1 });
    const source = await fitted(fitChannels(imageOf(values, 'source'), 3));
    const over = await fitted(asImage(maskOf(values, 'source_alpha')));
    const under = await fitted(asImage(maskOf(values, 'destination_alpha')));
    const batch = Math.min(source.batch, destination.batch, over.batch, under.batch);
    const image = createImage(batch, height, width, 3);
    const mask = createMask(batch, height, width);
    const compose = MODES[textOf(values, 'mode')] ?? ((_source: Layer, below: Layer) => below);
    for (let at = 0; at < mask.data.length; at++) {
      // A mask is 1 where its picture is clear.
      const [sa, da] = [1 - (over.data[at] ?? 0), 1 - (under.data[at] ?? 0)];
      let alpha = 0;
      for (let c = at * 3; c < at * 3 + 3; c++) {
        const [color, shown] = compose(
          [(source.data[c] ?? 0) * sa, sa],
          [(destination.data[c] ?? 0) * da, da],
        );
        alpha = shown;
        image.data[c] = shown > CLEAR_BELOW ? Math.min(1, Math.max(0, color / shown)) : 0;
      }
      mask.data[at] = 1 - alpha;
    }
    return { outputs: [image, mask] };
  },
};
