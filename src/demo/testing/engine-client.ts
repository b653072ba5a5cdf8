import { once } from 'node:events';
import { WebSocket } from 'ws';
import { parseExact, stringifyExact } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';

/** A text event. */
export interface SocketEvent {
  type: string;
  data: Record<string, unknown>;
}

/** A socket that records everything it receives, for tests of the engine. */
export class Listener {
  readonly events: SocketEvent[] = [];
  readonly frames: Buffer[] = [];
  readonly socket: WebSocket;
  #wake: (() => void) | null = null;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, binary) => {
      if (binary) {
        this.frames.push(data);
      } else {
        this.events.push(parseExact(data.toString()) as unknown as SocketEvent);
      }
      this.#wake?.();
    });
    socket.on('error', () => socket.terminate());
  }

  /** Connects; `flags` requests previews with metadata. */
  static async open(url: string, clientId: string, flags = false): Promise<Listener> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`);
    const listener = new Listener(socket);
    await once(socket, 'open');
    if (flags) {
      socket.send('{"type":"feature_flags","data":{"supports_preview_metadata":true}}');
    }
    await listener.until((event) => event.type === 'status');
    return listener;
  }

  /** Resolves with the first matching event, even one already received. */
  async until(fits: (event: SocketEvent) => boolean): Promise<SocketEvent> {
    for (;;) {
      const found = this.events.find(fits);
      if (found) {
        return found;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Resolves when the prompt is over. */
  async ended(promptId: string): Promise<void> {
    await this.until(
      ({ type, data }) => type === 'executing' && data.node === null && data.prompt_id === promptId,
    );
  }

  /** Types of the events about a prompt, in order. */
  types(promptId: string): string[] {
    return this.events.filter(({ data }) => data.prompt_id === promptId).map(({ type }) => type);
  }

  close(): void {
    this.socket.terminate();
  }
}

/** Answer of a GET as exact JSON. */
export async function getJson<T>(url: string): Promise<T> {
  return parseExact(await (await fetch(url)).text()) as T;
}

/** POST of JSON with exact integers. */
export function postJson(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', body: stringifyExact(body) });
}

/** Queues a graph; fails on anything but 200. */
export async function submit(url: string, prompt: ApiGraph, more: object = {}): Promise<string> {
  const response = await postJson(`${url}/prompt`, { prompt, ...more });
  const answer = await response.text();
  if (response.status !== 200) {
    throw new Error(`${response.status}: ${answer}`);
  }
  return (JSON.parse(answer) as { prompt_id: string }).prompt_id;
}

/** Uploads a picture to input/; resolves with its name. */
export async function upload(
  url: string,
  bytes: Uint8Array,
  name: string,
  more: Record<string, string> = {},
): Promise<string> {
  const form = new FormData();
  form.set('image', new Blob([bytes.slice()]), name);
  Object.entries(more).forEach(([key, value]) => form.set(key, value));
  const response = await fetch(`${url}/upload/image`, { method: 'POST', body: form });
  return ((await response.json()) as { name: string }).name;
}

/** Nodes that need no model. */
export function tinyGraph(prefix = 'tiny', color = 0): ApiGraph {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  };
}

/** A text-to-image graph of the demo; `steps` make it slow. */
export function paintGraph(
  more: { seed?: number | bigint; steps?: number; checkpoint?: string } = {},
): ApiGraph {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: more.seed ?? 1,
        steps: more.steps ?? 3,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    '4': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: more.checkpoint ?? 'darkroom-demo-classical.safetensors' },
    },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 48, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'dunes', clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'paint' } },
  };
}
