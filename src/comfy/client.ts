import * as v from 'valibot';
import { report, reportingAs } from '../base/report';
import { type OptionalRoute, ServerKnowledge } from './capabilities';
import { ComfyError, isAbort } from './errors';
import { type ExactJson, parseExact, stringifyExact } from './exact-json';
import {
  type FileRef,
  type FolderType,
  servedName,
  viewQuery,
  type ViewOptions,
  viewRefusal,
} from './file-ref';
import type { ApiGraph } from './graph';
import { type HistoryItem, readHistory } from './history-entry';
import type { NodeInfo } from './object-info';
import { type PromptProblem, promptProblems } from './prompt-problems';
import {
  acceptedSchema,
  cancelledSchema,
  type Features,
  featuresSchema,
  type JobSummary,
  jobListSchema,
  type QueueEntry,
  queueRemainingSchema,
  queuePlaceSchema,
  queuePlacesSchema,
  queueSchema,
  refusedSchema,
  type SystemStats,
  systemStatsSchema,
  uploadedSchema,
  userdataFileSchema,
} from './schemas';
import { treePlaceOf } from './tree-ref';

export type { HistoryItem };

export interface ComfyClientOptions {
  /** Absolute address of the API, with or without trailing slash: `http://127.0.0.1:8188`. */
  baseUrl: string;
  fetch?: typeof fetch;
  /** Where answers tell what the server can do; one of its own by default. */
  server?: ServerKnowledge;
}

/** Body of POST /prompt (API reference 2.1). */
export interface PromptRequest {
  graph: ApiGraph;
  /** Socket that gets the job's events. */
  clientId?: string;
  /** Canonical UUID. Older servers ignore it, so use the id that comes back. */
  promptId?: string;
  /** Explicit queue position; lower runs first. */
  number?: number;
  /** Puts the job before all pending ones. */
  front?: boolean;
  /** Each key becomes a text chunk of the saved PNG. */
  pngInfo?: Record<string, ExactJson>;
  /** Latent previews for this job alone, on servers that know the key. */
  previewMethod?: 'none' | 'auto' | 'latent2rgb' | 'taesd';
  /** Further keys of `extra_data`, kept with the job in queue and history but written into no file. */
  extra?: Record<string, ExactJson>;
  /** The output nodes to run; all of them by default. */
  outputNodes?: readonly string[];
}

/** The answer of POST /prompt. `problems` lists outputs that were left out of a job queued anyway. */
export interface PromptAccepted {
  promptId: string;
  number: number;
  problems: PromptProblem[];
}

export interface UploadOptions {
  filename: string;
  subfolder?: string;
  type?: FolderType;
  overwrite?: boolean;
  signal?: AbortSignal;
}

export interface HistoryPage {
  /** At most this many; the newest ones when no offset is given. */
  maxItems?: number;
  /** Counted from the oldest entry (API reference 2.1). */
  offset?: number;
}

/** Where a job is in the queue; lower numbers run first, the smaller id first among equal ones. */
export interface QueuePlace {
  id: string;
  number: number;
}

/** A file, if it is not too large. */
export interface ViewedFile {
  file: Blob | null;
  /** What is in a small file. A browser keeps blobs elsewhere, and each look into one goes there and back. */
  data?: Uint8Array<ArrayBuffer>;
  bytes: number;
  tag: string | null;
}

/** Files up to so many bytes are small. */
const AT_HAND = 2 ** 20;

interface Request {
  method?: string;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A request and its response. `path` has no query. */
interface Exchange {
  path: string;
  signal: AbortSignal | undefined;
  response: Response;
}

type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * The HTTP side of a ComfyUI server: a method per endpoint, answers validated once, numbers exact.
 * Routes of the seed era are asked without the /api prefix, which those servers do not have.
 * Every method rejects with a `ComfyError`, or with the AbortError of the caller's signal.
 */
export class ComfyClient {
  readonly baseUrl: string;
  /** What the answers so far tell about the server. */
  readonly server: ServerKnowledge;
  /** Whether requests go out by the plain `fetch` of the page, so that a worker's client can make the same ones. */
  readonly plain: boolean;
  /** Content key of a file that only Darkroom's library has. */
  contentOf: (ref: FileRef) => string | undefined = () => undefined;
  readonly #fetch: typeof fetch;

