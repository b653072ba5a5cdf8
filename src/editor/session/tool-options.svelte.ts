import type { PressureSettings } from '../input/pressure';
import type { TipShape } from '../mask/brush';
import type { BrushSettings, CombineChoice } from '../model/editor-types';
import {
  type ToolSettings,
  clamp01,
  imageSize,
  keptSize,
  loadSettings,
  saveSettings,
  selectionOf,
  steppedFeather,
  steppedSize,
  steppedTolerance,
} from '../tools/tool-settings';
import { isAreaTool } from '../tools/area-tools';
import { isCopyTool, isPaintBrush, isPaintLayerTool } from '../tools/paint-layer-tools';
import type { Camera } from './camera.svelte';
import type { SessionCore } from './session-core.svelte';

/** A person's settings for the tools and for the mask's look; kept in this browser. */
export class ToolOptions {
  readonly #core: SessionCore;
  readonly #camera: Camera;
  readonly #settings: ToolSettings = $state(loadSettings());

  constructor(core: SessionCore, camera: Camera) {
    this.#core = core;
    this.#camera = camera;
  }

  /** All settings, read-only; see `set`. */
  get settings(): Readonly<ToolSettings> {
    return this.#settings;
  }

  /** Changes settings and stores them. */
  set(change: (settings: ToolSettings) => void): void {
    change(this.#settings);
    saveSettings($state.snapshot(this.#settings));
    this.#core.stage?.cursorChanged();
    this.#core.settingsChanged();
  }

  /** A brush is in hand that paints: its smoothing can be set. */
  get paints(): boolean {
    return this.#core.toolId === 'brush' || this.#core.toolId === 'eraser';
  }

  /** A brush is in hand that paints or selects: its size can be set. */
  get sized(): boolean {
    return this.paints || this.#core.toolId === 'quick' || this.#onLayer;
  }

  /** A brush that may have a soft edge is in hand. */
  get softens(): boolean {
    return this.paints && !this.brush.binary;
  }

  /** A brush is in hand that copies. */
  get copies(): boolean {
    return isCopyTool(this.#core.toolId);
  }

  /** The next press says where the brush in hand copies from; asked again: it does not. */
  askSource(): void {
    this.set(({ paint }) => (paint.fromHere = !paint.fromHere));
  }

  /** `step` has something to change. */
  get steps(): boolean {
    const tool = this.#core.toolId;
    return (
      this.sized ||
      tool === 'wand' ||
      tool === 'range' ||
      tool === 'paintFill' ||
      tool === 'quickBox' ||
      isAreaTool(tool)
    );
  }

  /**
   * One step more (1) or less (-1) for the tool in hand: size of a brush, soft edge of an area, tolerance,
   * edge sensitivity.
   */
  step(direction: 1 | -1): void {
    const tool = this.#core.toolId;
    if (this.sized) {
      this.setSize(steppedSize(this.size, direction));
    } else if (isAreaTool(tool)) {
      this.set(({ areas }) => (areas[tool].feather = steppedFeather(areas[tool].feather, direction)));
    } else if (tool === 'wand') {
      this.set(({ wand }) => (wand.tolerance = steppedTolerance(wand.tolerance, direction)));
    } else if (tool === 'range') {
      const edge = this.#settings.range.kind === 'color' ? 'tolerance' : 'softness';
      this.set(({ range }) => (range[edge] = steppedTolerance(range[edge], direction)));
    } else if (tool === 'paintFill') {
      this.set(({ paint }) => (paint.tolerance = steppedTolerance(paint.tolerance, direction)));
    } else if (tool === 'quickBox') {
      this.set(
        ({ quick }) => (quick.sensitivity = clamp01(Math.round(quick.sensitivity * 20 + direction) / 20)),
      );
    }
  }

  /** The eraser's settings with the eraser in hand, the brush's with any other tool. */
  get brush(): Readonly<BrushSettings> {
    return this.#brushOf(this.#settings);
  }

  /** Diameter of the brush, image px. */
  get size(): number {
    return imageSize(this.#sizedOf(this.#settings).size, this.#settings.sizeUnit, this.#camera.zoom);
  }

  /** Diameter in image px, 1 to 2000. */
  setSize(imagePx: number): void {
    const size = keptSize(imagePx, this.#settings.sizeUnit, this.#camera.zoom);
    this.set((settings) => (this.#sizedOf(settings).size = size));
  }

  /** 0 soft to 1 hard. */
  get hardness(): number {
    return this.brush.hardness;
  }

  setHardness(value: number): void {
    this.#setBrush({ hardness: clamp01(value) });
  }

  /** How hard the edge of the brush in hand is where it paints, 0 to 1. */
  get edge(): number {
    return this.softens ? this.hardness : this.#onLayer ? this.#settings.paint.hardness : 1;
  }

  /** The tip of the brush in hand; round for brushes that have no choice. */
  get tip(): TipShape {
    return this.#tipped(this.#settings)?.tip ?? 'round';
  }

  /** The brush in hand has a choice of tips. */
  get tips(): boolean {
    return this.#tipped(this.#settings) !== null;
  }

  /** Sets the tip of the brush in hand, if it has a choice. */
  setTip(tip: TipShape): void {
    this.set((settings) => {
      const brush = this.#tipped(settings);
      if (brush) {
        brush.tip = tip;
      }
    });
  }

  /** One tenth softer (-1) or harder (1); nothing without a brush in hand. */
  stepHardness(direction: 1 | -1): void {
    if (this.softens) {
      this.setHardness(Math.round(this.hardness * 10 + direction) / 10);
    }
  }

  /** Smooths the line of a brush in hand one tenth more or less. */
  stepSmoothing(direction: 1 | -1): void {
    if (this.paints) {
      this.#setBrush({ smoothing: clamp01(Math.round(this.brush.smoothing * 10 + direction) / 10) });
    }
  }

  /** Opacity of the tool in hand, 0 to 1; null when it has none. */
  get opacity(): number | null {
    return this.#withOpacity(this.#settings)?.opacity ?? null;
  }

  /** Sets the opacity of the tool in hand, if it has one. */
  setOpacity(value: number): void {
    this.set((settings) => {
      const tool = this.#withOpacity(settings);
      if (tool) {
        tool.opacity = clamp01(value);
      }
    });
  }

  /** How the selection of the tool in hand combines with the mask; null for tools that select nothing. */
  get combine(): CombineChoice | null {
    return selectionOf(this.#settings, this.#core.toolId)?.combine ?? null;
  }

  setCombine(combine: CombineChoice): void {
    this.set((settings) => {
      const selection = selectionOf(settings, this.#core.toolId);
      if (selection) {
        selection.combine = combine;
      }
    });
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

  /** 0 to 1. Affects only how the mask looks, never what it holds. */
  get maskOpacity(): number {
    return this.#settings.maskOpacity;
  }

  setMaskOpacity(value: number): void {
    this.set((settings) => (settings.maskOpacity = clamp01(value)));
    this.#core.stage?.lookChanged();
  }

  /** Opacity of the whole paint layer, 0 to 1. */
  setLayerOpacity(value: number): void {
    this.set(({ paint }) => (paint.layer = clamp01(value)));
    this.#core.stage?.lookChanged();
  }

  /** Switches the unit sizes are kept in; the size on screen stays. */
  swapUnit(): void {
    this.set((settings) => {
      const { zoom } = this.#camera;
      const unit = settings.sizeUnit === 'image' ? 'screen' : 'image';
      for (const brush of [...Object.values(settings.tools), settings.quick, settings.paint]) {
        brush.size = keptSize(imageSize(brush.size, settings.sizeUnit, zoom), unit, zoom);
      }
      settings.sizeUnit = unit;
    });
  }

  /** The settings of the tool in hand; null when it has no opacity. */
  #withOpacity(settings: ToolSettings): { opacity: number } | null {
    const tool = this.#core.toolId;
    if (isAreaTool(tool)) {
      return settings.areas[tool];
    }
    if (tool === 'fill' || tool === 'wand' || tool === 'range' || tool === 'gradient') {
      return settings[tool];
    }
    if (tool === 'quick' || tool === 'quickBox') {
      return settings.quick;
    }
    if (tool === 'smart') {
      return settings.smart;
    }
    if (isPaintLayerTool(tool)) {
      return settings.paint;
    }
    return this.softens ? this.#brushOf(settings) : null;
  }

  /** A brush of the paint layer is in hand. */
  get #onLayer(): boolean {
    return isPaintBrush(this.#core.toolId);
  }

  #sizedOf(settings: ToolSettings): { size: number } {
    return this.#core.toolId === 'quick'
      ? settings.quick
      : this.#onLayer
        ? settings.paint
        : this.#brushOf(settings);
  }

  #tipped(settings: ToolSettings): { tip: TipShape } | null {
    return this.#onLayer ? settings.paint : this.paints ? this.#brushOf(settings) : null;
  }

  #brushOf(settings: ToolSettings): BrushSettings {
    return settings.tools[this.#core.toolId === 'eraser' ? 'eraser' : 'brush'];
  }

  #setBrush(change: Partial<BrushSettings>): void {
    this.set((settings) => Object.assign(this.#brushOf(settings), change));
  }
}
