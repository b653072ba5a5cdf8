import { Stored } from '../../base/stored';
import type {
  AreaSettings,
  AreaTool,
  BrushSettings,
  CombineChoice,
  FillSettings,
  GradientSettings,
  PaintLayerSettings,
  PaintTool,
  QuickSettings,
  RangeSettings,
  SelectionSettings,
  SmartSettings,
  ToolId,
  WandSettings,
} from '../model/editor-types';
import { DEFAULT_PRESSURE, type PressureSettings } from '../input/pressure';
import type { TipShape } from '../mask/brush';
import { RAMP_SHAPES } from '../mask/ramp';

/** A person's settings for painting and for seeing masks; kept in this browser. */
export interface ToolSettings {
  tools: Record<PaintTool, BrushSettings>;
  areas: Record<AreaTool, AreaSettings>;
  fill: FillSettings;
  gradient: GradientSettings;
  wand: WandSettings;
  range: RangeSettings;
  quick: QuickSettings;
  smart: SmartSettings;
  paint: PaintLayerSettings;
  /** What brush sizes are measured in: px of the picture, or CSS px, which keep their size on the screen. */
  sizeUnit: SizeUnit;
  /** Which side the tools are on on wide screens: that of the free hand. */
  side: 'left' | 'right';
  pressure: PressureSettings;
  /** `#rrggbb`. */
  maskColor: string;
  /** 0 to 1. */
  maskOpacity: number;
}

export type SizeUnit = 'image' | 'screen';

export const TIP_SHAPES: readonly TipShape[] = ['round', 'square'];

export const SIZE_RANGE = { min: 1, max: 2000 } as const;

export const DEFAULT_SETTINGS: ToolSettings = {
  tools: {
    brush: { size: 80, tip: 'round', hardness: 0.8, opacity: 1, smoothing: 0, binary: false },
    eraser: { size: 80, tip: 'round', hardness: 0.8, opacity: 1, smoothing: 0, binary: false },
  },
  areas: {
    rect: { combine: 'add', opacity: 1, antialias: true, feather: 0 },
    ellipse: { combine: 'add', opacity: 1, antialias: true, feather: 0 },
    lasso: { combine: 'add', opacity: 1, antialias: true, feather: 0 },
    polygon: { combine: 'add', opacity: 1, antialias: true, feather: 0 },
  },
  fill: { combine: 'add', opacity: 1 },
  wand: { combine: 'add', opacity: 1, tolerance: 12, contiguous: true, antialias: true, avoidPainted: false },
  gradient: { combine: 'add', opacity: 1, shape: 'linear' },
  range: {
    ...{ combine: 'add', opacity: 1, kind: 'color', color: '#3a7bd5', tolerance: 10 },
    ...{ from: 70, to: 100, softness: 6 },
  },
  quick: { combine: 'add', opacity: 1, size: 60, sensitivity: 0.5, antialias: true },
  smart: { combine: 'add', opacity: 1, threshold: 0.5, refine: 2 },
  paint: {
    color: '#3a7bd5',
    size: 60,
    tip: 'round',
    hardness: 0.8,
    opacity: 1,
    layer: 1,
    grow: 12,
    inMask: false,
    tolerance: 12,
    contiguous: true,
    shape: 'linear',
    toSecond: false,
    second: '#ffffff',
    pick: false,
    fromHere: false,
  },
  sizeUnit: 'image',
  side: 'left',
  pressure: { ...DEFAULT_PRESSURE },
  maskColor: '#ff5a36',
  maskOpacity: 0.55,
};

/** Widest soft edge of an area, image px to both sides. */
export const FEATHER_MOST = 256;

export function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Diameter, to a tenth, within the limits for brushes. */
export function validSize(value: number): number {
  return Math.min(SIZE_RANGE.max, Math.max(SIZE_RANGE.min, Math.round(value * 10) / 10));
}

/** The next smaller or larger size in a series whose steps grow with the size. */
export function steppedSize(size: number, direction: 1 | -1): number {
  return validSize(stepped(size, direction));
}

/** Like `steppedSize`, for the soft edge of an area. */
export function steppedFeather(feather: number, direction: 1 | -1): number {
  return Math.min(FEATHER_MOST, Math.max(0, stepped(feather, direction)));
}

/** The next whole tolerance, within 0 to 100. */
export function steppedTolerance(tolerance: number, direction: 1 | -1): number {
  return Math.min(100, Math.max(0, direction === 1 ? Math.floor(tolerance) + 1 : Math.ceil(tolerance) - 1));
}

function stepped(size: number, direction: 1 | -1): number {
  // Going down from a boundary uses the step below it, so that up and down meet the same sizes.
  const at = direction === 1 ? size : size - 0.01;
  const step = at < 10 ? 1 : at < 50 ? 5 : at < 100 ? 10 : at < 500 ? 25 : 100;
  const next = direction === 1 ? Math.floor(size / step + 1e-9) + 1 : Math.ceil(size / step - 1e-9) - 1;
  return next * step;
}

