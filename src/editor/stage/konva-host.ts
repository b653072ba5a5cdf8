import Konva from 'konva/lib/Core';
import type { Context } from 'konva/lib/Context';
import { type Size, sideOf, type Viewport } from '../../ui/viewport';
import { type PixelRect, intersectRect, unionRect } from '../mask/rect';
import {
  type DeviceView,
  type ScreenView,
  isAligned,
  isUpright,
  pictureView,
  turnMatrix,
} from './device-view';

/** What the stage shows, from bottom to top. */
export type LayerName = 'image' | 'mask' | 'overlay';

/**
 * Draws one layer over those below it. The context works in device px in the directions of the picture, and is
 * clipped to what the view's clip covers.
 * @param screen the same as it lies on the screen, for what is not turned with the picture.
 * @returns what was left for the next frame, device px of the screen; nothing when all is drawn.
 */
export type Painter = (
  context: CanvasRenderingContext2D,
  view: DeviceView,
  screen: ScreenView,
) => PixelRect | null | undefined;

/** Sharper screens than this are drawn at this many device px per CSS px. */
const MOST_RATIO = 2;

export interface StagePainters extends Record<LayerName, Painter> {
  /**
   * Whether the overlay needs a canvas of its own at present: it is drawn with operations that would change the mask
   * below it, or so often and so widely that drawing the mask along each time costs more than one canvas more.
   */
  overlayApart: () => boolean;
}

/** One canvas of the page. */
interface Sheet {
  layer: Konva.Layer;
  /** Device px to draw again; null for none. */
  damage: PixelRect | null;
}

/**
 * The Konva stage: its canvases, their size, and what has to be drawn again. Pixels come from painters that
 * draw straight into the canvases' contexts; nothing here listens to pointers, and no layer has a hit canvas.
 *
 * The brush cursor shares the mask's canvas: every canvas that changed is copied as a whole for the screen, wherever
 * it changed, which costs about as much as drawing a frame of a stroke does.
 */
export class KonvaHost {
  readonly #stage: Konva.Stage;
  readonly #painters: StagePainters;
  readonly #image: Sheet;
  /** The mask, and the overlay while `top` is hidden. */
  readonly #mask: Sheet;
  readonly #top: Sheet;
  readonly #observer: ResizeObserver;
  readonly #onResize: (before: Size, after: Size) => void;
  #ratio = 1;
  #viewport: Viewport = { scale: 1, x: 0, y: 0 };
  /** Whether the overlay is drawn on `top`. */
  #apart = false;
  /** Where layers made of tiles are put together upright before they are turned, so that no seams show. */
  #upright: HTMLCanvasElement | null = null;
  #frame = 0;
  #preparing = false;
  #leftover: PixelRect | null = null;
  #beforeDraw: () => void = () => undefined;

