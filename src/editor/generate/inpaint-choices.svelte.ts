import * as v from 'valibot';
import { Stored } from '../../base/stored';
import type { DarkroomRecord } from '../../workflows/darkroom-record';
import { MAX_BATCH } from './batch';

/** What the model sees: the whole picture, a part chosen from the mask, or a part placed by hand. */
export const AREA_MODES = ['whole', 'auto', 'hand'] as const;
export type AreaMode = (typeof AREA_MODES)[number];

const px = (max: number): v.GenericSchema<unknown, number> =>
  v.fallback(v.pipe(v.number(), v.integer(), v.minValue(-max), v.maxValue(max)), 0);
const edge = v.fallback(v.object({ grow: px(512), feather: px(512) }), { grow: 0, feather: 0 });

const choicesSchema = v.object({
  /** Jobs queued by one press of Generate. */
  count: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_BATCH)), 1),
  /** Take the mask along when a result becomes the picture to work on. */
  keepMask: v.fallback(v.boolean(), false),
  areaMode: v.fallback(v.picklist(AREA_MODES), 'auto'),
  /** Around the mask: parts of it that lie far apart get an area each. */
  islands: v.fallback(v.boolean(), false),
  /** Longest side at which the area is sampled, px; 0: its own size; null: as large as suits models. */
  workingSide: v.fallback(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8192))), null),
  /** Changes to the mask for sampling and for pasting, px of the picture. */
  denoiseMask: edge,
  compositeMask: edge,
  /** Strip of the original picture that an extension may blend into, px. */
  overlap: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(512)), 48),
});

/** How a job's area was chosen, as its record says. */
const boxSchema = v.fallback(
  v.object({
    mode: v.fallback(v.nullable(v.picklist(AREA_MODES)), null),
    workingSide: choicesSchema.entries.workingSide,
    islands: choicesSchema.entries.islands,
  }),
  { mode: null, workingSide: null, islands: false },
);

/** Choices that apply to every picture, kept for next time. */
export type Choices = v.InferOutput<typeof choicesSchema>;

const stored = new Stored<Choices>('darkroom.inpaint', {
  read: (kept) => v.parse(choicesSchema, kept ?? {}),
});

/** The inpainting choices in this browser. */
export class InpaintChoices {
  #now = $state.raw<Choices>(stored.load());

  get now(): Readonly<Choices> {
    return this.#now;
  }

  /** Adopts what a job was queued with. */
  restore({ denoiseMask, compositeMask, box, area }: DarkroomRecord): void {
    const { mode, workingSide, islands } = v.parse(boxSchema, box);
    const areaMode = mode ?? (area ? 'hand' : 'whole');
    this.set({ denoiseMask, compositeMask, areaMode, workingSide, islands });
  }

  set(change: Partial<Choices>): void {
    this.#now = v.parse(choicesSchema, { ...this.#now, ...change });
    stored.save(this.#now);
  }
}
