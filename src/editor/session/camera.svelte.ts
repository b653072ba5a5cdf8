import {
  type Point,
  type Size,
  StickyZoom,
  type Viewport,
  centreOn,
  clamp,
  fit,
  fitBox,
  mirrorAt,
  nearestTurn,
  nextStep,
  pan,
  pinch,
  resize,
  scaleLimits,
  toImage,
  toView,
  turnAt,
  turnedBox,
  visibleBox,
  zoomAt,
} from '../../ui/viewport';
import type { PixelRect } from '../mask/rect';
import type { EditorPicture, ZoomTarget } from '../model/editor-types';
import type { SessionCore } from './session-core.svelte';

/** Margin around a fitted picture, CSS px, and how far small pictures are enlarged. */
const FIT = { padding: 24, maxScale: 8 };
/** Margin around a fitted mask, CSS px: its surroundings matter while painting. */
const MASK_PADDING = 64;
/** What the keyboard moves stays this far from the edge of the view, CSS px. */
const REVEAL_MARGIN = 48;

/** How the picture lies in the stage: zoom, position and rotation. Never changes the mask. */
export class Camera {
  readonly #core: SessionCore;
  readonly #sticky = new StickyZoom();
  readonly #watchers = new Set<() => void>();
  #viewport: Viewport = { scale: 1, x: 0, y: 0 };
  /** The picture has not yet been shown in a stage of known size. */
  #unplaced = true;
  /** Height of what lies over the lower edge of the stage, CSS px. */
  #covered = 0;
  #zoom = $state(1);
  #angle = $state(0);
  #mirrored = $state(false);

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** There is a picture to look at. */
  get ready(): boolean {
    return this.#core.ready;
  }

  /** CSS px per image px; 1 = 100 %. */
  get zoom(): number {
    return this.#zoom;
  }

  /** How the view is rotated, radians clockwise, −π to π. The mask itself is never rotated. */
  get angle(): number {
    return this.#angle;
  }

  /** Left and right are swapped in the view. The mask itself is never mirrored. */
  get mirrored(): boolean {
    return this.#mirrored;
  }

  /** Swaps left and right of the view about its middle, or swaps them back. */
  mirror(): void {
    this.#with((_, view) => mirrorAt(this.#viewport, middleOf(view)));
  }

  /**
   * Where the picture lies in the stage: stage px (CSS) = image px × scale, rotated by the angle, + (x, y).
   */
  get viewport(): Viewport {
    return this.#viewport;
  }

  /** The part of the picture in view, image px; null without a stage or a picture. */
  visible(): { x: number; y: number; width: number; height: number } | null {
    const { stage, picture } = this.#core;
    return stage && picture ? visibleBox(this.#viewport, picture, stage.size) : null;
  }

  /** The middle of the visible part, image px, snapped to a pixel's centre. */
  middle(): Point {
    const box = this.visible();
    return box
      ? { x: Math.floor(box.x + box.width / 2) + 0.5, y: Math.floor(box.y + box.height / 2) + 0.5 }
      : { x: 0.5, y: 0.5 };
  }

  /** The image px below a point of the stage (CSS px). */
  toImage(at: Point): Point {
    return toImage(this.#viewport, at);
  }

  /** Where an image point is on the page, client px; null without a stage. */
  clientPoint(image: Point): Point | null {
    const bounds = this.#core.container?.getBoundingClientRect();
    if (!bounds) {
      return null;
    }
    const at = toView(this.#viewport, image);
    return { x: at.x + bounds.left, y: at.y + bounds.top };
  }

  /**
   * Calls back after every move, zoom and resize of the view, for whatever is laid over the stage.
   * @returns stops it.
   */
  onMove(callback: () => void): () => void {
    this.#watchers.add(callback);
    return () => {
      this.#watchers.delete(callback);
    };
  }

  zoomTo(target: ZoomTarget): void {
    this.#with((picture, view) => {
      if (target === 'fit') {
        return this.#whole(picture, view);
      }
      if (target === 'mask') {
        const box = this.#core.document?.composite.bounds();
        return box ? this.#fitted(place(box), view, MASK_PADDING) : null;
      }
      return this.#scaled(target === '100%' ? 1 : target, null);
    });
  }

  /** Shows a whole box of image px, which may reach beyond the picture, as large as fits. */
  showBox(box: Point & Size): void {
    this.#with((_, view) => this.#fitted(box, view, FIT.padding));
  }

  /** Zooms by a factor at a point of the stage, or at its middle. */
  zoomBy(factor: number, at: Point | null = null): void {
    this.#with(() => this.#scaled(this.#viewport.scale * factor, at));
  }

  /** Like `zoomBy`, for a wheel: round scales hold for a moment. */
  zoomSticky(factor: number, at: Point): void {
    this.#with(() => this.#scaled(this.#sticky.apply(this.#viewport.scale, factor), at));
  }

  /** To the next round scale, in (1) or out (-1), at a point of the stage or its middle. */
  zoomStep(direction: 1 | -1, at: Point | null = null): void {
    this.#with(() => this.#scaled(nextStep(this.#viewport.scale, direction), at));
  }

  /** Moves the picture by CSS px. */
  panBy(dx: number, dy: number): void {
    this.#set(pan(this.#viewport, dx, dy));
  }

  /** Follows two fingers: their centre in the stage, and how far they moved, spread and turned (radians). */
  pinch(centre: Point, factor: number, dx: number, dy: number, turn: number): void {
    this.#with((picture, view) =>
      pinch(this.#viewport, centre, factor, dx, dy, scaleLimits(picture, view, this.angle), turn),
    );
  }

  /**
   * Rotates the view about its middle. A fitted picture stays fitted.
   * @param angle radians clockwise from upright.
   */
  rotateTo(angle: number): void {
    this.#with((picture, view) => {
      const { mirrored } = this;
      const fitted = fit(picture, view, { ...FIT, angle: this.angle, mirrored });
      const wasFitted = Math.abs(this.#viewport.scale / fitted.scale - 1) < 1e-3;
      const turned = turnAt(this.#viewport, middleOf(view), angle);
      return wasFitted ? fit(picture, view, { ...FIT, angle: turned.angle ?? 0, mirrored }) : turned;
    });
  }

  /** To the next quarter turn, clockwise (1) or back (-1). */
  rotateStep(direction: 1 | -1): void {
    this.rotateTo(nearestTurn(this.angle, Math.PI / 2) + (direction * Math.PI) / 2);
  }

  /** Rotates the view about its middle by hand; a fitted picture keeps its scale. */
  dragTo(angle: number): void {
    this.#with((_, view) => turnAt(this.#viewport, middleOf(view), angle));
  }

  /** Moves the picture so that an image point is in view, and not at the very edge. */
  reveal(point: Point): void {
    const view = this.#core.stage?.size;
    if (!view) {
      return;
    }
    const at = toView(this.#viewport, point);
    const marginX = Math.min(REVEAL_MARGIN, view.width / 4);
    const marginY = Math.min(REVEAL_MARGIN, view.height / 4);
    const dx = Math.max(marginX - at.x, 0) + Math.min(view.width - marginX - at.x, 0);
    const dy = Math.max(marginY - at.y, 0) + Math.min(view.height - marginY - at.y, 0);
    if (dx !== 0 || dy !== 0) {
      this.panBy(dx, dy);
    }
  }

  /** Moves the picture so that a box of image px is in view, unless part of it already is. */
  revealBox(box: PixelRect): void {
    const seen = this.visible();
    const visible =
      seen &&
      box.x0 < seen.x + seen.width &&
      box.x1 > seen.x &&
      box.y0 < seen.y + seen.height &&
      box.y1 > seen.y;
    if (!visible) {
      this.#with((_, view) => centreOn(place(box), view, this.#viewport.scale, this.angle, this.mirrored));
    }
  }

  /**
   * Another picture is open: it is fitted as soon as a stage shows it.
   * @param keep leave the view as it is; for a picture of the same size as the previous one.
   */
  begin(keep = false): void {
    this.#unplaced ||= !keep;
    this.place();
  }

  /** Call with a new stage: fits a picture that has not been seen yet. */
  place(): void {
    this.#with((picture, view) => {
      if (view.width === 0 || view.height === 0) {
        return null;
      }
      const fitted = this.#unplaced ? this.#whole(picture, view, 0) : this.#viewport;
      this.#unplaced = false;
      return fitted;
    });
  }

