import type { PointerDevice } from './pointer-policy';

/** How pen pressure acts. Mouse and finger always count as full pressure. */
export interface PressureSettings {
  toSize: boolean;
  toOpacity: boolean;
  /** -1 soft (a light touch is enough) … 0 linear … 1 firm. */
  curve: number;
  /** Size or opacity at no pressure, as a fraction of the full one, 0 to 1. */
  minimum: number;
}

export const DEFAULT_PRESSURE: Readonly<PressureSettings> = {
  toSize: true,
  toOpacity: false,
  curve: 0,
  minimum: 0.1,
};

/** Samples at the start of a stroke whose pressure may be a spike. */
const UNSURE_SAMPLES = 2;
/** What an unsure sample may count at most. */
const UNSURE_LIMIT = 0.25;

/**
 * Makes one scale of what devices report, for one stroke: 0 to 1. Mice always say 0.5, fingers 0, 1 or
 * something made up, pens without a sensor exactly 0.5: all of these count as 1.
 */
export class PressureMeter {
  readonly #device: PointerDevice;
  #samples = 0;
  #sensor = false;
  #last = 0;

  constructor(device: PointerDevice) {
    this.#device = device;
  }

  next(raw: number): number {
    if (this.#device !== 'pen') {
      return 1;
    }
    this.#samples++;
    this.#sensor ||= raw !== 0.5;
    if (!this.#sensor) {
      return 1;
    }
    // Lifting pens end with a sample of 0, which says nothing about the line before it.
    const value = raw > 0 ? Math.min(1, raw) : this.#last;
    this.#last = value;
    return this.#samples <= UNSURE_SAMPLES ? Math.min(value, UNSURE_LIMIT) : value;
  }
}

/** Pressure 0 to 1 through the curve and up from the minimum. */
export function pressureFactor(
  pressure: number,
  settings: Pick<PressureSettings, 'curve' | 'minimum'>,
): number {
  const bent = Math.pow(Math.min(1, Math.max(0, pressure)), Math.pow(2, settings.curve * 1.5));
  return settings.minimum + (1 - settings.minimum) * bent;
}

/** Radius (image px) and strength (0 to 1) of a brush of this diameter at this pressure. */
export function pressedBrush(
  size: number,
  pressure: number,
  settings: PressureSettings,
): { radius: number; strength: number } {
  const factor = pressureFactor(pressure, settings);
  return {
    radius: Math.max(0.5, (size / 2) * (settings.toSize ? factor : 1)),
    strength: settings.toOpacity ? factor : 1,
  };
}
