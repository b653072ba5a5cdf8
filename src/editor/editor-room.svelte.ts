import { ComfyError, isAbort } from '../comfy/errors';
import { type FileRef, fileRefKey } from '../comfy/file-ref';
import type { ComfyContext } from '../jobs/context';
import type { JobGraph, JobRecord } from '../jobs/job';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { UserDocument } from '../jobs/user-document';
import { goTo, replaceRoute, routes } from '../ui/routes';
import { MERGE, type Origin, recordFor, writeRecord } from '../workflows/darkroom-record';
import { type Extension, recipeInput, type RecipeSource } from '../workflows/recipe';
import { AreaPlan } from './area/area-plan.svelte';
import { extensionOf } from './compare/result-record';
import { DraftExtra } from './draft-extra.svelte';
import { EditorSession } from './editor-session.svelte';
import type { EditorPicture, MaskExport } from './editor-types';
import { MaskUploader } from './mask-upload';
import { openPicture } from './open-picture';
import { OutpaintPlan } from './outpaint/outpaint-plan.svelte';
import { RecipeForm } from './recipe-form.svelte';
import { exposeSession } from './test-hook';
import { batchSeeds } from './staging-batch';
import { InpaintChoices } from './staging-choices.svelte';
import { jobEnded } from './staging-jobs.svelte';
import { LineageStore } from './staging-lineage';
import { mergeGraph } from './staging-merge';
import { readOrigin } from './staging-origin';
import { StagePixels } from './staging-pixels';
import { type GenerateStep, StagingRun } from './staging-run.svelte';
import { Staging } from './staging.svelte';

