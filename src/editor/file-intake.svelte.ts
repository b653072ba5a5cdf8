import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import { goTo, routes } from '../ui/routes';
import { complain } from '../ui/toasts.svelte';
import type { EditorRoom } from './editor-room.svelte';

/** Pictures from outside: chosen, dropped or pasted files go to the server and open in the editor. */
export class FileIntake {
  readonly #room: EditorRoom;
  #over = $state(false);
  #busy = $state(false);

  constructor(room: EditorRoom) {
    this.#room = room;
  }

  /** Whether a file hovers over the drop area. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether a file is on its way to the server. */
  get busy(): boolean {
    return this.#busy;
  }

  dragOver(event: DragEvent): void {
    if (event.dataTransfer?.types.includes('Files')) {
      event.preventDefault();
      this.#over = true;
    }
  }

  dragLeave(): void {
    this.#over = false;
  }

  drop(event: DragEvent): void {
    event.preventDefault();
    this.#over = false;
    this.take(event.dataTransfer?.files ?? null);
  }

  paste(event: ClipboardEvent): void {
    this.take(event.clipboardData?.files ?? null);
  }

  /** Takes the first file of a list. */
  take(files: FileList | null): void {
    const file = files?.[0];
    if (file && !file.type.startsWith('image/')) {
      complain(t('editor.start.notPicture', { name: file.name }));
    } else if (file) {
      void this.#import(file);
    }
  }

  async #import(file: File): Promise<void> {
    this.#busy = true;
    try {
      goTo(routes.edit(await this.#room.importFile(file)));
    } catch (error) {
      complain(describeError(error), { label: t('common.retry'), run: () => void this.#import(file) });
    } finally {
      this.#busy = false;
    }
  }
}
