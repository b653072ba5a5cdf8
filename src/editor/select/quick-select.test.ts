import { describe, expect, it } from 'vitest';
import { MaskGrid } from '../mask/mask-grid';
import { PixelSource } from '../mask/pixel-source';
import { type QuickRequest, QuickSelect, type QuickSubject } from './quick-select';
import { quickWindow } from './quick-window';
import { SCENE_KINDS, type Scene, type SceneKind, iouOf, makeScene, sourceOf } from './testing/scenes';

const SIDE = 256;
let strokes = 0;

const flat = (points: readonly { x: number; y: number }[]): number[] => points.flatMap(({ x, y }) => [x, y]);
const strokeOver = ({ stroke, radius }: Scene): QuickSubject => ({
  kind: 'stroke',
  id: ++strokes,
  points: flat(stroke),
  radius,
});

function whole({ width, height }: { width: number; height: number }): {
  x0: 0;
  y0: 0;
  x1: number;
  y1: number;
} {
  return { x0: 0, y0: 0, x1: width, y1: height };
}

function requestOf(scene: Scene, subject: QuickSubject, more: Partial<QuickRequest> = {}): QuickRequest {
  const window = quickWindow(whole(scene), scene);
  return { window, subject, sensitivity: 0.5, soft: false, within: false, ...more };
}

function valuesOf(grid: MaskGrid): Uint8Array {
  return grid.readRect(whole(grid));
}

/** How well one stroke selects the object of a scene. */
function hit(kind: SceneKind, seed: number): number {
  const scene = makeScene(kind, seed, SIDE);
  const select = new QuickSelect(sourceOf(scene));
  const grid = select.select(requestOf(scene, strokeOver(scene)), new MaskGrid(SIDE, SIDE));
  return iouOf(scene.truth, valuesOf(grid));
}

function maskOf(values: Uint8Array, width: number): MaskGrid {
  const height = values.length / width;
  const grid = new MaskGrid(width, height);
  grid.writeRect({ x0: 0, y0: 0, x1: width, y1: height }, values);
  return grid;
}

