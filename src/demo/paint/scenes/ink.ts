import { cloudTile, lookUp } from '../noise';
import {
  between,
  clamp01,
  expose,
  gradient,
  hex,
  pick,
  setColor,
  shine,
  vignette,
  type Scene,
} from '../tools';

const INKS = [
  gradient(hex('#0b1d2e'), hex('#15566b'), hex('#5fb5a8'), hex('#f2e8cf'), hex('#e2904f'), hex('#7a2734')),
  gradient(hex('#120d2b'), hex('#43257a'), hex('#b1439a'), hex('#f58f7c'), hex('#ffe2ae'), hex('#3aa6a0')),
  gradient(hex('#0d1b1e'), hex('#2c4a52'), hex('#c9b58d'), hex('#f4ead6'), hex('#b8673d'), hex('#3a1d1d')),
];

/** Coloured ink folded into water. */
export const ink: Scene = (random, aspect) => {
  const clouds = cloudTile();
  const colors = pick(random, INKS);
  const shift = random() * 60;
  const zoom = between(random, 0.55, 0.8);
  const twist = between(random, 1.4, 2.1);

  let flowX = 0;
  const field = (x: number, y: number): number => {
    const ax = lookUp(clouds, x * zoom + shift, y * zoom);
    const ay = lookUp(clouds, x * zoom + 5.2, y * zoom + shift + 1.3);
    const bx = lookUp(clouds, x * zoom + twist * ax + 1.7, y * zoom + twist * ay + 9.2);
    const by = lookUp(clouds, x * zoom + twist * ax + 8.3, y * zoom + twist * ay + 2.8);
    flowX = bx;
    return lookUp(clouds, x * zoom + twist * bx, y * zoom + twist * by);
  };

  return {
    pixel(x, y, out) {
      const step = 0.004;
      const value = field(x, y);
      const flow = flowX;
      const slopeX = (field(x + step, y) - value) / step;
      const slopeY = (field(x, y + step) - value) / step;
      setColor(out, colors(clamp01(0.5 + value * 0.95 + flow * 0.34)));
      const tilt = 1 / Math.sqrt(1 + (slopeX * slopeX + slopeY * slopeY) * 0.035);
      const light = (0.62 + (-slopeX - slopeY) * 0.05) * tilt;
      const shade = 0.72 + light * 0.42;
      out[0] = (out[0] as number) * shade;
      out[1] = (out[1] as number) * shade;
      out[2] = (out[2] as number) * shade;
      shine(out, [1, 0.97, 0.9], clamp01(light - 0.66) ** 2 * 1.3);
      vignette(out, x, y, aspect, 0.3);
      expose(out);
    },
  };
};
