import { PixelSource } from '../../mask/pixel-source';

/** A picture with one known object in it, and one stroke that a person might draw over that object. */
export interface Scene {
  name: string;
  width: number;
  height: number;
  /** Four bytes a pixel. */
  rgba: Uint8Array;
  /** 1 where the object covers half a pixel or more. */
  truth: Uint8Array;
  /** px. */
  stroke: { x: number; y: number }[];
  /** Of the brush, px. */
  radius: number;
  /** Around the object, a little loose: what a person might drag. */
  box: { x0: number; y0: number; x1: number; y1: number };
}

export const SCENE_KINDS = ['noise', 'texture', 'gradient', 'faint', 'clutter', 'two-tone', 'ring'] as const;
export type SceneKind = (typeof SCENE_KINDS)[number];

/** The same numbers, 0 to 1, for the same seed, everywhere. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Vector = readonly [number, number, number];
type Field = (x: number, y: number) => number;

/** Smooth noise, −1 to 1, of a feature size in px; stretched along an angle when asked. */
function noiseField(random: () => number, size: number, stretch = 1, angle = 0): Field {
  const side = 64;
  const values = Float32Array.from({ length: side * side }, () => random() * 2 - 1);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const at = (x: number, y: number): number => values[(y & (side - 1)) * side + (x & (side - 1))] ?? 0;
  return (px, py) => {
    const u = (px * cos + py * sin) / (size * stretch) + 1000;
    const v = (py * cos - px * sin) / size + 1000;
    const x = Math.floor(u);
    const y = Math.floor(v);
    const fx = (u - x) ** 2 * (3 - 2 * (u - x));
    const fy = (v - y) ** 2 * (3 - 2 * (v - y));
    const top = at(x, y) * (1 - fx) + at(x + 1, y) * fx;
    const bottom = at(x, y + 1) * (1 - fx) + at(x + 1, y + 1) * fx;
    return top * (1 - fy) + bottom * fy;
  };
}

/** Several layers of it, finer and weaker. */
function layered(random: () => number, size: number, stretch: number): Field {
  const angle = random() * Math.PI;
  const layers = [1, 0.5, 0.25].map(
    (part) => [part, noiseField(random, size * part, stretch, angle)] as const,
  );
  return (x, y) => layers.reduce((sum, [part, field]) => sum + part * field(x, y), 0) / 1.4;
}

/** A closed wavy outline; negative inside. */
function blob(random: () => number, cx: number, cy: number, radius: number): Field {
  const waves = [2, 3, 4, 5, 7].map((k) => ({ k, size: (random() * 0.5) / k, turn: random() * 7 }));
  const wide = 0.75 + random() * 0.5;
  return (x, y) => {
    const dx = (x - cx) / wide;
    const dy = (y - cy) * wide;
    const angle = Math.atan2(dy, dx);
    const edge = waves.reduce((sum, { k, size, turn }) => sum + size * Math.cos(k * angle + turn), 1);
    return Math.hypot(dx, dy) - radius * edge;
  };
}

/** A head on a body with two arms: an outline with bays. */
function figure(random: () => number, cx: number, cy: number, size: number): Field {
  const limb = (x0: number, y0: number, x1: number, y1: number, r: number): Field => {
    const [ax, ay, bx, by] = [cx + x0 * size, cy + y0 * size, cx + x1 * size, cy + y1 * size];
    return (x, y) => {
      const dx = bx - ax;
      const dy = by - ay;
      const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
      return Math.hypot(x - ax - t * dx, y - ay - t * dy) - r * size;
    };
  };
  const arm = random() * 0.6;
  const parts = [
    limb(0, -0.75, 0, -0.7, 0.3),
    limb(0, -0.3, 0, 0.6, 0.4),
    limb(0.2, -0.3, 0.85, -0.3 + arm, 0.17),
    limb(-0.2, -0.3, -0.85, 0.1 - arm, 0.17),
  ];
  return (x, y) => Math.min(...parts.map((part) => part(x, y)));
}

