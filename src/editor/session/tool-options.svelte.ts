import type { BrushSettings, PressureSettings } from '../editor-types';
import {
  type ToolSettings,
  clamp01,
  imageSize,
  keptSize,
  loadSettings,
  saveSettings,
  steppedSize,
} from '../tool-settings';
import type { Camera } from './camera.svelte';
import type { SessionCore } from './session-core.svelte';

/** What a person set for the tools and the look of the mask; kept in this browser. */
export class ToolOptions {
  readonly #core: SessionCore;
  readonly #camera: Camera;
  readonly #settings: ToolSettings = $state(loadSettings());

  constructor(core: SessionCore, camera: Camera) {
    this.#core = core;
    this.#camera = camera;
  }

  /** All of it, to read; see `set`. */
  get settings(): Readonly<ToolSettings> {
    return this.#settings;
  }

  /** Changes settings and keeps them. */
  set(change: (settings: ToolSettings) => void): void {
    change(this.#settings);
    saveSettings($state.snapshot(this.#settings));
    this.#core.stage?.cursorChanged();
  }

  /** The eraser with the eraser in hand, the brush with any other tool. */
  get brush(): Readonly<BrushSettings> {
    return this.#brushOf(this.#settings);
  }

  /** Diameter of the brush, image px. */
  get size(): number {
    return imageSize(this.brush.size, this.#settings.sizeUnit, this.#camera.zoom);
  }

  /** Diameter in image px, 1 to 2000. */
  setSize(imagePx: number): void {
    this.#setBrush({ size: keptSize(imagePx, this.#settings.sizeUnit, this.#camera.zoom) });
  }

  /** To the next smaller (-1) or larger (1) size. */
  stepSize(direction: 1 | -1): void {
    this.setSize(steppedSize(this.size, direction));
  }

  /** 0 soft to 1 hard. */
  get hardness(): number {
    return this.brush.hardness;
  }

  setHardness(value: number): void {
    this.#setBrush({ hardness: clamp01(value) });
  }

  /** A tenth softer (-1) or harder (1). */
  stepHardness(direction: 1 | -1): void {
    this.setHardness(Math.round(this.hardness * 10 + direction) / 10);
  }

  /** By a tenth: what the pointer draws follows it more, or less, smoothly. */
  stepSmoothing(direction: 1 | -1): void {
    this.#setBrush({ smoothing: clamp01(Math.round(this.brush.smoothing * 10 + direction) / 10) });
  }

  /** 0 to 1. */
  get opacity(): number {
    return this.brush.opacity;
  }

  setOpacity(value: number): void {
    this.#setBrush({ opacity: clamp01(value) });
  }

  get pressure(): Readonly<PressureSettings> {
    return this.#settings.pressure;
  }

  setPressure(change: Partial<PressureSettings>): void {
    this.set(({ pressure }) => Object.assign(pressure, change));
  }

  /** `#rrggbb`. */
  get maskColor(): string {
    return this.#settings.maskColor;
  }

  /** @param color `#rrggbb`; anything else is ignored. */
  setMaskColor(color: string): void {
    if (/^#[0-9a-f]{6}$/i.test(color)) {
      this.set((settings) => (settings.maskColor = color));
      this.#core.stage?.lookChanged();
    }
  }

  /** 0 to 1. Only how the mask looks, never what it holds. */
  get maskOpacity(): number {
    return this.#settings.maskOpacity;
  }

  setMaskOpacity(value: number): void {
    this.set((settings) => (settings.maskOpacity = clamp01(value)));
    this.#core.stage?.lookChanged();
  }

  /** Sizes are kept in the other unit from now on; what is on screen stays. */
  swapUnit(): void {
    this.set((settings) => {
      const { zoom } = this.#camera;
      const unit = settings.sizeUnit === 'image' ? 'screen' : 'image';
      for (const brush of Object.values(settings.tools)) {
        brush.size = keptSize(imageSize(brush.size, settings.sizeUnit, zoom), unit, zoom);
      }
      settings.sizeUnit = unit;
    });
  }

  #brushOf(settings: ToolSettings): BrushSettings {
    return settings.tools[this.#core.toolId === 'eraser' ? 'eraser' : 'brush'];
  }

  #setBrush(change: Partial<BrushSettings>): void {
    this.set((settings) => Object.assign(this.#brushOf(settings), change));
  }
}
