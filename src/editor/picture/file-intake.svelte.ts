import type { FileRef } from '../../comfy/file-ref';
import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import { PageIntake } from '../../ui/page-intake.svelte';
import { goTo, routes } from '../../ui/routes';
import { complain } from '../../ui/toasts.svelte';

/**
 * Pictures from outside: chosen, dropped or pasted files go to the server and open in the editor. Events
 * already handled further down are left alone.
 */
export class FileIntake extends PageIntake {
  readonly #store: (file: File) => Promise<FileRef>;
  readonly #keep: (file: File) => boolean;
  #busy = $state(false);

  /**
   * @param store brings a file to the server; see `importFile`.
   * @param keep takes a picture for something else than opening it, if it wants it.
   */
  constructor(store: (file: File) => Promise<FileRef>, keep: (file: File) => boolean = () => false) {
    super();
    this.#keep = keep;
    this.#store = store;
  }

  /** Whether a file is on its way to the server. */
  get busy(): boolean {
    return this.#busy;
  }

  /** A paste with text was copied from a document, and belongs to the focused field. */
  paste(event: ClipboardEvent): void {
    const words = event.clipboardData?.types.includes('text/plain') === true;
    if (!event.defaultPrevented && !words) {
      this.take(event.clipboardData?.files ?? null);
    }
  }

  override take(files: FileList | null | undefined): void {
    const file = files?.[0];
    // Systems do not know the type of every picture: such files are examined when they are opened.
    if (file && file.type !== '' && !file.type.startsWith('image/')) {
      complain(t('shell.drop.notPicture', { name: file.name }));
    } else if (file && !this.#keep(file)) {
      void this.#import(file);
    }
  }

  async #import(file: File): Promise<void> {
    this.#busy = true;
    try {
      goTo(routes.edit(await this.#store(file)));
    } catch (error) {
      complain(describeError(error), { label: t('common.retry'), run: () => void this.#import(file) });
    } finally {
      this.#busy = false;
    }
  }
}
