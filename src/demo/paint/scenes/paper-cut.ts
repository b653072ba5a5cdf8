import { cloudTile, lookUp } from '../noise';
import {
  between,
  clamp01,
  dim,
  expose,
  gradient,
  hex,
  pick,
  setColor,
  shine,
  smooth,
  type Scene,
} from '../tools';

const PAPERS = [
  gradient(hex('#fff3d9'), hex('#ffc98a'), hex('#f08a5d'), hex('#b83b5e'), hex('#4a2557'), hex('#1f1a3d')),
  gradient(hex('#f3fbf0'), hex('#bfe3cf'), hex('#6fb3a8'), hex('#34788a'), hex('#1f4a6b'), hex('#132a4a')),
];

const SHEETS = 8;

/** A landscape cut from layers of paper, lit from within. */
export const paperCut: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const paper = pick(random, PAPERS);
  const shift = random() * 60;
  const cx = aspect * between(random, 0.42, 0.58);
  const cy = between(random, 0.36, 0.46);
  const moon = between(random, 0.07, 0.1) * Math.min(1, aspect * 1.3);

  /** How near a place is, in sheets; the sheets are cut along its contours: hills below, a cave above. */
  const depth = (x: number, y: number, sheet: number): number => {
    const dx = (x - cx) / Math.min(1, aspect * 1.35);
    const dy = y - cy;
    const cut = lookUp(clouds, x * 0.8 + sheet * 3.1 + shift, sheet * 1.7 + y * 0.35);
    const nick = lookUp(clouds, x * 2.4 + sheet * 7.7, y * 1.4 + shift) * 0.3;
    const hills = (dy - 0.1 + (cut + nick * 0.7) * 0.26) * 12.5;
    const cave = (Math.hypot(dx * 1.35, Math.min(0, dy) * 0.95) + nick * 0.16 + cut * 0.12) * 13 - 3.1;
    return Math.max(hills, cave);
  };

  return {
    pixel(x, y, out) {
      const glow = Math.hypot(x - cx, y - cy);
      setColor(out, paper(0.02));
      shine(out, [1, 0.98, 0.9], 0.25 * Math.exp(-glow * 5));
      const disc = smooth(moon + pixel, moon - pixel, glow);
      dim(out, 1 - 0.1 * smooth(moon * 1.6, moon, Math.hypot(x - cx - 0.012, y - cy - 0.014)) * (1 - disc));
      shine(out, [0.2, 0.18, 0.14], disc);
      const soft = 13 * pixel;
      // What a nearer sheet hides need not be cut out.
      let first = SHEETS - 1;
      while (first > 1 && depth(x, y, first) < first + soft) {
        first--;
      }
      for (let sheet = first; sheet < Math.min(SHEETS, first + 3); sheet++) {
        const cover = smooth(sheet - soft, sheet + soft, depth(x, y, sheet));
        if (cover < 1) {
          const shadow = smooth(sheet - 0.75, sheet + 0.4, depth(x - 0.012, y - 0.018, sheet));
          dim(out, 1 - 0.5 * shadow * (1 - cover));
        }
        if (cover > 0) {
          const tone = paper(sheet / (SHEETS - 1));
          const grain =
            1 + 0.05 * lookUp(clouds, x * 23 + sheet, y * 23) + 0.04 * lookUp(clouds, x * 57, y * 57 + sheet);
          const lit =
            grain * (1.06 - 0.16 * clamp01(glow)) + 0.09 * smooth(sheet + 0.16, sheet, depth(x, y, sheet));
          for (let c = 0; c < 3; c++) {
            out[c] = (out[c] as number) * (1 - cover) + (tone[c] ?? 0) * lit * cover;
          }
        }
      }
      expose(out);
    },
  };
};