  constructor(options: ComfyClientOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.server = options.server ?? new ServerKnowledge();
    this.plain = options.fetch === undefined;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /** Address of a route; `path` begins with a slash. */
  url(path: string): string {
    return `${this.baseUrl}${path}`;
  }

  /** Address of a file for `<img>`, `<video>` or fetch. */
  viewUrl(ref: FileRef, options?: ViewOptions): string {
    return this.url(this.#viewPath(ref, options));
  }

  /** Darkroom's server gives files as they are, and what ComfyUI does not know by its content. */
  #viewPath(ref: FileRef, options?: ViewOptions): string {
    return treePlaceOf(ref)
      ? `/darkroom/library/file/${this.contentOf(ref) ?? 'unknown'}?of=tree`
      : `/view?${viewQuery(ref, options)}`;
  }

  /** Address of the event socket for a client id. */
  socketUrl(clientId: string): string {
    return `${this.url('/ws').replace(/^http/, 'ws')}?clientId=${encodeURIComponent(clientId)}`;
  }

  // Files

  /** Stores a picture in the server's input folder. The returned name may differ from the one asked for. */
  async uploadImage(image: Blob, options: UploadOptions): Promise<FileRef> {
    return this.#upload('/upload/image', uploadForm(image, options), options.signal);
  }

  /**
   * Stores a mask as the alpha of `original`: alpha 0 is repainted, 255 kept. The server answers 200 even
   * when it wrote nothing, so the caller must check afterwards (API reference 2.2).
   */
  async uploadMask(mask: Blob, original: FileRef, options: UploadOptions): Promise<FileRef> {
    const form = uploadForm(mask, options);
    form.set('original_ref', JSON.stringify(original));
    return this.#upload('/upload/mask', form, options.signal);
  }

  async #upload(path: string, body: FormData, signal?: AbortSignal): Promise<FileRef> {
    const { name, subfolder, type } = await this.#json(path, uploadedSchema, {
      method: 'POST',
      body,
      signal,
    });
    return { filename: name, subfolder, type };
  }

  /**
   * The bytes of a file. `range` is an inclusive byte range; plain views only, previews ignore it.
   * @throws ComfyError `refused` when the server serves no file of that name, `http` when it has none.
   */
  async view(
    ref: FileRef,
    options: ViewOptions & { signal?: AbortSignal; range?: [number, number] } = {},
  ): Promise<Blob> {
    const { signal, range, ...view } = options;
    const headers: Record<string, string> = range ? { range: `bytes=${range[0]}-${range[1]}` } : {};
    const exchange = await this.#raw(this.#viewPath(ref, view), { signal, headers });
    throwIfRefused(exchange, ref);
    await expectOk(exchange);
    return readBody(exchange, (response) => response.blob());
  }

  /**
   * A file with its tag if it is no larger than `limit` bytes, in one request: the size comes before the bytes, and a
   * larger file is given up then, `file` being null. Null when the file is gone. Where the server does not tell the
   * size, the file is taken whatever it is.
   */
  async viewUpTo(ref: FileRef, limit: number, signal?: AbortSignal): Promise<ViewedFile | null> {
    const exchange = await this.#raw(this.#viewPath(ref), { signal });
    const { response } = exchange;
    throwIfRefused(exchange, ref);
    if (!response.ok && response.status < 500) {
      return null;
    }
    await expectOk(exchange);
    const tag = response.headers.get('etag');
    const bytes = Number(response.headers.get('content-length') ?? NaN);
    if (bytes > limit) {
      await response.body?.cancel();
      return { file: null, bytes, tag };
    }
    if (bytes <= AT_HAND) {
      const data = new Uint8Array(await readBody(exchange, (answer) => answer.arrayBuffer()));
      const type = response.headers.get('content-type') ?? '';
      return { file: new Blob([data], { type }), data, bytes: data.length, tag };
    }
    const file = await readBody(exchange, (answer) => answer.blob());
    return { file, bytes: file.size, tag };
  }

  /**
   * Whether the server has the file, its size in bytes, and its tag, which changes whenever the file is
   * written (API reference 2.2). Null for whatever the server does not say.
   * @throws ComfyError `refused` when the server serves no file of that name, so that nobody can tell.
   */
  async stat(
    ref: FileRef,
    signal?: AbortSignal,
  ): Promise<{ bytes: number | null; tag: string | null } | null> {
    const exchange = await this.#raw(this.#viewPath(ref), { method: 'HEAD', signal });
    const { response } = exchange;
    throwIfRefused(exchange, ref);
    if (response.status >= 500) {
      throw httpError(exchange, '');
    }
    const length = response.headers.get('content-length');
    return response.ok
      ? { bytes: length === null ? null : Number(length), tag: response.headers.get('etag') }
      : null;
  }

  // Jobs

  /**
   * Queues a graph. Rejects with `rejected` and its problems when the server refuses it; resolves with
   * problems when it queued only part of it.
   */
  async queuePrompt(request: PromptRequest, signal?: AbortSignal): Promise<PromptAccepted> {
    const exchange = await this.#raw('/prompt', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: stringifyExact(promptBody(request)),
      signal,
    });
    if (exchange.response.status === 400) {
      const text = await readText(exchange);
      throw refusal(request.graph, text) ?? httpError(exchange, text);
    }
    const accepted = await check(acceptedSchema, await expectOk(exchange));
    return {
      promptId: accepted.prompt_id,
      number: accepted.number,
      problems: promptProblems(request.graph, null, accepted.node_errors),
    };
  }

  /** Jobs pending and running, together. */
  async queueRemaining(signal?: AbortSignal): Promise<number> {
    return (await this.#json('/prompt', queueRemainingSchema, { signal })).exec_info.queue_remaining;
  }

  /** Running and pending jobs in the order they will run: the server sends its heap unsorted. */
  async queue(signal?: AbortSignal): Promise<{ running: QueueEntry[]; pending: QueueEntry[] }> {
    const { queue_running, queue_pending } = await this.#json('/queue', queueSchema, { signal });
    return { running: queue_running, pending: queue_pending.toSorted(byPosition) };
  }

  /** The answer that `queue()` reads, still to be read: that of a long queue is too much to be held at once. */
  async queueAnswer(): Promise<Response> {
    return (await this.#send('/queue', {})).response;
  }

  /**
   * Ids and places of the jobs in the queue, without their graphs, the pending in the order they will run; `null`
   * where the route does not exist. A queue of 2000 jobs is 100 MB in full, and 200 kB so.
   */
  async queuePlaces(signal?: AbortSignal): Promise<{ running: QueuePlace[]; pending: QueuePlace[] } | null> {
    if (this.server.current.routes.jobs === false) {
      return null;
    }
    const answer = await this.#optional('/api/jobs?status=pending,in_progress', queuePlacesSchema, signal);
    if (!answer) {
      return null;
    }
    const jobs = answer.jobs.filter((job) => v.is(queuePlaceSchema, job));
    const places = (wanted: 'pending' | 'in_progress'): QueuePlace[] =>
      jobs.flatMap(({ id, status, priority }) => (status === wanted ? [{ id, number: priority ?? 0 }] : []));
    return { running: places('in_progress'), pending: places('pending').toSorted(byPosition) };
  }

  /** Forgets every pending job; the running one goes on. */
  async clearQueue(): Promise<void> {
    await this.#post('/queue', { clear: true });
  }

  /** Forgets pending jobs. Unknown and running ids are silently ignored (API reference 2.1). */
  async deletePending(ids: readonly string[]): Promise<void> {
    await this.#post('/queue', { delete: [...ids] });
  }

  /**
   * Interrupts the job if it is the one running. Servers of the seed era ignore the id and stop whatever
   * runs, so ask `queue()` first when the version is unknown.
   */
  async interrupt(promptId: string): Promise<void> {
    await this.#post('/interrupt', { prompt_id: promptId });
  }

  /** Finished jobs, newest first, although the server sends them oldest first. */
  async history(page: HistoryPage = {}, signal?: AbortSignal): Promise<HistoryItem[]> {
    const raw = await this.#json(historyPath(page), v.record(v.string(), v.unknown()), { signal });
    return Object.entries(raw).map(readHistory).reverse();
  }

  /** The same as it came, to be read elsewhere. */
  async historyBytes(page: HistoryPage): Promise<ArrayBuffer> {
    const exchange = await this.#send(historyPath(page), {});
    return readBody(exchange, (response) => response.arrayBuffer());
  }

  /** One finished job; `null` while it is unknown, pending or running. */
  async historyItem(id: string, signal?: AbortSignal): Promise<HistoryItem | null> {
    const path = `/history/${encodeURIComponent(id)}`;
    const raw = await this.#json(path, v.record(v.string(), v.unknown()), { signal });
    return Object.entries(raw).map(readHistory)[0] ?? null;
  }

  /** Forgets finished jobs. Their files stay: no route of ComfyUI deletes a file. */
  async deleteHistory(ids: readonly string[]): Promise<void> {
    await this.#post('/history', { delete: [...ids] });
  }

  /** Forgets every finished job. */
  async clearHistory(): Promise<void> {
    await this.#post('/history', { clear: true });
  }

  /** The light job list of newer servers, newest first; `null` where the route does not exist. */
  async jobs(
    options: { limit?: number; offset?: number; signal?: AbortSignal } = {},
  ): Promise<{ jobs: JobSummary[]; total: number } | null> {
    if (this.server.current.routes.jobs === false) {
      return null;
    }
    const query = new URLSearchParams({ status: 'completed,failed,cancelled' });
    if (options.limit !== undefined) {
      query.set('limit', String(options.limit));
    }
    if (options.offset !== undefined) {
      query.set('offset', String(options.offset));
    }
    const answer = await this.#optional(`/api/jobs?${query.toString()}`, jobListSchema, options.signal);
    return answer && { jobs: answer.jobs, total: answer.pagination.total };
  }

  /** Cancels a job whatever its state; `null` where the route does not exist. */
  async cancelJob(id: string): Promise<boolean | null> {
    if (this.server.current.routes.jobs === false) {
      return null;
    }
    const path = `/api/jobs/${encodeURIComponent(id)}/cancel`;
    const exchange = await this.#raw(path, { method: 'POST' });
    if (exchange.response.status === 404 || exchange.response.status === 405) {
      return null;
    }
    return (await check(cancelledSchema, await expectOk(exchange))).cancelled;
  }

  // The server

  /** Device, memory (bytes) and version. */
  async systemStats(signal?: AbortSignal): Promise<SystemStats> {
    const stats = await this.#json('/system_stats', systemStatsSchema, { signal });
    this.server.takeStats(stats);
    return stats;
  }

  /** Every node class. Classes whose shape is not understood are left out. */
  async objectInfo(signal?: AbortSignal): Promise<Map<string, NodeInfo>> {
    return this.#nodeInfos('/object_info', signal);
  }

  /** One node class; `null` when the server does not have it. */
  async nodeInfo(className: string, signal?: AbortSignal): Promise<NodeInfo | null> {
    const infos = await this.#nodeInfos(`/object_info/${encodeURIComponent(className)}`, signal);
    return infos.get(className) ?? null;
  }

  /** Names of the embeddings that prompts can use, without extension (API reference 2.3); none where it has no list. */
  async embeddings(signal?: AbortSignal): Promise<string[]> {
    return (await this.#optional('/embeddings', v.array(v.string()), signal)) ?? [];
  }

  async #nodeInfos(path: string, signal?: AbortSignal): Promise<Map<string, NodeInfo>> {
    const raw = await this.#json(path, v.record(v.string(), v.unknown()), { signal });
    // Only the editor asks for it: a first visit needs no reader of node classes.
    const { parseNodeInfo } = await import('./object-info');
    const infos = new Map<string, NodeInfo>();
    for (const [name, value] of Object.entries(raw)) {
      const info = parseNodeInfo(name, value);
      if (info) {
        infos.set(name, info);
      }
    }
    return infos;
  }

  /** Feature flags; `null` on servers without the route. */
  async features(signal?: AbortSignal): Promise<Features | null> {
    const features = await this.#optional('/features', featuresSchema, signal);
    if (features) {
      this.server.takeFlags(features);
    }
    return features;
  }

  /**
   * JSON that not every server has, such as a template, parsed exactly; `null` when it has none of that name, or no
   * such route. `path` begins with a slash, and may have a query.
   */
  async optionalJson(path: string, signal?: AbortSignal): Promise<ExactJson | null> {
    return this.#optional(
      path,
      v.custom<ExactJson>(() => true),
      signal,
    );
  }

  /** Unloads models and, with `memory`, empties the node cache too. */
  async free(what: { models: boolean; memory: boolean }): Promise<void> {
    await this.#post('/free', { unload_models: what.models, free_memory: what.memory });
  }

  // User data: small documents kept on the server, the same for every device

  /** A user document parsed exactly; `null` when there is none, or the server has no user data. */
  async readUserdata(path: string, signal?: AbortSignal): Promise<ExactJson | null> {
    return this.#optional(
      userdataPath(path),
      v.custom<ExactJson>(() => true),
      signal,
    );
  }

  /** Writes a user document as JSON, atomically on newer servers. */
  async writeUserdata(path: string, document: ExactJson): Promise<void> {
    await this.#send(userdataPath(path), { method: 'POST', body: stringifyExact(document) });
  }

  /** A user document as the text it is; `null` when there is none, or the server has no user data. */
  async readUserdataText(path: string, signal?: AbortSignal): Promise<string | null> {
    const exchange = await this.#raw(userdataPath(path), { signal });
    if (exchange.response.status === 404) {
      await this.#noteMissing(exchange);
      return null;
    }
    return readText(await expectOk(exchange));
  }

  /** Writes a user document as it is, atomically on newer servers. */
  async writeUserdataText(path: string, text: string): Promise<void> {
    await this.#send(userdataPath(path), { method: 'POST', body: text });
  }

  /** Files below a user folder, with their last change in ms since the epoch where it is told; empty when the folder does not exist. */
  async listUserdata(
    folder: string,
    signal?: AbortSignal,
  ): Promise<{ path: string; bytes: number; changedAt: number | null }[]> {
    const query = new URLSearchParams({ dir: folder, recurse: 'true', full_info: 'true' });
    const files = await this.#optional(`/userdata?${query.toString()}`, v.array(userdataFileSchema), signal);
    return (files ?? []).map(({ path, size, modified }) => ({
      path,
      bytes: size,
      // Servers until 0.3 tell seconds (API reference 2.4).
      changedAt: modified === undefined ? null : modified < 1e11 ? modified * 1000 : modified,
    }));
  }

  /** Deletes a user document; a missing one is not an error. */
  async deleteUserdata(path: string): Promise<void> {
    await this.#delete(userdataPath(path));
  }

  /**
   * Takes an asset off the server's list, together with its file where the server announces that it deletes files; one
   * that it does not have is no error.
   */
  async deleteAsset(id: string): Promise<void> {
    await this.#delete(`/api/assets/${encodeURIComponent(id)}`);
  }

  // Transport

  /** What is not there needs no deleting. */
  async #delete(path: string): Promise<void> {
    const exchange = await this.#raw(path, { method: 'DELETE' });
    if (exchange.response.status !== 404) {
      await expectOk(exchange);
    }
  }

  async #post(path: string, body: Record<string, ExactJson>): Promise<void> {
    // Success is 200 with an empty body that must not be parsed (API reference 1.4).
    await this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: stringifyExact(body),
    });
  }

  async #json<T>(path: string, schema: Schema<T>, init: Request = {}): Promise<T> {
    return check(schema, await this.#send(path, init));
  }

  async #optional<T>(path: string, schema: Schema<T>, signal?: AbortSignal): Promise<T | null> {
    if (this.server.current.routes[pathOf(path) as OptionalRoute] === false) {
      return null;
    }
    const exchange = await this.#raw(path, { signal });
    if (exchange.response.status === 404) {
      await this.#noteMissing(exchange);
      return null;
    }
    return check(schema, await expectOk(exchange));
  }

  /** Only the body of a 404 tells a missing document from a missing route. */
  async #noteMissing(exchange: Exchange): Promise<void> {
    const body = await readText(exchange);
    this.server.takeAnswer({ method: 'GET', path: exchange.path, status: 404, body });
  }

  async #send(path: string, init: Request): Promise<Exchange> {
    return expectOk(await this.#raw(path, init));
  }

  async #raw(path: string, init: Request): Promise<Exchange> {
    const exchange = { path: pathOf(path), signal: init.signal };
    let response: Response;
    try {
      response = await this.#fetch(this.url(path), { ...init, cache: 'no-store' });
    } catch (error) {
      throw broken(exchange, error, 'the server does not answer');
    }
    this.server.takeAnswer({
      method: init.method ?? 'GET',
      path: exchange.path,
      status: response.status,
    });
    return { ...exchange, response };
  }
}

