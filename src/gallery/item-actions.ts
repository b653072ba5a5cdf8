import { report } from '../base/report';
import { viewRefusal } from '../comfy/file-ref';
import type { PictureSource } from '../comfy/picture-source';
import { treePlaceOf } from '../comfy/tree-ref';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import { isFinished, type JobGraph } from '../jobs/state/job';
import type { GalleryItem, JobStore } from '../jobs/job-store.svelte';
import type { ThumbStore } from '../jobs/thumbs/thumb-store.svelte';
import { copyText } from '../ui/clipboard';
import { goTo, routes } from '../ui/routes';
import { complain, say } from '../ui/toasts.svelte';
import { offerUndo } from '../ui/undoable';
import type { SeedChoice } from '../workflows/run-again';
import { organise } from './marks/organise.svelte';

/** What can be done with a picture, each telling how it went. */
export class ItemActions {
  readonly #pictures: PictureSource;
  readonly #jobs: JobStore;
  readonly #thumbs: Pick<ThumbStore, 'thumb'>;

  constructor(pictures: PictureSource, jobs: JobStore, thumbs: Pick<ThumbStore, 'thumb'>) {
    this.#pictures = pictures;
    this.#jobs = jobs;
    this.#thumbs = thumbs;
  }

  /** Whether the file can be had: it is there and still this one, its drive too, and the server serves it. */
  canDownload(item: GalleryItem): boolean {
    const { ref } = item.output;
    const isThere = !item.replaced && !this.#pictures.library?.isAway(ref) && !this.#isMissing(item);
    return isThere && (treePlaceOf(ref) !== null || viewRefusal(ref) === null);
  }

  /** Why a file that was there cannot be had; `null` when it can. Reactive. */
  whyNot(item: GalleryItem): string | null {
    return organise.parts?.note(item)?.away ?? (this.#isMissing(item) ? t('gallery.tile.missing') : null);
  }

  /** As the server said when it was asked for the picture. */
  #isMissing(item: GalleryItem): boolean {
    return this.#thumbs.thumb(item).state.status === 'missing';
  }

  /** Whether the editor takes the file. */
  canEdit(item: GalleryItem): boolean {
    return (
      this.canDownload(item) && item.output.media === 'image' && !/\.svg$/i.test(item.output.ref.filename)
    );
  }

  /** Whether the job has ended: what still runs is the queue's to cancel. Files of this device go with their folder. */
  canRemove({ job }: GalleryItem): boolean {
    return isFinished(job.state) && !job.device;
  }

  /** Opens the picture in the editor. */
  edit(item: GalleryItem): void {
    goTo(routes.edit(item.output.ref));
  }

  /** Opens the graph that made the picture as a form. */
  openAsForm(item: GalleryItem): void {
    goTo(routes.openForm(item.job.id, item.output.ref));
  }

  /** Downloads the file as it is. */
  download(item: GalleryItem): void {
    const link = document.createElement('a');
    link.href = this.downloadUrl(item);
    link.download = item.output.ref.filename;
    link.click();
  }

  /** Address of the file itself, for a download link. */
  downloadUrl(item: GalleryItem): string {
    return this.#pictures.url(item.output.ref);
  }

  /** Queues the job once more. `known` is its graph where the server has forgotten it. */
  async runAgain(item: GalleryItem, seeds: SeedChoice, known: JobGraph | null = null): Promise<void> {
    try {
      const { runAgain } = await import('../workflows/run-again');
      await runAgain(this.#jobs, item.job.id, seeds, known);
    } catch (error) {
      report(error, 'item-actions.run-again');
      complain(describeError(error));
    }
  }

  /**
   * Takes the job of a picture off the lists at once, and off the server when the undo has passed. Files
   * stay: no route of ComfyUI deletes one.
   */
  remove(item: GalleryItem): void {
    const saved = item.job.outputs.filter(({ ref }) => ref.type === 'output').length;
    const count = saved || item.job.outputs.length;
    offerUndo(this.#jobs.forget([item.job.id]), {
      done: t('gallery.action.removed', { count }),
      undo: t('common.undo'),
      retry: t('common.retry'),
      failed: describeError,
    });
  }

  /** Copies a value and says so; `what` names it. */
  async copy(text: string, what: string): Promise<void> {
    if (await copyText(text)) {
      say(t('gallery.details.copied', { what }));
    } else {
      complain(t('common.copyFailed'));
    }
  }
}
