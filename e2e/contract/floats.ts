/**
 * A second implementation of what the nodes compute, in plain loops over planes of 32-bit floats like
 * ComfyUI's tensors. `Math.fround` is applied wherever the server rounds to 32 bits, so results match exactly.
 */

const { fround } = Math;

/** One channel, row by row, usually 0–1. */
export interface Plane {
  width: number;
  height: number;
  data: Float32Array;
}

export function plane(width: number, height: number, at: (x: number, y: number) => number): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[y * width + x] = at(x, y);
    }
  }
  return { width, height, data };
}

export function at(source: Plane, x: number, y: number): number {
  return source.data[y * source.width + x] ?? NaN;
}

/** Bytes as the loaders convert them: k / 255. */
export function fromBytes(width: number, height: number, bytes: ArrayLike<number>): Plane {
  return { width, height, data: Float32Array.from(bytes, (byte) => fround(byte / 255)) };
}

/** Bytes as the savers write them: clipped and truncated, not rounded. */
export function toBytes(source: Plane): Uint8Array {
  return Uint8Array.from(source.data, (value) => Math.trunc(Math.min(255, Math.max(0, fround(255 * value)))));
}

export function map(source: Plane, change: (value: number, x: number, y: number) => number): Plane {
  return plane(source.width, source.height, (x, y) => change(at(source, x, y), x, y));
}

export function invert(source: Plane): Plane {
  return map(source, (value) => fround(1 - value));
}

/** Maximum (minimum if `expand` is negative) of the neighbourhood, applied `|expand|` times. */
export function grow(source: Plane, expand: number, tapered: boolean): Plane {
  const pick = expand < 0 ? Math.min : Math.max;
  let result = source;
  for (let step = 0; step < Math.abs(expand); step++) {
    const last = result;
    result = map(last, (value, x, y) => {
      let best = value;
      for (const [dx, dy] of NEIGHBOURS) {
        const inside = x + dx >= 0 && x + dx < last.width && y + dy >= 0 && y + dy < last.height;
        if (inside && (!tapered || dx === 0 || dy === 0)) {
          best = pick(best, at(last, x + dx, y + dy));
        }
      }
      return best;
    });
  }
  return result;
}

const NEIGHBOURS = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [-1, 0],
  [1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;

/**
 * Fades the borders: px `i` from a side of `n` px is multiplied by (i + 1) / n. `wrapped` reproduces a bug of
 * older servers, which are off by one at the right and bottom: their first step hits px 0.
 */
export function feather(
  source: Plane,
  left: number,
  top: number,
  right: number,
  bottom: number,
  wrapped = false,
): Plane {
  const { width, height } = source;
  const fade = (value: number, from: number, size: number): number =>
    from < size ? fround(value * fround((from + 1) / size)) : value;
  return map(source, (value, x, y) => {
    let result = fade(value, x, Math.min(left, width));
    result = fade(result, wrapped ? (width - x) % width : width - 1 - x, Math.min(right, width));
    result = fade(result, y, Math.min(top, height));
    return fade(result, wrapped ? (height - y) % height : height - 1 - y, Math.min(bottom, height));
  });
}

/** The part of a plane that lies inside it. */
export function crop(source: Plane, x: number, y: number, width: number, height: number): Plane {
  const right = Math.min(source.width, x + width);
  const bottom = Math.min(source.height, y + height);
  return plane(right - x, bottom - y, (px, py) => at(source, x + px, y + py));
}

/** Python's round(): halves go to the even neighbour. */
export function round(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** The centre of a plane, cropped to the aspect ratio width : height. */
export function centre(source: Plane, width: number, height: number): Plane {
  const old = source.width / source.height;
  const wanted = width / height;
  const x = old > wanted ? round((source.width - source.width * (wanted / old)) / 2) : 0;
  const y = old < wanted ? round((source.height - source.height * (old / wanted)) / 2) : 0;
  return crop(source, x, y, source.width - 2 * x, source.height - 2 * y);
}

export function nearest(source: Plane, width: number, height: number): Plane {
  const place = (i: number, from: number, to: number): number =>
    Math.min(from - 1, Math.floor(fround((i + 0.5) * fround(from / to))));
  return plane(width, height, (x, y) =>
    at(source, place(x, source.width, width), place(y, source.height, height)),
  );
}

type Filter = (size: number, target: number, i: number) => [index: number, weight: number][];

/** A separable resampling: weights of source px for each target px. */
function resample(
  source: Plane,
  width: number,
  height: number,
  filter: Filter,
  between: (value: number) => number = (value) => value,
): Plane {
  const columns = Array.from({ length: width }, (_, x) => filter(source.width, width, x));
  const rows = Array.from({ length: height }, (_, y) => filter(source.height, height, y));
  const sum = (weights: [number, number][], value: (index: number) => number): number =>
    weights.reduce((total, [index, weight]) => total + weight * value(index), 0);
  const middle = plane(width, source.height, (x, y) =>
    between(sum(columns[x] ?? [], (i) => at(source, i, y))),
  );
  return plane(width, height, (x, y) => sum(rows[y] ?? [], (i) => at(middle, x, i)));
}

const clampTo = (size: number, index: number): number => Math.min(size - 1, Math.max(0, index));

/** The two nearest px, even when shrinking: no averaging. */
const BILINEAR: Filter = (size, target, i) => {
  const place = Math.max(0, ((i + 0.5) * size) / target - 0.5);
  const left = Math.floor(place);
  return [
    [clampTo(size, left), 1 - (place - left)],
    [clampTo(size, left + 1), place - left],
  ];
};

/** Cubic convolution with a = -0.75 over four px, even when shrinking. */
const BICUBIC: Filter = (size, target, i) => {
  const a = -0.75;
  const place = ((i + 0.5) * size) / target - 0.5;
  const left = Math.floor(place);
  return [-1, 0, 1, 2].map((offset) => {
    const t = Math.abs(place - left - offset);
    const weight =
      t <= 1 ? (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1 : a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a;
    return [clampTo(size, left + offset), weight];
  });
};

/** The mean of every px that the target px touches, each counted fully. */
const AREA: Filter = (size, target, i) => {
  const start = Math.floor((i * size) / target);
  const end = Math.ceil(((i + 1) * size) / target);
  return Array.from({ length: end - start }, (_, k) => [start + k, 1 / (end - start)]);
};

/** Lanczos with three lobes, widened when shrinking. */
const LANCZOS: Filter = (size, target, i) => {
  const scale = Math.max(1, size / target);
  const centreAt = ((i + 0.5) * size) / target;
  const support = 3 * scale;
  const from = Math.max(0, Math.trunc(centreAt - support + 0.5));
  const to = Math.min(size, Math.trunc(centreAt + support + 0.5));
  const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  const weights = Array.from({ length: to - from }, (_, k): [number, number] => {
    const t = (from + k - centreAt + 0.5) / scale;
    return [from + k, Math.abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0];
  });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights.map(([index, weight]) => [index, weight / total]);
};

const FILTERS = { bilinear: BILINEAR, bicubic: BICUBIC, area: AREA, lanczos: LANCZOS };

export type SmoothMethod = keyof typeof FILTERS;

export function scale(source: Plane, width: number, height: number, method: SmoothMethod): Plane {
  // Lanczos is Pillow's: it works on bytes, so the overshoot of the first pass is clipped.
  const between = method === 'lanczos' ? toLevel : undefined;
  return resample(source, width, height, FILTERS[method], between);
}

function toLevel(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value * 255))) / 255;
}

