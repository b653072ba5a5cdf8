import type { EditorError, EditorErrorCode } from '../model/editor-types';
import { asEditorError } from './as-editor-error';

/** Slow work on the open picture: whether any is under way, and why the last one failed. */
export class Work {
  readonly #turn: () => number;
  #count = $state(0);
  #trouble = $state.raw<EditorError | null>(null);

  /**
   * @param turn changes whenever another picture is opened: failures of work for an earlier one are dropped.
   */
  constructor(turn: () => number) {
    this.#turn = turn;
  }

  /** A fill, a selection or a filter is under way. */
  get busy(): boolean {
    return this.#count > 0;
  }

  /** Why the last work failed; null once dismissed, or if it did not fail. */
  get trouble(): EditorError | null {
    return this.#trouble;
  }

  dismiss(): void {
    this.#trouble = null;
  }

  fail(error: unknown, code: EditorErrorCode): void {
    this.#trouble = asEditorError(error, code);
  }

  /** Counts as busy until the work settles; a failure becomes `trouble`. */
  wait(work: Promise<void>): void {
    this.#count++;
    const turn = this.#turn();
    void work
      .catch((error: unknown) => {
        if (turn === this.#turn()) {
          this.fail(error, 'work-failed');
        }
      })
      .finally(() => {
        this.#count--;
      });
  }
}
