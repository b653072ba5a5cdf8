import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';
import type { ApiGraph } from '../../src/comfy/graph';
import { type Era, type Fact, holdsIn } from '../../src/demo/era';
import { stateAbout } from './statement';
import { slowGraph, solidMask, type OutputName } from './graphs';

/*
 * The contract suite: how a ComfyUI server behaves, as tests that can run against any server.
 *
 *   npx vitest run --project contract                                  the demo engine
 *   CONTRACT_ERA=2024-12 npx vitest run --project contract             the demo engine as an older server
 *   COMFYUI_URL=http://127.0.0.1:8188 npx vitest run --project contract    a real one
 *
 * Point it only at a server that nobody is using: it empties the queue and the history and leaves files below
 * `contract/` in input, output and temp. It never sends anything that would stop a worker or a server.
 */

/** The server under test. */
export interface Target {
  /** Without a trailing slash. */
  url: string;
  isDemo: boolean;
  version: string;
  /** The latest era of which it has a route; the first servers had no version to tell. */
  era: Era;
  /** Whether something that came with an era is so on this server. */
  does: (fact: Fact) => boolean;
  /** How the server was started (`/system_stats`). */
  argv: string[];
  /** All node classes the server knows, as `/object_info` describes them. */
  nodes: Record<string, NodeInfo>;
  /** The largest request body the server accepts, in bytes (`/features`). */
  maxUploadBytes: number;
}

/** The keys of a node description that the tests read (API notes §3). */
export interface NodeInfo {
  input: Record<'required' | 'optional' | 'hidden', Record<string, unknown> | undefined>;
  input_order?: Record<string, string[]>;
  output: unknown[];
  output_name: string[];
  output_is_list: boolean[];
  name: string;
  display_name: string | null;
  description: string | null;
  category: string;
  output_node: boolean;
  [key: string]: unknown;
}

/** One file in a node's output. */
export interface FileItem {
  filename: string;
  subfolder: string;
  type: 'output' | 'input' | 'temp';
}

/** An entry of `/history` (API notes §6). */
export interface HistoryItem {
  prompt: QueueItem;
  outputs: Record<string, Record<string, unknown> & { images?: FileItem[] }>;
  status: { status_str: string; completed: boolean; messages: [string, Record<string, unknown>][] };
  meta: Record<string, Record<string, unknown>>;
}

/** number, prompt_id, graph, extra_data, output node ids. */
export type QueueItem = [number, string, ApiGraph, Record<string, unknown>, string[]];

/** Error body of `POST /prompt` and the `node_errors` of its 200. */
export interface PromptAnswer {
  prompt_id: string;
  number: number;
  error: { type: string; message: string; details: string; extra_info: Record<string, unknown> };
  node_errors: Record<
    string,
    {
      errors: { type: string; message: string; details: string; extra_info: Record<string, unknown> }[];
      dependent_outputs: string[];
      class_type: string;
    }
  >;
}

/** An HTTP answer, body read to the end. */
export class Answer {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly bytes: Uint8Array,
  ) {}

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  get type(): string {
    return this.headers.get('content-type') ?? '';
  }

  /** The body as JSON; `T` is unchecked. Numbers are read as doubles. */
  json<T = unknown>(): T {
    return JSON.parse(this.text) as T;
  }
}

let current: Target | undefined;

function target(): Target {
  if (!current) {
    throw new Error('call connect() first');
  }
  return current;
}

/**
 * The server of `COMFYUI_URL`, or a demo engine of its own for the calling test file, stopped after the
 * file's last test.
 */
export async function connect(): Promise<Target> {
  const url = (process.env.COMFYUI_URL ?? (await demoUrl())).replace(/\/$/, '');
  current = {
    url,
    isDemo: false,
    version: '',
    era: '2026-08',
    does: () => true,
    argv: [],
    nodes: {},
    maxUploadBytes: 0,
  };
  const stats = (await get('/system_stats')).json<{
    system: { comfyui_version?: string; argv?: string[] };
    devices: { name: string }[];
  }>();
  current.isDemo = stats.devices.some(({ name }) => name.startsWith('Darkroom demo engine'));
  current.argv = stats.system.argv ?? [];
  current.version = stats.system.comfyui_version ?? '';
  const era = await detectEra(stats.system.comfyui_version !== undefined);
  current.era = era;
  current.does = (fact) => holdsIn(fact, era);
  current.nodes = (await get('/object_info')).json();
  stateAbout(era, current.isDemo);
  current.maxUploadBytes = current.does('features')
    ? (await get('/features')).json<{ max_upload_size: number }>().max_upload_size
    : Infinity;
  return current;
}