/**
 * Gaussian blur of ImageBlur: a window of 2 × radius + 1 px whose ends lie at ±1, so sigma is in units of
 * the radius; the picture is mirrored at its borders without doubling the border px.
 */
export function blur(source: Plane, radius: number, sigma: number): Plane {
  const size = 2 * radius + 1;
  const place = (i: number): number => -1 + (2 * i) / (size - 1);
  const weights = Array.from({ length: size }, (_, i) => Math.exp(-(place(i) ** 2) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mirror = (index: number, length: number): number =>
    index < 0 ? -index : index >= length ? 2 * (length - 1) - index : index;
  const filter: Filter = (length, _target, i) =>
    weights.map((weight, k) => [mirror(i + k - radius, length), weight / total]);
  return resample(source, source.width, source.height, filter);
}

/** `source` laid over `destination` at a place, weighted by `mask` (of the size of `source`). */
export function paste(destination: Plane, source: Plane, x: number, y: number, mask?: Plane): Plane {
  return map(destination, (value, px, py) => {
    const [sx, sy] = [px - x, py - y];
    if (sx < 0 || sy < 0 || sx >= source.width || sy >= source.height) {
      return value;
    }
    const weight = mask ? at(mask, sx, sy) : 1;
    return fround(fround(weight * at(source, sx, sy)) + fround(fround(1 - weight) * value));
  });
}

/** The mask of ImagePadForOutpaint: 1 in the padding, falling off inside over `feathering` px. */
export function padMask(
  width: number,
  height: number,
  pad: { left: number; top: number; right: number; bottom: number },
  feathering: number,
): Plane {
  const fades = feathering > 0 && feathering * 2 < width && feathering * 2 < height;
  return plane(width + pad.left + pad.right, height + pad.top + pad.bottom, (px, py) => {
    const [x, y] = [px - pad.left, py - pad.top];
    if (x < 0 || y < 0 || x >= width || y >= height) {
      return 1;
    }
    const distance = Math.min(
      pad.top ? y : height,
      pad.bottom ? height - y : height,
      pad.left ? x : width,
      pad.right ? width - x : width,
    );
    return fades && distance < feathering ? ((feathering - distance) / feathering) ** 2 : 0;
  });
}

/** The largest difference between two byte arrays; Infinity if their lengths differ. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    return Infinity;
  }
  let greatest = 0;
  for (let i = 0; i < a.length; i++) {
    greatest = Math.max(greatest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  }
  return greatest;
}