/**
 * Diameter in image px of a brush whose size is stored in this unit.
 * @param scale CSS px per image px.
 */
export function imageSize(size: number, unit: SizeUnit, scale: number): number {
  return unit === 'image' ? size : validSize(size / scale);
}

/** What to store for a brush that should have this diameter in image px. See `imageSize`. */
export function keptSize(imagePx: number, unit: SizeUnit, scale: number): number {
  return validSize(unit === 'image' ? imagePx : imagePx * scale);
}

/** The settings of a tool whose selection combines with the mask; null for other tools. */
export function selectionOf(settings: ToolSettings, tool: ToolId): SelectionSettings | null {
  if (tool === 'fill' || tool === 'wand' || tool === 'range' || tool === 'gradient') {
    return settings[tool];
  }
  if (tool === 'quick' || tool === 'quickBox') {
    return settings.quick;
  }
  if (tool === 'smart') {
    return settings.smart;
  }
  return tool in settings.areas ? settings.areas[tool as AreaTool] : null;
}

/** Completes stored settings: missing or invalid ones get their defaults. */
export function readSettings(stored: unknown): ToolSettings {
  const root = record(stored);
  const tools = record(root['tools']);
  const pressure = record(root['pressure']);
  const areas = record(root['areas']);
  const fill = record(root['fill']);
  const wand = record(root['wand']);
  const range = record(root['range']);
  const gradient = record(root['gradient']);
  const quick = record(root['quick']);
  const smart = record(root['smart']);
  const paint = record(root['paint']);
  // All tools once shared one choice.
  const combine = readCombine(root['combine'], 'add');
  return {
    tools: {
      brush: readBrush(tools['brush'], DEFAULT_SETTINGS.tools.brush),
      eraser: readBrush(tools['eraser'], DEFAULT_SETTINGS.tools.eraser),
    },
    areas: {
      rect: readArea(areas['rect'], { ...DEFAULT_SETTINGS.areas.rect, combine }),
      ellipse: readArea(areas['ellipse'], { ...DEFAULT_SETTINGS.areas.ellipse, combine }),
      lasso: readArea(areas['lasso'], { ...DEFAULT_SETTINGS.areas.lasso, combine }),
      polygon: readArea(areas['polygon'], { ...DEFAULT_SETTINGS.areas.polygon, combine }),
    },
    fill: {
      combine: readCombine(fill['combine'], combine),
      opacity: within(fill['opacity'], 0, 1, DEFAULT_SETTINGS.fill.opacity),
    },
    wand: {
      combine: readCombine(wand['combine'], combine),
      opacity: within(wand['opacity'], 0, 1, DEFAULT_SETTINGS.wand.opacity),
      tolerance: within(wand['tolerance'], 0, 100, DEFAULT_SETTINGS.wand.tolerance),
      contiguous: flag(wand['contiguous'], DEFAULT_SETTINGS.wand.contiguous),
      antialias: flag(wand['antialias'], DEFAULT_SETTINGS.wand.antialias),
      avoidPainted: flag(wand['avoidPainted'], DEFAULT_SETTINGS.wand.avoidPainted),
    },
    gradient: {
      combine: readCombine(gradient['combine'], DEFAULT_SETTINGS.gradient.combine),
      opacity: within(gradient['opacity'], 0, 1, DEFAULT_SETTINGS.gradient.opacity),
      shape: oneOf(gradient['shape'], RAMP_SHAPES, DEFAULT_SETTINGS.gradient.shape),
    },
    range: {
      combine: readCombine(range['combine'], DEFAULT_SETTINGS.range.combine),
      opacity: within(range['opacity'], 0, 1, DEFAULT_SETTINGS.range.opacity),
      kind: oneOf(range['kind'], ['color', 'light'], DEFAULT_SETTINGS.range.kind),
      color: readColor(range['color'], DEFAULT_SETTINGS.range.color),
      tolerance: within(range['tolerance'], 0, 100, DEFAULT_SETTINGS.range.tolerance),
      from: within(range['from'], 0, 100, DEFAULT_SETTINGS.range.from),
      to: within(range['to'], 0, 100, DEFAULT_SETTINGS.range.to),
      softness: within(range['softness'], 0, 100, DEFAULT_SETTINGS.range.softness),
    },
    quick: {
      combine: readCombine(quick['combine'], DEFAULT_SETTINGS.quick.combine),
      opacity: within(quick['opacity'], 0, 1, DEFAULT_SETTINGS.quick.opacity),
      size: within(quick['size'], SIZE_RANGE.min, SIZE_RANGE.max, DEFAULT_SETTINGS.quick.size),
      sensitivity: within(quick['sensitivity'], 0, 1, DEFAULT_SETTINGS.quick.sensitivity),
      antialias: flag(quick['antialias'], DEFAULT_SETTINGS.quick.antialias),
    },
    smart: {
      combine: readCombine(smart['combine'], 'add'),
      opacity: within(smart['opacity'], 0, 1, DEFAULT_SETTINGS.smart.opacity),
      threshold: within(smart['threshold'], 0, 1, DEFAULT_SETTINGS.smart.threshold),
      refine: Math.round(within(smart['refine'], 0, 5, DEFAULT_SETTINGS.smart.refine)),
    },
    paint: {
      color: readColor(paint['color'], DEFAULT_SETTINGS.paint.color),
      size: within(paint['size'], SIZE_RANGE.min, SIZE_RANGE.max, DEFAULT_SETTINGS.paint.size),
      tip: oneOf(paint['tip'], TIP_SHAPES, DEFAULT_SETTINGS.paint.tip),
      hardness: within(paint['hardness'], 0, 1, DEFAULT_SETTINGS.paint.hardness),
      opacity: within(paint['opacity'], 0, 1, DEFAULT_SETTINGS.paint.opacity),
      layer: within(paint['layer'], 0, 1, DEFAULT_SETTINGS.paint.layer),
      grow: within(paint['grow'], 0, 256, DEFAULT_SETTINGS.paint.grow),
      inMask: flag(paint['inMask'], DEFAULT_SETTINGS.paint.inMask),
      tolerance: within(paint['tolerance'], 0, 100, DEFAULT_SETTINGS.paint.tolerance),
      contiguous: flag(paint['contiguous'], DEFAULT_SETTINGS.paint.contiguous),
      shape: oneOf(paint['shape'], RAMP_SHAPES, DEFAULT_SETTINGS.paint.shape),
      toSecond: flag(paint['toSecond'], DEFAULT_SETTINGS.paint.toSecond),
      second: readColor(paint['second'], DEFAULT_SETTINGS.paint.second),
      pick: false,
      fromHere: false,
    },
    sizeUnit: oneOf(root['sizeUnit'], ['image', 'screen'], DEFAULT_SETTINGS.sizeUnit),
    side: oneOf(root['side'], ['left', 'right'], DEFAULT_SETTINGS.side),
    pressure: {
      toSize: flag(pressure['toSize'], DEFAULT_PRESSURE.toSize),
      toOpacity: flag(pressure['toOpacity'], DEFAULT_PRESSURE.toOpacity),
      curve: within(pressure['curve'], -1, 1, DEFAULT_PRESSURE.curve),
      minimum: within(pressure['minimum'], 0, 1, DEFAULT_PRESSURE.minimum),
    },
    maskColor: readColor(root['maskColor'], DEFAULT_SETTINGS.maskColor),
    maskOpacity: within(root['maskOpacity'], 0, 1, DEFAULT_SETTINGS.maskOpacity),
  };
}