/** Asks for a route of each era, the newest first. */
async function detectEra(tellsVersion: boolean): Promise<Era> {
  const has = async (path: string): Promise<boolean> => (await get(path)).status === 200;
  if (await has('/api/jobs?limit=1')) {
    return '2026-08';
  }
  if (await has('/features')) {
    return '2025-10';
  }
  if (await has('/workflow_templates')) {
    return '2025-06';
  }
  return tellsVersion ? '2024-12' : '2024-02';
}

async function demoUrl(): Promise<string> {
  const { startDemo } = await import('./demo');
  return startDemo();
}

/** A request sent with fetch. `json` is serialised; `body` is sent as it is. */
export async function send(
  method: string,
  path: string,
  options: { json?: unknown; body?: BodyInit; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(target().url + path, {
    method,
    headers: {
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    body: options.json === undefined ? options.body : JSON.stringify(options.json),
  });
  return new Answer(response.status, response.headers, new Uint8Array(await response.arrayBuffer()));
}

export function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send('GET', path, { headers });
}

export function post(path: string, json: unknown): Promise<Answer> {
  return send('POST', path, { json });
}

/** A request whose path and headers (Host and Origin too) reach the server unchanged. */
export function sendRaw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = '',
): Promise<Answer> {
  const { hostname, port } = new URL(target().url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const received = new Headers();
        for (const [name, value] of Object.entries(response.headers)) {
          received.set(name, String(value));
        }
        resolve(new Answer(response.statusCode ?? 0, received, Buffer.concat(parts)));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** One part of a hand-written multipart body; `filename: null` leaves the parameter out. */
export interface FormPart {
  name: string;
  filename?: string | null;
  type?: string;
  body: Uint8Array | string;
}

/** POSTs multipart parts written byte by byte, because FormData cannot express malformed ones. */
export function postForm(path: string, parts: FormPart[]): Promise<Answer> {
  const boundary = `contract-${unique()}`;
  const chunks: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const part of parts) {
    const filename = part.filename == null ? '' : `; filename="${part.filename}"`;
    const type = part.type ? `Content-Type: ${part.type}\r\n` : '';
    chunks.push(
      encoder.encode(
        `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"${filename}\r\n${type}\r\n`,
      ),
      typeof part.body === 'string' ? encoder.encode(part.body) : part.body,
      encoder.encode('\r\n'),
    );
  }
  chunks.push(encoder.encode(`--${boundary}--\r\n`));
  return send('POST', path, {
    body: Buffer.concat(chunks),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
}

/** Uploads bytes as the `image` part, with further text fields. */
export function upload(
  path: '/upload/image' | '/upload/mask',
  bytes: Uint8Array | string,
  filename: string,
  fields: Record<string, string> = {},
): Promise<Answer> {
  return postForm(path, [
    { name: 'image', filename, type: 'image/png', body: bytes },
    ...Object.entries(fields).map(([name, body]) => ({ name, body })),
  ]);
}

/** What both upload routes return. */
export interface UploadAnswer {
  name: string;
  subfolder: string;
  type: string;
}

let counter = 0;

/** A short unused name, so that the suite can run again on the same server. */
export function unique(prefix = ''): string {
  return `${prefix}${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}${(counter++).toString(36)}`;
}

/** The query string of `/view`. */
export function view(params: Record<string, string>): string {
  return `/view?${new URLSearchParams(params).toString()}`;
}

/** The bytes of an output file. */
export async function download(file: FileItem): Promise<Uint8Array> {
  const answer = await get(view({ filename: file.filename, subfolder: file.subfolder, type: file.type }));
  if (answer.status !== 200) {
    throw new Error(`/view answered ${answer.status} for ${JSON.stringify(file)}`);
  }
  return answer.bytes;
}

/** Queues a graph; `rest` are further body keys. Fails unless the server accepts it. */
export async function submit(graph: ApiGraph, rest: Record<string, unknown> = {}): Promise<PromptAnswer> {
  const answer = await post('/prompt', { prompt: graph, ...rest });
  if (answer.status !== 200) {
    throw new Error(`/prompt answered ${answer.status}: ${answer.text}`);
  }
  return answer.json<PromptAnswer>();
}

/** Waits until a prompt is in the history. */
export async function finished(promptId: string, ms = 20_000): Promise<HistoryItem> {
  return until(
    async () =>
      (await get(`/history/${encodeURIComponent(promptId)}`)).json<Record<string, HistoryItem>>()[promptId],
    `history of ${promptId}`,
    ms,
  );
}

/** Queues a graph and waits for its history entry. */
export async function run(
  graph: ApiGraph,
  rest: Record<string, unknown> = {},
  ms?: number,
): Promise<HistoryItem> {
  return finished((await submit(graph, rest)).prompt_id, ms);
}

/** Polls until the result is neither undefined, null nor false. */
export async function until<T>(
  ask: () => Promise<T | undefined | null | false>,
  what: string,
  ms = 20_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`timed out waiting for ${what}`);
    }
    await pause(15);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function queue(): Promise<{ queue_running: QueueItem[]; queue_pending: QueueItem[] }> {
  return (await get('/queue')).json();
}

/** A prompt that occupies the worker until `release()`, so that others stay pending. */
export interface Hold {
  promptId: string;
  /** Interrupts it and waits for its history entry. */
  release(): Promise<HistoryItem>;
}

/** Occupies the worker with a graph of many slow nodes and returns once it runs. */
export async function holdWorker(
  rest: Record<string, unknown> = {},
  graph: ApiGraph = slowGraph(),
): Promise<Hold> {
  const { prompt_id: promptId } = await submit(graph, rest);
  await until(
    async () => (await queue()).queue_running.some((item) => item[1] === promptId),
    'the worker to take the prompt',
  );
  return {
    promptId,
    release: async () => {
      // An interrupt sent before the run begins is lost, so it is repeated until the run is over.
      return until(
        async () => {
          await post('/interrupt', { prompt_id: promptId });
          return (await get(`/history/${encodeURIComponent(promptId)}`)).json<Record<string, HistoryItem>>()[
            promptId
          ];
        },
        'the interrupted prompt',
        60_000,
      );
    },
  };
}

/**
 * Runs `body` while the worker is busy for another client, and frees the worker in any case. Without a client,
 * every socket would get its progress: thousands of events of up to 100 kB, behind which the ones a test waits
 * for are seconds late.
 */
export async function whileBusy<T>(body: (hold: Hold) => Promise<T>): Promise<T> {
  const hold = await holdWorker({ client_id: unique('busy') });
  try {
    return await body(hold);
  } finally {
    await hold.release();
  }
}

/** A frame as received over the socket. */
export type Frame =
  | { kind: 'text'; type: string; data: Record<string, unknown> }
  | { kind: 'binary'; type: number; body: Uint8Array };

/** A WebSocket client that keeps everything it receives. */
export class SocketRecorder {
  readonly frames: Frame[] = [];
  readonly #socket: WebSocket;
  readonly #wake = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      this.frames.push(isBinary ? binaryFrame(bytes) : textFrame(bytes.toString('utf8')));
      for (const wake of this.#wake) {
        wake();
      }
    });
  }

  /**
   * Connects and waits for the first frame. `flags: true` sends the feature flags first, as a client that
   * wants previews with ids must.
   */
  static async open(
    options: { clientId?: string; path?: string; flags?: boolean } = {},
  ): Promise<SocketRecorder> {
    const query = options.clientId === undefined ? '' : `?clientId=${options.clientId}`;
    const socket = new WebSocket(`${target().url.replace(/^http/, 'ws')}${options.path ?? '/ws'}${query}`);
    const recorder = new SocketRecorder(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    await recorder.waitFor(() => true, 'the first frame');
    if (options.flags) {
      recorder.send({ type: 'feature_flags', data: { supports_preview_metadata: true } });
      await recorder.event('feature_flags');
    }
    return recorder;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first frame, past or future, that satisfies the predicate. */
  async waitFor(predicate: (frame: Frame) => boolean, what: string, ms = 20_000): Promise<Frame> {
    const end = Date.now() + ms;
    for (;;) {
      const frame = this.frames.find(predicate);
      if (frame) {
        return frame;
      }
      if (Date.now() > end) {
        throw new Error(`timed out waiting for ${what}; got ${this.frames.map(describeFrame).join(', ')}`);
      }
      await this.#change(end - Date.now());
    }
  }

  /** The first text event of a type, for one prompt if given. */
  async event(type: string, promptId?: string, ms?: number): Promise<Record<string, unknown>> {
    const frame = await this.waitFor(
      (candidate) =>
        candidate.kind === 'text' &&
        candidate.type === type &&
        (promptId === undefined || candidate.data.prompt_id === promptId),
      `${type} of ${promptId ?? 'any prompt'}`,
      ms,
    );
    return frame.kind === 'text' ? frame.data : {};
  }

  /** Waits for the event that ends a run for its owner: `executing` without a node. */
  async ended(promptId: string, ms?: number): Promise<void> {
    await this.waitFor(
      (frame) =>
        frame.kind === 'text' &&
        frame.type === 'executing' &&
        frame.data.node === null &&
        frame.data.prompt_id === promptId,
      `the end of ${promptId}`,
      ms,
    );
  }

  /** Text events in order, without the ones before `from`. */
  texts(from = 0): { type: string; data: Record<string, unknown> }[] {
    return this.frames.slice(from).flatMap((frame) => (frame.kind === 'text' ? [frame] : []));
  }

  /** Closes and waits until the server has answered the close. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) {
      return;
    }
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.close();
    await closed;
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, ms));
      this.#wake.add(wake);
    });
  }
}

function textFrame(text: string): Frame {
  const { type, data } = JSON.parse(text) as { type: string; data: Record<string, unknown> };
  return { kind: 'text', type, data };
}

function binaryFrame(bytes: Buffer): Frame {
  return { kind: 'binary', type: bytes.readUInt32BE(0), body: new Uint8Array(bytes.subarray(4)) };
}

/** A frame in a few words, for failure messages and assertions about order. */
export function describeFrame(frame: Frame): string {
  if (frame.kind === 'binary') {
    return `binary ${frame.type}`;
  }
  if (frame.type === 'executing' || frame.type === 'executed') {
    return `${frame.type} ${String(frame.data.node)}`;
  }
  return frame.type;
}

/**
 * Waits until every given socket has received all that the server sent so far: everybody hears that the queue is
 * empty again after a prompt, and events reach a socket in order.
 */
export async function barrier(...sockets: SocketRecorder[]): Promise<void> {
  const before = sockets.map((socket) => socket.frames.length);
  await run({
    '1': solidMask(Math.random(), 8, 8),
    '2': { class_type: 'MaskToImage', inputs: { mask: ['1', 0] } },
    '3': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  });
  await Promise.all(
    sockets.map((socket, i) =>
      socket.waitFor(
        (frame) => socket.frames.indexOf(frame) >= (before[i] ?? 0) && isQueueLength(frame, 0),
        'an empty queue',
      ),
    ),
  );
}

function isQueueLength(frame: Frame, length: number): boolean {
  return (
    frame.kind === 'text' &&
    frame.type === 'status' &&
    (frame.data as { status?: { exec_info?: { queue_remaining?: number } } }).status?.exec_info
      ?.queue_remaining === length
  );
}

/** The files of one output node. */
export function imagesOf(item: HistoryItem, node: OutputName): FileItem[] {
  if (item.status.status_str !== 'success') {
    throw new Error(`the run failed: ${JSON.stringify(item.status.messages.at(-1))}`);
  }
  return item.outputs[node]?.images ?? [];
}
