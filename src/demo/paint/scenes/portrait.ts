import { cloudTile, lookUp } from '../noise';
import {
  between,
  clamp01,
  dim,
  expose,
  gradient,
  hex,
  lay,
  mixRgb,
  pick,
  setColor,
  shine,
  smooth,
  type Rgb,
  type Scene,
} from '../tools';

const LOOKS = [
  {
    back: gradient(hex('#f2c48d'), hex('#e58f65'), hex('#b4525a')),
    sun: hex('#fbe3b5'),
    skin: hex('#e8a87c'),
    shade: hex('#a4533f'),
    hair: hex('#1f2a44'),
    cloth: hex('#2f6f73'),
    lips: hex('#b23a48'),
    accent: hex('#f4d35e'),
  },
  {
    back: gradient(hex('#bcd4cf'), hex('#7fa9ac'), hex('#3f6b7a')),
    sun: hex('#f6e7c8'),
    skin: hex('#c98a64'),
    shade: hex('#6f3b34'),
    hair: hex('#3a1f1d'),
    cloth: hex('#d9783f'),
    lips: hex('#9c2f3a'),
    accent: hex('#f3efe0'),
  },
  {
    back: gradient(hex('#e9d3df'), hex('#b793b8'), hex('#5b4a86')),
    sun: hex('#ffd8b8'),
    skin: hex('#f0bfa0'),
    shade: hex('#a9627a'),
    hair: hex('#5b1f2e'),
    cloth: hex('#26335c'),
    lips: hex('#c43d5a'),
    accent: hex('#ffdf8c'),
  },
];

/** Signed distance to an ellipse, good near its edge; positive inside. */
function ellipse(x: number, y: number, cx: number, cy: number, rx: number, ry: number): number {
  const away = Math.hypot((x - cx) / rx, (y - cy) / ry);
  return (1 - away) * Math.min(rx, ry);
}

