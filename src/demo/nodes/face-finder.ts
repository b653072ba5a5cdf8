/** Pixels, three values 0 to 1 each, one row after the other. */
export interface ColorPicture {
  width: number;
  height: number;
  rgb: Float32Array;
}

/** An ellipse, px of the picture: `rx` along the line between the eyes, `ry` across it. */
export interface Ellipse {
  x: number;
  y: number;
  rx: number;
  ry: number;
  /** How far the head is tilted, radians. */
  tilt: number;
}

/** Parts of a face, named as ComfyUI names them: the left eye is the person's own, to the right in the picture. */
export const FACE_REGIONS = ['face_oval', 'lips', 'left_eye', 'right_eye', 'irises'] as const;
export type FaceRegion = (typeof FACE_REGIONS)[number];

/** A face that was found. */
export interface Face {
  /** 0 to 1. */
  score: number;
  regions: Readonly<Record<FaceRegion, readonly Ellipse[]>>;
}

/** The picture is looked at this small: longer side, px. */
const LOOK = 384;
/** A mouth is this much wider than tall. */
const MOUTH_SHAPE = [1.4, 6] as const;
/** Width of a mouth as a share of the shorter side of the picture. */
const MOUTH_WIDTH = [0.03, 0.45] as const;
/** Where eyes are, in widths of the mouth from its middle, and how far around that they are looked for. */
const EYES = { aside: 0.7, above: 1.4, reach: [0.32, 0.45] } as const;
/** Eyes are this much darker than what is around them. */
const EYE_CONTRAST = 0.18;
/** A face is this much taller than wide. */
const FACE_SHAPE = [1.1, 1.4] as const;
/** Nobody's head is tilted further, radians. */
const MOST_TILT = 0.4;

/**
 * Finds faces seen from the front by colour and proportion: a red spot wider than tall with skin around it, and two
 * dark spots where eyes would be. The surest one comes first.
 */
export function findFaces(picture: ColorPicture): Face[] {
  const scale = Math.max(1, Math.max(picture.width, picture.height) / LOOK);
  const seen = seenFrom(picture, scale);
  const found: Candidate[] = [];
  for (const spot of redSpots(seen)) {
    const face = faceAround(seen, spot);
    if (face && !found.some((other) => overlap(other, face))) {
      found.push(face);
    }
  }
  return found
    .sort((a, b) => b.score - a.score)
    .map((candidate) => ({ score: candidate.score, regions: regionsOf(candidate, scale) }));
}

/** What is looked at: brightness, 0 to 1, and what stands for skin and lips. */
interface Seen {
  width: number;
  height: number;
  luma: Float32Array;
  skin: Uint8Array;
  red: Uint8Array;
}

interface Point {
  x: number;
  y: number;
}

interface Spot extends Point {
  width: number;
  height: number;
  pixels: number;
}

interface Candidate {
  score: number;
  mouth: Spot;
  /** The eyes, the one further left in the picture first. */
  eyes: readonly [Point, Point];
}

function seenFrom({ width, height, rgb }: ColorPicture, scale: number): Seen {
  const [across, down] = [Math.max(1, Math.round(width / scale)), Math.max(1, Math.round(height / scale))];
  const seen: Seen = {
    width: across,
    height: down,
    luma: new Float32Array(across * down),
    skin: new Uint8Array(across * down),
    red: new Uint8Array(across * down),
  };
  for (let y = 0, to = 0; y < down; y++) {
    const rows = span(y, down, height);
    for (let x = 0; x < across; x++, to++) {
      judge(seen, to, mean(rgb, width, span(x, across, width), rows));
    }
  }
  return seen;
}

/** The pixels `from` up to `to` that make one of `count`. */
function span(at: number, count: number, length: number): readonly [number, number] {
  const from = Math.floor((at * length) / count);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * length) / count))];
}

type Color = readonly [number, number, number];

