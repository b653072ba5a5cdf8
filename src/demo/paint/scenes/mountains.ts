import { cloudTile, lookUp, lookUpFine, ridgeTile } from '../noise';
import {
  between,
  clamp01,
  columnTable,
  expose,
  gradient,
  hex,
  layMix,
  mix,
  mixRgb,
  pick,
  setColor,
  shine,
  smooth,
  type Scene,
} from '../tools';

const MOODS = [
  {
    sky: gradient(hex('#27466b'), hex('#6f8fab'), hex('#e0b9a3'), hex('#f7d9b4')),
    near: hex('#0b1a24'),
    far: hex('#8fa6b8'),
    fog: hex('#f0d3ba'),
  },
  {
    sky: gradient(hex('#2c3f5e'), hex('#5d83a0'), hex('#a8c4c9'), hex('#e4ead9')),
    near: hex('#0a2024'),
    far: hex('#8db0b6'),
    fog: hex('#dfe9de'),
  },
];

const LAYERS = 7;

/** Mountain ranges behind each other, fog in the valleys. */
export const mountains: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const ridges = ridgeTile();
  const mood = pick(random, MOODS);
  const sunX = aspect * between(random, 0.25, 0.75);
  const sunY = between(random, 0.24, 0.36);
  const shift = random() * 60;
  const layers = Array.from({ length: LAYERS }, (_, index) => {
    const near = index / (LAYERS - 1);
    const width = 0.75 + near * 0.5;
    const offset = shift + index * 7.31;
    const top = columnTable(aspect, pixel, (x) => {
      const peaks = lookUpFine(ridges, x * width * 0.62 + offset, offset * 0.13);
      const trees = near > 0.6 ? (near - 0.55) * 0.05 * lookUp(ridges, x * 17 + offset, 1.5) : 0;
      return 0.42 + near * 0.5 - (0.26 - near * 0.1) * (peaks * 1.15 - 0.3) - trees;
    });
    return { near, width, offset, top, color: mixRgb(mood.far, mood.near, near ** 0.8) };
  });

  const slope = (x: number, y: number, layer: (typeof layers)[number], out: Float64Array): void => {
    const top = layer.top(x);
    const cover = smooth(top - pixel * 0.8, top + pixel * 0.8, y);
    const at = x * layer.width * 2.6 + layer.offset;
    const towards = 0.04 * Math.sign(sunX - x);
    const face = lookUp(ridges, at, y * 3.1) - lookUp(ridges, at + towards, y * 3.1 - 0.02);
    const relief = 1 + clamp01(1 - layer.near * 0.55) * face * 0.85;
    const drift = lookUp(clouds, x * 1.3 + layer.offset, y * 3 + layer.near * 9);
    const fog = clamp01(smooth(0.02, 1.25, (y - top) / 0.2 + drift * 0.55) * (0.95 - layer.near * 0.62));
    const { color } = layer;
    const [r, g, b] = mood.fog;
    layMix(
      out,
      mix(color[0] * relief, r, fog),
      mix(color[1] * relief, g, fog),
      mix(color[2] * relief, b, fog),
      cover,
    );
  };

  const sky = (x: number, y: number, far: number, out: Float64Array): void => {
    setColor(out, mood.sky(y / 0.62));
    shine(out, [1, 0.86, 0.66], 0.5 * Math.exp(-far * 3.2) + 0.9 * smooth(0.036, 0.033, far));
    const wisps =
      lookUp(clouds, x * 0.7 + shift, y * 2.6) * 1.6 + lookUp(clouds, x * 2.1, y * 7 + shift) * 0.5;
    shine(out, [1, 0.9, 0.82], clamp01(wisps) * 0.22 * smooth(0.6, 0.1, y));
  };

  return {
    pixel(x, y, out) {
      const far = Math.hypot(x - sunX, y - sunY);
      // What the nearest range hides need not be painted.
      let first = LAYERS - 1;
      while (first >= 0 && y < (layers[first]?.top(x) ?? 0) + pixel) {
        first--;
      }
      if (first < 0) {
        sky(x, y, far, out);
      }
      for (let index = Math.max(0, first); index < LAYERS; index++) {
        const layer = layers[index] as (typeof layers)[number];
        if (y > layer.top(x) - pixel) {
          slope(x, y, layer, out);
        }
      }
      shine(out, [1, 0.84, 0.64], 0.16 * Math.exp(-far * 2.4));
      expose(out);
    },
  };
};
