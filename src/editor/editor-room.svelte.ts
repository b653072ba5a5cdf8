import { ComfyError } from '../comfy/errors';
import { type FileRef, fileRefKey } from '../comfy/file-ref';
import type { ComfyContext } from '../jobs/context';
import type { JobRecord } from '../jobs/state/job';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { UserDocument } from '../jobs/user-document';
import { type Origin, recordFor, writeRecord } from '../workflows/darkroom-record';
import { type Extension, recipeInput } from '../workflows/recipe';
import { AreaPlan } from './generate/area/area-plan.svelte';
import { DraftExtra } from './drafts/draft-extra.svelte';
import { EditorSession } from './session/editor-session.svelte';
import { MaskUploader } from './upload/mask-upload';
import { openPicture } from './picture/open-picture';
import { OutpaintPlan } from './generate/outpaint/outpaint-plan.svelte';
import { RecipeForm } from './generate/recipe-form.svelte';
import { Acceptance } from './results/acceptance.svelte';
import { EditAgain } from './results/edit-again.svelte';
import { batchSeeds } from './generate/batch';
import { InpaintChoices } from './generate/inpaint-choices.svelte';
import { keepMasks } from './results/kept-masks';
import { StagePixels } from './results/stage-pixels';
import { type GenerateStep, type JobMaker, StagingRun } from './generate/staging-run.svelte';
import { Staging } from './results/staging.svelte';
import { exposeSession } from './session/test-hook';

export type { GenerateStep } from './generate/staging-run.svelte';

/**
 * The editor between the painting session, the recipe and the jobs: opens pictures, brings the mask to
 * the server, queues, and finds the results again. Lives as long as the page, so that a visit to the
 * gallery costs nothing.
 */
export class EditorRoom {
  readonly session = new EditorSession();
  readonly form: RecipeForm;
  readonly choices = new InpaintChoices();
  readonly outpaint: OutpaintPlan;
  readonly area: AreaPlan;
  readonly staging: Staging;
  readonly run: StagingRun;
  readonly accepting: Acceptance;
  readonly again: EditAgain;
  readonly #comfy: ComfyContext;
  readonly #pixels: StagePixels;
  readonly #extra: DraftExtra;
  #ref = $state.raw<FileRef | null>(null);
  #opening = $state(false);
  #openFailure = $state.raw<unknown>(null);
  #opener: AbortController | null = null;
  #opened: Promise<boolean> = Promise.resolve(false);

