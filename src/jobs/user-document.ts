import type { ComfyClient } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import type { ExactJson } from '../comfy/exact-json';

const SAVE_DELAY = 1000;

/**
 * A small document kept on the server, the same on every device (`/userdata`, API reference 2.4). The last
 * writer wins. Servers without user data are left alone after the first refusal: whoever uses this keeps a
 * copy in the browser as well.
 */
export class UserDocument {
  readonly #client: Pick<ComfyClient, 'readUserdata' | 'writeUserdata'>;
  readonly #path: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refused = false;

  /** @param path below the user's folder, such as `darkroom/recipes.json`. */
  constructor(client: Pick<ComfyClient, 'readUserdata' | 'writeUserdata'>, path: string) {
    this.#client = client;
    this.#path = path;
  }

  /** The stored document; `null` when there is none or the server cannot say. */
  async load(): Promise<ExactJson | null> {
    try {
      return await this.#client.readUserdata(this.#path);
    } catch {
      return null;
    }
  }

  /** Stores the document a moment later; of several calls in a row only the last is sent. */
  save(document: ExactJson): void {
    clearTimeout(this.#timer);
    if (!this.#refused) {
      this.#timer = setTimeout(() => {
        this.#client.writeUserdata(this.#path, document).catch((error: unknown) => {
          // A server that is away, or only stumbled, is asked again with the next change.
          this.#refused = error instanceof ComfyError && (error.status === 404 || error.status === 405);
        });
      }, SAVE_DELAY);
    }
  }
}