  /**
   * @param container filled with the stage; its size is followed.
   * @param onResize sizes in CSS px.
   */
  constructor(
    container: HTMLElement,
    painters: StagePainters,
    onResize: (before: Size, after: Size) => void,
  ) {
    // Drawing is asked for explicitly, once a frame.
    Konva.autoDrawEnabled = false;
    this.#ratio = currentRatio();
    Konva.pixelRatio = this.#ratio;
    const holder = document.createElement('div');
    // Pointers go past Konva, which would look for their position at every move, to the container.
    holder.style.cssText = 'position:absolute;inset:0;overflow:hidden;pointer-events:none;';
    container.append(holder);
    this.#stage = new Konva.Stage({
      container: holder,
      width: container.clientWidth,
      height: container.clientHeight,
      listening: false,
    });
    const add = (names: () => readonly LayerName[], visible: boolean): Sheet => {
      const layer = new Konva.Layer({ listening: false, clearBeforeDraw: false, visible });
      const sheet: Sheet = { layer, damage: null };
      const sceneFunc = (context: Context): void => {
        this.#paint(sheet, names(), context);
      };
      layer.add(new Konva.Shape({ listening: false, perfectDrawEnabled: false, sceneFunc }));
      // Draws at once, but nothing is damaged yet.
      this.#stage.add(layer);
      return sheet;
    };
    this.#painters = painters;
    this.#image = add(() => ['image'], true);
    this.#mask = add(() => (this.#apart ? ['mask'] : ['mask', 'overlay']), true);
    this.#top = add(() => ['overlay'], false);
    this.#onResize = onResize;
    this.#observer = new ResizeObserver(() => {
      this.#resize(container.clientWidth, container.clientHeight);
    });
    this.#observer.observe(container);
    this.damageAll();
  }

  /** Konva's own stage, for handles that are Konva nodes. Its transform is that of the viewport. */
  get stage(): Konva.Stage {
    return this.#stage;
  }

  /** CSS px. */
  get size(): Size {
    return { width: this.#stage.width(), height: this.#stage.height() };
  }

  /** Device px per CSS px, at most 2. */
  get ratio(): number {
    return this.#ratio;
  }

  /**
   * @param prepare called at the start of every frame, before layers are drawn: time to bring the damage
   *   up to date.
   */
  onFrame(prepare: () => void): void {
    this.#beforeDraw = prepare;
  }

  /** Where the picture lies; all layers follow. */
  setViewport(viewport: Viewport): void {
    this.#viewport = viewport;
    this.#stage.scale({ x: viewport.scale * sideOf(viewport), y: viewport.scale });
    this.#stage.position({ x: viewport.x, y: viewport.y });
    this.#stage.rotation(((viewport.angle ?? 0) * 180) / Math.PI);
    if (this.#upright && isAligned(viewport.angle ?? 0)) {
      this.#upright.width = 0;
      this.#upright.height = 0;
      this.#upright = null;
    }
    this.damageAll();
  }

  /** The viewport in device px, the whole canvas as clip. */
  view(): ScreenView {
    const { width, height } = this.#image.layer.getCanvas();
    return {
      scale: this.#viewport.scale * this.#ratio,
      ratio: this.#ratio,
      x: Math.round(this.#viewport.x * this.#ratio),
      y: Math.round(this.#viewport.y * this.#ratio),
      clip: { x0: 0, y0: 0, x1: width, y1: height },
      angle: this.#viewport.angle ?? 0,
      mirrored: this.#viewport.mirrored === true,
    };
  }

  /** Asks for device px of a layer to be drawn again in the next frame; all of it without a rectangle. */
  damage(name: LayerName, rect?: PixelRect): void {
    const sheet = name === 'image' ? this.#image : name === 'overlay' && this.#apart ? this.#top : this.#mask;
    sheet.damage = unionRect(sheet.damage, rect ?? this.view().clip);
    this.requestFrame();
  }

  damageAll(): void {
    const { clip } = this.view();
    for (const sheet of this.#sheets) {
      sheet.damage = clip;
    }
    this.requestFrame();
  }

  requestFrame(): void {
    if (this.#frame === 0 && !this.#preparing) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.drawNow();
      });
    }
  }

  /** Draws what is damaged at once, without waiting for the next frame. */
  drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    // What is damaged from here on is drawn in this very frame.
    this.#preparing = true;
    try {
      this.#beforeDraw();
      this.#placeOverlay();
    } finally {
      this.#preparing = false;
    }
    let unfinished = false;
    for (const sheet of this.#sheets) {
      if (sheet.damage) {
        this.#leftover = null;
        sheet.layer.drawScene();
        sheet.damage = this.#leftover;
        unfinished ||= this.#leftover !== null;
      }
    }
    if (unfinished) {
      this.requestFrame();
    }
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    const holder = this.#stage.container();
    this.#stage.destroy();
    holder.remove();
  }

  /** Those on the screen. */
  get #sheets(): readonly Sheet[] {
    return this.#apart ? [this.#image, this.#mask, this.#top] : [this.#image, this.#mask];
  }

  /** Moves the overlay to a canvas of its own, or back. */
  #placeOverlay(): void {
    const apart = this.#painters.overlayApart();
    if (apart !== this.#apart) {
      this.#apart = apart;
      this.#top.layer.visible(apart);
      this.damage('mask');
      this.damage('overlay');
    }
  }

  #paint({ damage }: Sheet, names: readonly LayerName[], konva: Context): void {
    if (!damage) {
      return;
    }
    const screen = this.view();
    const clip = intersectRect(damage, screen.clip);
    if (!clip) {
      return;
    }
    const view = pictureView(screen, clip);
    const context = konva._context;
    const width = clip.x1 - clip.x0;
    const height = clip.y1 - clip.y0;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(clip.x0, clip.y0, width, height);
    if (width < screen.clip.x1 || height < screen.clip.y1) {
      context.beginPath();
      context.rect(clip.x0, clip.y0, width, height);
      context.clip();
    }
    for (const name of names) {
      context.save();
      if (!isUpright(screen)) {
        context.setTransform(...turnMatrix(screen));
      }
      const painter = this.#painters[name];
      const part = { ...screen, clip };
      const direct = name === 'overlay' || isAligned(screen.angle);
      const left = direct ? painter(context, view, part) : this.#paintTurned(context, view, part, painter);
      this.#leftover = left ? unionRect(this.#leftover, left) : this.#leftover;
      context.restore();
    }
    context.restore();
  }

  /** Tiles that meet at an angle show seams: they are put together upright, then turned as one. */
  #paintTurned(
    context: CanvasRenderingContext2D,
    { clip, ...view }: DeviceView,
    screen: ScreenView,
    painter: Painter,
  ): PixelRect | null | undefined {
    // One px more on each side for the smoothing.
    const wide = { x0: clip.x0 - 1, y0: clip.y0 - 1, x1: clip.x1 + 1, y1: clip.y1 + 1 };
    const width = wide.x1 - wide.x0;
    const height = wide.y1 - wide.y0;
    const canvas = (this.#upright ??= document.createElement('canvas'));
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(canvas.width, width);
      canvas.height = Math.max(canvas.height, height);
    }
    const upright = canvas.getContext('2d');
    if (!upright) {
      return null;
    }
    upright.save();
    upright.clearRect(0, 0, width, height);
    upright.beginPath();
    upright.rect(0, 0, width, height);
    upright.clip();
    upright.translate(-wide.x0, -wide.y0);
    const leftover = painter(upright, { ...view, clip: wide }, screen);
    upright.restore();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'low';
    context.drawImage(canvas, 0, 0, width, height, wide.x0, wide.y0, width, height);
    return leftover;
  }

  #resize(width: number, height: number): void {
    const before = this.size;
    const ratio = currentRatio();
    if (before.width === width && before.height === height && ratio === this.#ratio) {
      return;
    }
    if (ratio !== this.#ratio) {
      this.#ratio = ratio;
      Konva.pixelRatio = ratio;
      for (const { layer } of [this.#image, this.#mask, this.#top]) {
        layer.getCanvas().setPixelRatio(ratio);
      }
    }
    this.#stage.size({ width, height });
    this.#onResize(before, { width, height });
    this.damageAll();
    // The canvases are blank now: without a draw they would flash.
    this.drawNow();
  }
}

function currentRatio(): number {
  return Math.max(1, Math.min(MOST_RATIO, globalThis.devicePixelRatio || 1));
}
