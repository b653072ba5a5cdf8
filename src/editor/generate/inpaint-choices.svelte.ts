import * as v from 'valibot';
import type { DarkroomRecord } from '../../workflows/darkroom-record';
import { MAX_BATCH } from './batch';

const KEY = 'darkroom.inpaint';

/** What the model is shown: the whole picture, a part chosen from the mask, or a part chosen by hand. */
export const AREA_MODES = ['whole', 'auto', 'hand'] as const;
export type AreaMode = (typeof AREA_MODES)[number];

const px = (max: number): v.GenericSchema<unknown, number> =>
  v.fallback(v.pipe(v.number(), v.integer(), v.minValue(-max), v.maxValue(max)), 0);
const edge = v.fallback(v.object({ grow: px(512), feather: px(512) }), { grow: 0, feather: 0 });

const choicesSchema = v.object({
  /** Jobs that one press of Generate queues. */
  count: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_BATCH)), 1),
  /** The mask goes along when a result becomes the picture to work on. */
  keepMask: v.fallback(v.boolean(), false),
  areaMode: v.fallback(v.picklist(AREA_MODES), 'auto'),
  /** Longest side at which the area is sampled, px; 0: its own size; null: as large as models like it. */
  workingSide: v.fallback(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8192))), null),
  /** Changes of the mask for sampling and for pasting, px of the picture. */
  denoiseMask: edge,
  compositeMask: edge,
  /** Strip of the old picture that an extension may fade into, px. */
  overlap: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(512)), 48),
});

/** How the area of a job was chosen, as it stands in the job's record. */
const boxSchema = v.fallback(
  v.object({
    mode: v.fallback(v.nullable(v.picklist(AREA_MODES)), null),
    workingSide: choicesSchema.entries.workingSide,
  }),
  { mode: null, workingSide: null },
);

/** What is chosen for every picture, kept for the next time. */
export type Choices = v.InferOutput<typeof choicesSchema>;

/** The choices of the inpaint loop in this browser. */
export class InpaintChoices {
  #now = $state.raw<Choices>(read());

  get now(): Readonly<Choices> {
    return this.#now;
  }

  /** Takes over what a job was queued with. */
  restore({ denoiseMask, compositeMask, box, area }: DarkroomRecord): void {
    const { mode, workingSide } = v.parse(boxSchema, box);
    const areaMode = mode ?? (area ? 'hand' : 'whole');
    this.set({ denoiseMask, compositeMask, areaMode, workingSide });
  }

  set(change: Partial<Choices>): void {
    this.#now = v.parse(choicesSchema, { ...this.#now, ...change });
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#now));
    } catch {
      // Storage can be full or forbidden; the choices then last as long as the page.
    }
  }
}

function read(): Choices {
  try {
    return v.parse(choicesSchema, JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return v.parse(choicesSchema, {});
  }
}
