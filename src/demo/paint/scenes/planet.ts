import { cloudTile, hashCell, lookUp, ridgeTile } from '../noise';
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
  type Rgb,
  type Scene,
} from '../tools';

const SKIES = [
  {
    dust: [hex('#1f4f8a'), hex('#7a2f6a'), hex('#e0905a')],
    bands: gradient(hex('#5b3a2e'), hex('#c98b5e'), hex('#f0d6ae'), hex('#a8694a'), hex('#e8c79a')),
  },
  {
    dust: [hex('#14566a'), hex('#3a2f86'), hex('#c85a8a')],
    bands: gradient(hex('#28405e'), hex('#5f8fa8'), hex('#dce8e4'), hex('#7aa0b0'), hex('#3f5f86')),
  },
] as const;

/** A ringed planet in front of a nebula. */
export const planet: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const ridges = ridgeTile();
  const mood = pick(random, SKIES);
  const shift = random() * 50;
  const salt = Math.floor(random() * 1e6);
  const cx = aspect * between(random, 0.56, 0.7);
  const cy = between(random, 0.46, 0.56);
  const radius = between(random, 0.2, 0.25);
  const tilt = between(random, -0.42, -0.26);
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  const flat = 0.27;

  const stars = (x: number, y: number, density: number, salt2: number, out: Float64Array): void => {
    const cellX = Math.floor(x * density);
    const cellY = Math.floor(y * density);
    const luck = hashCell(cellX, cellY, salt2);
    if (luck > 0.84) {
      const dx = x - (cellX + 0.15 + 0.7 * hashCell(cellX, cellY, salt2 + 1)) / density;
      const dy = y - (cellY + 0.15 + 0.7 * hashCell(cellX, cellY, salt2 + 2)) / density;
      const size = Math.max(pixel * 0.9, (luck - 0.8) ** 2 * 0.05);
      const warm = hashCell(cellX, cellY, salt2 + 3);
      shine(
        out,
        [0.8 + warm * 0.2, 0.9, 1.1 - warm * 0.25],
        Math.exp(-(dx * dx + dy * dy) / (size * size)) * (luck - 0.83) ** 2 * 40,
      );
    }
  };

  const ringLight = (ringRadius: number): number => {
    const place = (ringRadius / radius - 1.32) / 0.95;
    if (place < 0 || place > 1) {
      return 0;
    }
    const grooves =
      0.62 + 0.5 * lookUp(clouds, place * 5 + shift, 1.5) + 0.3 * lookUp(clouds, place * 17, 3.5);
    const gap = 1 - 0.9 * Math.exp(-(((place - 0.62) / 0.03) ** 2));
    return clamp01(grooves) * gap * smooth(0, 0.06, place) * smooth(1, 0.9, place);
  };

  const globe = (dx: number, dy: number, out: Float64Array): void => {
    const away = Math.hypot(dx, dy) / radius;
    const cover = smooth(1 + pixel / radius, 1 - pixel / radius, away);
    if (cover <= 0) {
      return;
    }
    const nx = dx / radius;
    const ny = dy / radius;
    const nz = Math.sqrt(Math.max(0, 1 - nx * nx - ny * ny));
    const latitude = Math.asin(clamp01(Math.abs(-nx * sin + ny * cos) * 1) * Math.sign(-nx * sin + ny * cos));
    const longitude = Math.atan2(nx * cos + ny * sin, nz);
    const swirl =
      lookUp(clouds, longitude * 0.9 + shift, latitude * 3.4) * 0.16 +
      lookUp(clouds, longitude * 2.6, latitude * 9 + shift) * 0.07;
    const color = mood.bands(
      clamp01(0.5 + 0.5 * Math.sin((latitude + swirl) * 9 + shift) * 0.75 + swirl * 0.8),
    );
    const light = nx * -0.72 + ny * -0.42 + nz * 0.55;
    const day = smooth(-0.12, 0.75, light);
    // The rings throw a narrow shadow across the globe.
    const band = (ny - nx * 0.12) / flat;
    const shadow = 1 - 0.5 * Math.exp(-(((band - 0.55) / 0.22) ** 2)) * day;
    const limb = 0.62 + 0.38 * nz;
    lay(
      out,
      [
        color[0] * (0.02 + day * shadow * limb),
        color[1] * (0.02 + day * shadow * limb),
        color[2] * (0.035 + day * shadow * limb),
      ],
      cover,
    );
    shine(out, mood.dust[0], cover * (1 - nz) ** 3 * day * 0.9);
  };

  const ring = (dx: number, dy: number, front: boolean, out: Float64Array): void => {
    const u = dx * cos + dy * sin;
    const v = (-dx * sin + dy * cos) / flat;
    if (v > 0 !== front) {
      return;
    }
    const light = ringLight(Math.hypot(u, v));
    if (light <= 0) {
      return;
    }
    const inShade = !front && u > 0 && Math.abs(v * flat) < radius * 0.98 && u < radius * 1.9;
    const shade = inShade
      ? 1 -
        0.85 * smooth(radius * 1.9, radius * 0.6, u) * smooth(radius, radius * 0.8, Math.abs(v * flat * 1.9))
      : 1;
    const color: Rgb = mixRgb(mood.bands(0.55), [1, 0.94, 0.86], 0.4);
    lay(out, [color[0] * shade, color[1] * shade, color[2] * shade], light * 0.86);
  };

  return {
    pixel(x, y, out) {
      setColor(out, [0.012, 0.014, 0.035]);
      const warpX = lookUp(clouds, x * 0.5 + shift, y * 0.5);
      const warpY = lookUp(clouds, x * 0.5, y * 0.5 + shift);
      mood.dust.forEach((dust, index) => {
        const veil = lookUp(clouds, x * 0.55 + warpX * 1.3 + index * 3.3 + shift, y * 0.75 + warpY * 1.3);
        const thread = lookUp(ridges, x * 0.9 + warpY * 1.1 + index, y * 0.9 + warpX + shift);
        const band = Math.exp(-(((y - 0.52 + (x / aspect - 0.5) * 0.5 - warpX * 0.25) / 0.3) ** 2));
        shine(
          out,
          dust,
          clamp01(veil * 1.7 + 0.4) * (0.3 + thread * 0.95) * band * (index === 2 ? 0.95 : 1.15),
        );
      });
      stars(x, y, 34, salt, out);
      stars(x, y, 90, salt + 40, out);
      const dx = x - cx;
      const dy = y - cy;
      ring(dx, dy, false, out);
      globe(dx, dy, out);
      ring(dx, dy, true, out);
      expose(out);
    },
  };
};
