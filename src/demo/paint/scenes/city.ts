import { cloudTile, hashCell, lookUp } from '../noise';
import {
  between,
  clamp01,
  expose,
  gradient,
  hex,
  lay,
  pick,
  setColor,
  shine,
  smooth,
  vignette,
  type Rgb,
  type Scene,
} from '../tools';

const LAMPS: readonly Rgb[] = [
  '#ffb35c',
  '#ff8a3d',
  '#ffd9a0',
  '#ff4f4f',
  '#5cc8ff',
  '#ff6fb5',
  '#7dffd0',
  '#fff1d6',
].map(hex);
const SKY = gradient(hex('#0a0f26'), hex('#1a1c44'), hex('#3c2a5a'), hex('#6a3d5c'));

interface Disc {
  x: number;
  y: number;
  radius: number;
  color: Rgb;
  strength: number;
}

/** A rainy street at night, out of focus. */
export const city: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const horizon = between(random, 0.56, 0.62);
  const shift = random() * 30;
  const salt = Math.floor(random() * 1e6);
  const discs: Disc[] = Array.from({ length: 95 }, () => {
    const near = random() ** 2.2;
    const spread = (random() + random() - 1) * 0.24;
    return {
      x: random() * aspect,
      y: horizon - 0.02 - Math.abs(spread) * (0.6 + near),
      radius: between(random, 0.008, 0.016) + near * 0.05,
      color: pick(random, LAMPS),
      strength: between(random, 0.25, 0.75) * (1 - near * 0.45),
    };
  });
  let active: Disc[] = [];

  // Reflections only matter close to their lamp, so each column lists its own.
  const BUCKETS = 48;
  const buckets = Array.from({ length: BUCKETS }, (_, index) => {
    const x = ((index + 0.5) / BUCKETS) * aspect;
    return discs.filter(
      (disc) => Math.abs(disc.x - x) < (disc.radius * 0.8 + 0.006) * 3 + aspect / BUCKETS + 0.05,
    );
  });
  const nearColumn = (x: number): readonly Disc[] =>
    buckets[Math.min(BUCKETS - 1, Math.floor((x / aspect) * BUCKETS))] ?? [];

  const building = (x: number, y: number, out: Float64Array): void => {
    for (let layer = 0; layer < 3; layer++) {
      const width = 0.085 + layer * 0.05;
      const cell = Math.floor(x / width + layer * 0.4);
      const inside = x / width + layer * 0.4 - cell;
      const top = horizon - (0.5 - layer * 0.13) * (0.35 + 0.65 * hashCell(cell, layer, salt));
      const soft = 0.007;
      const cover = smooth(top - soft, top + soft, y) * smooth(0, 0.06, inside) * smooth(1, 0.94, inside);
      if (cover <= 0) {
        continue;
      }
      const fog = 0.5 - layer * 0.17;
      lay(out, [0.05 + fog * 0.2, 0.045 + fog * 0.12, 0.1 + fog * 0.26], cover * 0.92);
      const column = inside * 6;
      const floor = y * (64 - layer * 12);
      const lit = hashCell(cell * 31 + Math.floor(column), Math.floor(floor), salt + layer);
      const pane = Math.sin(Math.PI * (column % 1)) * Math.sin(Math.PI * (floor - Math.floor(floor)));
      if (lit > 0.62) {
        shine(out, lit > 0.93 ? [0.5, 0.8, 1] : [1, 0.72, 0.4], cover * pane * pane * (lit - 0.55) * 0.75);
      }
    }
  };

  const street = (x: number, y: number, out: Float64Array): void => {
    const deep = (y - horizon) / (1 - horizon);
    const wet = lookUp(clouds, x * 1.6 + shift, y * 9) * 0.5 + lookUp(clouds, x * 14, y * 46) * 0.22;
    setColor(out, [0.035, 0.03, 0.06]);
    for (const disc of nearColumn(x)) {
      const drift = wet * 0.035 * (0.4 + deep);
      const dx = (x + drift - disc.x) / (disc.radius * 0.8 + 0.006);
      if (dx > -3 && dx < 3) {
        const length = 0.16 + disc.radius * 5;
        const from = (y - horizon) / length;
        const broken = clamp01(0.6 + wet * 1.9);
        shine(out, disc.color, disc.strength * 0.46 * Math.exp(-dx * dx - from * from * 0.9) * broken);
      }
    }
    shine(out, [0.42, 0.28, 0.5], 0.2 * clamp01(0.3 + wet) * Math.exp(-deep * 3));
  };

  return {
    row(y) {
      active = discs.filter((disc) => Math.abs(disc.y - y) < disc.radius * 1.1);
    },
    pixel(x, y, out) {
      if (y < horizon) {
        setColor(out, SKY(y / horizon));
        shine(out, [0.5, 0.35, 0.5], 0.16 * clamp01(0.3 + lookUp(clouds, x * 0.8 + shift, y * 1.6)));
        building(x, y, out);
        shine(out, [1, 0.6, 0.35], 0.2 * Math.exp(-(horizon - y) * 9));
      } else {
        street(x, y, out);
      }
      for (const disc of active) {
        const away = Math.hypot(x - disc.x, y - disc.y) / disc.radius;
        if (away < 1.1) {
          const edge = pixel / disc.radius + 0.05;
          const body = smooth(1 + edge, 1 - edge, away) * (0.55 + 0.45 * smooth(0.6, 0.98, away));
          shine(out, disc.color, disc.strength * 0.55 * body);
        }
      }
      vignette(out, x, y, aspect, 0.5);
      expose(out);
    },
  };
};
