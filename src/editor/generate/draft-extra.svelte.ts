import * as v from 'valibot';
import { areaSchema, extensionSchema } from '../../workflows/darkroom-record';
import { extendsPicture } from '../../workflows/outpaint';
import type { AreaPlan } from './area/area-plan.svelte';
import type { OutpaintPlan } from './outpaint/outpaint-plan.svelte';

const extraSchema = v.object({
  /** Where the area was placed by hand. */
  area: v.fallback(v.nullable(areaSchema), null),
  /** How far the picture is extended, whether or not that is switched on. */
  extend: v.fallback(v.nullable(extensionSchema), null),
  extending: v.fallback(v.boolean(), false),
});

/** Stores plain JSON with the draft: a `DraftKeeper`. */
interface DraftHolder {
  readonly extra: unknown;
  setExtra: (extra: unknown) => void;
}

/**
 * Keeps what belongs to one picture alone with its draft: the area placed by hand and how far it is extended.
 * Prompt and settings apply to every picture; the form and the choices keep those.
 */
export class DraftExtra {
  readonly #holder: DraftHolder;
  readonly #area: AreaPlan;
  readonly #outpaint: OutpaintPlan;
  #following = $state(false);

  /** Create it where effects are allowed. */
  constructor(holder: DraftHolder, area: AreaPlan, outpaint: OutpaintPlan) {
    this.#holder = holder;
    this.#area = area;
    this.#outpaint = outpaint;
    $effect(() => {
      this.keep();
    });
  }

  /** Hands the present values to the draft. Happens by itself whenever something changes. */
  keep(): void {
    const extra = this.#now();
    if (this.#following) {
      this.#holder.setExtra(extra);
    }
  }

  /** Keeps nothing until `restore`: another picture is opening. */
  pause(): void {
    this.#following = false;
  }

  /** Restores what the draft on screen holds, and keeps every change from now on. */
  restore(): void {
    const { area, extend, extending } = v.parse(v.fallback(extraSchema, NOTHING), this.#holder.extra);
    this.#area.restore(area);
    this.#outpaint.restore(extend, extending);
    this.#following = true;
  }

  #now(): v.InferOutput<typeof extraSchema> | null {
    const { hand } = this.#area;
    const { active, sides } = this.#outpaint;
    const extend = extendsPicture(sides) ? sides : null;
    return hand || extend || active ? { area: hand, extend, extending: active } : null;
  }
}

const NOTHING = { area: null, extend: null, extending: false };
