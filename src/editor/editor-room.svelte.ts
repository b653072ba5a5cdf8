import { type FileRef, fileRefKey, type ViewOptions } from '../comfy/file-ref';
import { serverPictures } from '../comfy/picture-source';
import type { ComfyContext } from '../jobs/context';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { followSavedForms } from '../workflows/follow-saved-forms';
import { promptBook } from '../workflows/prompt-view/prompt-book.svelte';
import { savedForms } from '../workflows/saved-forms';
import { MaskErrands } from './errand/mask-errands.svelte';
import { AreaPlan } from './generate/area/area-plan.svelte';
import { EditorSession } from './session/editor-session.svelte';
import { ServerFinder } from './smart/server-finder';
import { MaskUploader } from './upload/mask-upload';
import { openPicture } from './picture/open-picture';
import { OutpaintPlan } from './generate/outpaint/outpaint-plan.svelte';
import { PictureSetup } from './generate/picture-setup.svelte';
import { formDocuments, RecipeForm } from './generate/recipe-form.svelte';
import { Acceptance } from './results/acceptance.svelte';
import { EditAgain } from './results/edit-again.svelte';
import { DraftExtra } from './generate/draft-extra.svelte';
import { Generation } from './generate/generation.svelte';
import { InpaintChoices } from './generate/inpaint-choices.svelte';
import { StagePixels } from './results/stage-pixels';
import { StagingRun } from './generate/staging-run.svelte';
import { HandAtWork } from './results/live/hand-at-work.svelte';
import { JobAreas } from './results/live/job-areas.svelte';
import { Staging } from './results/staging.svelte';
import { exposeSession } from './session/test-hook';

/**
 * The editor as a room: opens pictures, and owns the parts that mask them, generate from them and continue
 * with the results. Lives as long as the page, so that a visit to the gallery costs nothing.
 */
export class EditorRoom {
  readonly session = new EditorSession();
  readonly setup: PictureSetup;
  readonly form: RecipeForm;
  readonly choices = new InpaintChoices();
  readonly outpaint: OutpaintPlan;
  readonly area: AreaPlan;
  readonly staging: Staging;
  /** Whether somebody is painting, pauses between strokes included. */
  readonly hand = new HandAtWork();
  /** Which part of the picture each job repaints. */
  readonly jobAreas: JobAreas;
  readonly run: StagingRun;
  readonly generation: Generation;
  readonly accepting: Acceptance;
  readonly again: EditAgain;
  readonly errands: MaskErrands;
  readonly #comfy: ComfyContext;
  readonly #pixels: StagePixels;
  readonly #extra: DraftExtra;
  #ref = $state.raw<FileRef | null>(null);
  #opening = $state(false);
  #fresh = $state(false);
  #openFailure = $state.raw<unknown>(null);
  #opener: AbortController | null = null;
  #opened: Promise<boolean> = Promise.resolve(false);

