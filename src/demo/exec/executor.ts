import { isLink, type ApiGraph } from '../../comfy/graph';
import { fromRaw } from '../pixels/codec';
import { Pace } from '../pixels/pace';
import { PythonError, tracebackOf } from '../python/errors';
import { repr, typeName } from '../python/text';
import type { ExtraData, HistoryStatus, QueueItem } from '../queue/prompt-queue';
import { textFrame } from '../ws/frames';
import type { Recipient, SocketHub } from '../ws/hub';
import { cacheKey, entryOf, ResultCache, type CacheEntry } from './cache';
import {
  InterruptError,
  type InputValues,
  type NodeClass,
  type NodeScope,
  type PreviewPixels,
  type RunContext,
  type UiOutput,
} from './node-types';
import { ExecutionOrder } from './order';
import { ProgressBook, ProgressGate } from './progress';
import { liveInputTypesOf } from './shapes';
import { isDeclared } from './validation';

/** What history keeps of a run. */
export interface RunResult {
  outputs: Record<string, unknown>;
  meta: Record<string, unknown>;
  status: HistoryStatus;
}

/** What the executor needs of the engine. */
export interface ExecutorSetup {
  classes: ReadonlyMap<string, NodeClass>;
  scope: NodeScope;
  hub: SocketHub;
  environment: Pick<RunContext, 'faults' | 'stepDelayMs'>;
  now(): number;
}

const CACHE_BUDGET = 768 * 1024 * 1024;
const PREVIEW_SIZE = 512;

/** Runs one prompt after another, sending its owner events in ComfyUI's order. */
export class Executor {
  readonly setup: ExecutorSetup;
  readonly cache = new ResultCache(CACHE_BUDGET);
  /** Owner of the running or last prompt. */
  clientId: Recipient = null;
  /** Node shown as running to its owner; `null` between prompts. */
  lastNode: string | null = null;
  #interrupted = false;
  #closing = false;

  constructor(setup: ExecutorSetup) {
    this.setup = setup;
  }

  /** Asks the running prompt to stop. Forgotten when the next prompt starts (API notes §2.1). */
  interrupt(): void {
    this.#interrupted = true;
  }

  /** Shuts down: even work that ComfyUI could not interrupt ends at its next pause. */
  close(): void {
    this.#interrupted = true;
    this.#closing = true;
  }

  /** A pace for the nodes of a prompt. */
  pace(): Pace {
    return new Pace(() => {
      if (this.#closing) {
        throw new InterruptError();
      }
    });
  }

  /** Throws once if an interrupt was requested. */
  checkInterrupt(): void {
    if (this.#interrupted) {
      this.#interrupted = false;
      throw new InterruptError();
    }
  }

  /** @throws PythonError where ComfyUI's worker thread would die. */
  async run(item: QueueItem): Promise<RunResult> {
    this.#interrupted = false;
    const clientId = item.extraData.client_id;
    this.clientId = clientId === undefined || clientId === null ? null : (clientId as string);
    const result = await new PromptRun(this, item).execute();
    this.lastNode = null;
    return result;
  }
}

/** One run of one prompt. */
class PromptRun {
  readonly #executor: Executor;
  readonly #setup: ExecutorSetup;
  readonly #item: QueueItem;
  readonly #extraData: ExtraData;
  readonly #keys = new Map<string, string>();
  readonly #book: ProgressBook;
  readonly #messages: HistoryStatus['messages'] = [];
  readonly #executed = new Set<string>();
  readonly #shown = new Map<string, NonNullable<CacheEntry['ui']>>();
  readonly #results = new Map<string, CacheEntry>();
  readonly #pace: Pace;

  constructor(executor: Executor, item: QueueItem) {
    this.#executor = executor;
    this.#setup = executor.setup;
    this.#item = item;
    this.#extraData = { ...item.extraData, ...item.sensitive };
    this.#book = new ProgressBook(item.promptId);
    this.#pace = executor.pace();
  }

