import type { NodeLink } from '../comfy/graph';
import type { GraphBuilder } from './graph-builder';
import type { PixelSize } from './recipe';

/** Core classes that colours are changed with. The nodes made for it came as late as 2026, and know no hue. */
export const TONE_NODES: readonly string[] = [
  'EmptyImage',
  'ImageBlend',
  'ImageInvert',
  'ImageRGBToYUV',
  'ImageYUVToRGB',
];

const WHITE = 0xffffff;
/** A blend takes factors up to 1: colours are doubled at most, and more than that in steps. */
const MOST = 2;

/** How colours are changed; 1 and 0 leave them as they are. */
export interface Tone {
  /** Factor, from 0. */
  brightness: number;
  /** Factor of the distance from medium grey, from 0. */
  contrast: number;
  /** Factor of the distance from grey of the same brightness, from 0. */
  saturation: number;
  /** Degrees around the colour circle: red, yellow, green, blue. */
  hue: number;
}

/**
 * Arithmetic with pictures out of blends. Results stay within 0 to 1; nothing is added for what changes nothing.
 * Pictures have 3 channels and the size given, in px.
 */
export class ToneGraph {
  readonly #builder: GraphBuilder;
  readonly #size: PixelSize;
  #white: NodeLink | null = null;
  #grey: NodeLink | null = null;

  constructor(builder: GraphBuilder, size: PixelSize) {
    this.#builder = builder;
    this.#size = size;
  }

  /** Changes brightness, then contrast, then colour. */
  apply(image: NodeLink, { brightness, contrast, saturation, hue }: Tone): NodeLink {
    const toned = this.spread(this.gain(image, brightness), contrast);
    return saturation === 1 && hue % 360 === 0 ? toned : this.#turn(toned, saturation, (hue * Math.PI) / 180);
  }

  /** Times a factor. */
  gain(image: NodeLink, factor: number): NodeLink {
    if (factor === 1) {
      return image;
    }
    if (factor < 1) {
      return this.#less(image, image, 1 - factor);
    }
    const step = Math.min(factor, MOST);
    // 1 − ((1 − x) − k·x) = x·(1 + k): blends subtract, and none adds.
    const darker = this.#less(this.#invert(image), image, step - 1);
    return this.gain(this.#invert(darker), factor / step);
  }

  /** Times a factor, seen from the middle between black and white. */
  spread(image: NodeLink, factor: number): NodeLink {
    if (factor === 1) {
      return image;
    }
    if (factor < 1) {
      return this.#mix(image, this.#middle(), 1 - factor);
    }
    // f·(x − 0.5) + 0.5 = f·(x − t): what is subtracted first cannot be cut off at white.
    const dark = (0.5 * (factor - 1)) / factor;
    return this.gain(this.#less(image, this.#blank(), dark), factor);
  }

  /** Turns and stretches the plane of colours: blue and red, each less the brightness, around 0.5. */
  #turn(image: NodeLink, factor: number, angle: number): NodeLink {
    const [Y]: NodeLink = this.#builder.add('ImageRGBToYUV', { image });
    const [cos, sin] = [round(Math.cos(angle)), round(Math.sin(angle))];
    const [blue, red]: [NodeLink, NodeLink] = [
      [Y, 1],
      [Y, 2],
    ];
    return this.#builder.add('ImageYUVToRGB', {
      Y: [Y, 0],
      U: this.#sum(blue, factor * cos, red, -factor * sin),
      V: this.#sum(red, factor * cos, blue, factor * sin),
    });
  }

  /** `a · one + b · two`, both around 0.5. */
  #sum(one: NodeLink, a: number, two: NodeLink, b: number): NodeLink {
    const whole = Math.abs(a) + Math.abs(b);
    if (whole === 0) {
      return this.#middle();
    }
    const signed = (image: NodeLink, by: number): NodeLink => (by < 0 ? this.#invert(image) : image);
    if (b === 0) {
      return this.spread(signed(one, a), whole);
    }
    if (a === 0) {
      return this.spread(signed(two, b), whole);
    }
    return this.spread(this.#mix(signed(one, a), signed(two, b), Math.abs(b) / whole), whole);
  }

  #invert(image: NodeLink): NodeLink {
    return this.#builder.add('ImageInvert', { image });
  }

  #mix(image1: NodeLink, image2: NodeLink, share: number): NodeLink {
    return this.#builder.add('ImageBlend', { image1, image2, blend_factor: share, blend_mode: 'normal' });
  }

  /** `image − factor · other`. */
  #less(image1: NodeLink, image2: NodeLink, factor: number): NodeLink {
    return this.#builder.add('ImageBlend', {
      image1,
      image2,
      blend_factor: factor,
      blend_mode: 'difference',
    });
  }

  #blank(): NodeLink {
    this.#white ??= this.#builder.add('EmptyImage', { ...this.#size, batch_size: 1, color: WHITE });
    return this.#white;
  }

  /** 0.5 exactly, which no colour of 8 bits is. */
  #middle(): NodeLink {
    this.#grey ??= this.#less(this.#blank(), this.#blank(), 0.5);
    return this.#grey;
  }
}

/** Cosines of right angles are 0, not almost. */
function round(value: number): number {
  return Math.abs(value) < 1e-9 ? 0 : value;
}