  constructor(comfy: ComfyContext) {
    this.#comfy = comfy;
    const uploader = new MaskUploader(
      comfy.client,
      (png) => this.session.hashOf(png),
      (file) => this.session.readAlpha(file),
    );
    this.setup = new PictureSetup(comfy);
    this.form = new RecipeForm(formDocuments(comfy.client), this.setup);
    void this.form.load();
    followSavedForms(savedForms(comfy.client));
    this.session.smart.connect(
      new ServerFinder({ client: comfy.client, jobs: comfy.jobs, infos: () => this.form.infos }),
    );
    this.outpaint = new OutpaintPlan(this.session, this.choices);
    this.area = new AreaPlan(this.session, this.choices, this.outpaint);
    this.#extra = new DraftExtra(this.session.drafts, this.area, this.outpaint, this.form);
    this.staging = new Staging(comfy.jobs, () => this.#ref);
    this.jobAreas = new JobAreas(comfy.jobs);
    this.run = new StagingRun(this.session, uploader, comfy.jobs);
    const { session, setup, form, choices, outpaint, area, run } = this;
    const original = (): FileRef | null => (this.#opening ? null : this.#ref);
    this.generation = new Generation({
      ...{ session, setup, form, choices, outpaint, area, run, original },
      book: promptBook(comfy.client),
      begun: () => this.watch(),
    });
    this.#pixels = new StagePixels(this.session);
    this.accepting = new Acceptance(this, comfy);
    this.again = new EditAgain(this, comfy);
    this.errands = new MaskErrands(this);
  }

  /** The picture being masked: the untouched original that every mask is combined with. */
  get ref(): FileRef | null {
    return this.#ref;
  }

  get opening(): boolean {
    return this.#opening;
  }

  /** The open picture was made from nothing, and awaits its first colours. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /**
   * Begins with a picture that was just made from nothing: all of it is masked, as there is nothing to keep. The mask
   * is not shown, so that it does not cover the colours to be painted.
   */
  beginFresh(): void {
    const { tool, edits, view } = this.session;
    this.#fresh = true;
    tool.choose('paint');
    edits.selectAll();
    view.setMode('image');
  }

  #endFresh(): void {
    if (this.#fresh) {
      this.#fresh = false;
      this.session.view.setMode('overlay');
    }
  }

  /** Why the picture could not be opened. */
  get openFailure(): unknown {
    return this.#openFailure;
  }

  /**
   * Opens a picture of the server and restores its draft. Resolves with whether it is open then: it may have
   * failed, see `openFailure`, or another may have been asked for meanwhile. After a failure, no picture is
   * open.
   * @param keepView keep zoom, position and rotation if the picture has the same size as the previous one.
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
    this.#endFresh();
    this.hand.settle();
    this.accepting.reset();
    this.again.reset();
    this.run.reset();
    this.#extra.pause();
    this.area.reset();
    this.outpaint.reset();
    this.#pixels.reset();
    this.staging.show(null);
    // Who goes on with a result goes on with what made it.
    if (!options.keepView) {
      this.setup.reset();
      this.form.startOver();
    }
    void this.setup.find(ref);
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
      // Nobody waits for this picture any more, so nobody needs to know that it failed.
      if (!opener.signal.aborted && this.#opener === opener) {
        // The previous picture is no longer shown, so it must not be painted on either.
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

  /** Closes the picture; its draft stays in this browser. */
  close(): void {
    this.#opener?.abort();
    this.#opener = null;
    this.#opening = false;
    this.#ref = null;
    this.#openFailure = null;
    this.#endFresh();
    this.errands.drop();
    this.run.reset();
    this.#extra.pause();
    this.session.close();
  }

  /** Switches to another draft of the picture, with the area placed in it. False when it is gone. */
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

  /** How pictures are asked for so that a result and its original are shown alike, with transparency or not. */
  get shownWith(): ViewOptions {
    return this.session.picture?.clear && !this.session.view.transparency ? { channel: 'rgb' } : {};
  }

  /** Turns the stage to the work that was just asked for: no earlier result covers it. */
  watch(): void {
    this.hand.settle();
    this.staging.show(null);
  }

  /**
   * Puts a result's pixels below the mask, if they have its size; with null the original's, with transparency
   * where that is shown. Reactive: call again when that changes.
   */
  showBelow(item: GalleryItem | null): void {
    const clear = this.session.view.transparency ? this.session.picture?.clear : undefined;
    const result = item && serverPictures(this.#comfy.client).url(item.output.ref, this.shownWith);
    this.#pixels.want(result ?? clear ?? null);
  }
}

let room: EditorRoom | undefined;

/** The page's editor, created at the first visit. */
export function editorRoom(comfy: ComfyContext): EditorRoom {
  if (!room) {
    room = madeForGood(() => new EditorRoom(comfy));
    exposeSession(room.session);
  }
  return room;
}

/**
 * Creates something that outlives the component asking first: its derived values would go stale with that
 * component.
 */
function madeForGood<T>(make: () => T): T {
  const made: T[] = [];
  $effect.root(() => {
    made.push(make());
  });
  return made[0] as T;
}
