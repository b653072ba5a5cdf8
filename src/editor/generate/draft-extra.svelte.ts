import * as v from 'valibot';
import { report } from '../../base/report';
import { areaSchema, extensionSchema } from '../../workflows/darkroom-record';
import { extendsPicture } from '../../workflows/outpaint';
import { parseExact, stringifyExact } from '../../comfy/exact-json';
import type { FieldValue } from '../../workflows/recipe';
import { SAME_SETUP } from '../../workflows/surgery/same-setup';
import type { AreaPlan } from './area/area-plan.svelte';
import type { OutpaintPlan } from './outpaint/outpaint-plan.svelte';
import type { OwnChoice, RecipeForm } from './recipe-form.svelte';

const valueSchema = v.custom<FieldValue>((value) =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value),
);
const ownSchema = v.object({
  recipe: v.fallback(v.nullable(v.string()), null),
  values: v.fallback(v.record(v.string(), v.record(v.string(), valueSchema)), {}),
});

const extraSchema = v.object({
  /** Where the area was placed by hand. */
  area: v.fallback(v.nullable(areaSchema), null),
  /** How far the picture is extended, whether or not that is switched on. */
  extend: v.fallback(v.nullable(extensionSchema), null),
  extending: v.fallback(v.boolean(), false),
  /** Recipe and values chosen for this picture alone, as text that keeps its seeds. */
  own: v.fallback(v.nullable(v.string()), null),
});

/** Stores plain JSON with the draft: a `DraftKeeper`. */
interface DraftHolder {
  readonly extra: unknown;
  setExtra: (extra: unknown) => void;
}

/**
 * Keeps what belongs to one picture alone with its draft: the area placed by hand, how far it is extended, and
 * what was changed of the setup that made it. Settings for every picture are kept by the form and the choices.
 */
export class DraftExtra {
  readonly #holder: DraftHolder;
  readonly #area: AreaPlan;
  readonly #outpaint: OutpaintPlan;
  readonly #form: Pick<RecipeForm, 'own' | 'setup' | 'startOver'>;
  #following = $state(false);

  /** Create it where effects are allowed. */
  constructor(
    holder: DraftHolder,
    area: AreaPlan,
    outpaint: OutpaintPlan,
    form: Pick<RecipeForm, 'own' | 'setup' | 'startOver'>,
  ) {
    this.#holder = holder;
    this.#area = area;
    this.#outpaint = outpaint;
    this.#form = form;
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
    const { area, extend, extending, own } = v.parse(v.fallback(extraSchema, NOTHING), this.#holder.extra);
    this.#area.restore(area);
    this.#outpaint.restore(extend, extending);
    const chosen = own === null ? null : readOwn(own);
    if (chosen) {
      this.#form.startOver(chosen);
    }
    this.#following = true;
  }

  #now(): v.InferOutput<typeof extraSchema> | null {
    const { hand } = this.#area;
    const { active, sides } = this.#outpaint;
    const extend = extendsPicture(sides) ? sides : null;
    const { recipe, values } = this.#form.own;
    // Without a setup of its own, a picture has the form of all others.
    const kept = recipe === SAME_SETUP || (recipe !== null && this.#form.setup !== null);
    const own = kept ? stringifyExact({ recipe, values }) : null;
    return hand || extend || active || own !== null ? { area: hand, extend, extending: active, own } : null;
  }
}

const NOTHING = { area: null, extend: null, extending: false, own: null };

function readOwn(text: string): OwnChoice | null {
  try {
    const own = v.safeParse(ownSchema, parseExact(text));
    return own.success ? own.output : null;
  } catch (error) {
    report(error, 'draft.own');
    return null;
  }
}
