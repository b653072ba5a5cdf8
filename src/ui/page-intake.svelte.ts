/**
 * Files dragged onto the page from outside. What something further down has taken already, such as a picture for an
 * input, is left alone.
 */
export abstract class PageIntake {
  #over = $state(false);

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

  /** Text dragged into a field is not ours; a file nobody takes would replace the whole page. */
  drop(event: DragEvent): void {
    this.#over = false;
    if (!event.defaultPrevented && carriesFiles(event)) {
      event.preventDefault();
      this.take(event.dataTransfer?.files);
    }
  }

  /** Takes the first file of a list. */
  abstract take(files: FileList | null | undefined): void;
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}
