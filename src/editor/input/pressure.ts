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

/** Samples at the start of a stroke whose pressure may be a spike, or missing. */
const UNSURE_SAMPLES = 2;

/**
 * Brings what devices report to one scale for one stroke: 0 to 1. Mice always report 0.5, fingers 0, 1 or
 * something made up, pens without a sensor exactly 0.5: all of these count as 1. The first samples of a pen
 * wait for the one after them and count as that.
 */
export class PressureMeter {
  readonly #device: PointerDevice;
  #samples = 0;
  #sensor = false;
  #last = 0;
  #highest = 0;

  constructor(device: PointerDevice) {
    this.#device = device;
  }

  /** The highest so far; spikes at the start count while nothing has come after them. */
  get peak(): number {
    return this.#device === 'pen' && this.#sensor ? this.#highest : 1;
  }

  /**
   * Takes another sample, in order.
   * @returns the pressures known by now and not yet reported, oldest first: none, this one, or all that
   *   waited.
   */
  next(raw: number): number[] {
    if (this.#device !== 'pen') {
      return [1];
    }
    this.#samples++;
    this.#sensor ||= raw !== 0.5;
    const unsure = this.#samples <= UNSURE_SAMPLES;
    const waited = this.#samples === UNSURE_SAMPLES + 1;
    // Pens end with a sample of 0 when lifted, which says nothing about the line before it.
    const lifted = raw <= 0;
    const value = lifted ? this.#last : Math.min(1, raw);
    if (waited && !lifted) {
      this.#highest = 0;
    }
    this.#highest = Math.max(this.#highest, value);
    this.#last = unsure || (waited && lifted) ? this.#highest : value;
    if (unsure) {
      return [];
    }
    const pressure = this.#sensor ? this.#last : 1;
    return waited ? new Array<number>(UNSURE_SAMPLES + 1).fill(pressure) : [pressure];
  }

  /** The stroke ends. Samples still waiting count as the highest one. */
  finish(): number[] {
    const waiting = this.#device === 'pen' && this.#samples <= UNSURE_SAMPLES ? this.#samples : 0;
    return new Array<number>(waiting).fill(this.peak);
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