/** A calm face built from plain shapes and light. */
export const portrait: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const look = pick(random, LOOKS);
  const cx = aspect / 2 + between(random, -0.03, 0.03) * aspect;
  const cy = 0.42;
  const sunX = cx + between(random, -0.12, 0.12) * aspect;
  const unit = Math.min(aspect, 0.72);
  const rx = unit * 0.245;
  const ry = rx * 1.34;
  const bob = between(random, 0.9, 1.35);
  const pixelEdge = Math.max(pixel, 0.0008);
  const inside = (distance: number, soft = 1): number =>
    smooth(-pixelEdge * soft, pixelEdge * soft, distance);

  const hairBack = (x: number, y: number): number => {
    const cap = ellipse(x, y, cx, cy - ry * 0.16, rx * 1.42, ry * 1.24);
    const fall = ry * bob;
    const side = Math.min(
      rx * 1.42 - Math.abs(x - cx),
      y - (cy - ry * 0.2),
      cy + fall - y + 0.12 * rx * Math.cos((x - cx) / rx),
    );
    return Math.max(cap, side);
  };

  const hairFront = (x: number, y: number): number => {
    const cap = ellipse(x, y, cx, cy - ry * 0.1, rx * 1.13, ry * 1.13);
    const brow = cy - ry * 0.48 - (x - cx) * 0.42 - ((x - cx) / rx) ** 2 * ry * 0.12;
    return Math.min(cap, brow - y + ry * 0.14);
  };

  const strands = (x: number, y: number): number => {
    const curve = (x - cx) * (1.4 - (y - cy) * 0.8);
    return lookUp(clouds, curve * 16, y * 1.6 + 5) * 0.7 + lookUp(clouds, curve * 44, y * 2.2) * 0.4;
  };

  const hairColor = (x: number, y: number): Rgb => {
    const gloss =
      Math.exp(-(((y - cy + ry * 0.62) / (ry * 0.2)) ** 2)) *
      smooth(rx * 1.4, rx * 0.3, Math.abs(x - cx + rx * 0.4));
    const light = 0.82 + strands(x, y) * 0.5 + gloss * 0.75;
    return [
      look.hair[0] * light + gloss * 0.05,
      look.hair[1] * light + gloss * 0.05,
      look.hair[2] * light + gloss * 0.06,
    ];
  };

  const face = (x: number, y: number, out: Float64Array): void => {
    const jaw = 1 - 0.17 * smooth(cy - ry * 0.1, cy + ry, y);
    const shape = ellipse(x, y, cx, cy, rx * jaw, ry);
    const cover = inside(shape);
    if (cover <= 0) {
      return;
    }
    const u = (x - cx) / rx;
    const v = (y - cy) / ry;
    // The nose parts light from shade, as in a lamp-lit room.
    const bridge =
      0.05 +
      0.16 * Math.exp(-(((v - 0.2) / 0.16) ** 2)) +
      0.1 * smooth(0.3, 1, v) -
      0.05 * smooth(-0.2, -0.9, v);
    const dark = smooth(bridge - 0.09, bridge + 0.13, u) * 0.62 + smooth(0.25, 1.05, u) * 0.3;
    let color = mixRgb(look.skin, look.shade, clamp01(dark));
    const cheek = Math.exp(-(((u + 0.48) / 0.3) ** 2) - ((v - 0.28) / 0.2) ** 2);
    color = mixRgb(color, look.lips, cheek * 0.26);
    const round = 1.04 - 0.2 * smooth(0.55, 1.05, Math.hypot(u, v * 0.92));
    lay(out, [color[0] * round, color[1] * round, color[2] * round], cover);
    features(u, v, out);
  };

  const features = (u: number, v: number, out: Float64Array): void => {
    const thin = (pixel / rx) * 1.2 + 0.012;
    for (const side of [-1, 1]) {
      const eu = (u - side * 0.43 - 0.02) / 0.23;
      const lid = v + 0.06 - 0.075 * (1 - eu * eu);
      const within = smooth(1.06, 0.92, Math.abs(eu));
      lay(out, look.hair, within * smooth(thin * 2.4, thin * 0.6, Math.abs(lid)) * 0.92);
      const shadow = smooth(0.16, 0, Math.abs(v + 0.12)) * within;
      lay(out, look.shade, shadow * 0.3);
      const bu = (u - side * 0.44 - 0.02) / 0.3;
      const brow = v + 0.31 + 0.055 * (1 - bu * bu);
      const thick = 0.034 * (1 - 0.55 * Math.abs(bu + side * -0.2));
      lay(
        out,
        look.hair,
        smooth(1.05, 0.95, Math.abs(bu)) * smooth(thick + thin, thick - thin, Math.abs(brow)) * 0.86,
      );
    }
    const nostril = Math.exp(-(((u - 0.07) / 0.13) ** 2) - ((v - 0.37) / 0.028) ** 2);
    lay(out, look.shade, nostril * 0.75);
    shine(out, [1, 0.86, 0.72], 0.16 * Math.exp(-(((u + 0.01) / 0.05) ** 2) - ((v - 0.18) / 0.2) ** 2));
    const lu = (u - 0.015) / 0.3;
    if (Math.abs(lu) < 1.1) {
      const bow = 0.57 - 0.034 * Math.cos(lu * 6.2) * smooth(0.6, 0, Math.abs(lu));
      const upper = Math.min(v - (bow - 0.052 * (1 - lu * lu)), 0.6 - v);
      const lower = Math.min(v - 0.595, 0.6 + 0.085 * (1 - lu * lu) - v);
      lay(out, [look.lips[0] * 0.8, look.lips[1] * 0.75, look.lips[2] * 0.78], smooth(-thin, thin, upper));
      lay(out, look.lips, smooth(-thin, thin, lower));
      shine(out, [1, 0.8, 0.76], 0.24 * Math.exp(-(((lu + 0.24) / 0.3) ** 2) - ((v - 0.635) / 0.016) ** 2));
      lay(out, look.shade, 0.7 * smooth(thin * 1.4, 0, Math.abs(v - 0.598)) * smooth(1, 0.85, Math.abs(lu)));
    }
  };

  const body = (x: number, y: number, out: Float64Array): void => {
    const neck = Math.min(
      rx * 0.46 - Math.abs(x - cx) + Math.max(0, y - cy - ry * 1.05) * 0.25,
      y - cy - ry * 0.4,
    );
    const neckCover = inside(neck);
    if (neckCover > 0) {
      const dark = smooth(-0.1, 0.45, (x - cx) / rx) * 0.7 + 0.5 * smooth(cy + ry * 1.25, cy + ry * 0.9, y);
      lay(out, mixRgb(look.skin, look.shade, clamp01(dark)), neckCover);
    }
    const slope = cy + ry * 1.32 + (Math.abs(x - cx) / unit) ** 2 * 0.62;
    const collar = ellipse(x, y, cx, cy + ry * 1.22, rx * 0.82, ry * 0.34);
    const cover = inside(Math.min(y - slope, -collar));
    if (cover > 0) {
      const fold = lookUp(clouds, (x - cx) * 2.6, y * 1.1 + (x - cx) ** 2 * 2) * 0.4;
      const light = 1.02 - 0.4 * smooth(-0.4, 0.5, (x - cx) / unit) + fold;
      lay(out, [look.cloth[0] * light, look.cloth[1] * light, look.cloth[2] * light], cover);
    }
    const chain = Math.abs(Math.hypot((x - cx) / 0.86, y - (cy + ry * 1.02)) - rx * 0.66);
    if (y > cy + ry * 1.1) {
      lay(out, look.accent, smooth(pixelEdge * 2.5, pixelEdge, chain) * inside(collar, 3) * 0.9);
    }
  };

  const earring = (x: number, y: number, out: Float64Array): void => {
    for (const side of [-1, 1]) {
      const distance = Math.hypot(x - cx - side * rx * 1.0, y - cy - ry * 0.42);
      const ball = rx * 0.085;
      const cover = inside(ball - distance);
      if (cover > 0) {
        const light =
          0.72 +
          0.5 *
            smooth(ball, 0, Math.hypot(x - cx - side * rx + ball * 0.35, y - cy - ry * 0.42 + ball * 0.35));
        lay(out, [look.accent[0] * light, look.accent[1] * light, look.accent[2] * light], cover);
      }
    }
  };

  return {
    pixel(x, y, out) {
      setColor(out, look.back(y * 0.9 + 0.07 * lookUp(clouds, x * 0.8, y * 0.8)));
      const disc = unit * 0.46 - Math.hypot(x - sunX, y - cy + 0.03);
      lay(out, look.sun, inside(disc) * 0.9);
      shine(out, look.sun, 0.22 * Math.exp(-Math.max(0, -disc) * 9));
      const behind = hairBack(x, y);
      dim(out, 1 - 0.22 * smooth(-0.05, 0, behind));
      const backCover = inside(behind);
      if (backCover > 0) {
        const color = hairColor(x, y);
        lay(out, [color[0] * 0.72, color[1] * 0.72, color[2] * 0.76], backCover);
      }
      body(x, y, out);
      face(x, y, out);
      const front = hairFront(x, y);
      dim(out, 1 - 0.3 * smooth(-0.028, 0, front) * inside(ellipse(x, y, cx, cy, rx, ry)));
      lay(out, hairColor(x, y), inside(front));
      earring(x, y, out);
      const paper = 1 + 0.05 * lookUp(clouds, x * 19, y * 19) + 0.03 * lookUp(clouds, x * 61, y * 61);
      dim(out, paper);
      expose(out);
    },
  };
};