function historyPath({ maxItems, offset }: HistoryPage): string {
  const query = new URLSearchParams();
  if (maxItems !== undefined) {
    query.set('max_items', String(maxItems));
  }
  if (offset !== undefined) {
    query.set('offset', String(offset));
  }
  const text = query.toString();
  return `/history${text ? `?${text}` : ''}`;
}

/** A path without its query. */
function pathOf(path: string): string {
  return path.replace(/\?.*$/, '');
}

/** The error of a request that failed to complete; the caller's own abort is passed on unchanged. */
function broken(
  exchange: Omit<Exchange, 'response'>,
  error: unknown,
  message: string,
  status?: number,
): unknown {
  return isAbort(error) || exchange.signal?.aborted
    ? error
    : new ComfyError('unreachable', message, { path: exchange.path, status, cause: error });
}

async function readBody<T>(exchange: Exchange, read: (response: Response) => Promise<T>): Promise<T> {
  try {
    return await read(exchange.response);
  } catch (error) {
    // The server did answer. When a proxy breaks off, it is what lies behind the proxy that has failed.
    throw broken(exchange, error, 'the connection broke off', exchange.response.status);
  }
}

function readText(exchange: Exchange): Promise<string> {
  return readBody(exchange, (response) => response.text());
}

async function expectOk(exchange: Exchange): Promise<Exchange> {
  if (!exchange.response.ok) {
    throw httpError(exchange, await readText(exchange).catch(reportingAs('comfy.error-body', '')));
  }
  return exchange;
}

