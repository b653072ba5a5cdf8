import { ComfyError } from '../../comfy/errors';
import type { ApiGraph } from '../../comfy/graph';
import type { FileRef } from '../../comfy/file-ref';
import { areaOfBounds } from '../../workflows/inpaint-area';
import { recordFor, writeRecord } from '../../workflows/darkroom-record';
import type { PromptBook } from '../../workflows/prompt-view/prompt-book.svelte';
import { textsOfRuns } from '../../workflows/prompt/typed-prompts';
import { type Extension, recipeInput, type RecipeInput, type RecipeValues } from '../../workflows/recipe';
import type { EditorPicture, EditorStatus } from '../model/editor-types';
import { type MaskKeeper, keepMasks } from './kept-masks';
import type { AreaPart, AreaPlan } from './area/area-plan.svelte';
import { batchSeeds } from './batch';
import type { InpaintChoices } from './inpaint-choices.svelte';
import type { OutpaintPlan } from './outpaint/outpaint-plan.svelte';
import { promptFields, promptKind, promptSeed } from './prompt-fields';
import type { PictureSetup } from './picture-setup.svelte';
import type { RecipeForm } from './recipe-form.svelte';
import type { JobMaker, StagingRun } from './staging-run.svelte';

/** What a generation is made of. */
export interface GenerationParts {
  /** Where the graph of the open picture comes from. */
  setup: PictureSetup;
  form: RecipeForm;
  choices: InpaintChoices;
  outpaint: OutpaintPlan;
  area: AreaPlan;
  run: StagingRun;
  session: MaskKeeper & {
    readonly status: EditorStatus;
    readonly picture: EditorPicture | null;
    readonly mask: { readonly empty: boolean; readonly rev: number };
    /** `painted`: something is painted in colour. */
    readonly masks: { readonly painted: boolean };
  };
  /** Lists for prompts, and where they are remembered. */
  book: Pick<PromptBook, 'expansion' | 'roll' | 'reroll' | 'use'>;
  /** The picture on the server that is masked; null while none is open or another is opening. */
  original: () => FileRef | null;
  /** Called when a job is asked for, before anything is sent. */
  begun: () => void;
}

/** Turns form, choices and mask into jobs. */
export class Generation {
  readonly setup: PictureSetup;
  readonly form: RecipeForm;
  readonly choices: InpaintChoices;
  readonly outpaint: OutpaintPlan;
  readonly area: AreaPlan;
  readonly run: StagingRun;
  readonly #session: GenerationParts['session'];
  readonly #original: () => FileRef | null;
  readonly #begun: () => void;
  readonly #book: GenerationParts['book'];

  constructor(parts: GenerationParts) {
    const { setup, form, choices, outpaint, area, run, session, original, begun } = parts;
    this.setup = setup;
    this.form = form;
    this.choices = choices;
    this.outpaint = outpaint;
    this.area = area;
    this.run = run;
    this.#session = session;
    this.#original = original;
    this.#begun = begun;
    this.#book = parts.book;
  }

  /** Whether `start` would queue a job. */
  get ready(): boolean {
    const { mask, status } = this.#session;
    const something = !mask.empty || this.#extension !== null;
    const open = this.#original() !== null && status === 'ready';
    return this.run.step === 'idle' && this.form.ready && something && open && !this.areaIsBare;
  }

  /** Something is painted in colour, for the model to start from. */
  get painted(): boolean {
    return this.#session.masks.painted;
  }

  /** Colour alone changes nothing: what is to be repainted must be masked. */
  get paintIsUnmasked(): boolean {
    const { mask, masks } = this.#session;
    return masks.painted && mask.empty;
  }

  /** Whether a job would change nothing, because mask and extension lie outside the area placed by hand. */
  get areaIsBare(): boolean {
    return this.form.recipe?.supports.area === true && this.area.leavesNothing;
  }

  /** Whether the server has the mask that is on the screen, read back and compared. */
  get maskOnServer(): boolean {
    const { uploadedRev } = this.run;
    return uploadedRev !== null && uploadedRev === this.#session.mask.rev;
  }

  /** Generate is about to be pressed: see `StagingRun.prepare`. */
  prepare(): void {
    const { picture } = this.#session;
    if (this.ready && picture) {
      this.run.prepare(picture);
    }
  }

