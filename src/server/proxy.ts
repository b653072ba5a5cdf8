import http from 'node:http';
import https from 'node:https';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { ComfyAddress } from './comfy-url';
import { systemCode } from './errors';
import { type OnMessage, readAlong } from './live/socket-tap';
import { pour } from './pour';
import { sendJson, unreachableJson } from './replies';
import { joinSockets, writeRawResponse } from './tunnel';

/** Headers that belong to one connection only (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/**
 * Cookies for `localhost` are shared by every program on the machine, whatever its port. ComfyUI uses none, so
 * none are passed in either direction. Node answers `Expect: 100-continue` itself.
 */
const KEPT_BACK = new Set(['host', 'origin', 'referer', 'cookie', 'expect']);
/** Could make a server behind us see a different request or client from the one the gate judged. */
const MISLEADING =
  /^(?:forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|(?:x-)?(?:http-)?method(?:-override)?|x-original-.*|x-rewrite-.*)$/;
const NOT_PASSED_DOWN = /^(?:set-cookie|content-security-policy|x-frame-options|access-control-.*)$/;
/** Marks our own requests, so that a server that proxies to itself stops at the first round. */
const LOOP_HEADER = 'x-comfy-darkroom';
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * What ComfyUI serves is untrusted (pictures, SVG, HTML from any node). Embedded in our page it is only
 * displayed; opened by itself it may run no scripts and has no origin.
 */
