import type { Size, Viewport } from '../../ui/viewport';
import { snap } from '../../ui/viewport';
import type { ViewMode } from '../editor-types';
import type { MaskDocument } from '../mask/mask-document';
import { type PixelRect, unionRect } from '../mask/rect';
import { type DeviceView, deviceRect, deviceX, deviceY } from './device-view';
import type { ImagePyramid } from './image-pyramid';
import { KonvaHost } from './konva-host';
import { CanvasMaskSurface, type MaskSurface } from './mask-surface';
import { type BrushCursor, checkerPattern, drawBrushCursor, drawChecker } from './overlay';
import type { MaskTint } from './palette';
import type { Tool } from '../tools/tool';

/** What the stage shows, read anew at every frame. */
export interface StageScene {
  readonly document: MaskDocument | null;
  readonly pyramid: ImagePyramid | null;
  readonly viewMode: ViewMode;
  /** How the mask is tinted over the picture. */
  readonly tint: MaskTint;
  readonly cursor: BrushCursor | null;
  /** Draws its own marks over the picture, if it has any. */
  readonly tool: Pick<Tool, 'draw'> | null;
}

const MASK_ONLY: MaskTint = { color: '#ffffff', opacity: 1 };

/** A mounted stage: turns changes of the scene into damage, and damage into pixels. */
export class StageView {
  readonly #host: KonvaHost;
  readonly #scene: () => StageScene;
  #surface: MaskSurface | null = null;
  #surfaceOf: MaskDocument | null = null;
  #cursorRect: PixelRect | null = null;
  #checker: CanvasPattern | null = null;
  #checkerRatio = 0;

  constructor(
    container: HTMLElement,
    scene: () => StageScene,
    events: { resized: (before: Size, after: Size) => void; frame: () => void; drawn: (ms: number) => void },
  ) {
    this.#scene = scene;
    this.#host = new KonvaHost(
      container,
      { image: this.#paintImage, mask: this.#paintMask, overlay: this.#paintOverlay },
      events.resized,
    );
    this.#host.onFrame(events.frame, events.drawn);
  }

  /** CSS px. */
  get size(): Size {
    return this.#host.size;
  }

  /** Moves the picture; returns the viewport as it is shown, on whole device px. */
  setViewport(viewport: Viewport): Viewport {
    const snapped = snap(viewport, this.#host.ratio);
    this.#host.setViewport(snapped);
    return snapped;
  }

  /** Mask pixels changed, image px. */
  maskChanged(rect: PixelRect): void {
    this.#surface?.invalidate(rect);
    const view = this.#host.view();
    this.#host.damage('mask', deviceRect(view, rect, this.#surface?.reach(view.scale) ?? 2));
  }

  /** The picture has more tiles, or is another. */
  pictureChanged(): void {
    this.#host.damage('image');
  }

  /** Tint or view mode changed. */
  lookChanged(): void {
    this.#surface?.setTint(this.#tint());
    this.#host.damage('image');
    this.#host.damage('mask');
  }

  /** Another document, or none. */
  documentChanged(): void {
    this.#host.damageAll();
  }

  /** The cursor moved or changed. Old and new place are drawn again. */
  cursorChanged(): void {
    const { cursor } = this.#scene();
    const view = this.#host.view();
    let rect = this.#cursorRect;
    if (cursor) {
      const reach = Math.ceil((cursor.size / 2) * view.scale + 20 * this.#host.ratio);
      const x = cursor.x * view.scale + view.x;
      const y = cursor.y * view.scale + view.y;
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
    return this.#surface?.bytes() ?? 0;
  }

  destroy(): void {
    this.#surface?.close();
    this.#host.destroy();
  }

  #tint(): MaskTint {
    const { viewMode, tint } = this.#scene();
    return viewMode === 'mask' ? MASK_ONLY : tint;
  }

  readonly #paintImage = (context: CanvasRenderingContext2D, view: DeviceView): void => {
    const { document: doc, pyramid, viewMode } = this.#scene();
    if (!doc) {
      return;
    }
    if (viewMode === 'mask') {
      context.fillStyle = '#000';
      const left = deviceX(view, 0);
      const top = deviceY(view, 0);
      context.fillRect(left, top, deviceX(view, doc.width) - left, deviceY(view, doc.height) - top);
      return;
    }
    if (!pyramid?.opaque) {
      if (this.#checkerRatio !== this.#host.ratio) {
        this.#checkerRatio = this.#host.ratio;
        this.#checker = checkerPattern(context, this.#checkerRatio);
      }
      if (this.#checker) {
        drawChecker(context, view, doc.width, doc.height, this.#checker);
      }
    }
    pyramid?.draw(context, view);
  };

  readonly #paintMask = (context: CanvasRenderingContext2D, view: DeviceView): void => {
    const { document: doc, viewMode } = this.#scene();
    if (this.#surfaceOf !== doc) {
      this.#surface?.close();
      this.#surface = doc ? new CanvasMaskSurface(doc.mips, this.#tint()) : null;
      this.#surfaceOf = doc;
    }
    if (viewMode !== 'image') {
      this.#surface?.draw(context, view);
    }
  };

  readonly #paintOverlay = (context: CanvasRenderingContext2D, view: DeviceView): void => {
    const { cursor, tool } = this.#scene();
    tool?.draw?.(context, view, this.#host.ratio);
    this.#cursorRect = cursor ? drawBrushCursor(context, view, cursor, this.#host.ratio) : null;
  };
}
