import { type Completion, completionAt, type CompletionSources, type Suggestion } from '../prompt/complete';
import { editText } from './text-field';

/** Keys that take the caret away from what was being typed. */
const LEAVING = /^(Arrow(Left|Right)|Home|End|Page(Up|Down))$/;

/** Suggestions while a prompt is typed: which there are, which one is chosen, and what keys do with them. */
export class Completer {
  readonly #sources: () => CompletionSources;
  #found = $state.raw<Completion | null>(null);
  #active = $state(-1);

  constructor(sources: () => CompletionSources) {
    this.#sources = sources;
  }

  /** What is suggested; `null` while nothing is. */
  get found(): Completion | null {
    return this.#found;
  }

  /** Index of the chosen suggestion; -1 for none. */
  get active(): number {
    return this.#active;
  }

  /** Something was typed. */
  typed(field: HTMLTextAreaElement): void {
    const { selectionStart, selectionEnd, value } = field;
    this.#found =
      selectionStart === selectionEnd ? completionAt(value, selectionStart, this.#sources()) : null;
    // A phrase that happens to fit must not turn Enter into something else.
    this.#active = this.#found?.asked ? 0 : -1;
  }

  close(): void {
    this.#found = null;
    this.#active = -1;
  }

  /** A key went down in the field. @returns whether it was meant for the suggestions. */
  keydown(field: HTMLTextAreaElement, event: KeyboardEvent): boolean {
    const found = this.#found;
    if (!found || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return false;
    }
    const { length } = found.suggestions;
    const chosen = found.suggestions[this.#active];
    if (event.key === 'ArrowDown') {
      this.#active = (this.#active + 1) % length;
    } else if (event.key === 'ArrowUp') {
      this.#active = (Math.max(this.#active, 0) + length - 1) % length;
    } else if (event.key === 'Escape') {
      this.close();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) {
      this.take(field, chosen);
    } else {
      if (LEAVING.test(event.key)) {
        this.close();
      }
      return false;
    }
    return true;
  }

  /** Puts a suggestion into the text. */
  take(field: HTMLTextAreaElement, { insert }: Suggestion): void {
    const found = this.#found;
    if (found) {
      const { start, end } = found;
      editText(field, { start, end, insert });
    }
    this.close();
  }
}
