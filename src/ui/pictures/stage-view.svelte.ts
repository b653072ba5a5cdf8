import {
  type Box,
  clamp,
  fit,
  nextStep,
  pan,
  pinch,
  type Point,
  resize,
  type ScaleLimits,
  type Size,
  snap,
  StickyZoom,
  type Viewport,
  zoomAt,
} from '../viewport';

/** A box in CSS px. */
export interface CssBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

const NONE: Size = { width: 0, height: 0 };
const MAX_SCALE = 32;

/**
 * Where the picture lies in the viewer. Reckons in device px, so that 100 % is one pixel of the picture on
 * one of the screen; points come in and boxes go out in CSS px.
 */
export class StageView {
  readonly #sticky = new StickyZoom();
  #view = $state.raw(NONE);
  #image = $state.raw(NONE);
  #viewport = $state.raw<Viewport>({ scale: 1, x: 0, y: 0 });
  #ratio = $state(1);

  readonly #fitted = $derived.by(() => this.#fit(this.#image));

  /** Scale in percent of the picture's own size. */
  get percent(): number {
    return Math.round(this.#viewport.scale * 100);
  }

  /** Device px per picture px. */
  get scale(): number {
    return this.#viewport.scale;
  }

  get isFitted(): boolean {
    return Math.abs(this.#viewport.scale / this.#fitted.scale - 1) < 1e-3;
  }

  /** Whether some of the picture is outside the view. */
  get canPan(): boolean {
    const { scale } = this.#viewport;
    return (
      this.#image.width * scale > this.#view.width + 1 || this.#image.height * scale > this.#view.height + 1
    );
  }

  /** Where the picture lies, CSS px. */
  get box(): CssBox {
    return this.#css(snap(this.#viewport, 1), this.#image);
  }

  /** Where a picture of this size would lie when shown whole, CSS px. */
  boxOf(image: Size): CssBox {
    return this.#css(snap(this.#fit(image), 1), image);
  }

  /** Notes the size of the view in CSS px and the device px per CSS px. */
  setView(width: number, height: number, ratio: number): void {
    const before = this.#view;
    const after = { width: width * ratio, height: height * ratio };
    const wasFitted = this.isFitted || before.width === 0 || ratio !== this.#ratio;
    this.#view = after;
    this.#ratio = ratio;
    this.#viewport = wasFitted
      ? this.#fit(this.#image)
      : this.#clamp(resize(this.#viewport, this.#image, before, after, this.#fitOptions()));
  }

  /** Shows a picture, whole. */
  open(image: Size): void {
    this.#image = image;
    this.fit();
  }

  /** The size of the picture became known better; a picture shown whole stays whole. */
  setImage(image: Size): void {
    if (image.width === this.#image.width && image.height === this.#image.height) {
      return;
    }
    const wasFitted = this.isFitted;
    this.#image = image;
    this.#viewport = wasFitted ? this.#fit(image) : this.#clamp(this.#viewport);
  }

  fit(): void {
    this.#viewport = this.#fit(this.#image);
  }

  /** Zooms so that a part of the picture, px of it, fills the view, with some room around it. */
  show(part: Box): void {
    const { width, height } = this.#view;
    const room = 1.25;
    const wanted = Math.min(width / (part.width * room), height / (part.height * room));
    const { min, max } = this.#limits();
    const scale = Math.min(max, Math.max(min, wanted));
    this.#viewport = this.#clamp({
      scale,
      x: width / 2 - (part.x + part.width / 2) * scale,
      y: height / 2 - (part.y + part.height / 2) * scale,
    });
  }

  /** Zooms to a scale at a point of the view, CSS px; at its middle when none is given. */
  zoomTo(scale: number, at?: Point): void {
    this.#viewport = this.#clamp(zoomAt(this.#viewport, this.#point(at), scale, this.#limits()));
  }

  /** Zooms by the wheel: rests at round scales. */
  zoomBy(factor: number, at: Point): void {
    this.zoomTo(this.#sticky.apply(this.#viewport.scale, factor), at);
  }

  /** Zooms to the next round scale. */
  step(direction: 1 | -1): void {
    this.zoomTo(nextStep(this.#viewport.scale, direction));
  }

  /** Between the whole picture and 100 %; a picture that is 100 % when whole goes to 200 %. */
  toggle(at?: Point): void {
    if (!this.isFitted) {
      this.fit();
    } else {
      this.zoomTo(Math.abs(this.#fitted.scale - 1) < 0.05 ? 2 : 1, at);
    }
  }

  pan(dx: number, dy: number): void {
    this.#viewport = this.#clamp(pan(this.#viewport, dx * this.#ratio, dy * this.#ratio));
  }

  pinch(centre: Point, factor: number, dx: number, dy: number): void {
    const moved = pinch(
      this.#viewport,
      this.#point(centre),
      factor,
      dx * this.#ratio,
      dy * this.#ratio,
      this.#limits(),
    );
    this.#viewport = this.#clamp(moved);
  }

  #fitOptions(): { maxScale: number } {
    // Small pictures are not blown up beyond one of their px on one CSS px.
    return { maxScale: this.#ratio };
  }

  #fit(image: Size): Viewport {
    const isKnown = image.width > 0 && image.height > 0 && this.#view.width > 0;
    return isKnown ? fit(image, this.#view, this.#fitOptions()) : { scale: 1, x: 0, y: 0 };
  }

  #limits(): ScaleLimits {
    return { min: Math.min(1, this.#fitted.scale), max: MAX_SCALE };
  }

  #clamp(viewport: Viewport): Viewport {
    return clamp(viewport, this.#image, this.#view, { mode: 'tight' });
  }

  #point(at: Point | undefined): Point {
    return at
      ? { x: at.x * this.#ratio, y: at.y * this.#ratio }
      : { x: this.#view.width / 2, y: this.#view.height / 2 };
  }

  #css({ scale, x, y }: Viewport, { width, height }: Size): CssBox {
    const ratio = this.#ratio;
    return {
      left: x / ratio,
      top: y / ratio,
      width: (width * scale) / ratio,
      height: (height * scale) / ratio,
    };
  }
}
