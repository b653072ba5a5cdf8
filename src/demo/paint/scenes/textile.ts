import { cloudTile, hashCell, lookUp } from '../noise';
import { between, expose, hex, lay, mix, pick, setColor, vignette, type Rgb, type Scene } from '../tools';

const DYES: readonly (readonly Rgb[])[] = [
  ['#7a1f2b', '#d9a441', '#f3e6cf', '#1f3a4d', '#b5533c'].map(hex),
  ['#20324a', '#5b84a0', '#efe8d8', '#c2743b', '#2f2a3d'].map(hex),
  ['#2e4a3a', '#c98a3c', '#f1e2c2', '#8a2f2f', '#5e7d5a'].map(hex),
];

const THREADS = 150;

/** A close-up of a handwoven cloth with an ikat pattern. */
export const textile: Scene = (random, aspect) => {
  const clouds = cloudTile();
  const dyes = pick(random, DYES);
  const repeat = pick(random, [3, 4]);
  const salt = Math.floor(random() * 1e6);
  const bend = between(random, 0.006, 0.012);
  const bands = between(random, 0.1, 0.14);

  /** Which dye a spot of the cloth has; `u`, `v` in repeats of the pattern. */
  const dyeAt = (u: number, v: number): number => {
    const stripe = (v / repeat) % (bands * 4);
    if (stripe < bands * 0.34) {
      return Math.floor(stripe / (bands * 0.085)) % 2 === 0 ? 3 : 1;
    }
    const du = Math.abs(u - Math.floor(u) - 0.5) * 2;
    const dv = Math.abs(v - Math.floor(v) - 0.5) * 2;
    const diamond = du + dv;
    if (diamond < 0.2) {
      return 1;
    }
    if (diamond < 0.42) {
      return 0;
    }
    if (diamond < 0.58) {
      return 2;
    }
    if (diamond < 0.86) {
      return 3;
    }
    if (diamond < 1.0) {
      return 1;
    }
    const corner = Math.abs(du - dv);
    return diamond > 1.62 ? (corner < 0.16 ? 2 : 0) : corner < 0.1 ? 2 : 4;
  };

  return {
    pixel(x, y, out) {
      const wx = x + bend * lookUp(clouds, x * 1.1, y * 1.1) + 0.002 * lookUp(clouds, x * 7, y * 7);
      const wy = y + bend * lookUp(clouds, y * 1.1 + 7, x * 1.1) + 0.002 * lookUp(clouds, y * 7, x * 7 + 3);
      const column = Math.floor(wx * THREADS);
      const row = Math.floor(wy * THREADS);
      const inColumn = wx * THREADS - column;
      const inRow = wy * THREADS - row;
      const warpOnTop = (column + row) % 2 === 0;
      // Every dyed thread has slipped a little, which makes ikat's feathered edges.
      const slip = (hashCell(column, 0, salt) - 0.5) * 0.16;
      const u = ((column + 0.5) / THREADS / aspect) * repeat * Math.max(1, Math.round(aspect));
      const v = (wy + slip / repeat) * repeat;
      const warp = dyes[dyeAt(u, v)] ?? hex('#ffffff');
      const weft = dyes[(row >> 3) % 9 === 0 ? 1 : 4] ?? hex('#ffffff');
      const along = warpOnTop ? inRow : inColumn;
      const across = warpOnTop ? inColumn : inRow;
      const round = Math.sin(Math.PI * across) ** 0.7;
      const hump = Math.sin(Math.PI * along) ** 0.5;
      const fibre =
        0.86 +
        0.28 * hashCell(column * 3 + Math.floor(across * 4), row * 3 + Math.floor(along * 2), salt + 5);
      const thread = 0.9 + 0.2 * hashCell(warpOnTop ? column : 7, warpOnTop ? 3 : row, salt + 9);
      const light = (0.3 + 0.46 * round + 0.36 * hump) * fibre * thread;
      setColor(out, warp, light);
      if (!warpOnTop) {
        lay(out, [weft[0] * light, weft[1] * light, weft[2] * light], 0.34);
      }
      const fold = lookUp(clouds, x * 0.7 + 11, y * 0.5 + x * 0.4);
      const drape = mix(0.72, 1.2, 0.5 + fold * 0.85);
      out[0] = (out[0] as number) * drape * 1.06;
      out[1] = (out[1] as number) * drape;
      out[2] = (out[2] as number) * drape * 0.96;
      vignette(out, x, y, aspect, 0.3);
      expose(out);
    },
  };
};
