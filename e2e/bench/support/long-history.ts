/**
 * A server with a long history, as the job store sees it: answers are put together as text, so that what is
 * measured is reading them.
 */

/** Outputs of a day; a busy one. */
const PER_DAY = 300;
const DAY = 86_400_000;
/** Outputs of consecutive jobs: single pictures and batches. */
const BATCHES = [1, 1, 4, 1, 2, 1];
const PER_ROUND = BATCHES.reduce((sum, count) => sum + count, 0);

const WORDS =
  'a retro mini car overflowing with pastel flowers, soft green ground, high detail, spring light,';

/** An editor workflow of about 12 kB, as the front end sends it along. */
const WORKFLOW = JSON.stringify({
  last_node_id: 42,
  nodes: Array.from({ length: 12 }, (_, id) => ({
    id,
    type: 'CLIPTextEncode',
    pos: [id * 330, 186],
    size: { 0: 422.84, 1: 164.31 },
    flags: {},
    order: id,
    mode: 0,
    inputs: [{ name: 'clip', type: 'CLIP', link: id + 3, slot_index: 0 }],
    outputs: [{ name: 'CONDITIONING', type: 'CONDITIONING', links: [id + 4], slot_index: 0 }],
    properties: { 'Node name for S&R': 'CLIPTextEncode', cnr_id: 'comfy-core', ver: '0.3.64' },
    widgets_values: [`${WORDS} ${WORDS} ${WORDS} ${WORDS} ${WORDS}`],
  })),
  links: Array.from({ length: 24 }, (_, i) => [i, i, 0, i + 1, 0, 'CONDITIONING']),
  groups: [],
  config: {},
  extra: { ds: { scale: 0.79, offset: [149.9, 24.7] } },
  version: 0.4,
});

/** How many jobs make at least so many outputs. */
export function jobsFor(outputs: number): number {
  return Math.ceil((outputs / PER_ROUND) * BATCHES.length);
}