async function check<T>(schema: Schema<T>, exchange: Exchange): Promise<T> {
  const text = await readText(exchange);
  const checked = v.safeParse(schema, parseJson(exchange, text));
  if (!checked.success) {
    const [issue] = checked.issues;
    const where = v.getDotPath(issue);
    const body = where === null ? issue.message : `${where}: ${issue.message}`;
    throw new ComfyError('invalid', 'the answer has another shape', { path: exchange.path, body });
  }
  return checked.output;
}

function parseJson(exchange: Exchange, text: string): ExactJson {
  try {
    return parseExact(text);
  } catch (cause) {
    throw new ComfyError('invalid', 'the answer is not JSON', { path: exchange.path, body: text, cause });
  }
}

function httpError({ path, response: { status } }: Exchange, body: string): ComfyError {
  const details = { path, status, body };
  const address = proxyAddress(body) ?? undefined;
  // ComfyUI never answers 502 or 504: they come from a proxy in front of a server that is down.
  // An answer to HEAD has no body that would say so.
  if (address !== undefined || status === 502 || status === 504) {
    return new ComfyError('unreachable', 'the server does not answer', { ...details, address });
  }
  if (status === 413) {
    return new ComfyError('too-large', 'the file is too large for the server', details);
  }
  return new ComfyError('http', `the server answered ${status}`, details);
}

