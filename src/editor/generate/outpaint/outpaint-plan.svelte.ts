import type { Extension, PixelSize } from '../../../workflows/recipe';
import {
  type CanvasSide,
  canvasSize,
  extendsPicture,
  NO_EXTENSION,
  type OutpaintPreset,
  presetExtension,
  pullSide,
} from '../../../workflows/outpaint';
import type { Camera } from '../../session/camera.svelte';
import type { InpaintChoices } from '../inpaint-choices.svelte';

/** The picture that is extended, and the view of it. */
export interface OutpaintSubject {
  readonly picture: PixelSize | null;
  readonly camera: Pick<Camera, 'showBox' | 'zoomTo'>;
}

/** How far the picture is extended beyond its sides. */
export class OutpaintPlan {
  readonly #subject: OutpaintSubject;
  readonly #choices: InpaintChoices;
  #active = $state(false);
  #sides = $state.raw<Extension>(NO_EXTENSION);

  readonly #extension = $derived.by<Extension | null>(() =>
    this.#active && extendsPicture(this.#sides)
      ? { ...this.#sides, overlap: this.#choices.now.overlap }
      : null,
  );
  readonly #canvas = $derived.by<PixelSize | null>(() => {
    const { picture } = this.#subject;
    return picture && canvasSize(picture, this.#extension);
  });

  constructor(subject: OutpaintSubject, choices: InpaintChoices) {
    this.#subject = subject;
    this.#choices = choices;
  }

  /** The edges of the picture can be dragged. */
  get active(): boolean {
    return this.#active;
  }

  /** px beyond each side, even while nothing is added. */
  get sides(): Extension {
    return this.#sides;
  }

  /** What is added to the picture; null for nothing. */
  get extension(): Extension | null {
    return this.#extension;
  }

  /** The picture with what is added to it; null without a picture. */
  get canvas(): PixelSize | null {
    return this.#canvas;
  }

  /**
   * Starts or stops letting the edges be dragged. The view was fitted to the extension; without it, the view
   * is fitted to the picture again.
   */
  toggle(): void {
    const extended = this.#extension !== null;
    this.#active = !this.#active;
    if (extended) {
      this.#subject.camera.zoomTo('fit');
    }
  }

  /** Moves one side to so many px beyond the picture. */
  pull(side: CanvasSide, px: number): void {
    const { picture } = this.#subject;
    if (picture) {
      this.#sides = pullSide(this.#sides, side, px, picture);
    }
  }

  /** Applies a preset and shows the whole of it. */
  apply(preset: OutpaintPreset): void {
    const { picture } = this.#subject;
    if (!picture) {
      return;
    }
    this.#active = true;
    this.#sides = presetExtension(preset, picture);
    const { left, top } = this.#sides;
    this.#subject.camera.showBox({ x: -left, y: -top, ...canvasSize(picture, this.#sides) });
  }

  /** Adds nothing any more; the edges can still be dragged. */
  clear(): void {
    this.#sides = NO_EXTENSION;
  }

  /** Another picture. */
  reset(): void {
    this.#active = false;
    this.#sides = NO_EXTENSION;
  }

  /**
   * Restores what was kept.
   * @param active the edges can be dragged; always so where something is added to the picture.
   */
  restore(extension: Extension | null, active = extension !== null): void {
    this.#sides = extension ?? NO_EXTENSION;
    this.#active = active;
  }
}
