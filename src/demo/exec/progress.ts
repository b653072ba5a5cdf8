/** State of a node as reported by `progress_state` (API notes §4.3). */
interface NodeProgress {
  value: number;
  max: number;
  state: 'running' | 'finished';
}

const LEAST_INTERVAL_MS = 100;
const LEAST_PERCENT = 0.5;

/** What the nodes of one run have done so far. */
export class ProgressBook {
  readonly #promptId: string;
  readonly #nodes = new Map<string, NodeProgress>();

  constructor(promptId: string) {
    this.#promptId = promptId;
  }

  start(nodeId: string): void {
    this.#nodes.set(nodeId, { value: 0, max: 1, state: 'running' });
  }

  update(nodeId: string, value: number, max: number): void {
    this.#nodes.set(nodeId, { value, max, state: 'running' });
  }

  finish(nodeId: string): void {
    const max = this.#nodes.get(nodeId)?.max ?? 1;
    this.#nodes.set(nodeId, { value: max, max, state: 'finished' });
  }

  /** Data of a `progress_state` event: every node that has begun. */
  state(): Record<string, unknown> {
    const nodes: Record<string, unknown> = {};
    for (const [id, progress] of this.#nodes) {
      nodes[id] = {
        ...progress,
        node_id: id,
        prompt_id: this.#promptId,
        display_node_id: id,
        parent_node_id: null,
        real_node_id: id,
      };
    }
    return { prompt_id: this.#promptId, nodes };
  }
}

/** Which steps of a node are reported: first, last, those with a picture, and a limited rate of others. */
export class ProgressGate {
  readonly #throttled: boolean;
  #lastTime = 0;
  #lastValue = -1;

  constructor(throttled: boolean) {
    this.#throttled = throttled;
  }

  /** @param now ms on any steady clock. */
  lets(value: number, max: number, hasPicture: boolean, now: number): boolean {
    const percent = max > 0 ? ((value - Math.max(0, this.#lastValue)) / max) * 100 : 100;
    const open =
      !this.#throttled ||
      hasPicture ||
      this.#lastValue < 0 ||
      value >= max ||
      (now - this.#lastTime >= LEAST_INTERVAL_MS && percent >= LEAST_PERCENT);
    if (open) {
      this.#lastTime = now;
      this.#lastValue = value;
    }
    return open;
  }
}
