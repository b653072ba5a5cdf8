import type { NodeClass, NodeScope } from './exec/node-types';
import { Executor } from './exec/executor';
import { Validator } from './exec/validation';
import type { EraTraits } from './era';
import type { DemoFaults } from './faults';
import type { Folders } from './files/folders';
import { wipeTemp } from './files/folders';
import { Worker } from './exec/worker';
import { nodeClasses } from './nodes/index';
import { PromptQueue } from './queue/prompt-queue';
import { serverFeatures } from './http/features';
import { SocketHub } from './ws/hub';

/**
 * Whether the engine keeps assets of what is in its output folder, and what becomes of a file whose asset is deleted.
 * ComfyUI 0.33.0 keeps it (API notes §2.5); a server that deletes it announces `asset_deletion_enabled`.
 */
export type DemoAssets = 'off' | 'files-kept' | 'files-deleted';

/** What an engine is built from. */
export interface StateSetup {
  folders: Folders;
  era: EraTraits;
  faults: DemoFaults;
  incognito: boolean;
  assets: DemoAssets;
  checkpoints: readonly string[];
  stepDelayMs: number;
  /** Is given the id of each prompt that begins. */
  runs: string[];
}

/** Everything a ComfyUI process holds: classes, sockets, queue, worker. Files outlive it. */
export class EngineState {
  readonly folders: Folders;
  readonly era: EraTraits;
  readonly faults: DemoFaults;
  readonly incognito: boolean;
  readonly assets: DemoAssets;
  readonly scope: NodeScope;
  readonly classes: ReadonlyMap<string, NodeClass>;
  readonly validator: Validator;
  readonly hub: SocketHub;
  readonly queue: PromptQueue;
  readonly executor: Executor;
  readonly worker: Worker;
  /** Next priority; counts up even for prompts that fail validation (API notes §2.1). */
  counter = 0;

  constructor(setup: StateSetup) {
    this.folders = setup.folders;
    this.era = setup.era;
    this.faults = setup.faults;
    this.incognito = setup.incognito;
    this.assets = setup.assets;
    this.scope = { folders: setup.folders, era: setup.era, checkpoints: setup.checkpoints };
    this.classes = nodeClasses(setup.era);
    this.validator = new Validator(this.classes, this.scope);
    this.hub = new SocketHub(
      {
        status: () => this.queueInfo(),
        currentNode: (sid) => (this.executor.clientId === sid ? this.executor.lastNode : null),
        features: () => (setup.era.features ? serverFeatures(setup.era, setup.assets) : null),
      },
      setup.faults,
    );
    this.queue = new PromptQueue(
      () => this.hub.send('status', { status: this.queueInfo() }, null),
      setup.era.hidesSecrets,
    );
    this.executor = new Executor({
      classes: this.classes,
      scope: this.scope,
      hub: this.hub,
      environment: { faults: setup.faults, stepDelayMs: setup.stepDelayMs },
      now: () => Date.now(),
    });
    this.worker = new Worker(this.queue, this.executor, this.hub, setup.faults, setup.runs);
  }

  /** `{"exec_info": {"queue_remaining": N}}`. */
  queueInfo(): { exec_info: { queue_remaining: number } } {
    return { exec_info: { queue_remaining: this.queue.remaining } };
  }

  /** Interrupts the prompt if it is running. */
  interruptIfRunning(promptId: unknown): boolean {
    const running = this.queue.running?.promptId === promptId && !this.worker.dead;
    if (running) {
      this.executor.interrupt();
    }
    return running;
  }

  /** Stops the worker and closes the sockets, as when the process ends. */
  async shutDown(): Promise<void> {
    this.hub.dropAll();
    await this.worker.stop();
    await wipeTemp(this.folders);
  }
}
