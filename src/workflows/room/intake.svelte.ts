/** Who takes what is brought. */
export interface IntakeTakers {
  file: (file: File) => void;
  text: (text: string) => void;
}

/**
 * Workflows from outside: files dropped anywhere, and files or text pasted. What something further down has
 * taken already, such as a picture for an input, is left alone, as is text pasted into a field.
 */
export class Intake {
  readonly #takers: IntakeTakers;
  #over = $state(false);

  constructor(takers: IntakeTakers) {
    this.#takers = takers;
  }

  /** Whether a file hovers over the page. */
  get over(): boolean {
    return this.#over;
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

  drop(event: DragEvent): void {
    this.#over = false;
    if (!event.defaultPrevented && carriesFiles(event)) {
      event.preventDefault();
      this.#takeFirst(event.dataTransfer?.files);
    }
  }

  paste(event: ClipboardEvent): void {
    const target = event.target;
    const isField =
      target instanceof Element &&
      target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]') !== null;
    if (event.defaultPrevented || isField) {
      return;
    }
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() !== '') {
      event.preventDefault();
      this.#takers.text(text);
    } else {
      this.#takeFirst(event.clipboardData?.files);
    }
  }

  #takeFirst(files: FileList | undefined): void {
    const file = files?.[0];
    if (file) {
      this.#takers.file(file);
    }
  }
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}