/** A 400 or 403 of `/view` is about the name; on the others' word it could be about the visitor. */
function throwIfRefused({ path, response: { status } }: Exchange, ref: FileRef): void {
  const refusal = status === 400 || status === 403 ? viewRefusal(ref) : null;
  if (refusal !== null) {
    throw new ComfyError('refused', 'the server refuses the name of the file', { path, status, refusal });
  }
}

function readRefusal(text: string): v.InferOutput<typeof refusedSchema> | null {
  try {
    return v.parse(refusedSchema, parseExact(text));
  } catch (error) {
    report(error, 'comfy.refusal');
    return null;
  }
}

/** What POST /prompt said against a graph; `null` when the text is not in its form. */
function refusal(graph: ApiGraph, text: string): ComfyError | null {
  const refused = readRefusal(text);
  if (!refused) {
    return null;
  }
  const { error, node_errors } = refused;
  const problems = promptProblems(graph, error, node_errors);
  return new ComfyError('rejected', error.message, { path: '/prompt', status: 400, problems });
}

function uploadForm(file: Blob, options: UploadOptions): FormData {
  const form = new FormData();
  form.set('image', file, servedName(options.filename));
  form.set('type', options.type ?? 'input');
  form.set('subfolder', options.subfolder ?? '');
  if (options.overwrite) {
    form.set('overwrite', 'true');
  }
  return form;
}

