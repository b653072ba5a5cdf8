import type { QuickSubject } from '../../editor/select/quick-select';
import type { Ellipse, Face, FaceRegion } from './face-finder';

/** Parts of a head by the words for them, and the regions of the face they are made of; hair is none. */
const WORDS: readonly { names: readonly string[]; regions: readonly FaceRegion[] }[] = [
  { names: ['face', 'faces', '脸', '人脸'], regions: ['face_oval'] },
  { names: ['eye', 'eyes', '眼睛'], regions: ['left_eye', 'right_eye'] },
  { names: ['lips', 'mouth', '嘴唇'], regions: ['lips'] },
  { names: ['hair', '头发'], regions: [] },
];

/** What a prompt such as "eyes, hair" asks for: the regions of each part, none for hair. Other words are left out. */
export function faceWishes(text: string): (readonly FaceRegion[])[] {
  return text.split(',').flatMap((part) => {
    const said = (part.split(':')[0] ?? '').trim().toLowerCase().split(/\s+/);
    const found = WORDS.find(({ names }) => names.some((name) => said.includes(name)));
    return found ? [found.regions] : [];
  });
}

/** Where hair usually is, and where it is not, in radii of the face from its middle. */
const HAIR = {
  inside: [
    [0, -1.12],
    [-0.5, -1.02],
    [0.5, -1.02],
    [-1.16, -0.1],
    [1.16, -0.1],
  ],
  outside: [
    [0, 0.2],
    [-0.5, 0.3],
    [0.5, 0.3],
    [0, 1.15],
    [-2, -1],
    [2, -1],
    [-1.2, 1.9],
    [1.2, 1.9],
  ],
} as const;

/** The points that tell the hair around a face from the rest, in a picture of this size. */
export function hairPoints(
  { regions: { face_oval } }: Face,
  { width, height }: { width: number; height: number },
): Extract<QuickSubject, { kind: 'points' }> {
  const { x, y, rx, ry, tilt }: Ellipse = face_oval[0] ?? { x: 0, y: 0, rx: 0, ry: 0, tilt: 0 };
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  const place = (points: readonly (readonly [number, number])[]): { x: number; y: number }[] =>
    points
      .map(([across, down]) => ({
        x: x + across * rx * cos - down * ry * sin,
        y: y + across * rx * sin + down * ry * cos,
      }))
      .filter((point) => point.x >= 0 && point.y >= 0 && point.x < width && point.y < height);
  return { kind: 'points', inside: place(HAIR.inside), outside: place(HAIR.outside) };
}