const stored = new Stored<ToolSettings>('darkroom.editor', { read: readSettings });

/** The settings of this browser. */
export function loadSettings(): ToolSettings {
  return stored.load();
}

/** Stores the settings; where storage is forbidden they last as long as the page. */
export function saveSettings(settings: ToolSettings): void {
  stored.save(settings);
}

function readBrush(stored: unknown, fallback: BrushSettings): BrushSettings {
  const brush = record(stored);
  return {
    size: within(brush['size'], SIZE_RANGE.min, SIZE_RANGE.max, fallback.size),
    tip: oneOf(brush['tip'], TIP_SHAPES, fallback.tip),
    hardness: within(brush['hardness'], 0, 1, fallback.hardness),
    opacity: within(brush['opacity'], 0, 1, fallback.opacity),
    smoothing: within(brush['smoothing'], 0, 1, fallback.smoothing),
    binary: flag(brush['binary'], fallback.binary),
  };
}

function readArea(stored: unknown, fallback: AreaSettings): AreaSettings {
  const area = record(stored);
  return {
    combine: readCombine(area['combine'], fallback.combine),
    opacity: within(area['opacity'], 0, 1, fallback.opacity),
    antialias: flag(area['antialias'], fallback.antialias),
    feather: within(area['feather'], 0, FEATHER_MOST, fallback.feather),
  };
}

function readColor(stored: unknown, fallback: string): string {
  return typeof stored === 'string' && /^#[0-9a-f]{6}$/i.test(stored) ? stored : fallback;
}

function readCombine(stored: unknown, fallback: CombineChoice): CombineChoice {
  return oneOf(stored, ['add', 'subtract', 'intersect'], fallback);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function within(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && value >= min && value <= max ? value : fallback;
}

function flag(value: unknown, fallback: boolean): boolean {
  return typeof value === 'boolean' ? value : fallback;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T): T {
  return allowed.find((one) => one === value) ?? fallback;
}
