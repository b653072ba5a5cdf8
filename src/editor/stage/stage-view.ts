import type { Size, Viewport } from '../../ui/viewport';
import { snap } from '../../ui/viewport';
import type { ViewMode, ViewSettings } from '../model/editor-types';
import type { MaskDocument } from '../mask/mask-document';
import { maskColors } from '../mask/mask-colors';
import type { MaskStack } from '../mask/mask-stack';
import { type PixelRect, unionRect } from '../mask/rect';
import type { Tool } from '../tools/tool';
import { AntsClock } from './ants-clock';
import { type DeviceView, type ScreenView, deviceX, deviceY, screenPoint, screenRect } from './device-view';
import type { ImagePyramid } from './image-pyramid';
import { KonvaHost } from './konva-host';
import { PaintSurface } from '../paint/paint-surface';
import { FloatSurface } from './float-surface';
import { CanvasMaskSurface, type MaskSurface } from './mask-surface';
import { type BrushCursor, checkerPattern, cursorReach, drawBrushCursor, drawChecker } from './overlay';
import type { MaskTint } from './palette';
import { gridPattern, hatchPattern } from './patterns';
import { drawGrid, showsGrid } from './pixel-grid';

/** What the stage shows, read again for every frame. */
export interface StageScene {
  readonly document: MaskDocument | null;
  readonly pyramid: ImagePyramid | null;
  readonly viewMode: ViewMode;
  /** How the mask is tinted over the picture. */
  readonly tint: MaskTint;
  readonly look: Readonly<ViewSettings>;
  /** The mask is hidden while a key is held. */
  readonly hidden: boolean;
  /** A stroke is being painted: nothing moves. */
  readonly painting: boolean;
  /** Of the paint layer, 0 to 1. */
  readonly paintOpacity: number;
  readonly cursor: BrushCursor | null;
  /** Draws its own marks over the picture, if it has any. */
  readonly tool: Pick<Tool, 'draw' | 'float'> | null;
}

const NO_MASKS: MaskStack = { masks: [], active: '' };
const MASK_ONLY: MaskTint = { color: '#ffffff', opacity: 1 };