function promptBody(request: PromptRequest): Record<string, unknown> {
  const extraData: Record<string, unknown> = { ...request.extra };
  // A null extra_pnginfo makes every later GET /api/jobs fail (API reference 2.1), so the key is left out.
  if (request.pngInfo && Object.keys(request.pngInfo).length > 0) {
    extraData['extra_pnginfo'] = request.pngInfo;
  }
  if (request.previewMethod) {
    extraData['preview_method'] = request.previewMethod;
  }
  const prompt = Object.fromEntries(
    // A node without `inputs` can kill the server's worker for good (API reference 2.1).
    Object.entries(request.graph).map(([id, node]) => [id, { ...node, inputs: node.inputs ?? {} }]),
  );
  return {
    prompt,
    extra_data: extraData,
    ...(request.clientId === undefined ? {} : { client_id: request.clientId }),
    ...(request.promptId === undefined ? {} : { prompt_id: request.promptId }),
    ...(request.number === undefined ? {} : { number: request.number }),
    ...(request.front ? { front: true } : {}),
    // An empty list would leave nothing to run (API reference 2.1).
    ...(request.outputNodes?.length ? { partial_execution_targets: [...request.outputNodes] } : {}),
  };
}

function byPosition(a: QueuePlace, b: QueuePlace): number {
  return a.number - b.number || (a.id < b.id ? -1 : 1);
}

function userdataPath(path: string): string {
  // One path segment: the slashes inside have to be encoded (API reference 2.4).
  return `/userdata/${encodeURIComponent(path)}`;
}

/** The address in the 502 of our own server or dev proxy, which speak for a ComfyUI that is down. */
function proxyAddress(body: string): string | null {
  // ComfyUI's own errors are plain text or empty.
  if (!body.startsWith('{')) {
    return null;
  }
  try {
    const parsed = v.safeParse(unreachableSchema, JSON.parse(body));
    return parsed.success ? parsed.output.error.address : null;
  } catch (error) {
    report(error, 'comfy.proxy-answer');
    return null;
  }
}

const unreachableSchema = v.object({
  error: v.object({ type: v.literal('comfyui_unreachable'), address: v.string() }),
});
