import { cloudTile, hashCell, lookUp, ridgeTile } from '../noise';
import {
  between,
  clamp01,
  expose,
  gradient,
  hex,
  lay,
  layMix,
  mix,
  mixRgb,
  pick,
  setColor,
  shine,
  smooth,
  vignette,
  type Scene,
} from '../tools';

const MOODS = [
  {
    air: gradient(hex('#e8f0c8'), hex('#b5cf9a'), hex('#5f8a63'), hex('#2a4a3a')),
    trunk: hex('#14201a'),
    ground: hex('#27402a'),
    light: hex('#fff2b8'),
  },
  {
    air: gradient(hex('#ffe9c4'), hex('#f0bd84'), hex('#b07a55'), hex('#4a3a35')),
    trunk: hex('#201512'),
    ground: hex('#5a3f26'),
    light: hex('#ffdf9a'),
  },
];

const LAYERS = 5;

/** Tall trunks with morning light falling between them. */
export const forest: Scene = (random, aspect, pixel) => {
  const clouds = cloudTile();
  const ridges = ridgeTile();
  const mood = pick(random, MOODS);
  const salt = Math.floor(random() * 1e6);
  const shift = random() * 40;
  const sunX = aspect * between(random, 0.3, 0.7);
  const sunY = between(random, 0.12, 0.24);
  interface Trunk {
    id: number;
    centre: number;
    lean: number;
    girth: number;
  }

  const BUCKETS = 64;
  const bucketOf = (x: number): number =>
    Math.min(BUCKETS - 1, Math.max(0, Math.floor((x / aspect) * BUCKETS)));
  const layers = Array.from({ length: LAYERS }, (_, layer) => {
    const near = layer / (LAYERS - 1);
    const spacing = 0.075 + near * 0.2;
    const stand: Trunk[] = [];
    for (let id = -1; id * spacing < aspect + spacing; id++) {
      const luck = hashCell(id, layer, salt);
      if (luck >= 0.18) {
        stand.push({
          id,
          centre: (id + 0.2 + 0.6 * hashCell(id, layer, salt + 1)) * spacing,
          lean: (hashCell(id, layer, salt + 2) - 0.5) * 0.06,
          girth: (0.006 + near * 0.028) * (0.7 + 0.6 * luck),
        });
      }
    }
    const buckets = Array.from({ length: BUCKETS }, (_, index) => {
      const x = ((index + 0.5) / BUCKETS) * aspect;
      return stand.filter(
        (trunk) => Math.abs(trunk.centre - x) < trunk.girth * 2.6 + 0.04 + aspect / BUCKETS,
      );
    });
    return { near, foot: 0.7 + near * 0.2, buckets };
  });

  const trunks = (x: number, y: number, layer: number, out: Float64Array): void => {
    const { near, foot, buckets } = layers[layer] as (typeof layers)[number];
    for (const { id, centre, lean, girth } of buckets[bucketOf(x)] ?? []) {
      const width = girth * (1 + 0.35 * smooth(foot - 0.12, foot + 0.03, y) + (y - 0.5) * 0.22);
      const sideways = x - centre - lean * (y - foot);
      if (Math.abs(sideways) > width * 1.5 + pixel * 2) {
        continue;
      }
      const bark = lookUp(clouds, id * 3.7 + y * 0.4, y * 5.5) * 0.16;
      const place = (sideways - bark * width * 0.6) / width;
      const soft = pixel / width + 0.02 + (1 - near) * 0.05;
      const rooted = smooth(foot + 0.035, foot, y + 0.015 * lookUp(clouds, x * 9, layer));
      const cover = smooth(1 + soft, 1 - soft, Math.abs(place)) * rooted;
      if (cover <= 0) {
        continue;
      }
      const fog = (1 - near) ** 1.25 * 0.86;
      const towards = Math.sign(sunX - x) * place;
      const rim = smooth(0.35, 1, towards) * (0.5 - near * 0.12);
      const rough = 1 + (lookUp(ridges, place * 0.5 + id, y * 2.4) - 0.5) * 0.7 * near;
      const glow = clamp01(rim * 0.52);
      const air = mood.air(0.16 + y * 0.42);
      const { trunk, light } = mood;
      layMix(
        out,
        mix(mix(trunk[0], light[0], glow) * rough, air[0], fog),
        mix(mix(trunk[1], light[1], glow) * rough, air[1], fog),
        mix(mix(trunk[2], light[2], glow) * rough, air[2], fog),
        cover,
      );
    }
  };

  const leaves = (x: number, y: number, out: Float64Array): void => {
    const canopy =
      lookUp(clouds, x * 2.4 + shift, y * 2.4) +
      0.55 * lookUp(clouds, x * 7.5, y * 7.5 + shift) +
      0.3 * lookUp(clouds, x * 21, y * 21);
    const cover = smooth(0.05, 0.22, canopy + (0.2 - y) * 1.9 - Math.hypot(x - sunX, y - sunY) * -0.55 - 0.2);
    const color = mixRgb(
      mood.trunk,
      mood.air(0.45),
      clamp01(0.42 + canopy * 0.9 + 0.4 * Math.exp(-Math.hypot(x - sunX, y - sunY) * 4)),
    );
    lay(out, color, cover * 0.82);
  };

  const ground = (x: number, y: number, out: Float64Array): void => {
    const line = 0.76 + 0.03 * lookUp(clouds, x * 1.2 + shift, 4);
    const cover = smooth(line - 0.07, line + 0.05, y);
    if (cover <= 0) {
      return;
    }
    const deep = clamp01((y - line) / (1 - line));
    const fern = lookUp(ridges, x * (6 - deep * 3) + shift, y * (13 - deep * 6)) - 0.5;
    const patch = smooth(
      0.12,
      0.5,
      lookUp(clouds, x * 1.4 + shift, y * 5) + lookUp(clouds, x * 4, y * 13) * 0.45,
    );
    const light = 0.52 + fern * 0.75 + patch * 0.9 * (1 - deep * 0.6);
    const color = mixRgb(
      [mood.ground[0] * light, mood.ground[1] * light, mood.ground[2] * light],
      mood.light,
      patch * 0.16,
    );
    lay(out, mixRgb(mood.air(0.34), color, smooth(-0.1, 0.6, deep)), cover);
  };

  return {
    pixel(x, y, out) {
      const far = Math.hypot(x - sunX, y - sunY);
      setColor(out, mood.air(clamp01(far * 0.75 + 0.04 * lookUp(clouds, x, y))));
      shine(out, mood.light, 0.45 * Math.exp(-far * 4));
      for (let layer = 0; layer < 3; layer++) {
        trunks(x, y, layer, out);
      }
      ground(x, y, out);
      leaves(x, y, out);
      const angle = Math.atan2(y - sunY, x - sunX);
      const beams = smooth(
        0.02,
        0.5,
        lookUp(clouds, angle * 2.6 + shift, 2.5) + 0.4 * lookUp(clouds, angle * 8, shift),
      );
      shine(
        out,
        mood.light,
        beams * 0.3 * Math.exp(-far * 1.35) * smooth(0, 0.22, far) * smooth(-0.1, 0.25, y - sunY),
      );
      trunks(x, y, 3, out);
      shine(out, mood.light, beams * 0.1 * Math.exp(-far * 1.6));
      trunks(x, y, 4, out);
      vignette(out, x, y, aspect, 0.35);
      expose(out);
    },
  };
};
