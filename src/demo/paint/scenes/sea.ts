import { cloudTile, lookUp, ridgeTile } from '../noise';
import {
  between,
  clamp01,
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
    sky: gradient(hex('#14264a'), hex('#4a5f8c'), hex('#c98b8f'), hex('#ffc88f')),
    deep: hex('#0a2438'),
    crest: hex('#3c7d86'),
    sun: hex('#ffd29a'),
  },
  {
    sky: gradient(hex('#3f79a6'), hex('#84b4cf'), hex('#cfe2e3'), hex('#f5efdc')),
    deep: hex('#0c3a4f'),
    crest: hex('#4ba3a5'),
    sun: hex('#fff3d6'),
  },
];

/** The open sea under clouds, light on the waves. */
export const sea: Scene = (random, aspect) => {
  const clouds = cloudTile();
  const ridges = ridgeTile();
  const mood = pick(random, MOODS);
  const horizon = between(random, 0.4, 0.5);
  const sunX = aspect * between(random, 0.3, 0.7);
  const sunY = horizon - between(random, 0.05, 0.12);
  const shift = random() * 40;

  const sky = (x: number, y: number, out: Float64Array): void => {
    setColor(out, mood.sky(y / horizon));
    const far = Math.hypot(x - sunX, y - sunY);
    const height = 1 / (0.12 + (horizon - y));
    const cover =
      lookUp(clouds, x * 0.22 * height + shift, height * 0.75) +
      0.5 * lookUp(clouds, x * 0.6 * height, height * 1.9 + shift);
    const cloud = smooth(0.02, 0.55, cover) * smooth(horizon, horizon - 0.1, y);
    const rim = Math.exp(-far * 2.6);
    const lit = mixRgb([0.42, 0.42, 0.52], mood.sun, 0.25 + 0.75 * rim);
    lay(out, lit, cloud * 0.62);
    shine(
      out,
      mood.sun,
      0.62 * Math.exp(-far * 4.5) * (1 - cloud * 0.4) + 1.1 * smooth(0.04, 0.036, far) * (1 - cloud * 0.75),
    );
  };

  /** Height of the water at a place on its plane; detail fades with distance. */
  const wave = (px: number, pz: number, detail: number): number =>
    lookUp(ridges, px * 0.16 + shift, pz * 0.3) * 0.9 +
    lookUp(clouds, px * 0.45 + pz * 0.14, pz * 0.8 + shift) * 0.8 +
    lookUp(ridges, px * 0.9 + shift, pz * 1.9) * 0.3 * detail +
    lookUp(clouds, px * 3.1, pz * 5.2) * 0.16 * detail;

  return {
    pixel(x, y, out) {
      if (y < horizon) {
        sky(x, y, out);
        expose(out);
        return;
      }
      const drop = y - horizon + 0.004;
      const pz = 0.55 / drop;
      const px = ((x - aspect / 2) * pz) / 0.9;
      const detail = clamp01(7 / pz);
      const step = 0.03 * pz ** 0.5;
      const here = wave(px, pz, detail);
      const slopeX = (wave(px + step, pz, detail) - here) / step;
      const slopeZ = (wave(px, pz + step, detail) - here) / step;
      const flat = Math.exp(-pz * 0.04);
      const tilt = clamp01(0.32 + slopeZ * 0.2 * flat + here * 0.18 * flat);
      const away = 1 - Math.exp(-pz * 0.09);
      const skyTint = mood.sky(clamp01(0.94 - tilt * 0.75 - slopeX * 0.03));
      const water = mixRgb(mood.deep, mood.crest, clamp01(here * 0.42 * flat + 0.06));
      const mirror = clamp01(0.16 + 0.62 * away + slopeZ * 0.2 * flat);
      setColor(out, mixRgb(water, skyTint, mirror * 0.72));
      const path = (x - sunX) / (0.035 + drop * 0.42);
      const glitter = smooth(0.15, 1.1, slopeZ * 0.36 + lookUp(clouds, px * 5, pz * 7) * 0.6 * detail + 0.5);
      shine(out, mood.sun, Math.exp(-path * path) * (0.16 + 0.95 * glitter * glitter));
      const foam = smooth(1.02, 1.34, here) * clamp01(0.4 + lookUp(clouds, px * 4, pz * 4)) * flat;
      lay(out, [0.93, 0.95, 0.94], foam * 0.85);
      lay(out, mood.sky(0.97), Math.exp(-drop * 60) * 0.72);
      expose(out);
    },
  };
};
