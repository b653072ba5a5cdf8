import * as v from 'valibot';

import type { ComfyAddress } from '../comfy-url';

const PATIENCE_MS = 5_000;
/** For how long an answer is good enough, ms. */
const KNOWN_MS = 5_000;

/** `GET /prompt` (server.py, `get_prompt`). */
const promptSchema = v.object({ exec_info: v.object({ queue_remaining: v.number() }) });

/** Whether ComfyUI has nothing to do; where it does not answer, it has not. Asked now and then. */
export class ComfyRest {
  readonly #comfy: ComfyAddress;
  #rests = true;
  #askedAt = -Infinity;

  constructor(comfy: ComfyAddress) {
    this.#comfy = comfy;
  }

  async rests(): Promise<boolean> {
    if (performance.now() - this.#askedAt > KNOWN_MS) {
      this.#askedAt = performance.now();
      this.#rests = await this.#ask();
    }
    return this.#rests;
  }

  async #ask(): Promise<boolean> {
    const { shown, authorization } = this.#comfy;
    try {
      const response = await fetch(`${shown}/prompt`, {
        headers: authorization === undefined ? {} : { Authorization: authorization },
        signal: AbortSignal.timeout(PATIENCE_MS),
        redirect: 'error',
      });
      const prompt = v.safeParse(promptSchema, await response.json());
      return !prompt.success || prompt.output.exec_info.queue_remaining === 0;
    } catch {
      return true;
    }
  }
}