  /** Brings the mask to the server and queues the recipe, once for each seed of the batch. */
  async start(options: { front?: boolean } = {}): Promise<void> {
    const original = this.#original();
    const { picture } = this.#session;
    // The last stroke may have changed what lies in the area.
    this.area.refresh();
    if (!this.ready || !original || !picture) {
      return;
    }
    this.#begun();
    const { recipe, seedField, values, fields } = this.form;
    const queued = await this.run.tryQueue(picture, this.#jobMaker(original), options);
    const seed = seedField?.key;
    if (queued.length > 0 && recipe) {
      this.form.remember(recipe, values);
      promptFields(fields).forEach(({ key }) => this.#book.use(promptKind(key), String(values[key])));
      if (!seedField) {
        this.#book.reroll();
      }
    }
    const untouched =
      seed !== undefined && this.form.recipe === recipe && this.form.values[seed] === values[seed];
    // Also when a batch failed halfway: pressing again must not make the same pictures twice.
    if (queued.length > 0 && untouched) {
      this.form.advanceSeed();
    }
  }

  /** Makes jobs of form and choices as they are now; later changes do not count. */
  #jobMaker(parent: FileRef): JobMaker {
    const { recipe, values, infos, seedField, fields } = this.form;
    const choices = this.choices.now;
    const extend = this.#extension;
    const areaFor = this.area.planned();
    if (!recipe) {
      return () => [];
    }
    const { denoiseMask, compositeMask, areaMode, workingSide, islands } = choices;
    const variants = seedField
      ? batchSeeds(values[seedField.key] as number | bigint, choices.count, seedField.max).map((seed) => ({
          ...values,
          [seedField.key]: seed,
        }))
      : [values];
    const typed = Object.fromEntries(promptFields(fields).map(({ key }) => [key, String(values[key])]));
    const seeds = variants.map((variant) => promptSeed(variant, seedField));
    const runs = textsOfRuns(typed, seeds, this.#book.roll, this.#book.expansion);
    return (source, mask) => {
      // The area follows the file: modifiers may still have been evaluating when this was asked for.
      const { area, working, parts } = areaFor(mask.bounds, mask.islands);
      const { bounds } = mask;
      const input = recipeInput(source, mask, {
        extend,
        ...(bounds && { painted: areaOfBounds(bounds) }),
        ...(recipe.supports.area ? { area } : {}),
        ...(recipe.supports.working ? { working } : {}),
        ...(recipe.supports.denoiseMask ? { denoiseMask } : {}),
        ...(recipe.supports.compositeMask ? { compositeMask } : {}),
      });
      const apart = recipe.supports.area && parts.length > 1;
      const box = {
        ...{ mode: areaMode, workingSide, islands },
        ...(bounds && { mask: { ...bounds } }),
        ...(apart && { apart }),
      };
      const more = { parent, box, modifiers: keepMasks(this.#session, mask) };
      const build = (variant: RecipeValues): ApiGraph => {
        const [first, ...others] = recipe.supports.area ? parts : [];
        const sized = ({ area, working }: AreaPart): Partial<RecipeInput> =>
          recipe.supports.working ? { area, working } : { area };
        // One job for all parts: they come together in one result, and nothing waits for a file in between.
        return others.reduce(
          (after, part) => recipe.build({ ...input, ...sized(part), after }, variant, infos),
          recipe.build(first ? { ...input, ...sized(first) } : input, variant, infos),
        );
      };
      return variants.map((variant, at) => {
        const { texts = {}, prompts = [] } = runs[at] ?? {};
        const record = recordFor(recipe.id, input, variant, { ...more, prompts });
        return {
          graph: build({ ...variant, ...texts }),
          pngInfo: { darkroom: writeRecord(record) },
        };
      });
    };
  }

  /** What is added to the picture; null for nothing, or where the recipe cannot extend. */
  get #extension(): Extension | null {
    return this.form.recipe?.supports.extend ? this.outpaint.extension : null;
  }
}

/** Whether an error is the server's refusal to combine mask and picture (API reference 2.2: 500). */
export function isMaskRefusal(error: unknown): boolean {
  return error instanceof ComfyError && error.path === '/upload/mask' && error.kind === 'http';
}