  /** The stage changed size. */
  resized(before: Size, after: Size): void {
    if (this.#unplaced || before.width === 0 || before.height === 0) {
      this.place();
    } else {
      this.#with((picture) => resize(this.#viewport, picture, before, after, FIT));
    }
  }

  /**
   * Something lies over the lower edge of the stage, this many CSS px high: a picture that is fitted keeps clear of it,
   * and has the whole stage again with 0. A picture that is not, and one that does not reach that far, stay as they
   * are.
   */
  cover(bottom: number): void {
    const { stage, picture } = this.#core;
    const view = stage?.size;
    const fitted = view && picture ? this.#whole(picture, view) : null;
    this.#covered = bottom;
    if (view && picture && fitted && isAlike(this.#viewport, fitted)) {
      this.#set(this.#whole(picture, view));
    }
  }

  /** The whole picture as large as fits, clear of what covers the stage where it would reach below that. */
  #whole(picture: EditorPicture, view: Size, angle = this.angle): Viewport {
    const options = { ...FIT, angle, mirrored: this.mirrored };
    const fitted = fit(picture, view, options);
    const free = view.height - this.#covered;
    const lower = (view.height + turnedBox(picture, angle).height * fitted.scale) / 2;
    return lower <= free || free < view.height / 3
      ? fitted
      : fit(picture, { ...view, height: free }, options);
  }

  #fitted(box: Point & Size, view: Size, padding: number): Viewport {
    const { angle, mirrored } = this;
    return fitBox(box, view, { padding, maxScale: FIT.maxScale, angle, mirrored });
  }

  #scaled(scale: number, at: Point | null): Viewport | null {
    const { stage, picture } = this.#core;
    return stage && picture
      ? zoomAt(
          this.#viewport,
          at ?? middleOf(stage.size),
          scale,
          scaleLimits(picture, stage.size, this.angle),
        )
      : null;
  }

  /** Moves the view, if there is a picture and a stage. */
  #with(next: (picture: EditorPicture, view: Size) => Viewport | null): void {
    const { stage, picture } = this.#core;
    const viewport = stage && picture ? next(picture, stage.size) : null;
    if (viewport) {
      this.#set(viewport);
    }
  }

  #set(viewport: Viewport): void {
    const { stage, picture } = this.#core;
    if (stage && picture) {
      this.#viewport = stage.setViewport(clamp(viewport, picture, stage.size));
      this.#zoom = this.#viewport.scale;
      this.#angle = this.#viewport.angle ?? 0;
      this.#mirrored = this.#viewport.mirrored === true;
      for (const watcher of this.#watchers) {
        watcher();
      }
    }
  }
}

/** Whether two views can be told apart by eye. */
function isAlike(a: Viewport, b: Viewport): boolean {
  return Math.abs(a.scale / b.scale - 1) < 1e-3 && Math.abs(a.x - b.x) < 1 && Math.abs(a.y - b.y) < 1;
}

function middleOf({ width, height }: Size): Point {
  return { x: width / 2, y: height / 2 };
}

function place(box: PixelRect): Point & Size {
  return { x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 };
}
