import type { BrushSettings, PaintTool } from './editor-types';
import { DEFAULT_PRESSURE, type PressureSettings } from './input/pressure';

/** What a person set for painting and seeing masks; kept in this browser. */
export interface ToolSettings {
  tools: Record<PaintTool, BrushSettings>;
  pressure: PressureSettings;
  /** `#rrggbb`. */
  maskColor: string;
  /** 0 to 1. */
  maskOpacity: number;
}

export const SIZE_RANGE = { min: 1, max: 2000 } as const;

export const DEFAULT_SETTINGS: ToolSettings = {
  tools: {
    brush: { size: 80, hardness: 0.8, opacity: 1 },
    eraser: { size: 80, hardness: 0.8, opacity: 1 },
  },
  pressure: { ...DEFAULT_PRESSURE },
  maskColor: '#ff5a36',
  maskOpacity: 0.55,
};

const KEY = 'darkroom.editor';

export function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Diameter in image px, to a tenth, within what brushes can have. */
export function validSize(value: number): number {
  return Math.min(SIZE_RANGE.max, Math.max(SIZE_RANGE.min, Math.round(value * 10) / 10));
}

/** The next smaller or larger size of a row that grows with the size. */
export function steppedSize(size: number, direction: 1 | -1): number {
  // Going down from a border uses the step below it, so that up and down meet the same sizes.
  const at = direction === 1 ? size : size - 0.01;
  const step = at < 10 ? 1 : at < 50 ? 5 : at < 100 ? 10 : at < 500 ? 25 : 100;
  const next = direction === 1 ? Math.floor(size / step + 1e-9) + 1 : Math.ceil(size / step - 1e-9) - 1;
  return validSize(next * step);
}

/** Stored settings made whole: what is missing or nonsense is as it comes. */
export function readSettings(stored: unknown): ToolSettings {
  const root = record(stored);
  const tools = record(root['tools']);
  const pressure = record(root['pressure']);
  const color = root['maskColor'];
  return {
    tools: {
      brush: readBrush(tools['brush'], DEFAULT_SETTINGS.tools.brush),
      eraser: readBrush(tools['eraser'], DEFAULT_SETTINGS.tools.eraser),
    },
    pressure: {
      toSize: flag(pressure['toSize'], DEFAULT_PRESSURE.toSize),
      toOpacity: flag(pressure['toOpacity'], DEFAULT_PRESSURE.toOpacity),
      curve: within(pressure['curve'], -1, 1, DEFAULT_PRESSURE.curve),
      minimum: within(pressure['minimum'], 0, 1, DEFAULT_PRESSURE.minimum),
    },
    maskColor:
      typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : DEFAULT_SETTINGS.maskColor,
    maskOpacity: within(root['maskOpacity'], 0, 1, DEFAULT_SETTINGS.maskOpacity),
  };
}

/** The settings of this browser. */
export function loadSettings(): ToolSettings {
  try {
    return readSettings(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return readSettings(null);
  }
}

/** Keeps the settings; where storage is forbidden they last as long as the page. */
export function saveSettings(settings: ToolSettings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Nothing depends on it.
  }
}

function readBrush(stored: unknown, fallback: BrushSettings): BrushSettings {
  const brush = record(stored);
  return {
    size: within(brush['size'], SIZE_RANGE.min, SIZE_RANGE.max, fallback.size),
    hardness: within(brush['hardness'], 0, 1, fallback.hardness),
    opacity: within(brush['opacity'], 0, 1, fallback.opacity),
  };
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
