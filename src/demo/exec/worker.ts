import type { DemoFaults } from '../faults';
import type { PromptQueue } from '../queue/prompt-queue';
import type { SocketHub } from '../ws/hub';
import type { Executor } from './executor';

/** Takes prompts from the queue one at a time, as ComfyUI's worker thread does. */
export class Worker {
  readonly #queue: PromptQueue;
  readonly #executor: Executor;
  readonly #hub: SocketHub;
  readonly #faults: DemoFaults;
  readonly #runs: string[];
  readonly #done: Promise<void>;
  #stopping = false;
  #dead = false;
  #freeMemory = false;

  /** @param runs is given the id of each prompt that begins. */
  constructor(queue: PromptQueue, executor: Executor, hub: SocketHub, faults: DemoFaults, runs: string[]) {
    this.#queue = queue;
    this.#executor = executor;
    this.#hub = hub;
    this.#faults = faults;
    this.#runs = runs;
    this.#done = this.#loop();
  }

  /** Whether it died during a prompt, which then appears to run for ever. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Forgets cached results when it next wakes up (API notes §2.1, POST /free). */
  freeMemory(): void {
    this.#freeMemory = true;
    this.#queue.wakeUp();
  }

  /** Interrupts the running prompt and resolves when it has stopped. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#executor.close();
    this.#queue.wakeUp();
    await this.#done;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping && !this.#dead) {
      await this.#queue.waitForWork();
      if (!this.#stopping) {
        await this.#runNext();
        this.#meetFlags();
      }
    }
  }

  async #runNext(): Promise<void> {
    const item = this.#queue.take();
    if (!item) {
      return;
    }
    this.#runs.push(item.promptId);
    if (this.#faults.deadWorker) {
      this.#dead = true;
      return;
    }
    try {
      const { outputs, meta, status } = await this.#executor.run(item);
      const timed = this.#executor.setup.scope.era.timedHistory;
      this.#queue.finish(timed ? { outputs, status, meta } : { outputs, status });
    } catch {
      this.#dead = true;
      return;
    }
    const owner = this.#executor.clientId;
    if (owner !== null) {
      this.#hub.send('executing', { node: null, prompt_id: item.promptId }, owner);
    }
  }

  #meetFlags(): void {
    if (this.#freeMemory) {
      this.#freeMemory = false;
      this.#executor.cache.clear();
    }
  }
}