function mean(
  rgb: Float32Array,
  width: number,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): Color {
  const sum: [number, number, number] = [0, 0, 0];
  for (let y = y0; y < y1; y++) {
    for (let at = (y * width + x0) * 3; at < (y * width + x1) * 3; at += 3) {
      sum[0] += rgb[at] ?? 0;
      sum[1] += rgb[at + 1] ?? 0;
      sum[2] += rgb[at + 2] ?? 0;
    }
  }
  const count = (x1 - x0) * (y1 - y0);
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/** Skin and lips by the usual ranges of chroma, 0 to 255; lips are redder for how bright they are. */
function judge(seen: Seen, at: number, [red, green, blue]: Color): void {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  const [cb, cr] = [128 + 255 * 0.564 * (blue - luma), 128 + 255 * 0.713 * (red - luma)];
  seen.luma[at] = luma;
  seen.skin[at] = luma > 0.2 && cr > 136 && cr < 182 && cb > 75 && cb < 132 ? 1 : 0;
  seen.red[at] = luma > 0.15 && red > 2.1 * green && cr > 156 && cb > 96 && cb < 132 ? 1 : 0;
}

/** Connected red spots of a mouth's shape and size, the largest first. */
function redSpots({ width, height, red }: Seen): Spot[] {
  const open = red.slice();
  const spots: Spot[] = [];
  const [least, most] = MOUTH_WIDTH.map((share) => share * Math.min(width, height)) as [number, number];
  for (let start = 0; start < open.length; start++) {
    if (open[start] === 1) {
      const spot = spotFrom(open, width, start);
      const shape = spot.width / spot.height;
      const full = spot.pixels / (spot.width * spot.height);
      if (
        spot.width >= Math.max(5, least) &&
        spot.width <= most &&
        shape >= MOUTH_SHAPE[0] &&
        shape <= MOUTH_SHAPE[1] &&
        full > 0.45
      ) {
        spots.push(spot);
      }
    }
  }
  return spots.sort((a, b) => b.pixels - a.pixels);
}

/** The spot that a pixel belongs to, corners included; it is closed. */
function spotFrom(open: Uint8Array, width: number, start: number): Spot {
  const pixels = [start];
  open[start] = 0;
  let [x0, y0, x1, y1] = [width, Infinity, 0, 0];
  for (const at of pixels) {
    const [x, y] = [at % width, Math.floor(at / width)];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    for (let down = -1; down <= 1; down++) {
      for (let aside = -1; aside <= 1; aside++) {
        const next = at + down * width + aside;
        if (x + aside >= 0 && x + aside < width && open[next] === 1) {
          open[next] = 0;
          pixels.push(next);
        }
      }
    }
  }
  const [across, down] = [x1 - x0 + 1, y1 - y0 + 1];
  return { x: x0 + across / 2, y: y0 + down / 2, width: across, height: down, pixels: pixels.length };
}

/** A face whose mouth is this; null when there is no skin around it, or no eyes. */
function faceAround(seen: Seen, mouth: Spot): Candidate | null {
  const skin = skinAround(seen, mouth);
  const eyes = [-1, 1].map((side) => eyeAt(seen, mouth, side));
  const [right, left] = eyes;
  if (skin < 0.5 || !right || !left) {
    return null;
  }
  const { tilt, rx, ry } = ovalOf(mouth, right, left);
  if (Math.abs(tilt) > MOST_TILT || ry / rx < FACE_SHAPE[0] || ry / rx > FACE_SHAPE[1]) {
    return null;
  }
  const contrast = Math.min(right.contrast, left.contrast);
  return { score: Math.min(1, 0.5 * skin + contrast), mouth, eyes: [right, left] };
}

/** The face that a mouth and two eyes belong to, by proportion. */
function ovalOf(mouth: Point, right: Point, left: Point): Ellipse {
  const [x, y] = [(right.x + left.x) / 2, (right.y + left.y) / 2];
  return {
    x,
    y,
    rx: Math.hypot(left.x - right.x, left.y - right.y) / 0.86,
    ry: Math.hypot(mouth.x - x, mouth.y - y) / 0.6,
    tilt: Math.atan2(left.y - right.y, left.x - right.x),
  };
}

/** Share of skin in a frame around a spot, half its width wide. */
function skinAround({ width, height, skin }: Seen, { x, y, width: across, height: down }: Spot): number {
  const [far, high] = [across, down / 2 + across / 2];
  let [inside, all] = [0, 0];
  for (let row = Math.floor(y - high); row <= y + high; row++) {
    for (let column = Math.floor(x - far); column <= x + far; column++) {
      const within = Math.abs(column - x) <= across / 2 + 1 && Math.abs(row - y) <= down / 2 + 1;
      if (!within && row >= 0 && row < height && column >= 0 && column < width) {
        all++;
        inside += skin[row * width + column] ?? 0;
      }
    }
  }
  return all === 0 ? 0 : inside / all;
}

/** The dark spot where an eye would be; null when nothing there is darker than the rest. */
function eyeAt(
  { width, height, luma, skin }: Seen,
  mouth: Spot,
  side: number,
): (Point & { contrast: number }) | null {
  const middle = { x: mouth.x + side * EYES.aside * mouth.width, y: mouth.y - EYES.above * mouth.width };
  const [far, high] = [EYES.reach[0] * mouth.width, EYES.reach[1] * mouth.width];
  const values: (Point & { luma: number })[] = [];
  let bare = 0;
  for (let y = Math.floor(middle.y - high); y <= middle.y + high; y++) {
    for (let x = Math.floor(middle.x - far); x <= middle.x + far; x++) {
      if (x >= 0 && y >= 0 && x < width && y < height) {
        values.push({ x, y, luma: luma[y * width + x] ?? 0 });
        bare += skin[y * width + x] ?? 0;
      }
    }
  }
  if (values.length < 9 || bare < values.length / 3) {
    return null;
  }
  const sorted = values.map((one) => one.luma).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.6)] ?? 0;
  const darkest = sorted[Math.floor(sorted.length * 0.03)] ?? 0;
  const contrast = usual === 0 ? 0 : (usual - darkest) / usual;
  if (contrast < EYE_CONTRAST) {
    return null;
  }
  // The lowest dark row: brows are as dark as eyes, and above them.
  const limit = darkest + (usual - darkest) * 0.35;
  const dark = values.filter((one) => one.luma <= limit);
  const lowest = Math.max(...dark.map((one) => one.y));
  const eye = dark.filter((one) => one.y > lowest - 0.28 * mouth.width);
  return { ...centreOf(eye), contrast };
}