/** A colour in sRGB some way from another. */
function awayFrom(random: () => number, color: Vector, distance: number): Vector {
  for (;;) {
    const way: Vector = [random() - 0.5, random() - 0.5, random() - 0.5];
    const length = Math.hypot(...way) || 1;
    const found = color.map((value, i) => value + ((way[i] ?? 0) / length) * distance) as unknown as Vector;
    if (found.every((value) => value > 20 && value < 235)) {
      return found;
    }
  }
}

/** A second ground: unlike the first, and not like the object. */
function farFrom(random: () => number, ground: Vector, object: Vector): Vector {
  for (;;) {
    const found = awayFrom(random, ground, 50);
    if (Math.hypot(...found.map((value, i) => value - (object[i] ?? 0))) > 40) {
      return found;
    }
  }
}

/** Normally distributed around 0, near enough. */
function grain(random: () => number): number {
  return (random() + random() + random() + random() - 2) * 1.73;
}

/**
 * The scene of a kind and a seed. None is of flat colours: all have grain, uneven light and soft edges.
 * @param side px; the same scene in any size, with the same grain per pixel.
 */
export function makeScene(kind: SceneKind, seed: number, side: number): Scene {
  const random = randomOf(seed * 131 + SCENE_KINDS.indexOf(kind));
  const unit = side / 512;
  const cx = (200 + random() * 112) * unit;
  const cy = (200 + random() * 112) * unit;
  const size = (110 + random() * 50) * unit;
  // A hole in the middle would cut a figure in two.
  const outer = kind !== 'ring' && random() < 0.4 ? figure(random, cx, cy, size) : blob(random, cx, cy, size);
  const inner = size * 0.35;
  const shape: Field =
    kind === 'ring' ? (x, y) => Math.max(outer(x, y), inner - Math.hypot(x - cx, y - cy)) : outer;
  const ground: Vector = [70 + random() * 110, 70 + random() * 110, 70 + random() * 110];
  const object = awayFrom(random, ground, kind === 'faint' ? 30 : 45 + random() * 45);
  const beyond = kind === 'faint' ? ground : farFrom(random, ground, object);
  const second = awayFrom(random, object, 80);
  const others = Array.from({ length: kind === 'clutter' ? 7 : kind === 'gradient' ? 2 : 0 }, (_, i) => ({
    field: blob(random, random() * side, random() * side, (25 + random() * 45) * unit),
    color: i % 3 === 2 ? awayFrom(random, object, 14) : awayFrom(random, ground, 90),
  }));
  const horizon = noiseField(random, 60 * unit);
  const shadow = blob(random, cx + size * 0.5, cy + size * 0.7, size * 0.8);
  const light = noiseField(random, side * (kind === 'gradient' ? 0.9 : 1.6));
  const lightness = kind === 'gradient' ? 42 : kind === 'faint' ? 6 : 16;
  const rough = kind === 'texture' ? 26 : kind === 'faint' ? 3 : 8;
  const groundTexture = layered(random, (kind === 'texture' ? 9 : 30) * unit, kind === 'texture' ? 4 : 1);
  const objectTexture = layered(random, (kind === 'texture' ? 16 : 24) * unit, kind === 'texture' ? 1 : 2);
  const noise = kind === 'noise' ? 12 : kind === 'faint' ? 3 : 5;
  const soft = Math.max(1, unit);
  const split = random() * Math.PI;
  const rgba = new Uint8Array(side * side * 4).fill(255);
  const truth = new Uint8Array(side * side);
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at++) {
      const depth = shape(x + 0.5, y + 0.5);
      const cover = Math.min(1, Math.max(0, 0.5 - depth / (2 * soft)));
      truth[at] = cover >= 0.5 ? 1 : 0;
      let below = y + 30 * unit * horizon(x, 0) > side * 0.45 ? ground : beyond;
      for (const { field, color } of others) {
        if (field(x, y) < 0) {
          below = color;
        }
      }
      const half = kind === 'two-tone' && Math.cos(split) * (x - cx) + Math.sin(split) * (y - cy) > 0;
      const above = half ? second : object;
      const shade = lightness * light(x, y);
      const dark = kind === 'faint' ? 0 : 22 * Math.min(1, Math.max(0, 0.5 - shadow(x, y) / (30 * unit)));
      const under = shade - dark + rough * groundTexture(x, y);
      const over = shade + rough * objectTexture(x, y);
      for (let channel = 0; channel < 3; channel++) {
        const mixed = (1 - cover) * ((below[channel] ?? 0) + under) + cover * ((above[channel] ?? 0) + over);
        rgba[at * 4 + channel] = Math.min(255, Math.max(0, mixed + noise * grain(random)));
      }
    }
  }
  return {
    name: `${kind} ${seed}`,
    width: side,
    height: side,
    rgba,
    truth,
    ...strokeOver(truth, side, { x: cx, y: cy }, split, kind),
  };
}

