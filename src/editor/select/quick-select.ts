import { MaskGrid } from '../mask/mask-grid';
import type { MaskPoint } from '../mask/coverage';
import type { PixelSource } from '../mask/pixel-source';
import type { PixelRect } from '../mask/rect';
import type { Ink } from './ink';
import { QuickScene } from './quick-scene';
import type { QuickWindow } from './quick-window';
import { refine } from './refine';

/** What was pointed at, px of the picture: a stroke (x and y in turn, and the brush's radius), a box or points. */
export type QuickSubject =
  | {
      kind: 'stroke';
      /** The same for as long as points are only added. */
      id: number;
      points: readonly number[];
      radius: number;
    }
  | { kind: 'box'; box: PixelRect }
  /** Points on the object, and points that are not on it. */
  | { kind: 'points'; inside: readonly MaskPoint[]; outside: readonly MaskPoint[] };

/** What quick select is asked for. */
export interface QuickRequest {
  window: QuickWindow;
  subject: QuickSubject;
  /** 0 to 1: how weak an edge may be to stop the selection. */
  sensitivity: number;
  /** An edge about 1 px soft instead of a hard one. */
  soft: boolean;
  /** What is selected will be taken away from the mask: only what is masked is told apart. */
  within: boolean;
}

/** A selection as it is shown while it grows: small, over a part of the picture. */
export interface QuickPreview {
  grid: MaskGrid;
  /** Where it lies, px of the picture; may reach beyond its far edges by less than one of its pixels. */
  rect: PixelRect;
}

/** Quick select on one picture. Keeps what it found out about it from one request to the next. */
export class QuickSelect {
  readonly #source: PixelSource;
  #scene: QuickScene | null = null;
  /** The stroke under way, and how many of its numbers are in it. */
  #stroke: { id: number; scene: QuickScene; ink: Ink; done: number; masked: Float32Array | null } | null =
    null;

  constructor(source: PixelSource) {
    this.#source = source;
  }

  /** Gets ready for requests about this part. */
  prepare(window: QuickWindow): void {
    this.#sceneOf(window);
  }

  /** @param mask what is masked already. */
  preview(request: QuickRequest, mask: MaskGrid): QuickPreview {
    const scene = this.#sceneOf(request.window);
    const { width, height } = scene.patches;
    const { rect, factor } = request.window;
    const grid = new MaskGrid(width, height);
    const values = scene.pixelsOf(this.#choose(scene, request, mask));
    grid.writeRect({ x0: 0, y0: 0, x1: width, y1: height }, values);
    return {
      grid,
      rect: { x0: rect.x0, y0: rect.y0, x1: rect.x0 + width * factor, y1: rect.y0 + height * factor },
    };
  }

  /** The exact selection, of the picture's size. */
  select(request: QuickRequest, mask: MaskGrid): MaskGrid {
    const scene = this.#sceneOf(request.window);
    const { width, height } = scene.patches;
    const chosen = this.#choose(scene, request, mask);
    if (!chosen.includes(1)) {
      return new MaskGrid(this.#source.width, this.#source.height);
    }
    const values = scene.pixelsOf(chosen);
    return refine(this.#source, request.window, { width, height, values }, request.soft);
  }

  #choose(scene: QuickScene, { subject, sensitivity, within }: QuickRequest, mask: MaskGrid): Uint8Array {
    if (subject.kind === 'box') {
      const from = scene.place({ x: subject.box.x0, y: subject.box.y0 });
      const to = scene.place({ x: subject.box.x1, y: subject.box.y1 });
      return scene.fromBox({ x0: from.x, y0: from.y, x1: to.x, y1: to.y }, sensitivity);
    }
    if (subject.kind === 'points') {
      const place = (point: MaskPoint): MaskPoint => scene.place(point);
      return scene.fromPoints(subject.inside.map(place), subject.outside.map(place), sensitivity);
    }
    const { points } = subject;
    if (this.#stroke?.id !== subject.id || this.#stroke.scene !== scene) {
      this.#stroke = { id: subject.id, scene, ink: scene.newInk(), done: 0, masked: scene.masked(mask) };
    }
    const stroke = this.#stroke;
    for (; stroke.done + 1 < points.length; stroke.done += 2) {
      const point = { x: points[stroke.done] ?? 0, y: points[stroke.done + 1] ?? 0 };
      stroke.ink.to(scene.place(point), subject.radius / scene.window.factor);
    }
    return scene.fromInk(stroke.ink, sensitivity, stroke.masked, within);
  }

  #sceneOf(window: QuickWindow): QuickScene {
    const { rect, factor } = window;
    const known = this.#scene?.window;
    const same =
      known?.factor === factor &&
      known.rect.x0 === rect.x0 &&
      known.rect.y0 === rect.y0 &&
      known.rect.x1 === rect.x1 &&
      known.rect.y1 === rect.y1;
    if (!this.#scene || !same) {
      this.#stroke = null;
      this.#scene = new QuickScene(this.#source, window);
    }
    return this.#scene;
  }
}
