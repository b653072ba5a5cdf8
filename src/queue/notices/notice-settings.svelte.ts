import { readObject, Stored } from '../../base/stored';

/** Which ended jobs are told of within the app. */
export const TOLD = ['off', 'failures', 'all'] as const;
export type Told = (typeof TOLD)[number];

interface Choices {
  told?: unknown;
  sound?: unknown;
  system?: unknown;
}

/** How this browser wants to hear that a job has ended. */
export class NoticeSettings {
  readonly #stored: Stored<Choices>;
  #choices = $state.raw<Choices>({});

  constructor(storage?: () => Storage) {
    this.#stored = new Stored<Choices>('darkroom.notices', { read: readObject, ...(storage && { storage }) });
    this.#choices = this.#stored.load();
  }

  get told(): Told {
    return TOLD.find((told) => told === this.#choices.told) ?? 'failures';
  }

  get sound(): boolean {
    return this.#choices.sound === true;
  }

  /** Whether the system is to tell, as far as the browser may. */
  get system(): boolean {
    return this.#choices.system === true;
  }

  set(change: { told?: Told; sound?: boolean; system?: boolean }): void {
    this.#choices = { ...this.#choices, ...change };
    this.#stored.save(this.#choices);
  }
}

export const noticeSettings = new NoticeSettings();
