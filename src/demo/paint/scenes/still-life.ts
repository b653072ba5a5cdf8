import { cloudTile, lookUp } from '../noise';
import {
  between,
  clamp01,
  expose,
  gradient,
  hex,
  mix,
  mixRgb,
  pick,
  setColor,
  smooth,
  vignette,
  type Rgb,
  type Scene,
} from '../tools';

interface Ball {
  x: number;
  y: number;
  z: number;
  radius: number;
  color: Rgb;
  /** 0 chalk … 1 polished. */
  gloss: number;
  marbled: boolean;
}

const PALETTES = [
  {
    wall: gradient(hex('#e9c8ae'), hex('#d9a58c')),
    floor: hex('#e6c3a5'),
    balls: ['#d96c4f', '#f2d0a4', '#2f5d62', '#f7efe2', '#8a3b3b'].map(hex),
  },
  {
    wall: gradient(hex('#b9cbd3'), hex('#8fa9b8')),
    floor: hex('#c6d3d8'),
    balls: ['#f4f1ea', '#e0a458', '#34515e', '#d98a76', '#9fb7a5'].map(hex),
  },
];

const LIGHT = normalize([-0.62, 0.68, -0.4]);
const CAMERA = { x: 0, y: 1.5, z: -5.4 };
const PITCH = -0.2;