/** A mounted stage: turns changes of the scene into damage, and damage into pixels. */
export class StageView {
  readonly #host: KonvaHost;
  readonly #scene: () => StageScene;
  #surface: MaskSurface | null = null;
  #surfaceOf: MaskDocument | null = null;
  /** The masks whose colours the surface shows. */
  #stackShown: MaskStack | null = null;
  #paint: PaintSurface | null = null;
  #paintOf: MaskDocument | null = null;
  readonly #float = new FloatSurface();
  #cursorRect: PixelRect | null = null;
  #patterns: { key: string; checker: CanvasPattern | null; hatch: CanvasPattern | null } | null = null;
  #grid: CanvasPattern | null = null;
  readonly #ants = new AntsClock({
    view: () => this.#host.view(),
    wanted: () => this.#antsWanted(),
    busy: () => this.#scene().painting || this.#late,
    damage: (rect) => {
      this.#host.damage('overlay', rect);
    },
  });
  /** Some of the mask is still shown as it was. */
  #late = false;

  constructor(
    container: HTMLElement,
    scene: () => StageScene,
    events: { resized: (before: Size, after: Size) => void; frame: () => void },
  ) {
    this.#scene = scene;
    this.#host = new KonvaHost(
      container,
      {
        image: this.#paintImage,
        mask: this.#paintMask,
        overlay: this.#paintOverlay,
        overlayApart: () => this.#antsWanted() || this.#gridShown() || this.#scene().tool?.draw !== undefined,
      },
      events.resized,
    );
    this.#host.onFrame(events.frame);
  }

  /** CSS px. */
  get size(): Size {
    return this.#host.size;
  }

  /** Moves the picture; returns the viewport as shown, on whole device px. */
  setViewport(viewport: Viewport): Viewport {
    const snapped = snap(viewport, this.#host.ratio);
    this.#host.setViewport(snapped);
    this.#ants.moved();
    return snapped;
  }

  /** Mask pixels changed, image px. */
  maskChanged(rect: PixelRect): void {
    this.#surface?.invalidate(rect);
    this.#float.limitChanged(rect);
    this.#ants.changed(rect);
    this.#damageMask(rect);
  }

  /** The paint layer changed, image px. */
  paintChanged(rect: PixelRect): void {
    this.#paint?.invalidate(rect);
    this.#host.damage('image', screenRect(this.#host.view(), rect, 2));
  }

  /** What a tool shows above the paint layer changed: as a whole, or in a part, image px. */
  floatChanged(rect?: PixelRect): void {
    if (!rect) {
      this.#host.damage('image');
      return;
    }
    this.#float.limitChanged(rect);
    const view = this.#host.view();
    this.#host.damage('image', screenRect(view, rect, this.#float.reach(view.scale)));
  }

  /** The picture has more tiles, or was replaced. */
  pictureChanged(): void {
    this.#host.damage('image');
  }

  /** Tint or view mode changed. */
  lookChanged(): void {
    this.#surface?.setTint(this.#tint());
    this.#ants.moved();
    this.#host.damageAll();
  }

  /** Another document, or none. */
  documentChanged(): void {
    this.#ants.show(this.#scene().document?.mips ?? null);
    this.#host.damageAll();
  }

  /** The cursor moved or changed. Its old and new place are redrawn. */
  cursorChanged(): void {
    const { cursor } = this.#scene();
    const view = this.#host.view();
    let rect = this.#cursorRect;
    if (cursor) {
      const reach = Math.ceil(cursorReach(view, cursor) + 20 * this.#host.ratio);
      const { x, y } = screenPoint(view, cursor.x, cursor.y);
      rect = unionRect(rect, {
        x0: Math.floor(x - reach),
        y0: Math.floor(y - reach),
        x1: Math.ceil(x + reach),
        y1: Math.ceil(y + reach),
      });
    }
    if (rect) {
      this.#host.damage('overlay', rect);
    }
  }

  /** What a tool draws over the picture changed. */
  overlayChanged(): void {
    this.#host.damage('overlay');
  }

  requestFrame(): void {
    this.#host.requestFrame();
  }

  drawNow(): void {
    this.#host.drawNow();
  }

  /** Bytes of tile canvases. */
  bytes(): number {
    return (
      (this.#surface?.bytes() ?? 0) + (this.#paint?.bytes() ?? 0) + this.#float.bytes() + this.#ants.bytes()
    );
  }

  destroy(): void {
    this.#ants.show(null);
    this.#surface?.close();
    this.#float.close();
    this.#host.destroy();
  }

  #tint(): MaskTint {
    const { viewMode, tint, document: doc } = this.#scene();
    if (viewMode === 'mask') {
      return MASK_ONLY;
    }
    const { base, layers } = maskColors(doc?.stack ?? NO_MASKS, tint.color);
    return { ...tint, color: base, layers };
  }

  /** The masks changed, perhaps in what decides their colours. */
  #recolor(stack: MaskStack): void {
    const { color } = this.#scene().tint;
    const colors = (of: MaskStack): string => JSON.stringify(maskColors(of, color));
    if (colors(stack) !== colors(this.#stackShown ?? NO_MASKS)) {
      this.#surface?.setTint(this.#tint());
    }
    this.#stackShown = stack;
  }

  #antsWanted(): boolean {
    const { look, viewMode, hidden } = this.#scene();
    return look.ants && viewMode === 'overlay' && !hidden;
  }

  #gridShown(): boolean {
    const { document: doc, look } = this.#scene();
    return doc !== null && look.grid && showsGrid(this.#host.view());
  }

  #damageMask(rect: PixelRect): void {
    this.#host.damage('mask', this.#maskRect(rect));
  }

  /** Where image px of the mask show, device px of the screen. */
  #maskRect(rect: PixelRect): PixelRect {
    const view = this.#host.view();
    return screenRect(view, rect, this.#surface?.reach(view.scale) ?? 2);
  }

  #pattern(context: CanvasRenderingContext2D, name: 'checker' | 'hatch'): CanvasPattern | null {
    const { ratio } = this.#host;
    const { checker } = this.#scene().look;
    const key = `${ratio} ${checker}`;
    if (this.#patterns?.key !== key) {
      this.#patterns = {
        key,
        checker: checkerPattern(context, ratio, checker),
        hatch: hatchPattern(context, ratio),
      };
    }
    return this.#patterns[name];
  }

  readonly #paintImage = (context: CanvasRenderingContext2D, view: DeviceView): PixelRect | null => {
    const { document: doc, pyramid, viewMode } = this.#scene();
    if (!doc) {
      return null;
    }
    if (viewMode === 'mask') {
      context.fillStyle = '#000';
      const left = deviceX(view, 0);
      const top = deviceY(view, 0);
      context.fillRect(left, top, deviceX(view, doc.width) - left, deviceY(view, doc.height) - top);
      return null;
    }
    const checker = pyramid?.opaque ? null : this.#pattern(context, 'checker');
    if (checker) {
      drawChecker(context, view, doc.width, doc.height, checker);
    }
    if (this.#paintOf !== doc) {
      this.#paintOf = doc;
      this.#paint = new PaintSurface(doc);
    }
    const unpainted = this.#paintSeen(context, view);
    context.globalAlpha = this.#scene().paintOpacity;
    const floats = [this.#scene().tool?.float ?? []].flat();
    const late = this.#float.draw(context, view, floats, this.#paintSeen);
    context.globalAlpha = 1;
    return unionRect(late && this.#maskRect(late), unpainted && screenRect(this.#host.view(), unpainted, 2));
  };

  /** The picture with its paint; what of the paint is still as it was, image px. */
  readonly #paintSeen = (context: CanvasRenderingContext2D, view: DeviceView): PixelRect | null => {
    this.#scene().pyramid?.draw(context, view);
    context.globalAlpha = this.#scene().paintOpacity;
    const late = this.#paint?.draw(context, view) ?? null;
    context.globalAlpha = 1;
    return late;
  };

  readonly #paintMask = (context: CanvasRenderingContext2D, view: DeviceView): PixelRect | null => {
    const { document: doc, viewMode, look, hidden } = this.#scene();
    if (this.#surfaceOf !== doc) {
      this.#surface?.close();
      this.#surface = doc
        ? new CanvasMaskSurface(doc.mips, this.#tint(), (mask) => doc.shownGrid(mask))
        : null;
      this.#surfaceOf = doc;
      this.#stackShown = doc?.stack ?? null;
    }
    if (doc && doc.stack !== this.#stackShown) {
      this.#recolor(doc.stack);
    }
    this.#late = false;
    if (viewMode === 'image' || hidden || !this.#surface) {
      return null;
    }
    const late = this.#surface.draw(context, view);
    this.#late = late !== null;
    const hatch = viewMode === 'overlay' && look.style === 'hatch' ? this.#pattern(context, 'hatch') : null;
    if (hatch) {
      this.#hatch(context, view, hatch);
    }
    return late && this.#maskRect(late);
  };

  /** Keeps only the hatch lines of what is drawn. They start at the picture's corner and move with it. */
  #hatch(context: CanvasRenderingContext2D, { x, y, clip }: DeviceView, pattern: CanvasPattern): void {
    context.save();
    context.globalCompositeOperation = 'destination-in';
    context.fillStyle = pattern;
    context.translate(x, y);
    context.fillRect(clip.x0 - x, clip.y0 - y, clip.x1 - clip.x0, clip.y1 - clip.y0);
    context.restore();
  }

  readonly #paintOverlay = (
    context: CanvasRenderingContext2D,
    view: DeviceView,
    screen: ScreenView,
  ): null => {
    const { cursor, tool, document: doc } = this.#scene();
    const { ratio } = this.#host;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.#ants.draw(context, screen);
    context.restore();
    if (doc && this.#gridShown()) {
      this.#grid ??= gridPattern(context);
      if (this.#grid) {
        drawGrid(context, view, doc.width, doc.height, this.#grid);
      }
    }
    tool?.draw?.(context, view, ratio);
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.#cursorRect = cursor ? drawBrushCursor(context, screen, cursor, ratio) : null;
    return null;
  };
}
