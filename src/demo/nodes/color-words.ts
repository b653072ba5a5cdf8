import { type ImageTensor, frame } from '../pixels/tensor';

/** Hues of the colour wheel in degrees, from and up to; the words for each. */
const HUES: readonly (readonly [number, number, ...string[]])[] = [
  [345, 375, 'red', '红', '红色'],
  [15, 45, 'orange', '橙', '橙色'],
  [45, 70, 'yellow', '黄', '黄色'],
  [70, 165, 'green', '绿', '绿色'],
  [165, 200, 'cyan', '青', '青色'],
  [200, 255, 'blue', '蓝', '蓝色'],
  [255, 290, 'purple', '紫', '紫色'],
  [290, 345, 'pink', '粉', '粉色'],
];
const GREYS = [
  ['black', '黑', '黑色'],
  ['grey', 'gray', '灰', '灰色'],
  ['white', '白', '白色'],
] as const;

/** Something a prompt asks for: a colour, and at most how many things of it. */
export interface ColorWish {
  /** Index among hues and greys. */
  color: number;
  most: number;
}

/** Reads prompts such as "red, blue:2". Words that are no colours are left out. */
export function colorWishes(text: string): ColorWish[] {
  return text.split(',').flatMap((part) => {
    const [words = '', count] = part.split(':');
    const most = count === undefined ? Infinity : Math.max(1, Number.parseInt(count, 10) || 1);
    const said = words.trim().toLowerCase().split(/\s+/);
    const hue = HUES.findIndex(([, , ...names]) => names.some((name) => said.includes(name)));
    const grey = GREYS.findIndex((names) => names.some((name) => said.includes(name)));
    return hue >= 0 ? { color: hue, most } : grey >= 0 ? { color: HUES.length + grey, most } : [];
  });
}

/** Which colour a pixel has, as in `ColorWish`; values 0 to 1. */
function colorOf(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread < 0.18 * most || most < 0.12) {
    return HUES.length + (most < 0.25 ? 0 : most < 0.8 ? 1 : 2);
  }
  const turn =
    most === red
      ? (green - blue) / spread
      : most === green
        ? 2 + (blue - red) / spread
        : 4 + (red - green) / spread;
  const hue = (turn * 60 + 360) % 360;
  return HUES.findIndex(([from, to]) => (hue >= from && hue < to) || hue + 360 < to);
}

/** Smaller things, as a share of the picture, are grain. */
const LEAST = 0.002;

/**
 * Connected things of a colour in the first picture of a batch, the largest first: 1 where the thing is, 0
 * elsewhere.
 */
export function thingsOf(image: ImageTensor, { color, most }: ColorWish): Float32Array[] {
  const { width, height, channels } = image;
  const data = frame(image, 0);
  const open = new Uint8Array(width * height);
  for (let at = 0; at < open.length; at++) {
    const from = at * channels;
    const [red = 0, green = 0, blue = 0] = [data[from], data[from + 1], data[from + 2]];
    open[at] = colorOf(red, green, blue) === color ? 1 : 0;
  }
  const things: number[][] = [];
  for (let start = 0; start < open.length; start++) {
    if (open[start]) {
      const thing = connected(open, width, start);
      if (thing.length >= LEAST * open.length) {
        things.push(thing);
      }
    }
  }
  return things
    .sort((a, b) => b.length - a.length)
    .slice(0, most)
    .map((thing) => {
      const mask = new Float32Array(open.length);
      for (const at of thing) {
        mask[at] = 1;
      }
      return mask;
    });
}

/** The open pixels connected to this one by their sides; closes them. */
function connected(open: Uint8Array, width: number, start: number): number[] {
  const found = [start];
  open[start] = 0;
  for (const at of found) {
    const x = at % width;
    for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
      if (open[next]) {
        open[next] = 0;
        found.push(next);
      }
    }
  }
  return found;
}