function normalize([x, y, z]: readonly [number, number, number]): readonly [number, number, number] {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** Balls of chalk, marble and lacquer on a table, in window light. */
export const stillLife: Scene = (random, aspect) => {
  const clouds = cloudTile();
  const palette = pick(random, PALETTES);
  const balls: Ball[] = [];
  for (let tries = 0; balls.length < 7 && tries < 400; tries++) {
    const radius = between(random, 0.22, 0.78) * (balls.length === 0 ? 1.2 : 1 - balls.length * 0.06);
    const ball = {
      x: between(random, -1.25, 1.25) * aspect,
      y: radius,
      z: between(random, -1.6, 1.3),
      radius,
      color: palette.balls[balls.length % palette.balls.length] ?? hex('#ffffff'),
      gloss: random(),
      marbled: random() < 0.3,
    };
    if (
      balls.every((other) => Math.hypot(ball.x - other.x, ball.z - other.z) > (radius + other.radius) * 0.92)
    ) {
      balls.push(ball);
    }
  }

  /** Nearest ball along a ray; distance in `hit`. */
  let hit = 0;
  const trace = (ox: number, oy: number, oz: number, dx: number, dy: number, dz: number): Ball | null => {
    let nearest: Ball | null = null;
    hit = 1e9;
    for (const ball of balls) {
      const cx = ox - ball.x;
      const cy = oy - ball.y;
      const cz = oz - ball.z;
      const b = cx * dx + cy * dy + cz * dz;
      const h = b * b - (cx * cx + cy * cy + cz * cz - ball.radius * ball.radius);
      if (h > 0) {
        const at = -b - Math.sqrt(h);
        if (at > 1e-3 && at < hit) {
          hit = at;
          nearest = ball;
        }
      }
    }
    return nearest;
  };

  /** Share of the light that reaches a point: the closer a ball is to the ray, the softer the shadow. */
  const lightAt = (px: number, py: number, pz: number, own: Ball | null): number => {
    let share = 1;
    for (const ball of balls) {
      if (ball === own) {
        continue;
      }
      const cx = px - ball.x;
      const cy = py - ball.y;
      const cz = pz - ball.z;
      const b = cx * LIGHT[0] + cy * LIGHT[1] + cz * LIGHT[2];
      if (b < 0) {
        const near = Math.sqrt(Math.max(0, cx * cx + cy * cy + cz * cz - b * b));
        const blur = 0.06 + 0.16 * -b;
        share = Math.min(share, smooth(ball.radius - blur, ball.radius + blur, near));
      }
    }
    return share;
  };

  const nearness = (px: number, py: number, pz: number, own: Ball | null): number => {
    let open = 1;
    for (const ball of balls) {
      if (ball !== own) {
        const dx = ball.x - px;
        const dy = ball.y - py;
        const dz = ball.z - pz;
        const ratio = (ball.radius * ball.radius) / (dx * dx + dy * dy + dz * dz);
        if (ratio > 0.02) {
          open *= 1 - 0.85 * clamp01(ratio * Math.sqrt(ratio) * 0.62);
        }
      }
    }
    return open;
  };

  const window = (dx: number, dy: number, dz: number, tightness: number): number => {
    const towards = dx * LIGHT[0] + dy * LIGHT[1] + dz * LIGHT[2];
    return towards > 0 ? towards ** tightness : 0;
  };

  const background = (dx: number, dy: number): Rgb => {
    const height = clamp01(0.5 - dy * 1.6);
    const glow = 0.16 * Math.exp(-((dx + 0.3) ** 2) * 4 - (dy - 0.1) ** 2 * 6);
    const base = palette.wall(height);
    return [base[0] + glow, base[1] + glow * 0.9, base[2] + glow * 0.75];
  };

  const floorColor = (px: number, pz: number, dx: number, dy: number): Rgb => {
    const shadow = lightAt(px, 0, pz, null);
    const open = nearness(px, 0, pz, null);
    const grain = 1 + 0.018 * lookUp(clouds, px * 6, pz * 6) + 0.03 * lookUp(clouds, px * 0.7, pz * 0.7);
    const light = (0.5 * open + 0.56 * shadow) * grain;
    const cool: Rgb = [palette.floor[0] * 0.86, palette.floor[1] * 0.9, palette.floor[2]];
    const color = mixRgb(cool, palette.floor, shadow);
    const away = smooth(2.2, 9, Math.hypot(px * 0.8, pz + 2));
    return mixRgb([color[0] * light, color[1] * light, color[2] * light], background(dx, dy), away);
  };

  const surface = (ball: Ball, px: number, py: number, pz: number): Rgb => {
    if (!ball.marbled) {
      return ball.color;
    }
    const warp = lookUp(clouds, px * 1.1 + ball.x, py * 1.1 + pz);
    const vein = Math.abs(Math.sin((px + py * 0.7 + pz * 0.4 + warp * 1.5) * 4));
    return mixRgb(
      [ball.color[0] * 0.62, ball.color[1] * 0.6, ball.color[2] * 0.58],
      ball.color,
      smooth(0, 0.34, vein),
    );
  };

  const ballColor = (
    ball: Ball,
    px: number,
    py: number,
    pz: number,
    dx: number,
    dy: number,
    dz: number,
    deep: boolean,
  ): Rgb => {
    const nx = (px - ball.x) / ball.radius;
    const ny = (py - ball.y) / ball.radius;
    const nz = (pz - ball.z) / ball.radius;
    const facing = nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2];
    const shadow = lightAt(px + nx * 0.01, py + ny * 0.01, pz + nz * 0.01, ball);
    const direct = smooth(-0.12, 1, facing) * shadow;
    const open = nearness(px, py, pz, ball) * (0.55 + 0.45 * smooth(-1, 0.9, ny));
    const bounce = smooth(0.4, -1, ny) * 0.26;
    const base = surface(ball, px, py, pz);
    const light = 0.36 * open + 0.82 * direct;
    const view = -(nx * dx + ny * dy + nz * dz);
    const fresnel = mix(0.03, 1, (1 - clamp01(view)) ** 4) * mix(0.15, 0.85, ball.gloss);
    const rx = dx + 2 * view * nx;
    const ry = dy + 2 * view * ny;
    const rz = dz + 2 * view * nz;
    let mirrored: Rgb = background(rx * 0.5, ry * 0.5);
    if (deep && ball.gloss > 0.25) {
      mirrored = seen(px + nx * 0.01, py + ny * 0.01, pz + nz * 0.01, rx, ry, rz, false);
    }
    const spot = window(rx, ry, rz, mix(14, 120, ball.gloss)) * shadow * mix(0.1, 0.95, ball.gloss);
    return [0, 1, 2].map((c) => {
      const floorLight = (palette.floor[c] ?? 0) * bounce * open;
      const own = (base[c] ?? 0) * (light + floorLight);
      return mix(own, mirrored[c] ?? 0, fresnel) + spot * (c === 0 ? 1 : c === 1 ? 0.96 : 0.88);
    }) as unknown as Rgb;
  };

  const seen = (
    ox: number,
    oy: number,
    oz: number,
    dx: number,
    dy: number,
    dz: number,
    deep: boolean,
  ): Rgb => {
    const ball = trace(ox, oy, oz, dx, dy, dz);
    const ballAt = hit;
    const floorAt = dy < -1e-4 ? -oy / dy : 1e9;
    if (ball && ballAt < floorAt) {
      return ballColor(ball, ox + dx * ballAt, oy + dy * ballAt, oz + dz * ballAt, dx, dy, dz, deep);
    }
    return floorAt < 1e9 ? floorColor(ox + dx * floorAt, oz + dz * floorAt, dx, dy) : background(dx, dy);
  };

  const cos = Math.cos(PITCH);
  const sin = Math.sin(PITCH);
  return {
    pixel(x, y, out) {
      const vx = (x - aspect / 2) * 0.66;
      const vy = (0.5 - y) * 0.66;
      const length = Math.hypot(vx, vy, 1);
      const dy = (vy * cos + sin) / length;
      const dz = (cos - vy * sin) / length;
      setColor(out, seen(CAMERA.x, CAMERA.y, CAMERA.z, vx / length, dy, dz, true));
      vignette(out, x, y, aspect, 0.28);
      expose(out);
    },
  };
};