/** The name of a job; 0 is the oldest. */
export function jobId(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** When a job ended, ms since the epoch; the last of `total` a minute ago. */
function endOf(index: number, total: number, now: number): number {
  const jobsPerDay = (PER_DAY / PER_ROUND) * BATCHES.length;
  return Math.floor(now - 60_000 - ((total - 1 - index) / jobsPerDay) * DAY);
}

/** One entry of GET /history as text, about 15 kB. */
function entryText(index: number, total: number, now: number): string {
  const id = jobId(index);
  const end = endOf(index, total, now);
  const images = Array.from(
    { length: BATCHES[index % BATCHES.length] ?? 1 },
    (_, i) => `{"filename":"ComfyUI_${index}_${i}_.png","subfolder":"2026-11","type":"output"}`,
  );
  const graph = `{"8":{"inputs":{"samples":["31",0],"vae":["39",0]},"class_type":"VAEDecode"},"9":{"inputs":{"filename_prefix":"ComfyUI","images":["8",0]},"class_type":"SaveImage"},"27":{"inputs":{"width":1024,"height":${index % 3 === 0 ? 1536 : 1024},"batch_size":1},"class_type":"EmptySD3LatentImage"},"31":{"inputs":{"seed":${index * 7919},"steps":20,"cfg":1,"sampler_name":"euler","scheduler":"simple","denoise":1,"model":["38",0],"positive":["41",0],"negative":["42",0],"latent_image":["27",0]},"class_type":"KSampler"},"38":{"inputs":{"unet_name":"flux1-schnell.safetensors","weight_dtype":"default"},"class_type":"UNETLoader"},"39":{"inputs":{"vae_name":"ae.safetensors"},"class_type":"VAELoader"},"40":{"inputs":{"clip_name1":"clip_l.safetensors","clip_name2":"t5xxl_fp16.safetensors","type":"flux"},"class_type":"DualCLIPLoader"},"41":{"inputs":{"text":"${WORDS} picture ${index}","clip":["40",0]},"class_type":"CLIPTextEncode"},"42":{"inputs":{"text":"blurry","clip":["40",0]},"class_type":"CLIPTextEncode"}}`;
  const extra = `{"client_id":"other","create_time":${end - 30_000},"extra_pnginfo":{"workflow":${WORKFLOW}}}`;
  const messages = `[["execution_start",{"prompt_id":"${id}","timestamp":${end - 20_000}}],["execution_cached",{"nodes":["38","39","40"],"prompt_id":"${id}","timestamp":${end - 19_000}}],["execution_success",{"prompt_id":"${id}","timestamp":${end}}]]`;
  return `"${id}":{"prompt":[${index},"${id}",${graph},${extra},["9"]],"outputs":{"9":{"images":[${images.join(',')}]}},"status":{"status_str":"success","completed":true,"messages":${messages}},"meta":{}}`;
}

/** The same job as GET /api/jobs lists it. */
function listedText(index: number, total: number, now: number): string {
  const end = endOf(index, total, now);
  const batch = BATCHES[index % BATCHES.length] ?? 1;
  const preview = `{"filename":"ComfyUI_${index}_0_.png","subfolder":"2026-11","type":"output","nodeId":"9","mediaType":"images"}`;
  return `{"id":"${jobId(index)}","status":"completed","priority":${index},"create_time":${end - 30_000},"execution_start_time":${end - 20_000},"execution_end_time":${end},"outputs_count":${batch},"previewable_outputs_count":${batch},"preview_output":${preview}}`;
}

type Say = (type: string, data: Record<string, unknown>) => void;

/** The routes and the socket that a job store talks to. */
export class LongHistory {
  /** Called before each page of the history is put together, and after. */
  onPage: (when: 'asked' | 'answered') => void = () => undefined;
  /** Sends an event to the page. */
  say: Say = () => undefined;
  readonly #total: number;
  readonly #lists: boolean;
  readonly #now = Date.now();
  #running: string | null = null;

  /**
   * @param total jobs in the history.
   * @param lists whether it has the list of all jobs, as newer servers do.
   */
  constructor(total: number, lists = true) {
    this.#total = total;
    this.#lists = lists;
  }

  readonly fetch: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    return Promise.resolve(this.#answer(init?.method ?? 'GET', url));
  };

  readonly openSocket = (): WebSocket => {
    const socket = { readyState: 0, binaryType: '', send: () => undefined, close: () => undefined };
    const handlers = socket as unknown as WebSocket;
    this.say = (type, data) => {
      handlers.onmessage?.({ data: JSON.stringify({ type, data }) } as MessageEvent);
    };
    setTimeout(() => {
      socket.readyState = 1;
      handlers.onopen?.({} as Event);
      this.say('status', { status: { exec_info: { queue_remaining: 0 } }, sid: 'me' });
    });
    return handlers;
  };

  /** A job of ours runs; its events may follow. */
  begin(id: string): void {
    this.#running = id;
    this.say('execution_start', { prompt_id: id, timestamp: Date.now() });
  }

  /** The running job saved a picture. */
  executed(id: string, filename: string): void {
    const images = [{ filename, subfolder: '2026-11', type: 'output' }];
    this.say('executed', { prompt_id: id, node: '9', display_node: '9', output: { images } });
  }

  #answer(method: string, url: URL): Response {
    const route = `${method} ${url.pathname}`;
    if (route === 'GET /history') {
      return this.#history(url.searchParams);
    }
    if (route.startsWith('GET /history/')) {
      return Response.json({});
    }
    if (route === 'GET /queue') {
      return Response.json({ queue_running: this.#queue(), queue_pending: [] });
    }
    if (route === 'GET /prompt') {
      return Response.json({ exec_info: { queue_remaining: this.#running ? 1 : 0 } });
    }
    if (route === 'GET /api/jobs' && this.#lists) {
      return this.#list();
    }
    return new Response('404: Not Found', { status: 404 });
  }

  #queue(): unknown[] {
    const graph = { '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } } };
    return this.#running ? [[this.#total, this.#running, graph, { client_id: 'me' }, ['9']]] : [];
  }

  #list(): Response {
    this.onPage('asked');
    const jobs = Array.from({ length: this.#total }, (_, i) =>
      listedText(this.#total - 1 - i, this.#total, this.#now),
    );
    const pagination = JSON.stringify({ offset: 0, limit: null, total: this.#total, has_more: false });
    const response = new Response(`{"jobs":[${jobs.join(',')}],"pagination":${pagination}}`);
    this.onPage('answered');
    return response;
  }

  #history(query: URLSearchParams): Response {
    const max = Number(query.get('max_items') ?? this.#total);
    // Looks at single entries only count them.
    const isPage = max > 1;
    if (isPage) {
      this.onPage('asked');
    }
    const offset = query.has('offset') ? Number(query.get('offset')) : Math.max(0, this.#total - max);
    const entries: string[] = [];
    for (let i = offset; i < Math.min(this.#total, offset + max); i++) {
      entries.push(entryText(i, this.#total, this.#now));
    }
    const response = new Response(`{${entries.join(',')}}`);
    if (isPage) {
      this.onPage('answered');
    }
    return response;
  }
}