describe('quick select', () => {
  it.each(SCENE_KINDS)('finds the object under one stroke: %s', (kind) => {
    const found = [12, 13].map((seed) => hit(kind, seed));
    // Things of nearly the same colour touch the object there.
    expect(Math.min(...found)).toBeGreaterThan(kind === 'clutter' ? 0.85 : 0.93);
  });

  it.each(['noise', 'texture', 'gradient', 'two-tone'] as const)('finds the object in a box: %s', (kind) => {
    const scene = makeScene(kind, 13, SIDE);
    const select = new QuickSelect(sourceOf(scene));
    const request = requestOf(scene, { kind: 'box', box: scene.box });
    const found = valuesOf(select.select(request, new MaskGrid(SIDE, SIDE)));
    expect(iouOf(scene.truth, found)).toBeGreaterThan(0.93);
  });

  it('finds the object at some points, without what is at others', () => {
    const scene = makeScene('two-tone', 13, SIDE);
    const [first = { x: 0, y: 0 }, last = { x: 0, y: 0 }] = [scene.stroke[0], scene.stroke.at(-1)];
    const select = new QuickSelect(sourceOf(scene));
    const found = (inside: { x: number; y: number }[], outside: { x: number; y: number }[]): Uint8Array =>
      valuesOf(
        select.select(requestOf(scene, { kind: 'points', inside, outside }), new MaskGrid(SIDE, SIDE)),
      );
    expect(iouOf(scene.truth, found([first, last], []))).toBeGreaterThan(0.93);
    const half = found([first, last], [last]);
    const at = ({ x, y }: { x: number; y: number }): number => Math.floor(y) * SIDE + Math.floor(x);
    expect([half[at(first)], half[at(last)]]).toEqual([255, 0]);
  });

  it('gives the same for a stroke that came in pieces', () => {
    const scene = makeScene('clutter', 14, SIDE);
    const empty = new MaskGrid(SIDE, SIDE);
    const select = new QuickSelect(sourceOf(scene));
    const subject = strokeOver(scene);
    const points = flat(scene.stroke);
    for (let end = 2; end <= points.length; end += 6) {
      select.preview(requestOf(scene, { ...subject, points: points.slice(0, end) } as QuickSubject), empty);
    }
    const pieces = select.select(requestOf(scene, subject), empty);
    const once = new QuickSelect(sourceOf(scene)).select(requestOf(scene, strokeOver(scene)), empty);
    expect(valuesOf(pieces)).toEqual(valuesOf(once));
  });

  it('shows nearly what it then selects', () => {
    const scene = makeScene('texture', 15, SIDE);
    const select = new QuickSelect(sourceOf(scene));
    const request = requestOf(scene, strokeOver(scene));
    const { grid, rect } = select.preview(request, new MaskGrid(SIDE, SIDE));
    expect(rect).toEqual(whole(scene));
    expect(iouOf(scene.truth, valuesOf(grid))).toBeGreaterThan(0.93);
  });

  it('takes away what was selected too much, and keeps the object', () => {
    const scene = makeScene('noise', 16, SIDE);
    const ring = (x: number, y: number): boolean =>
      scene.truth[y * SIDE + x] === 1 ||
      (x > scene.box.x0 && x < scene.box.x1 && y > scene.box.y0 && y < scene.box.y1);
    const masked = new Uint8Array(SIDE * SIDE).map((_, at) =>
      ring(at % SIDE, Math.floor(at / SIDE)) ? 255 : 0,
    );
    const { box } = scene;
    const inset = 6;
    const corners = [
      [box.x0, box.y0],
      [box.x1, box.y0],
      [box.x1, box.y1],
      [box.x0, box.y1],
      [box.x0, box.y0],
    ].map(([x = 0, y = 0]) => ({
      x: Math.min(box.x1 - inset, Math.max(box.x0 + inset, x)),
      y: Math.min(box.y1 - inset, Math.max(box.y0 + inset, y)),
    }));
    const subject: QuickSubject = { kind: 'stroke', id: ++strokes, points: flat(corners), radius: 5 };
    const select = new QuickSelect(sourceOf(scene));
    const cut = valuesOf(select.select(requestOf(scene, subject, { within: true }), maskOf(masked, SIDE)));
    const left = masked.map((value, at) => (cut[at] ? 0 : value));
    expect(iouOf(scene.truth, masked)).toBeLessThan(0.8);
    expect(iouOf(scene.truth, left)).toBeGreaterThan(0.93);
  });

  it('goes on beside what is masked already, in the same colours', () => {
    const scene = makeScene('gradient', 17, SIDE);
    const middle = (scene.box.x0 + scene.box.x1) / 2;
    const half = scene.truth.map((is, at) => (is && at % SIDE < middle ? 255 : 0));
    const rest = scene.stroke.filter(({ x }) => x > middle + scene.radius);
    const subject: QuickSubject = { kind: 'stroke', id: ++strokes, points: flat(rest), radius: scene.radius };
    const select = new QuickSelect(sourceOf(scene));
    const found = valuesOf(select.select(requestOf(scene, subject), maskOf(half, SIDE)));
    const both = found.map((value, at) => Math.max(value, half[at] ?? 0));
    expect(rest.length).toBeGreaterThan(2);
    expect(iouOf(scene.truth, both)).toBeGreaterThan(0.93);
  });

  it('softens the edge by a pixel when asked, and moves it nowhere', () => {
    const scene = makeScene('texture', 18, SIDE);
    const select = new QuickSelect(sourceOf(scene));
    const [hard, soft] = [false, true].map((wanted) =>
      valuesOf(
        select.select(requestOf(scene, strokeOver(scene), { soft: wanted }), new MaskGrid(SIDE, SIDE)),
      ),
    );
    expect(new Set(hard)).toEqual(new Set([0, 255]));
    expect(new Set(soft).size).toBeGreaterThan(4);
    expect(hard?.every((value, at) => Math.abs(value - (soft?.[at] ?? 0)) <= 160)).toBe(true);
  });

  it('selects a small thing in a large picture when it is looked at closely', () => {
    const scene = makeScene('two-tone', 19, SIDE);
    const [width, height, left, top] = [1900, 1300, 1290, 777] as const;
    const source = new PixelSource(width, height);
    const rgba = new Uint8Array(width * height * 4);
    const truth = new Uint8Array(width * height);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const inner = x >= left && y >= top && x < left + SIDE && y < top + SIDE;
        // Around the scene its border goes on.
        const sx = Math.min(SIDE - 1, Math.max(0, x - left));
        const sy = Math.min(SIDE - 1, Math.max(0, y - top));
        rgba.set(scene.rgba.subarray((sy * SIDE + sx) * 4, (sy * SIDE + sx) * 4 + 4), at * 4);
        truth[at] = inner ? (scene.truth[sy * SIDE + sx] ?? 0) : 0;
      }
    }
    source.setRows(0, rgba);
    const window = quickWindow({ x0: left, y0: top, x1: left + SIDE, y1: top + SIDE }, source);
    expect(window.factor).toBe(1);
    const points = scene.stroke.flatMap(({ x, y }) => [x + left, y + top]);
    const subject: QuickSubject = { kind: 'stroke', id: ++strokes, points, radius: scene.radius };
    const grid = new QuickSelect(source).select(
      requestOf(scene, subject, { window }),
      new MaskGrid(width, height),
    );
    expect([grid.width, grid.height]).toEqual([width, height]);
    expect(iouOf(truth, valuesOf(grid))).toBeGreaterThan(0.93);
  });

  it('works on pictures of any shape, and selects nothing beside them', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 40],
      [300, 2],
      [7, 9],
    ] as const) {
      const source = new PixelSource(width, height);
      const select = new QuickSelect(source);
      const scene = { width, height } as Scene;
      const at = (x: number, y: number): QuickSubject => ({
        kind: 'stroke',
        id: ++strokes,
        points: [x, y],
        radius: 3,
      });
      const on = select.select(requestOf(scene, at(0.5, 0.5)), new MaskGrid(width, height));
      expect(on.valueAt(0, 0)).toBe(255);
      const off = select.select(requestOf(scene, at(-50, -50)), new MaskGrid(width, height));
      expect(off.empty).toBe(true);
    }
  });
});

describe('the part that is looked at', () => {
  const size = { width: 8192, height: 6000 };

  it('is what is on the screen with room on every side, in few enough pixels', () => {
    const all = quickWindow({ x0: 0, y0: 0, x1: 8192, y1: 6000 }, size);
    expect(all).toEqual({ rect: { x0: 0, y0: 0, x1: 8192, y1: 6000 }, factor: 8 });
    const close = quickWindow({ x0: 4000, y0: 3000, x1: 4300, y1: 3200 }, size);
    expect(close).toEqual({ rect: { x0: 3840, y0: 2816, x1: 4608, y1: 3328 }, factor: 1 });
  });

  it('stays while the view moves within it, and follows a zoom', () => {
    const first = quickWindow({ x0: 4000, y0: 3000, x1: 4300, y1: 3200 }, size);
    expect(quickWindow({ x0: 4090, y0: 3050, x1: 4390, y1: 3250 }, size, first)).toBe(first);
    expect(quickWindow({ x0: 5000, y0: 3000, x1: 5300, y1: 3200 }, size, first)).not.toBe(first);
    expect(quickWindow({ x0: 3000, y0: 2000, x1: 5000, y1: 4000 }, size, first).factor).toBeGreaterThan(1);
  });
});
