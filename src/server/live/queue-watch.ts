import { type ComfyEvent, parseBinaryFrame, parseTextFrame } from '../../comfy/events';
import type { GuestEvent, GuestJob } from '../../ports/share-wire';

/** What runs and what waits, as `GET /queue` tells. */
export interface QueueNow {
  /** The running job with the number of nodes in its graph. */
  running: { id: string; nodes: number } | null;
  pending: number;
}

export interface QueueWatchOptions {
  /** Asks ComfyUI for its queue. */
  read: () => Promise<QueueNow>;
  /** Tells guests. `preview` is a JPEG or PNG. */
  tell: (event: GuestEvent & { type: 'queue' | 'preview' }, preview?: Uint8Array) => void;
  now?: () => number;
}

/** Guests are told progress and shown previews this often at most, ms. */
const STEP_MS = 250;

interface Running {
  id: string;
  nodes: number;
  since: number;
  progress: number | null;
}

/** Follows the queue for guests: how much waits, how far the running job is, and what it looks like so far. */
export class QueueWatch {
  readonly #options: Required<QueueWatchOptions>;
  #pending = 0;
  #running: Running | null = null;
  #toldAt = -Infinity;
  #shownAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #isStale = false;
  /** Whether the server tells the states of all nodes, not only the progress of one. */
  #hasStates = false;

  constructor(options: QueueWatchOptions) {
    this.#options = { now: Date.now, ...options };
  }

  /** What a guest is told who has just come. */
  get event(): GuestEvent & { type: 'queue' } {
    return { type: 'queue', pending: this.#pending, running: this.#job() };
  }

  /** Takes a message as ComfyUI sent it to any socket. */
  take(message: string | Uint8Array): void {
    const event =
      typeof message === 'string' ? parseTextFrame(message) : parseBinaryFrame(message.slice().buffer);
    if (event) {
      void this.#follow(event);
    }
  }

  /** Asks ComfyUI anew; calls that come meanwhile are made one. */
  refresh(): void {
    if (this.#isReading) {
      this.#isStale = true;
      return;
    }
    this.#isReading = true;
    this.#isStale = false;
    this.#options
      .read()
      .then(
        (now) => {
          this.#apply(now);
        },
        // ComfyUI is off: nothing runs there.
        () => {
          this.#apply({ running: null, pending: 0 });
        },
      )
      .finally(() => {
        this.#isReading = false;
        if (this.#isStale) {
          this.refresh();
        }
      });
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #apply({ running, pending }: QueueNow): void {
    this.#pending = pending;
    if (running?.id !== this.#running?.id) {
      this.#running = running && { ...running, since: this.#options.now(), progress: null };
    }
    this.#tell(true);
  }

  async #follow(event: ComfyEvent): Promise<void> {
    switch (event.type) {
      case 'status':
      case 'execution_start':
      case 'execution_success':
      case 'execution_error':
      case 'execution_interrupted':
        this.refresh();
        return;
      case 'progress_state': {
        const { nodes, prompt_id } = event.data;
        const states = Object.values(nodes);
        const done = states.reduce(
          (sum, { value, max }) => sum + (max > 0 ? Math.min(1, value / max) : 0),
          0,
        );
        this.#advance(prompt_id, (all) => done / Math.max(all, states.length));
        return;
      }
      case 'progress':
        // Servers that send progress_state send this beside it; it knows of one node only.
        if (!this.#hasStates) {
          this.#advance(event.data.prompt_id, () => event.data.value / event.data.max, false);
        }
        return;
      case 'preview':
        await this.#show(event.data.image());
        return;
      default:
    }
  }

  #advance(id: string | null, part: (nodes: number) => number, hasStates = true): void {
    const running = this.#running;
    if (!running || (id !== null && id !== running.id)) {
      return;
    }
    this.#hasStates ||= hasStates;
    const progress = part(running.nodes);
    running.progress = Number.isFinite(progress) ? Math.min(1, Math.max(0, progress)) : null;
    this.#tell(false);
  }

  async #show(image: Blob): Promise<void> {
    const now = this.#options.now();
    if (now - this.#shownAt < STEP_MS) {
      return;
    }
    this.#shownAt = now;
    this.#options.tell({ type: 'preview' }, new Uint8Array(await image.arrayBuffer()));
  }

  /** Tells at once, or, of mere progress, as often as is worth it. */
  #tell(isNews: boolean): void {
    const wait = this.#toldAt + STEP_MS - this.#options.now();
    if (!isNews && wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#tell(true);
      }, wait).unref();
      return;
    }
    this.#toldAt = this.#options.now();
    this.#options.tell(this.event);
  }

  #job(): GuestJob | null {
    return (
      this.#running && {
        progress: this.#running.progress,
        elapsed: Math.max(0, Math.round((this.#options.now() - this.#running.since) / 1000)),
      }
    );
  }
}
