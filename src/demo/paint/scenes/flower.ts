import { cloudTile, lookUp } from '../noise';
import {
  between,
  clamp01,
  expose,
  gradient,
  hex,
  mixRgb,
  pick,
  setColor,
  shine,
  smooth,
  vignette,
  type Scene,
} from '../tools';

const KINDS = [
  {
    petals: gradient(hex('#5c0f2c'), hex('#c8324f'), hex('#f7889b'), hex('#ffd9d2')),
    back: gradient(hex('#0c1a14'), hex('#1d3a2a'), hex('#3c5c3a')),
    heart: hex('#ffcf6b'),
  },
  {
    petals: gradient(hex('#8a3a06'), hex('#ef7d1a'), hex('#ffb54a'), hex('#fff0c0')),
    back: gradient(hex('#0d1420'), hex('#1c3140'), hex('#3a5a5c')),
    heart: hex('#7a2b12'),
  },
  {
    petals: gradient(hex('#2d1a5e'), hex('#6a4bb5'), hex('#b39ae6'), hex('#f0e6ff')),
    back: gradient(hex('#10170f'), hex('#27351f'), hex('#55613a')),
    heart: hex('#ffe08a'),
  },
];

interface Ring {
  /** 0 the outermost … 1 the innermost. */
  inner: number;
  count: number;
  turn: number;
  reach: number;
  plump: number;
}

/** A dahlia in front of a blurred garden. */
export const flower: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const kind = pick(random, KINDS);
  const centreX = aspect * between(random, 0.42, 0.58);
  const centreY = between(random, 0.42, 0.54);
  const size = Math.min(aspect, 1) * between(random, 0.42, 0.48);
  const shift = random() * 40;
  const rings = Array.from({ length: 11 }, (_, index): Ring => {
    const inner = index / 10;
    return {
      inner,
      count: Math.round(22 - inner * 11),
      turn: index * 2.399 + random() * 0.3,
      reach: size * (1 - inner) ** 0.85 + size * 0.1,
      plump: 0.78 + inner * 0.3,
    };
  });
  const discs = Array.from({ length: 26 }, () => ({
    x: random() * aspect,
    y: random(),
    radius: between(random, 0.03, 0.11),
    light: between(random, 0.05, 0.2),
  }));
  let active: typeof discs = [];

  /** Light that still gets through from below, and the shadow cast on it. */
  let open = 1;
  let shadow = 1;

  /** Adds one ring of petals under those already there. */
  const ring = (distance: number, angle: number, layer: Ring, out: Float64Array): void => {
    const slice = (Math.PI * 2) / layer.count;
    const turned = angle + layer.turn;
    const index = Math.floor(turned / slice);
    const across = (turned / slice - index) * 2 - 1;
    const reach = layer.reach * (1 + 0.07 * Math.sin(index * 12.9898 + layer.turn * 78.2));
    const along = distance / reach;
    // Petals are pointed at the tip and narrow where they leave the heart.
    const half = along < 1 ? layer.plump * Math.sqrt(1 - along ** 3.2) * (0.7 + 0.55 * along) : 0;
    const cover =
      along < 1 ? smooth(-pixel, pixel * 1.2, (half - Math.abs(across)) * slice * distance * 0.5) : 0;
    if (cover > 0) {
      const fold = across / Math.max(half, 0.05);
      const veins = lookUp(clouds, across * 2.2 + index * 1.7, along * 1.1 + layer.turn);
      const tone = clamp01(0.14 + 0.66 * along ** 1.25 + veins * 0.11 - layer.inner * 0.04);
      const lightFrom = Math.cos(turned - layer.turn + 2.25);
      const cup = 0.86 + 0.2 * (1 - fold * fold) + fold * 0.13 * lightFrom;
      const edge = 1 - 0.18 * smooth(0.72, 1, Math.abs(fold));
      const light = (0.52 + 0.5 * smooth(0.08, 0.9, along)) * cup * (0.93 + 0.12 * lightFrom) * edge;
      shine(out, kind.petals(tone), light * cover * open * shadow);
      open *= 1 - cover;
    }
    if (cover < 1 && along < 1.3) {
      shadow *= 1 - 0.34 * smooth(1.3, 0.96, along) * (0.55 + 0.45 * layer.inner);
    }
  };

  const heart = (dx: number, dy: number, distance: number, out: Float64Array): void => {
    const radius = size * 0.13;
    const cover = smooth(radius, radius * 0.55, distance) * 0.9;
    if (cover > 0) {
      const dots = clamp01(0.55 + lookUp(clouds, dx * 26 + 3, dy * 26) * 0.9);
      const tone = mixRgb(
        [kind.heart[0] * 0.45, kind.heart[1] * 0.4, kind.heart[2] * 0.35],
        kind.heart,
        dots,
      );
      shine(out, tone, cover);
      open *= 1 - cover;
    }
  };

  const garden = (x: number, y: number, out: Float64Array): void => {
    const blur = lookUp(clouds, x * 0.6 + shift, y * 0.6) + 0.45 * lookUp(clouds, x * 1.3, y * 1.3 + shift);
    shine(out, kind.back(clamp01(0.45 + blur * 0.8 + (0.5 - y) * 0.35)), open * shadow);
    for (const disc of active) {
      const away = Math.hypot(x - disc.x, y - disc.y) / disc.radius;
      if (away < 1.15) {
        const light = disc.light * smooth(1.12, 0.86, away) * (0.6 + 0.4 * smooth(0.5, 1, away));
        shine(out, [0.75, 0.9, 0.5], light * open * shadow);
      }
    }
  };

  return {
    row(y) {
      active = discs.filter((disc) => Math.abs(disc.y - y) < disc.radius * 1.15);
    },
    pixel(x, y, out) {
      setColor(out, [0, 0, 0]);
      open = 1;
      shadow = 1;
      const dx = x - centreX;
      const dy = (y - centreY) * 1.06;
      const distance = Math.hypot(dx, dy);
      heart(dx, dy, distance, out);
      if (distance < size * 1.6) {
        const angle = Math.atan2(dy, dx) + Math.PI;
        for (let index = rings.length - 1; index >= 0 && open > 0.004; index--) {
          const layer = rings[index];
          if (layer && distance < layer.reach * 1.4) {
            ring(distance, angle, layer, out);
          }
        }
      }
      if (open > 0.004) {
        garden(x, y, out);
      }
      vignette(out, x, y, aspect, 0.42);
      expose(out);
    },
  };
};
