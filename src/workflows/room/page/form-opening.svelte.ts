import { report } from '../../../base/report';
import { describeError } from '../../../i18n/describe-error';
import type { OpenForm } from '../open-form.svelte';

export type OpeningState =
  | { status: 'loading' }
  | {
      status: 'failed';
      title: string;
      reasons: readonly string[];
      /** Whether another try may help. */
      again: boolean;
    }
  | { status: 'ready'; form: OpenForm };

/** What an attempt to open a workflow comes to. */
export type Attempt =
  { ok: true; form: OpenForm } | { ok: false; title: string; reasons: readonly string[]; again: boolean };

/** A workflow on its way to being a form: tried again when it did not open, and opened once. */
export class FormOpening {
  readonly #open: () => Promise<Attempt>;
  #state = $state.raw<OpeningState>({ status: 'loading' });
  #attempts = 0;

  /** @param open whatever it throws counts as a server that may answer later. */
  constructor(open: () => Promise<Attempt>) {
    this.#open = open;
  }

  get state(): OpeningState {
    return this.#state;
  }

  /** To be called at first, and whenever the server comes or goes. */
  async serverChanged(answers: boolean): Promise<void> {
    const { status } = this.#state;
    if (status === 'loading' || (answers && status === 'failed' && this.#state.again)) {
      await this.load();
    }
  }

  /** Tries to open it. What an earlier attempt finds afterwards counts no more: two forms must not share a page. */
  async load(): Promise<void> {
    this.#attempts += 1;
    const attempt = this.#attempts;
    const state = await this.#try();
    if (attempt === this.#attempts && this.#state.status !== 'ready') {
      this.#state = state;
    }
  }

  async #try(): Promise<OpeningState> {
    try {
      const result = await this.#open();
      return result.ok
        ? { status: 'ready', form: result.form }
        : { status: 'failed', title: result.title, reasons: result.reasons, again: result.again };
    } catch (error) {
      report(error, 'workflows.open');
      return { status: 'failed', title: '', reasons: [describeError(error)], again: true };
    }
  }
}
