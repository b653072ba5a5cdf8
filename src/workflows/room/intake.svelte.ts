import { PageIntake } from '../../ui/page-intake.svelte';

/** Who takes what is brought. */
export interface IntakeTakers {
  file: (file: File) => void;
  text: (text: string) => void;
}

/**
 * Workflows from outside: files dropped anywhere, and files or text pasted. What something further down has
 * taken already, such as a picture for an input, is left alone, as is text pasted into a field.
 */
export class Intake extends PageIntake {
  readonly #takers: IntakeTakers;

  constructor(takers: IntakeTakers) {
    super();
    this.#takers = takers;
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
      this.take(event.clipboardData?.files);
    }
  }

  override take(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (file) {
      this.#takers.file(file);
    }
  }
}