/** One stroke through the object, well inside it, and a box around it. */
function strokeOver(
  truth: Uint8Array,
  side: number,
  middle: { x: number; y: number },
  split: number,
  kind: SceneKind,
): Pick<Scene, 'stroke' | 'radius' | 'box'> {
  const step = side / 128;
  const inside = (x: number, y: number): boolean =>
    truth[Math.floor(y) * side + Math.floor(x)] === 1 && x >= 0 && y >= 0 && x < side && y < side;
  const deep = (x: number, y: number, depth: number): boolean =>
    Array.from({ length: 12 }, (_, i) => (i / 6) * Math.PI).every((turn) =>
      inside(x + Math.cos(turn) * depth, y + Math.sin(turn) * depth),
    );
  let [x0, y0, x1, y1] = [side, side, 0, 0];
  const places: { x: number; y: number }[] = [];
  for (let y = step / 2; y < side; y += step) {
    for (let x = step / 2; x < side; x += step) {
      if (inside(x, y)) {
        x0 = Math.min(x0, x);
        x1 = Math.max(x1, x);
        y0 = Math.min(y0, y);
        y1 = Math.max(y1, y);
        if (deep(x, y, 6 * step)) {
          places.push({ x, y });
        }
      }
    }
  }
  const margin = 5 * step;
  const box = {
    x0: Math.max(0, x0 - margin),
    y0: Math.max(0, y0 - margin),
    x1: Math.min(side, x1 + margin),
    y1: Math.min(side, y1 + margin),
  };
  const radius = 4 * step;
  if (kind === 'ring') {
    // Most of the way around, along the middle of what is deep enough.
    const turns = Array.from({ length: 33 }, (_, i) => (i / 32) * 1.7 * Math.PI);
    const stroke = turns.flatMap((turn) => {
      const along = places.filter(
        ({ x, y }) =>
          Math.abs(
            Math.atan2(
              Math.sin(Math.atan2(y - middle.y, x - middle.x) - turn),
              Math.cos(Math.atan2(y - middle.y, x - middle.x) - turn),
            ),
          ) < 0.06,
      );
      return along[Math.floor(along.length / 2)] ?? [];
    });
    return { stroke, radius, box };
  }
  const along = ({ x, y }: { x: number; y: number }): number => Math.cos(split) * x + Math.sin(split) * y;
  const sorted = [...places].sort((a, b) => along(a) - along(b));
  const from = sorted[Math.floor(sorted.length * 0.08)] ?? middle;
  const to = sorted[Math.floor(sorted.length * 0.92)] ?? middle;
  const stroke = Array.from({ length: 25 }, (_, i) => ({
    x: from.x + ((to.x - from.x) * i) / 24,
    y: from.y + ((to.y - from.y) * i) / 24,
  })).filter(({ x, y }) => deep(x, y, 5 * step));
  return { stroke, radius, box };
}

/** The scene's picture as the worker has it. */
export function sourceOf({ width, height, rgba }: Scene): PixelSource {
  const source = new PixelSource(width, height);
  source.setRows(0, rgba);
  return source;
}

/** Intersection over union of a selection (128 and more) with what is known; 1 is perfect. */
export function iouOf(truth: Uint8Array, selected: Uint8Array): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < truth.length; i++) {
    const wanted = truth[i] === 1;
    const got = (selected[i] ?? 0) >= 128;
    both += wanted && got ? 1 : 0;
    either += wanted || got ? 1 : 0;
  }
  return either === 0 ? 1 : both / either;
}