function centreOf(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length + 0.5, y: sum.y / points.length + 0.5 };
}

function overlap(a: Candidate, b: Candidate): boolean {
  const apart = Math.hypot(a.mouth.x - b.mouth.x, a.mouth.y - b.mouth.y);
  return apart < 1.5 * Math.max(a.mouth.width, b.mouth.width);
}

/** The parts by the proportions of a face, in px of the picture. */
function regionsOf({ mouth, eyes: [right, left] }: Candidate, scale: number): Face['regions'] {
  const oval = ovalOf(mouth, right, left);
  const { rx, ry, tilt } = oval;
  const ellipse = (at: Point, across: number, high: number): Ellipse => ({
    x: at.x * scale,
    y: at.y * scale,
    rx: across * scale,
    ry: high * scale,
    tilt,
  });
  const eye = (at: Point): Ellipse => ellipse(at, 0.26 * rx, 0.12 * rx);
  const iris = (at: Point): Ellipse => ellipse(at, 0.1 * rx, 0.1 * rx);
  return {
    face_oval: [ellipse(oval, rx, ry)],
    lips: [ellipse(mouth, mouth.width / 2 + 0.5, mouth.height / 2 + 0.5)],
    left_eye: [eye(left)],
    right_eye: [eye(right)],
    irises: [iris(right), iris(left)],
  };
}

/** Fills an ellipse of a mask of this width with 1. */
export function fillEllipse(mask: Float32Array, width: number, { x, y, rx, ry, tilt }: Ellipse): void {
  const height = mask.length / width;
  const reach = Math.max(rx, ry);
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(height, y + reach); row++) {
    for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(width, x + reach); column++) {
      const [dx, dy] = [column + 0.5 - x, row + 0.5 - y];
      if (((dx * cos + dy * sin) / rx) ** 2 + ((dy * cos - dx * sin) / ry) ** 2 <= 1) {
        mask[row * width + column] = 1;
      }
    }
  }
}
