import type { RemoteOptions } from '../../../comfy/object-info';
import { describeError } from '../../../i18n/describe-error';
import { report } from '../../../base/report';
import type { FormPorts } from '../form-ports';

/** The choices of a list that the server keeps apart from its node classes. */
export class RemoteList {
  readonly #remote: RemoteOptions;
  readonly #ports: FormPorts;
  #options = $state.raw<readonly string[]>([]);
  #failure = $state.raw<string | null>(null);

  constructor(remote: RemoteOptions, ports: FormPorts) {
    this.#remote = remote;
    this.#ports = ports;
  }

  get options(): readonly string[] {
    return this.#options;
  }

  /** Why there are none, in words. */
  get failure(): string | null {
    return this.#failure;
  }

  async load(): Promise<void> {
    try {
      this.#options = (await this.#ports.loadOptions?.(this.#remote)) ?? [];
      this.#failure = null;
    } catch (error) {
      report(error, 'form.remote-list');
      this.#failure = describeError(error);
    }
  }

  /** Asks again; returns what the class wants chosen after that, `null` when it leaves the choice alone. */
  async refresh(): Promise<string | null> {
    await this.load();
    const { chooses } = this.#remote;
    return chooses === null ? null : (this.#options.at(chooses === 'first' ? 0 : -1) ?? null);
  }
}