  get #prompt(): ApiGraph {
    return this.#item.prompt;
  }

  get #promptId(): string {
    return this.#item.promptId;
  }

  async execute(): Promise<RunResult> {
    this.#tell('execution_start', { prompt_id: this.#promptId }, false);
    await this.#prepareKeys();
    const cached = Object.keys(this.#prompt).filter((id) => this.#cached(id) !== null);
    this.#tell('execution_cached', { nodes: cached, prompt_id: this.#promptId }, false);
    const success = await this.#dissolve();
    if (success && this.#setup.scope.era.timedHistory) {
      this.#tell('execution_success', { prompt_id: this.#promptId }, false);
    }
    const told = this.#told();
    this.#executor.cache.trim(new Set(this.#keys.values()));
    return {
      outputs: Object.fromEntries(told.map(([id, ui]) => [id, ui.output])),
      meta: Object.fromEntries(told.map(([id, ui]) => [id, ui.meta])),
      status: {
        status_str: success ? 'success' : 'error',
        completed: success,
        messages: this.#messages,
      },
    };
  }

  /** What the history tells of, by node: what ran or, on older servers, whatever of the graph has a cached result. */
  #told(): [string, NonNullable<CacheEntry['ui']>][] {
    const { timedHistory, tellsOnlyTargets } = this.#setup.scope.era;
    if (!timedHistory || tellsOnlyTargets) {
      return [...this.#shown];
    }
    return Object.keys(this.#prompt).flatMap((id): [string, NonNullable<CacheEntry['ui']>][] => {
      const ui = this.#shown.get(id) ?? this.#cached(id)?.ui;
      return ui ? [[id, ui]] : [];
    });
  }

  async #prepareKeys(): Promise<void> {
    const fingerprints = new Map<string, unknown>();
    for (const [id, node] of Object.entries(this.#prompt)) {
      const nodeClass = this.#classOf(id);
      if (nodeClass.isChanged) {
        const mark = await this.#fingerprint(nodeClass, node.inputs);
        fingerprints.set(id, mark);
        (node as { is_changed?: unknown }).is_changed = mark;
      }
    }
    for (const id of Object.keys(this.#prompt)) {
      this.#keys.set(id, cacheKey(this.#prompt, id, fingerprints, this.#promptId));
    }
  }

  async #fingerprint(nodeClass: NodeClass, inputs: Record<string, unknown>): Promise<unknown> {
    const types = liveInputTypesOf(nodeClass, this.#setup.scope, inputs);
    const values: InputValues = {};
    for (const [name, value] of Object.entries(inputs)) {
      if (isDeclared(types, name)) {
        values[name] = isLink(value) ? null : value;
      }
    }
    try {
      return [await nodeClass.isChanged?.(values, this.#setup.scope)];
    } catch {
      return NaN;
    }
  }

  #classOf(id: string): NodeClass {
    const nodeClass = this.#setup.classes.get(this.#prompt[id]?.class_type ?? '');
    if (!nodeClass) {
      throw new PythonError('KeyError', repr(this.#prompt[id]?.class_type));
    }
    return nodeClass;
  }

  #cached(id: string): CacheEntry | null {
    return this.#results.get(id) ?? this.#executor.cache.get(this.#keys.get(id) ?? '');
  }

  /** Runs everything the outputs need. `false` if a node failed or the prompt was interrupted. */
  async #dissolve(): Promise<boolean> {
    const order = new ExecutionOrder(
      this.#prompt,
      (id) => this.#cached(id) !== null,
      (id) => this.#classOf(id).outputNode === true,
    );
    this.#item.outputs.forEach((id) => order.add(id));
    while (!order.isEmpty) {
      const id = order.next();
      if (id === null) {
        this.#tellError(
          this.#item.outputs[0] ?? '',
          new PythonError('graph.DependencyCycleError', 'Dependency cycle detected'),
          {},
        );
        return false;
      }
      if (!(await this.#runNode(id))) {
        return false;
      }
      order.complete(id);
    }
    return true;
  }

  async #runNode(id: string): Promise<boolean> {
    const known = this.#cached(id);
    if (known) {
      this.#replay(id, known);
      return true;
    }
    this.#book.start(id);
    this.#sendProgressState();
    let values: InputValues = {};
    try {
      values = this.#inputValues(id);
      this.#toOwner('executing', { ...this.#named(id), prompt_id: this.#promptId });
      if (this.#executor.clientId !== null) {
        this.#executor.lastNode = id;
      }
      this.#executor.checkInterrupt();
      const result = await this.#classOf(id).run(values, this.#context(id));
      const meta = { node_id: id, display_node: id, parent_node: null, real_node_id: id };
      const entry = entryOf(result, meta);
      if (entry.ui) {
        this.#shown.set(id, entry.ui);
        this.#tellExecuted(id, entry.ui.output);
      }
      this.#results.set(id, entry);
      this.#executor.cache.set(this.#keys.get(id) ?? '', entry);
    } catch (error) {
      this.#tellError(id, error, values);
      return false;
    }
    this.#book.finish(id);
    this.#sendProgressState();
    this.#executed.add(id);
    await this.#pace.rest();
    return true;
  }

  #replay(id: string, known: CacheEntry): void {
    if (known.ui) {
      this.#shown.set(id, known.ui);
    }
    this.#tellExecuted(id, known.ui?.output ?? null);
    this.#book.finish(id);
    this.#sendProgressState();
    this.#results.set(id, known);
  }

  #inputValues(id: string): InputValues {
    const inputs = this.#prompt[id]?.inputs ?? {};
    const types = liveInputTypesOf(this.#classOf(id), this.#setup.scope, inputs);
    const values: InputValues = {};
    for (const [name, value] of Object.entries(inputs)) {
      if (isLink(value)) {
        values[name] = this.#cached(value[0])?.outputs.at(value[1]) ?? null;
      } else if (isDeclared(types, name)) {
        values[name] = value;
      }
    }
    return values;
  }

  #linkTypes(id: string): Record<string, string> {
    const types: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#prompt[id]?.inputs ?? {})) {
      if (isLink(value)) {
        types[name] = this.#classOf(value[0]).returns.at(value[1]) ?? '*';
      }
    }
    return types;
  }

  #context(id: string): RunContext {
    const gate = new ProgressGate(this.#setup.scope.era.throttlesProgress);
    return {
      ...this.#setup.scope,
      ...this.#setup.environment,
      promptId: this.#promptId,
      nodeId: id,
      prompt: this.#prompt,
      extraPnginfo: this.#extraData.extra_pnginfo ?? null,
      linkTypes: this.#linkTypes(id),
      pace: this.#pace,
      previews: this.#wantsPreviews(),
      progress: async (value, max, preview) => {
        if (gate.lets(value, max, preview !== undefined, performance.now())) {
          await this.#step(id, value, max, preview);
        }
      },
      sendText: (text) => this.#setup.hub.sendBinary(textFrame(id, text), null),
    };
  }

  /** Previews are on unless the prompt says otherwise, as with `--preview-method auto`. */
  #wantsPreviews(): boolean {
    return !(this.#setup.scope.era.createTime && this.#extraData.preview_method === 'none');
  }

  async #step(id: string, value: number, max: number, preview: PreviewPixels | undefined): Promise<void> {
    const jpeg = preview && (await encodePreview(preview));
    this.#executor.checkInterrupt();
    const { hub } = this.#setup;
    const owner = this.#executor.clientId;
    const metadata = {
      node_id: id,
      prompt_id: this.#promptId,
      display_node_id: id,
      parent_node_id: null,
      real_node_id: id,
    };
    const withMetadata = hub.takesMetadata(owner);
    this.#book.update(id, value, max);
    this.#sendProgressState();
    if (jpeg && withMetadata) {
      hub.sendPreview({ jpeg, metadata }, owner, true);
    }
    hub.send('progress', { value, max, prompt_id: this.#promptId, node: id }, owner);
    if (jpeg && !withMetadata) {
      hub.sendPreview({ jpeg, metadata }, owner, false);
    }
  }

  #sendProgressState(): void {
    if (this.#setup.scope.era.progressState) {
      this.#setup.hub.send('progress_state', this.#book.state(), this.#executor.clientId);
    }
  }

  #tellExecuted(id: string, output: UiOutput | null): void {
    this.#toOwner('executed', { ...this.#named(id), output, prompt_id: this.#promptId });
  }

  /** A node as named in events; early servers had no display node. */
  #named(id: string): Record<string, string> {
    return this.#setup.scope.era.timedHistory ? { node: id, display_node: id } : { node: id };
  }

  /** Sends to the owner; without one, to nobody. */
  #toOwner(type: string, data: unknown): void {
    if (this.#executor.clientId !== null) {
      this.#setup.hub.send(type, data, this.#executor.clientId);
    }
  }

  /** Sends an event that history keeps. `toAll`: sent to everybody if the prompt has no owner. */
  #tell(type: string, data: Record<string, unknown>, toAll: boolean): void {
    const stamped = this.#setup.scope.era.timedHistory ? { ...data, timestamp: this.#setup.now() } : data;
    this.#messages.push([type, stamped]);
    if (this.#executor.clientId !== null || toAll) {
      this.#setup.hub.send(type, stamped, this.#executor.clientId);
    }
  }

  #tellError(id: string, error: unknown, values: InputValues): void {
    const common = {
      prompt_id: this.#promptId,
      node_id: id,
      node_type: this.#prompt[id]?.class_type,
      executed: [...this.#executed],
    };
    if (error instanceof InterruptError) {
      this.#tell('execution_interrupted', common, true);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#tell(
      'execution_error',
      {
        ...common,
        exception_message: `${message}\n`,
        exception_type: error instanceof PythonError ? error.type : 'RuntimeError',
        traceback: tracebackOf(error),
        current_inputs: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, [describeInput(value)]]),
        ),
        current_outputs: Object.keys(this.#prompt),
      },
      false,
    );
  }
}

/** Inputs as shown in an error report: plain values unchanged, everything else as text. */
function describeInput(value: unknown): unknown {
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) {
    return value;
  }
  const kind = typeof value === 'object' && 'kind' in value ? String(value.kind) : typeName(value);
  return `<${kind}>`;
}

async function encodePreview(preview: PreviewPixels): Promise<Uint8Array> {
  return fromRaw(preview.data, preview.width, preview.height, 3)
    .resize({ width: PREVIEW_SIZE, height: PREVIEW_SIZE, fit: 'inside', kernel: 'linear' })
    .jpeg({ quality: 95 })
    .toBuffer();
}
