import { cloudTile, hashCell, lookUp, ridgeTile } from '../noise';
import {
  between,
  clamp01,
  expose,
  gradient,
  hex,
  lay,
  pick,
  shine,
  smooth,
  type Rgb,
  type Scene,
} from '../tools';

const SKIES = [
  gradient(hex('#03060f'), hex('#0a1530'), hex('#14304d'), hex('#1f4a5c')),
  gradient(hex('#05040f'), hex('#150f36'), hex('#2a2359'), hex('#3b4a72')),
];
const LIGHTS: readonly [Rgb, Rgb][] = [
  [hex('#4dffb0'), hex('#8a4dff')],
  [hex('#5cf2d6'), hex('#ff5ca8')],
];

/** Northern lights above a mountain range, mirrored in a lake. */
export const aurora: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const ridges = ridgeTile();
  const sky = pick(random, SKIES);
  const [low, high] = pick(random, LIGHTS);
  const shift = random() * 50;
  const shore = between(random, 0.68, 0.74);
  const curtains = Array.from({ length: 3 }, (_, index) => ({
    base: between(random, 0.32, 0.5) + index * 0.04,
    offset: random() * 40,
    reach: between(random, 0.22, 0.38),
    strength: between(random, 0.55, 1) * (1 - index * 0.2),
  }));
  const starSize = Math.max(pixel * 1.3, 0.0011);

  const stars = (x: number, y: number, out: Float64Array): void => {
    const cellX = Math.floor(x * 70);
    const cellY = Math.floor(y * 70);
    const luck = hashCell(cellX, cellY, 7);
    if (luck < 0.86) {
      return;
    }
    const dx = x - (cellX + 0.2 + 0.6 * hashCell(cellX, cellY, 1)) / 70;
    const dy = y - (cellY + 0.2 + 0.6 * hashCell(cellX, cellY, 2)) / 70;
    const glow = Math.exp(-(dx * dx + dy * dy) / (starSize * starSize));
    shine(out, [0.85, 0.92, 1], glow * (luck - 0.855) ** 2 * 55);
  };

  const curtain = (x: number, y: number, out: Float64Array): void => {
    for (const { base, offset, reach, strength } of curtains) {
      const wave = 0.22 * lookUp(clouds, x * 0.55 + offset, shift) + 0.05 * lookUp(clouds, x * 2.4, offset);
      const height = base + wave - y;
      if (height < -0.02) {
        continue;
      }
      const rays = 0.45 + 0.9 * clamp01(0.5 + lookUp(clouds, x * 9 + wave * 16 + offset, 3 + y * 0.15));
      const fade = Math.exp(-height / (reach * rays * 0.6)) * smooth(-0.02, 0.03, height);
      const glow = fade * strength * rays * (0.5 + 0.8 * clamp01(0.55 + lookUp(clouds, x * 0.8 + offset, 9)));
      shine(out, low, glow * Math.exp(-height / 0.16) * 0.75);
      shine(out, high, glow * (1 - Math.exp(-height / 0.22)) * 0.75);
    }
  };

  const range = (x: number, y: number, out: Float64Array): void => {
    for (let layer = 0; layer < 2; layer++) {
      const lift = layer === 0 ? 0.2 : 0.09;
      const peaks = lookUp(ridges, x * (0.7 + layer * 0.5) + shift + layer * 5.3, layer * 2.1 + 0.4);
      const top = shore - 0.015 - lift * Math.max(0, peaks * 1.5 - 0.35);
      const cover = smooth(top - pixel, top + pixel, y);
      if (cover <= 0) {
        continue;
      }
      const depth = (y - top) / lift;
      const slope =
        lookUp(ridges, x * 4.5 + shift, y * 6 + layer) -
        lookUp(ridges, x * 4.5 + shift + 0.03, y * 6 + layer);
      const snow = layer === 0 ? smooth(0.75, 0, depth) * clamp01(0.55 + slope * 5) : 0;
      const rock: Rgb = layer === 0 ? [0.05, 0.09, 0.14] : [0.015, 0.028, 0.045];
      lay(out, [rock[0] + snow * 0.22, rock[1] + snow * 0.34, rock[2] + snow * 0.36], cover);
    }
  };

  const above = (x: number, y: number, out: Float64Array): void => {
    const color = sky(y / shore);
    out[0] = color[0];
    out[1] = color[1];
    out[2] = color[2];
    stars(x, y, out);
    curtain(x, y, out);
    range(x, y, out);
  };

  return {
    pixel(x, y, out) {
      if (y < shore) {
        above(x, y, out);
      } else {
        const deep = (y - shore) / (1 - shore);
        const ripple =
          lookUp(clouds, x * (2 + 5 / (0.3 + deep)) * 0.4, deep * 3 + 20 * (1 / (0.25 + deep))) * deep;
        above(x + ripple * 0.03, shore - (y - shore) * 1.5 - ripple * 0.07, out);
        const calm = 0.72 - 0.3 * deep;
        out[0] = (out[0] as number) * calm * 0.85 + 0.005;
        out[1] = (out[1] as number) * calm + 0.01;
        out[2] = (out[2] as number) * calm + 0.02;
        lay(out, [0.3, 0.45, 0.5], 0.35 * Math.exp(-deep * 90));
      }
      expose(out);
    },
  };
};