export type { GenerateStep } from './staging-run.svelte';

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
  readonly #comfy: ComfyContext;
  readonly #lineage = new LineageStore();
  readonly #pixels: StagePixels;
  readonly #extra: DraftExtra;
  #ref = $state.raw<FileRef | null>(null);
  #opening = $state(false);
  #openFailure = $state.raw<unknown>(null);
  /** The mask of the picture before, while it can be brought back onto this one. */
  #lastMask = $state.raw<MaskExport | null>(null);
  #origin = $state.raw<Origin | null>(null);
  #opener: AbortController | null = null;

  readonly #parent = $derived.by<FileRef | null>(() => {
    const ref = this.#ref;
    return (
      ref && (this.#lineage.parentOf(ref) ?? this.#comfy.jobs.findByFile(ref)?.job.darkroom?.parent ?? null)
    );
  });

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

  /** The picture this one was made from, if that is known: the way back from an accepted result. */
  get parent(): FileRef | null {
    return this.#parent;
  }

  /** How this picture was made, when that can be taken up again. */
  get origin(): Origin | null {
    return this.#origin;
  }

  /** A mask of the picture before waits to be brought back. */
  get canRestoreMask(): boolean {
    const { picture } = this.session;
    const mask = this.#lastMask;
    return mask !== null && picture?.width === mask.width && picture.height === mask.height;
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
    return this.step === 'idle' && this.form.ready && something && this.#ref !== null;
  }

  /** Opens a picture of the server; the mask draft of last time comes back with it. */
  async open(ref: FileRef): Promise<void> {
    const same = this.#ref !== null && fileRefKey(this.#ref) === fileRefKey(ref);
    if (same && (this.#opening || this.session.status === 'ready')) {
      return;
    }
    this.#opener?.abort();
    const opener = new AbortController();
    this.#opener = opener;
    this.#ref = ref;
    this.#opening = true;
    this.#openFailure = null;
    this.#lastMask = null;
    this.#origin = null;
    this.run.reset();
    this.#extra.pause();
    this.area.reset();
    this.outpaint.reset();
    this.#pixels.reset();
    this.staging.show(null);
    try {
      const picture = await openPicture(this.#comfy.client, ref, opener.signal);
      opener.signal.throwIfAborted();
      await this.session.open(picture);
      opener.signal.throwIfAborted();
      this.#extra.restore();
      this.#ref = picture.ref;
      void this.#findOrigin(ref);
    } catch (error) {
      if (!isAbort(error)) {
        this.#openFailure = error;
      }
    } finally {
      if (this.#opener === opener) {
        this.#opening = false;
      }
    }
  }

  /** Lets go of the picture; its draft stays in this browser. */
  close(): void {
    this.#opener?.abort();
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
    if (!this.canGenerate || !original || !picture) {
      return;
    }
    await this.run.tryQueue(picture, (source) => this.#jobsFor(source, original, picture), options);
    // Of a batch that failed in its middle too: pressed again, the same pictures must not come twice.
    if (this.run.batch.queued > 0) {
      this.form.advanceSeed();
    }
  }

  #jobsFor(source: RecipeSource, original: FileRef, picture: EditorPicture): JobGraph[] {
    const { recipe, values, infos, seedField } = this.form;
    if (!recipe) {
      return [];
    }
    const { denoiseMask, compositeMask, areaMode, workingSide } = this.choices.now;
    const box = { mode: areaMode, workingSide };
    const { area, working } = this.area.forRecipe();
    const extend = this.#extension;
    const input = recipeInput(source, picture, {
      extend,
      ...(recipe.supports.area ? { area } : {}),
      ...(recipe.supports.working ? { working } : {}),
      ...(recipe.supports.denoiseMask ? { denoiseMask } : {}),
      ...(recipe.supports.compositeMask ? { compositeMask } : {}),
    });
    const variants = seedField
      ? batchSeeds(values[seedField.key] as number | bigint, this.choices.now.count, seedField.max).map(
          (seed) => ({ ...values, [seedField.key]: seed }),
        )
      : [values];
    return variants.map((variant) => ({
      graph: recipe.build(input, variant, infos),
      pngInfo: {
        darkroom: writeRecord(recordFor(recipe.id, input, variant, { parent: original, box })),
      },
    }));
  }

  /** What is to be added to the picture; null for nothing, or where the recipe cannot. */
  get #extension(): Extension | null {
    return this.form.recipe?.supports.extend ? this.outpaint.extension : null;
  }

  /** Shows a result in place of the original, or none. */
  show(key: string | null): void {
    this.staging.show(key);
  }

  /** Puts a result's pixels below the mask, as far as they have its size, or with null the original's. */
  showBelow(item: GalleryItem | null): void {
    this.#pixels.want(item && this.#comfy.client.viewUrl(item.output.ref));
  }

  /** Goes on with a result: it becomes the picture to work on, and remembers what it was made from. */
  async accept(ref: FileRef): Promise<void> {
    const parent = this.#ref;
    if (!parent || this.session.status !== 'ready') {
      return;
    }
    const mask = this.session.isEmpty ? null : await this.session.exportMask();
    this.#lineage.add({ child: ref, parent });
    const opened = this.open(ref);
    goTo(routes.edit(ref));
    await opened;
    if (mask && this.#ref && fileRefKey(this.#ref) === fileRefKey(ref)) {
      this.#lastMask = mask;
      if (this.choices.now.keepMask) {
        await this.restoreMask();
      }
    }
  }

  /**
   * Takes a result only where the mask is: the server merges it with the original, and what comes of it
   * becomes the picture to work on. Resolves with the accepted file, or null when it did not come to that.
   * @throws ComfyError when the server did not take the job.
   */
  async acceptInMask(item: GalleryItem): Promise<FileRef | null> {
    const original = this.#ref;
    const { picture } = this.session;
    if (!original || !picture || this.session.isEmpty || !(await this.canMerge(item))) {
      return null;
    }
    const [id] = await this.run.queue(
      picture,
      (source) => {
        const record = recordFor(MERGE, recipeInput(source, picture), {}, { parent: original });
        const graph = mergeGraph(source, item.output.ref);
        return [{ graph, pngInfo: { darkroom: writeRecord(record) } }];
      },
      { front: true },
    );
    const job = id === undefined ? null : await jobEnded(this.#comfy.jobs, id);
    const made = job?.outputs[0]?.ref ?? null;
    if (made && this.#ref && fileRefKey(this.#ref) === fileRefKey(original)) {
      await this.accept(made);
      return made;
    }
    return null;
  }

  /** Whether a result has the picture's size, so that it can be merged with it. */
  async canMerge(item: GalleryItem): Promise<boolean> {
    return (await extensionOf(this.#comfy.jobs, item.job.id)) === null;
  }

  /** Undoes an acceptance: back to the picture this one was made from, with the mask it had. */
  async back(): Promise<void> {
    const parent = this.#parent;
    if (parent) {
      const opened = this.open(parent);
      goTo(routes.edit(parent));
      await opened;
    }
  }

  /** Brings the mask of the picture before onto this one, as one step that can be undone. */
  async restoreMask(): Promise<void> {
    const mask = this.canRestoreMask ? this.#lastMask : null;
    if (mask) {
      await this.session.loadMask(new Uint8Array(await mask.blob.arrayBuffer()));
      this.#lastMask = null;
    }
  }

  /**
   * Opens what this picture was made from, with mask, area and form as they were then. A mask that is another
   * than the draft's comes as one step that can be undone. Resolves with false when the picture could not be opened.
   * @throws ComfyError or EditorError when the mask is not there any more.
   */
  async editAgain(): Promise<boolean> {
    const origin = this.#origin;
    if (!origin) {
      return false;
    }
    const opened = this.open(origin.parent);
    replaceRoute(routes.edit(origin.parent));
    await opened;
    if (this.#openFailure !== null || this.session.status !== 'ready') {
      return false;
    }
    this.form.restore(origin.recipe, origin.values);
    this.choices.restore(origin);
    this.outpaint.restore(origin.extend);
    if (this.area.mode === 'hand' && origin.area) {
      this.area.place(origin.area);
    }
    await this.#loadOnce(origin.mask);
    return true;
  }

  /**
   * Loads a mask of the server, unless the one on screen is the same: that one has its history and its
   * modifiers. Files of masks have their hash in the name.
   */
  async #loadOnce(ref: FileRef): Promise<void> {
    const { hash, empty } = await this.session.exportMask();
    if (empty || !ref.filename.includes(hash)) {
      const mask = await this.#comfy.client.view(ref, { channel: 'a' });
      await this.session.loadMask(new Uint8Array(await mask.arrayBuffer()));
    }
  }

  async #findOrigin(ref: FileRef): Promise<void> {
    const origin = await readOrigin(this.#comfy, ref);
    if (this.#ref && fileRefKey(this.#ref) === fileRefKey(ref)) {
      this.#origin = origin;
    }
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