  constructor(comfy: ComfyContext) {
    this.#comfy = comfy;
    const uploader = new MaskUploader(comfy.client, (png) => this.session.hashOf(png));
    this.form = new RecipeForm(new UserDocument(comfy.client, 'darkroom/recipes.json'));
    void this.form.load();
    this.outpaint = new OutpaintPlan(this.session, this.choices);
    this.area = new AreaPlan(this.session, this.choices, this.outpaint);
    this.#extra = new DraftExtra(this.session, this.area, this.outpaint);
    this.staging = new Staging(comfy.jobs, () => this.#ref);
    this.run = new StagingRun(this.session, uploader, comfy.jobs);
    this.#pixels = new StagePixels(this.session);
    this.accepting = new Acceptance(this, comfy);
    this.again = new EditAgain(this, comfy);
  }

  /** The picture being masked: the pristine original every mask is combined with. */
  get ref(): FileRef | null {
    return this.#ref;
  }

  get opening(): boolean {
    return this.#opening;
  }

  /** Why the picture could not be opened. */
  get openFailure(): unknown {
    return this.#openFailure;
  }

  /** See `Acceptance.parent`. */
  get parent(): FileRef | null {
    return this.accepting.parent;
  }

  /** See `EditAgain.origin`. */
  get origin(): Origin | null {
    return this.again.origin;
  }

  /** See `Acceptance.canRestoreMask`. */
  get canRestoreMask(): boolean {
    return this.accepting.canRestoreMask;
  }

  get step(): GenerateStep {
    return this.run.step;
  }

  /** Why the last generation did not start; the mask is untouched. */
  get failure(): unknown {
    return this.run.failure;
  }

  get active(): JobRecord[] {
    return this.staging.active;
  }

  get results(): GalleryItem[] {
    return this.staging.results;
  }

  /** The result that is looked at in place of the original. */
  get shown(): GalleryItem | null {
    return this.staging.shown;
  }

  /** Whether the mask on the server is the mask on the screen, read back and compared. */
  get maskOnServer(): boolean {
    return this.run.uploadedRev !== null && this.run.uploadedRev === this.session.rev;
  }

  /** Whether pressing Generate would start a job. */
  get canGenerate(): boolean {
    const something = !this.session.isEmpty || this.#extension !== null;
    const open = this.#ref !== null && !this.#opening && this.session.status === 'ready';
    return this.step === 'idle' && this.form.ready && something && open && !this.areaIsBare;
  }

  /** Whether a job would change nothing, because mask and extension lie outside the area placed by hand. */
  get areaIsBare(): boolean {
    return this.form.recipe?.supports.area === true && this.area.leavesNothing;
  }

  /**
   * Opens a picture of the server; the mask draft of last time comes back with it. Resolves with whether it is
   * open then: it may have failed, see `openFailure`, or another may have been asked for meanwhile. When it
   * fails, no picture is open.
   * @param keepView zoom, place and turn stay, if the picture has the size of the one before.
   */
  open(ref: FileRef, options: { keepView?: boolean } = {}): Promise<boolean> {
    const same = this.#ref !== null && fileRefKey(this.#ref) === fileRefKey(ref);
    if (!same || this.#openFailure !== null || !(this.#opening || this.session.status === 'ready')) {
      this.#opened = this.#open(ref, options);
    }
    return this.#opened;
  }

  async #open(ref: FileRef, options: { keepView?: boolean }): Promise<boolean> {
    this.#opener?.abort();
    const opener = new AbortController();
    this.#opener = opener;
    this.#ref = ref;
    this.#opening = true;
    this.#openFailure = null;
    this.accepting.reset();
    this.again.reset();
    this.run.reset();
    this.#extra.pause();
    this.area.reset();
    this.outpaint.reset();
    this.#pixels.reset();
    this.staging.show(null);
    try {
      const picture = await openPicture(this.#comfy.client, ref, opener.signal);
      opener.signal.throwIfAborted();
      await this.session.open(picture, options);
      opener.signal.throwIfAborted();
      this.#extra.restore();
      this.#ref = picture.ref;
      void this.again.find(ref);
      return true;
    } catch (error) {
      // Of a picture nobody waits for any more, nobody wants to know that it failed.
      if (!opener.signal.aborted && this.#opener === opener) {
        // The picture before is not to be seen any more: it must not be painted on either.
        this.session.close();
        this.#openFailure = error;
      }
      return false;
    } finally {
      if (this.#opener === opener) {
        this.#opening = false;
      }
    }
  }

  /** Lets go of the picture; its draft stays in this browser. */
  close(): void {
    this.#opener?.abort();
    this.#opener = null;
    this.#opening = false;
    this.#ref = null;
    this.#openFailure = null;
    this.run.reset();
    this.#extra.pause();
    this.session.close();
  }

  /**
   * Stores a file from the person's disk on the server; returns it as the server named it.
   * @throws ComfyError `too-large` before anything is sent, where the server told its limit.
   */
  async importFile(file: File): Promise<FileRef> {
    const limit = (await this.#comfy.client.features().catch(() => null))?.max_upload_size;
    if (limit !== undefined && file.size > limit) {
      throw new ComfyError('too-large', 'the file is too large for the server', { path: '/upload/image' });
    }
    return this.#comfy.client.uploadImage(file, {
      filename: file.name || 'pasted.png',
      subfolder: 'darkroom',
    });
  }

