import { ComfyError, isAbort } from '../comfy/errors';
import { type FileRef, fileRefKey } from '../comfy/file-ref';
import type { ComfyContext } from '../jobs/context';
import { isActive, type JobRecord } from '../jobs/job';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { UserDocument } from '../jobs/user-document';
import { recipeInput } from '../workflows/recipe';
import { EditorSession } from './editor-session.svelte';
import { MaskUploader, type UploadStep } from './mask-upload';
import { openPicture } from './open-picture';
import { RecipeForm } from './recipe-form.svelte';

/** What the Generate button is busy with. */
export type GenerateStep = 'idle' | 'exporting' | UploadStep | 'queueing';

/**
 * The editor between the painting session, the recipe and the jobs: opens pictures, brings the mask to
 * the server, queues, and finds the results again. Lives as long as the page, so that a visit to the
 * gallery costs nothing.
 */
export class EditorRoom {
  readonly session = new EditorSession();
  readonly form: RecipeForm;
  readonly #comfy: ComfyContext;
  readonly #uploader: MaskUploader;
  #ref = $state.raw<FileRef | null>(null);
  #opening = $state(false);
  #step = $state<GenerateStep>('idle');
  #failure = $state.raw<unknown>(null);
  #openFailure = $state.raw<unknown>(null);
  #shown = $state<string | null>(null);
  #uploadedRev = $state<number | null>(null);
  #opener: AbortController | null = null;

  /** Jobs that are making something from the present picture. */
  readonly #active = $derived.by(() =>
    [...this.#comfy.jobs.running, ...this.#comfy.jobs.pending].filter((job) => this.#isOurs(job)),
  );
  /** Finished results of the present picture, oldest first: they line up as they come. */
  readonly #results = $derived.by(() =>
    this.#comfy.jobs.items.filter(({ job }) => this.#isOurs(job)).toReversed(),
  );

  constructor(comfy: ComfyContext) {
    this.#comfy = comfy;
    this.#uploader = new MaskUploader(comfy.client, (png) => this.session.hashOf(png));
    this.form = new RecipeForm(new UserDocument(comfy.client, 'darkroom/recipes.json'));
    void this.form.load();
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

  get step(): GenerateStep {
    return this.#step;
  }

  /** Why the last generation did not start; the mask is untouched. */
  get failure(): unknown {
    return this.#failure;
  }

  get active(): JobRecord[] {
    return this.#active;
  }

  get results(): GalleryItem[] {
    return this.#results;
  }

  /** The result shown beside the original. */
  get shown(): GalleryItem | null {
    return this.#results.find(({ key }) => key === this.#shown) ?? null;
  }

  /** Whether the mask on the server is the mask on the screen, read back and compared. */
  get maskOnServer(): boolean {
    return this.#uploadedRev !== null && this.#uploadedRev === this.session.rev;
  }

  /** Opens a picture of the server; the mask draft of last time comes back with it. */
  async open(ref: FileRef): Promise<void> {
    if (this.#ref && fileRefKey(this.#ref) === fileRefKey(ref) && this.session.status === 'ready') {
      return;
    }
    this.#opener?.abort();
    const opener = new AbortController();
    this.#opener = opener;
    this.#ref = ref;
    this.#opening = true;
    this.#openFailure = null;
    this.#failure = null;
    this.#shown = null;
    this.#uploadedRev = null;
    try {
      const picture = await openPicture(this.#comfy.client, ref, opener.signal);
      opener.signal.throwIfAborted();
      await this.session.open(picture);
      this.#ref = picture.ref;
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
    this.#failure = null;
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

  /** Brings the mask to the server and queues the recipe. What fails leaves the mask as it is. */
  async generate(options: { front?: boolean } = {}): Promise<void> {
    const { recipe } = this.form;
    const original = this.#ref;
    const picture = this.session.picture;
    if (!recipe || !original || !picture || this.#step !== 'idle') {
      return;
    }
    this.#failure = null;
    try {
      this.#step = 'exporting';
      const mask = await this.session.exportMask();
      const masked = await this.#uploader.upload(mask, original, { onStep: (step) => (this.#step = step) });
      this.#uploadedRev = mask.rev;
      this.#step = 'queueing';
      const input = recipeInput({ kind: 'masked', ref: masked }, picture);
      const graph = recipe.build(input, this.form.values, this.form.infos);
      const darkroom = { recipe: recipe.id, parent: { ...original }, mask: { ...masked } };
      await this.#comfy.jobs.submit({ graph, pngInfo: { darkroom } }, options);
      this.form.advanceSeed();
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#step = 'idle';
    }
  }

  /** Shows a result beside the original, or none. */
  show(key: string | null): void {
    this.#shown = key;
  }

  /** Whether the failure is the server's refusal to combine mask and picture (API reference 2.2: 500). */
  get maskRefused(): boolean {
    return (
      this.#failure instanceof ComfyError &&
      this.#failure.path === '/upload/mask' &&
      this.#failure.kind === 'http'
    );
  }

  #isOurs(job: JobRecord): boolean {
    const parent = job.darkroom?.parent;
    return (
      this.#ref !== null &&
      parent != null &&
      fileRefKey(parent) === fileRefKey(this.#ref) &&
      (isActive(job.state) || job.outputs.length > 0)
    );
  }
}

let room: EditorRoom | null = null;

/** The page's editor, made at the first visit. */
export function editorRoom(comfy: ComfyContext): EditorRoom {
  room ??= new EditorRoom(comfy);
  return room;
}
