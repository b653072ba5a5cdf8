import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EraTraits } from '../era';
import { takePlannedFailure, type DemoFaults } from '../faults';
import type { Random } from '../random';
import type { SocketHub } from '../ws/hub';
import { writeAnswer } from './answer-writer';
import { isRefusedOrigin } from './origin';
import { empty, HttpStop, routerError, serverError, text, type Answer } from './responses';
import type { Router } from './router';

/** What the HTTP side needs of the engine. */
export interface HttpSetup {
  router: Router;
  hub: SocketHub;
  era: EraTraits;
  faults: DemoFaults;
  random: Random;
}

function isSocketPath(path: string, era: EraTraits): boolean {
  return path === '/ws' || (era.apiPrefix && path === '/api/ws');
}

/** Answers requests the way aiohttp with ComfyUI's middleware does. */
export class HttpSide {
  #setup: HttpSetup;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  constructor(setup: HttpSetup) {
    this.#setup = setup;
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000 }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      void this.#upgrade(request, socket, head);
    });
  }

  /** Starts listening; resolves with the port. Rejects when the port is taken. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections and stops listening. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.dropConnections();
    });
  }

  /** Cuts the open connections, as a crashed server would; all but one, if given. */
  dropConnections(spared?: Socket): void {
    for (const socket of this.#connections) {
      if (socket !== spared) {
        socket.destroy();
      }
    }
  }

  /** Switches to the routes and sockets of a new process. */
  serve(hub: SocketHub, router: Router): void {
    this.#setup = { ...this.#setup, hub, router };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that disconnects is not an error.
    request.on('error', () => response.destroy());
    const answer = await this.#answer(request);
    if (!response.destroyed) {
      await writeAnswer(request, response, answer).catch(() => response.destroy());
    }
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { era, faults } = this.#setup;
    try {
      const url = new URL(request.url ?? '/', 'http://engine');
      const path = rawPath(request);
      const fault = this.#meetFault(request.method ?? 'GET', path);
      if (fault) {
        return fault;
      }
      if (await isRefusedOrigin(request.headers, era)) {
        return empty(403);
      }
      const answer =
        request.method === 'OPTIONS' && era.answersOptions
          ? empty()
          : await this.#route(request, path, url.searchParams);
      return withCacheControl(answer, path, era);
    } catch (error) {
      return error instanceof HttpStop ? error.answer : serverError();
    } finally {
      if (faults.latencyMs > 0) {
        await sleep(faults.latencyMs);
      }
    }
  }

  #meetFault(method: string, path: string): Answer | null {
    if (path.startsWith('/darkroom-demo/')) {
      return null;
    }
    const { faults, random } = this.#setup;
    const planned = takePlannedFailure(faults, method, path);
    if (planned !== null) {
      return planned === 500 ? serverError() : routerError(planned);
    }
    return faults.httpErrorRate > 0 && random() < faults.httpErrorRate ? serverError() : null;
  }

  async #route(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Answer> {
    const method = request.method ?? 'GET';
    const found = this.#setup.router.resolve(method, path);
    if (found.handler) {
      return found.handler({ request, query, params: found.params });
    }
    if (isSocketPath(path, this.#setup.era) && (method === 'GET' || method === 'HEAD')) {
      return text('No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".', 400);
    }
    // /internal is a separate application: it has no static files behind it.
    if (path === '/internal' || path.startsWith('/internal/')) {
      return found.allowed.size > 0 ? methodNotAllowed(found.allowed) : routerError(404);
    }
    // Everywhere else, GET and HEAD go to the static files of the web root, which is empty here.
    return method === 'GET' || method === 'HEAD'
      ? routerError(404)
      : methodNotAllowed(new Set([...found.allowed, 'GET', 'HEAD']));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const { era, hub } = this.#setup;
    if (!isSocketPath(rawPath(request), era)) {
      refuse(socket, 404, 'Not Found');
    } else if (await isRefusedOrigin(request.headers, era)) {
      refuse(socket, 403, 'Forbidden');
    } else {
      const query = new URL(request.url ?? '/', 'http://engine').searchParams;
      hub.accept(request, socket, head, query.get('clientId') ?? '');
    }
  }
}

function rawPath(request: IncomingMessage): string {
  return (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
}

function methodNotAllowed(allowed: ReadonlySet<string>): Answer {
  return routerError(405, { Allow: [...allowed].sort().join(',') });
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Length: 0\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n`,
  );
}

const SCRIPTS = /(?:\.js|\.css|index[^/]*\.json)$/;
const PICTURES = /\.(?:jpg|jpeg|png|ppm|bmp|pgm|pbm|pnm|svg|webp|gif)$/i;

/** Cache-Control by path (API notes §5). The router's own responses have none. */
function withCacheControl(answer: Answer, path: string, era: EraTraits): Answer {
  if ('Cache-Control' in answer.headers || answer.headers['Content-Type'] === undefined) {
    return answer;
  }
  const routed = answer.status === 404 && answer.body !== null;
  if (routed || answer.status === 405) {
    return answer;
  }
  if (SCRIPTS.test(path)) {
    return {
      ...answer,
      headers: { ...answer.headers, 'Cache-Control': era.scriptsNotStored ? 'no-store' : 'no-cache' },
    };
  }
  if (PICTURES.test(path)) {
    const caching = answer.status === 404 ? 'public, max-age=3600' : 'public, max-age=86400';
    return { ...answer, headers: { ...answer.headers, 'Cache-Control': caching } };
  }
  return answer;
}