const CONTENT_HEADERS: Record<string, string> = {
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Passes HTTP requests and WebSockets on to one ComfyUI server. */
export interface ComfyProxy {
  /**
   * Streams a request to ComfyUI and the response back. `body` replaces the request's own body if that was
   * already read. Answers 502 `comfyui_unreachable` if there is no response to pass on.
   */
  forward(request: IncomingMessage, response: ServerResponse, body?: Buffer): void;
  /** Passes a WebSocket handshake through, byte for byte. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every open socket and idle connection. */
  close(): void;
}

/**
 * Creates the proxy. Host becomes ComfyUI's own, and Origin, if present, ComfyUI's origin, so that its origin
 * check sees a page it served itself, wherever it runs and under whichever name Darkroom was opened (ComfyUI
 * API notes §5). That disables ComfyUI's own check: the gate must have admitted the request before.
 *
 * WebSockets are connected as plain byte streams, not message by message: close codes, compression and
 * back-pressure work end to end, and a closed tab closes its connection to ComfyUI at once, which its
 * reconnect bug makes necessary (§4.2).
 * @param onMessage is told what ComfyUI says on the sockets of the app; there is then no compression.
 */
export function createComfyProxy(comfy: ComfyAddress, onMessage?: OnMessage): ComfyProxy {
  const client = comfy.protocol === 'https:' ? https : http;
  const reusing = new client.Agent({ keepAlive: true, maxFreeSockets: 16 });
  const fresh = new client.Agent({ keepAlive: false });
  const open = new Set<() => void>();

  function requestOptions(request: IncomingMessage, headers: OutgoingHttpHeaders): http.RequestOptions {
    return {
      hostname: comfy.hostname,
      port: comfy.port,
      method: request.method,
      path: comfy.basePath + (request.url ?? '/'),
      headers,
    };
  }

  function forward(request: IncomingMessage, response: ServerResponse, body?: Buffer): void {
    if (request.headers[LOOP_HEADER] !== undefined) {
      sendJson(response, 508, LOOP_ERROR);
      return;
    }
    const headers = upstreamHeaders(request, comfy);
    if (body) {
      delete headers['content-length'];
      delete headers['transfer-encoding'];
      headers['content-length'] = body.length;
    }
    send(request, response, headers, body, true);
  }

  function send(
    request: IncomingMessage,
    response: ServerResponse,
    headers: OutgoingHttpHeaders,
    body: Buffer | undefined,
    mayRetry: boolean,
  ): void {
    const isBodiless = body === undefined && !hasBody(request);
    // The server may just have closed a reused connection. Only requests without a body can simply be
    // resent, so only those reuse connections.
    const isReusing = isBodiless && (request.method === 'GET' || request.method === 'HEAD');
    const upstream = client.request({
      ...requestOptions(request, headers),
      agent: isReusing ? reusing : fresh,
    });
    limitConnecting(upstream);

    const abandon = (): void => {
      upstream.destroy();
    };
    response.once('close', abandon);

    let stopPouring = (): void => undefined;
    let isAnswered = false;
    upstream.once('response', (answer) => {
      isAnswered = true;
      passAnswer(answer, response);
      response.once('finish', () => {
        // The response may come before the upload is complete (413): drain the rest.
        stopPouring();
        request.resume();
      });
    });
    upstream.on('error', (error) => {
      stopPouring();
      request.resume();
      if (isAnswered || response.destroyed) {
        return;
      }
      if (mayRetry && isReusing && upstream.reusedSocket && systemCode(error) === 'ECONNRESET') {
        response.off('close', abandon);
        send(request, response, headers, body, false);
        return;
      }
      sendJson(response, 502, unreachableJson(comfy.shown, error));
    });

    // With `close`, a server that refuses an upload early may cut the connection before the refusal is read.
    upstream.setHeader('connection', 'keep-alive');
    if (isBodiless || body) {
      upstream.end(body);
    } else {
      stopPouring = pour(request, upstream);
    }
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const headers = upstreamHeaders(request, comfy);
    if (request.headers[LOOP_HEADER] !== undefined) {
      writeRawResponse(socket, 508, 'Loop Detected', JSON.stringify(LOOP_ERROR));
      return;
    }
    if (onMessage) {
      delete headers['sec-websocket-extensions'];
    }
    headers['connection'] = 'Upgrade';
    headers['upgrade'] = 'websocket';
    const upstream = client.request({
      ...requestOptions(request, headers),
      agent: fresh,
    });
    limitConnecting(upstream);
    // Only reading shows that the client hung up during the handshake; what it sends is kept.
    const early = [head];
    const keep = (chunk: Buffer): void => {
      early.push(chunk);
    };
    const abandon = (): void => {
      upstream.destroy();
      socket.destroy();
    };
    const settle = (): void => {
      open.delete(abandon);
      socket.off('data', keep).off('close', abandon).off('end', abandon);
    };
    open.add(abandon);
    socket.on('error', abandon);
    socket.on('data', keep).once('close', abandon).once('end', abandon);
    socket.once('close', settle);

    upstream.once('upgrade', (answer, far, farHead) => {
      settle();
      const near = { socket, head: Buffer.concat(early) };
      const stop = joinSockets(near, { answer, socket: far, head: farHead });
      open.add(stop);
      socket.once('close', () => open.delete(stop));
      if (onMessage) {
        const take = readAlong(onMessage);
        take(farHead);
        far.on('data', take);
      }
    });
    upstream.once('response', (answer) => {
      settle();
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('close', () => {
        const status = answer.statusCode ?? 502;
        const type = answer.headers['content-type'] ?? 'text/plain';
        writeRawResponse(socket, status, answer.statusMessage ?? '', Buffer.concat(chunks).toString(), type);
      });
    });
    upstream.on('error', (error) => {
      settle();
      writeRawResponse(socket, 502, 'Bad Gateway', JSON.stringify(unreachableJson(comfy.shown, error)));
    });
    upstream.end();
  }

  function close(): void {
    for (const stop of [...open]) {
      stop();
    }
    open.clear();
    reusing.destroy();
  }

  return { forward, upgrade, close };
}

function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Limits the time to connect, but not the time after that: a node or a big file may take long. */
function limitConnecting(upstream: http.ClientRequest): void {
  upstream.once('socket', (socket) => {
    socket.setNoDelay(true);
    if (!socket.connecting) {
      return;
    }
    const timer = setTimeout(() => {
      upstream.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' }));
    }, CONNECT_TIMEOUT_MS);
    const stop = (): void => {
      clearTimeout(timer);
    };
    socket.once('connect', stop);
    socket.once('close', stop);
  });
}

function upstreamHeaders(request: IncomingMessage, comfy: ComfyAddress): OutgoingHttpHeaders {
  const dropped = new Set([...HOP_BY_HOP, ...KEPT_BACK, ...namedByConnection(request)]);
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!dropped.has(name) && !MISLEADING.test(name)) {
      headers[name] = value;
    }
  }
  headers['host'] = comfy.host;
  headers[LOOP_HEADER] = '1';
  if (request.headers.origin !== undefined) {
    headers['origin'] = comfy.origin;
  }
  if (comfy.authorization !== undefined) {
    headers['authorization'] = comfy.authorization;
  }
  if (request.headers['transfer-encoding'] !== undefined) {
    headers['transfer-encoding'] = 'chunked';
  }
  return headers;
}

/** Headers the client declared as hop-by-hop. Framing headers cannot be removed that way. */
function namedByConnection(request: IncomingMessage): string[] {
  const names = (request.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== 'content-length' && name !== 'content-type');
}

function passAnswer(answer: IncomingMessage, response: ServerResponse): void {
  const raw = answer.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !NOT_PASSED_DOWN.test(lower)) {
      response.appendHeader(name, raw[index + 1] ?? '');
    }
  }
  for (const [name, value] of Object.entries(CONTENT_HEADERS)) {
    response.setHeader(name, value);
  }
  // ComfyUI puts some error reasons into the status line (ComfyUI API notes §2.4).
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage);
  pour(answer, response);
  const cutIfTruncated = (): void => {
    if (!answer.complete) {
      // Ending it properly would make half a picture look complete.
      response.destroy();
    }
  };
  answer.once('error', cutIfTruncated);
  answer.once('close', cutIfTruncated);
}

const LOOP_ERROR = {
  error: {
    type: 'proxy_loop',
    message:
      'A Darkroom server was asked in place of ComfyUI. Start Darkroom with --comfy and the address of ComfyUI itself.',
  },
};