  /** Brings the mask to the server and queues the recipe, once for each seed of the batch. */
  async generate(options: { front?: boolean } = {}): Promise<void> {
    const original = this.#ref;
    const { picture } = this.session;
    // The last stroke may have changed what lies in the area.
    this.area.refresh();
    if (!this.canGenerate || !original || !picture) {
      return;
    }
    const { recipe, seedField, values } = this.form;
    const queued = await this.run.tryQueue(picture, this.#jobMaker(original), options);
    const seed = seedField?.key;
    const untouched =
      seed !== undefined && this.form.recipe === recipe && this.form.values[seed] === values[seed];
    // Of a batch that failed in its middle too: pressed again, the same pictures must not come twice.
    if (queued.length > 0 && untouched) {
      this.form.advanceSeed();
    }
  }

  /** Makes the jobs of the form and the choices as they are now, whatever becomes of them until the mask is sent. */
  #jobMaker(parent: FileRef): JobMaker {
    const { recipe, values, infos, seedField } = this.form;
    const choices = this.choices.now;
    const extend = this.#extension;
    const areaFor = this.area.planned();
    if (!recipe) {
      return () => [];
    }
    const { denoiseMask, compositeMask, areaMode, workingSide } = choices;
    const variants = seedField
      ? batchSeeds(values[seedField.key] as number | bigint, choices.count, seedField.max).map((seed) => ({
          ...values,
          [seedField.key]: seed,
        }))
      : [values];
    return (source, mask) => {
      // The file may hold what modifiers did that were still being evaluated when this was asked for.
      const { area, working } = areaFor(mask.bounds);
      const input = recipeInput(source, mask, {
        extend,
        ...(recipe.supports.area ? { area } : {}),
        ...(recipe.supports.working ? { working } : {}),
        ...(recipe.supports.denoiseMask ? { denoiseMask } : {}),
        ...(recipe.supports.compositeMask ? { compositeMask } : {}),
      });
      const box = { mode: areaMode, workingSide };
      const more = { parent, box, modifiers: keepMasks(this.session, mask) };
      return variants.map((variant) => ({
        graph: recipe.build(input, variant, infos),
        pngInfo: { darkroom: writeRecord(recordFor(recipe.id, input, variant, more)) },
      }));
    };
  }

  /** What is to be added to the picture; null for nothing, or where the recipe cannot. */
  get #extension(): Extension | null {
    return this.form.recipe?.supports.extend ? this.outpaint.extension : null;
  }

  /** Shows another draft of the picture, with the area that was placed in it. False when it is gone. */
  async chooseDraft(id: string): Promise<boolean> {
    const { picture } = this.session;
    const opener = this.#opener;
    this.#extra.pause();
    try {
      return await this.session.chooseDraft(id);
    } finally {
      if (picture && this.session.picture === picture && this.#opener === opener) {
        this.#extra.restore();
      }
    }
  }

  /** Shows a result in place of the original, or none. */
  show(key: string | null): void {
    this.staging.show(key);
  }

  /**
   * Puts a result's pixels below the mask, as far as they have its size, or with null the original's, with
   * their transparency where that is to be seen. Reactive: to be called again when that changes.
   */
  showBelow(item: GalleryItem | null): void {
    const clear = this.session.view.transparency ? this.session.picture?.clear : undefined;
    this.#pixels.want(item ? this.#comfy.client.viewUrl(item.output.ref) : (clear ?? null));
  }

  /** Whether the failure is the server's refusal to combine mask and picture (API reference 2.2: 500). */
  get maskRefused(): boolean {
    return (
      this.failure instanceof ComfyError &&
      this.failure.path === '/upload/mask' &&
      this.failure.kind === 'http'
    );
  }
}

let room: EditorRoom | undefined;

/** The page's editor, made at the first visit. */
export function editorRoom(comfy: ComfyContext): EditorRoom {
  if (!room) {
    room = madeForGood(() => new EditorRoom(comfy));
    exposeSession(room.session);
  }
  return room;
}

/** Makes something that outlives the component that asks first: what it derives would go stale with that. */
function madeForGood<T>(make: () => T): T {
  const made: T[] = [];
  $effect.root(() => {
    made.push(make());
  });
  return made[0] as T;
}
