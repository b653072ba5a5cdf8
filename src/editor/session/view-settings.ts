import type { CheckerTone, MaskStyle, ViewSettings, WheelChoice } from '../model/editor-types';

export const MASK_STYLES: readonly MaskStyle[] = ['tint', 'hatch'];
export const CHECKER_TONES: readonly CheckerTone[] = ['dark', 'mid', 'light'];

export const WHEEL_CHOICES: readonly WheelChoice[] = ['zoom', 'move'];

export const DEFAULT_VIEW: Readonly<ViewSettings> = {
  style: 'tint',
  ants: false,
  grid: true,
  checker: 'mid',
  wheel: 'zoom',
};

/**
 * Colours to tell a mask by: the safelight's own, then hues of the Okabe–Ito set, which people with any kind
 * of colour blindness can tell apart, and both ends of grey.
 */
export const SWATCHES = [
  { name: 'safelight', color: '#ff5a36' },
  { name: 'orange', color: '#e69f00' },
  { name: 'yellow', color: '#f0e442' },
  { name: 'green', color: '#009e73' },
  { name: 'sky', color: '#56b4e9' },
  { name: 'blue', color: '#0072b2' },
  { name: 'purple', color: '#cc79a7' },
  { name: 'white', color: '#ffffff' },
  { name: 'black', color: '#000000' },
] as const;

/** Colours new masks begin with, in this order: neighbours differ in hue and in brightness. */
export const MASK_COLORS: readonly string[] = [
  ...['#ff5a36', '#56b4e9', '#f0e442', '#cc79a7', '#009e73', '#ffffff', '#0072b2', '#e69f00'],
];

/** Completes stored settings: missing or invalid ones get their defaults. */
export function readViewSettings(stored: unknown): ViewSettings {
  const view = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  const flag = (value: unknown, fallback: boolean): boolean =>
    typeof value === 'boolean' ? value : fallback;
  return {
    style: MASK_STYLES.find((style) => style === view['style']) ?? DEFAULT_VIEW.style,
    ants: flag(view['ants'], DEFAULT_VIEW.ants),
    grid: flag(view['grid'], DEFAULT_VIEW.grid),
    checker: CHECKER_TONES.find((tone) => tone === view['checker']) ?? DEFAULT_VIEW.checker,
    wheel: WHEEL_CHOICES.find((choice) => choice === view['wheel']) ?? DEFAULT_VIEW.wheel,
  };
}
