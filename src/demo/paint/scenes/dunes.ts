import { cloudTile, lookUp } from '../noise';
import type { Random } from '../../random';
import {
  between,
  clamp01,
  columnTable,
  expose,
  gradient,
  hex,
  lay,
  mixRgb,
  pick,
  setColor,
  shine,
  smooth,
  type Scene,
} from '../tools';

const MOODS = [
  {
    sky: gradient(hex('#3b4a7a'), hex('#a9788f'), hex('#f2a877'), hex('#ffd9a0')),
    lit: hex('#f6b76f'),
    dark: hex('#5f2c44'),
    haze: hex('#f3b288'),
  },
  {
    sky: gradient(hex('#5b86b8'), hex('#a9c4d6'), hex('#ecdcc0'), hex('#f8e6c4')),
    lit: hex('#f2ca8c'),
    dark: hex('#8a4c36'),
    haze: hex('#e8d3b4'),
  },
];

interface Dune {
  peak: number;
  width: number;
  rise: number;
  /** How far the ridge drifts sideways on its way down. */
  run: number;
}

function scatter(random: Random, aspect: number, near: number): Dune[] {
  const count = Math.max(2, Math.round(aspect * (3.4 - near * 2.2)));
  return Array.from({ length: count }, (_, index) => ({
    peak: ((index + between(random, 0.1, 0.9)) / count) * aspect * 1.2 - aspect * 0.1,
    width: between(random, 0.22, 0.4) * (0.5 + near * 1.1),
    rise: between(random, 0.35, 1),
    run: between(random, -0.1, 0.45),
  }));
}

const LAYERS = 6;

/** Sand dunes in low side light. */
export const dunes: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const mood = pick(random, MOODS);
  const sunX = aspect * between(random, 0.2, 0.8);
  const sunY = between(random, 0.27, 0.36);
  const light = sunX > aspect / 2 ? 1 : -1;
  const layers = Array.from({ length: LAYERS }, (_, index) => {
    const near = index / (LAYERS - 1);
    const offset = random() * 40;
    const hills = scatter(random, aspect, near);
    const level = 0.47 + near * 0.5 * (0.55 + near * 0.5);
    const rise = 0.04 + near * 0.2;
    const height = (x: number): number => {
      let best = 0;
      for (const { peak, width, rise: own } of hills) {
        const side = (x - peak) * light;
        // The windward side is long, the lee side short.
        const reach = side < 0 ? width * 1.7 : width * 0.9;
        best = Math.max(best, own * smooth(1, 0, Math.abs(side) / reach) ** 0.8);
      }
      return best;
    };
    const top = columnTable(aspect, pixel, (x) => {
      const bend =
        lookUp(clouds, x * 0.55 + offset, offset * 0.3) * 0.3 + lookUp(clouds, x * 2.2 + offset, 3) * 0.035;
      return level - rise * (height(x) * 0.85 + bend);
    });
    return { near, offset, top, hills, rise };
  });

  const dune = (x: number, y: number, layer: (typeof layers)[number], out: Float64Array): void => {
    const top = layer.top(x);
    const cover = smooth(top - pixel, top + pixel, y);
    const { near, rise, offset } = layer;
    const depth = Math.max(0, y - top);
    const waver = lookUp(clouds, y * (3 - near * 1.6) + offset, offset) * 0.12;
    let sunny = 0;
    let weights = 1e-6;
    for (const hill of layer.hills) {
      const away = Math.abs(x - hill.peak) / hill.width;
      if (away > 2.2) {
        continue;
      }
      // Each dune has a ridge that winds down from its peak and parts light from shade.
      const fall = Math.max(0, y - layer.top(hill.peak)) / (rise * 1.6 + 0.05);
      const bend = hill.run * fall ** 1.6 + waver * Math.min(1, fall * 3);
      const soft = 0.006 + 0.05 * Math.min(1, fall);
      const weight = Math.exp((hill.rise - away) * 7);
      sunny += weight * smooth(-soft, soft, (x - hill.peak) * light - bend * hill.width * 1.6);
      weights += weight;
    }
    sunny /= weights;
    const swell = 0.5 + lookUp(clouds, x * 1.4 + offset, y * 2.4) * 0.8;
    const side = clamp01(sunny * (0.82 + 0.3 * swell) + 0.16 * swell * (1 - sunny));
    const grain = Math.sin(
      (depth * (210 - near * 120)) / (0.5 + depth * 2) + lookUp(clouds, x * 2.6, y * 3.2) * 16,
    );
    const ripples = 1 + 0.05 * near * grain * (0.3 + 0.7 * sunny) * smooth(0, 0.05, depth);
    const color = mixRgb(
      mixRgb(mood.dark, mood.lit, side),
      mood.haze,
      (1 - near) ** 1.6 * 0.78 + 0.12 * Math.exp(-depth * 22) * (1 - near),
    );
    const crest = 0.2 * Math.exp(-depth / (pixel * 2 + 0.0025)) * sunny;
    const shade = ripples * (0.86 + 0.2 * Math.exp(-depth * 5)) + crest;
    lay(out, [color[0] * shade, color[1] * shade, color[2] * shade], cover);
  };

  return {
    pixel(x, y, out) {
      let first = LAYERS - 1;
      while (first >= 0 && y < (layers[first]?.top(x) ?? 0) + pixel) {
        first--;
      }
      if (first < 0) {
        setColor(out, mood.sky(y / 0.5));
        const far = Math.hypot(x - sunX, (y - sunY) * 1.05);
        shine(out, [1, 0.85, 0.6], 0.5 * Math.exp(-far * 5) + 1.2 * smooth(0.04, 0.036, far));
        const veil = clamp01(
          0.2 + lookUp(clouds, x * 0.7 + 3, y * 4 + 8) + 0.5 * lookUp(clouds, x * 2, y * 11),
        );
        shine(out, [1, 0.8, 0.7], 0.16 * veil * smooth(0.5, 0.1, y));
      }
      for (let index = Math.max(0, first); index < LAYERS; index++) {
        const layer = layers[index] as (typeof layers)[number];
        if (y > layer.top(x) - pixel) {
          dune(x, y, layer, out);
        }
      }
      expose(out);
    },
  };
};
