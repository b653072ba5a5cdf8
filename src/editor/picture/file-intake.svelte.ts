import type { FileRef } from '../../comfy/file-ref';
import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import { goTo, routes } from '../../ui/routes';
import { complain } from '../../ui/toasts.svelte';

/**
 * Pictures from outside: chosen, dropped or pasted files go to the server and open in the editor. Events
 * already handled further down are left alone.
 */
export class FileIntake {
  readonly #store: (file: File) => Promise<FileRef>;
  #over = $state(false);
  #busy = $state(false);

  /** @param store brings a file to the server; see `importFile`. */
  constructor(store: (file: File) => Promise<FileRef>) {
    this.#store = store;
  }

  /** Whether a file hovers over the page. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether a file is on its way to the server. */
  get busy(): boolean {
    return this.#busy;
  }

  dragOver(event: DragEvent): void {
    this.#over = !event.defaultPrevented && carriesFiles(event);
    if (this.#over) {
      event.preventDefault();
    }
  }

  /** Moving between elements of the page has a next element; leaving the page has none. */
  dragLeave(event: DragEvent): void {
    if (event.relatedTarget === null) {
      this.#over = false;
    }
  }

  /** Text dragged into a field is not ours; a file nobody takes would replace the whole page. */
  drop(event: DragEvent): void {
    this.#over = false;
    if (!event.defaultPrevented && carriesFiles(event)) {
      event.preventDefault();
      this.take(event.dataTransfer?.files ?? null);
    }
  }

  /** A paste with text was copied from a document, and belongs to the focused field. */
  paste(event: ClipboardEvent): void {
    const words = event.clipboardData?.types.includes('text/plain') === true;
    if (!event.defaultPrevented && !words) {
      this.take(event.clipboardData?.files ?? null);
    }
  }

  /** Takes the first file of a list. */
  take(files: FileList | null): void {
    const file = files?.[0];
    // Systems do not know the type of every picture: such files are examined when they are opened.
    if (file && file.type !== '' && !file.type.startsWith('image/')) {
      complain(t('shell.drop.notPicture', { name: file.name }));
    } else if (file) {
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

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}
