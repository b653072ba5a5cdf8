import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import helmet from '@fastify/helmet';
import serveStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';

import { isComfyRoute, isPromptRoute, isSocketRoute } from './comfy-routes';
import type { ComfyAddress } from './comfy-url';
import {
  decide,
  type GateDecision,
  type GatePolicy,
  parseTarget,
  readGateRequest,
  type Refusal,
  refusalBody,
} from './gate';
import { forwardPrompt } from './prompt-route';
import type { ComfyProxy } from './proxy';
import { writeRawResponse } from './tunnel';
import { VERSION } from './version';

export interface AppOptions {
  comfy: ComfyAddress;
  proxy: ComfyProxy;
  policy: GatePolicy;
  /** Directory of the built app. */
  staticDir: string;
  log: boolean;
}

const YEAR_S = 31_536_000;
const HASHED_FILES = /[/\\]assets[/\\][^/\\]+$/;

/** No inline script, no eval, nothing from another host: the app ships everything it needs. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  mediaSrc: ["'self'", 'blob:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  workerSrc: ["'self'", 'blob:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
  formAction: ["'none'"],
};

/** Builds the Fastify application. The gate stands in front of it: nothing reaches a route around it. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: options.log,
    forceCloseConnections: true,
    serverFactory: (handler) => createGatedServer(handler, options),
  });
  // Proxied bodies are streamed as they are; no route of ours reads one through Fastify.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.addHook('onRequest', (request, reply, done) => {
    const target = parseTarget(request.raw.url ?? '');
    if (!target || !isComfyRoute(target.segments)) {
      done();
      return;
    }
    reply.hijack();
    if (isPromptRoute(request.method, target.segments)) {
      forwardPrompt(request.raw, reply.raw, options.proxy);
    } else {
      options.proxy.forward(request.raw, reply.raw);
    }
  });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // These either do nothing on plain http (and warn about it) or would break it.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    strictTransportSecurity: false,
  });
  app.get('/darkroom/about', (_request, reply) =>
    reply
      .header('Cache-Control', 'no-store')
      .send({ name: 'comfy-darkroom', version: VERSION, comfyUrl: options.comfy.shown }),
  );
  await app.register(serveStatic, {
    root: options.staticDir,
    preCompressed: true,
    dotfiles: 'deny',
    cacheControl: false,
    setHeaders: (reply, path) => {
      void reply.header('Cache-Control', cacheControlOf(path));
    },
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: { type: 'not_found', message: `There is nothing at ${request.url}.` } }),
  );
  return app;
}

/** Hashed files never change, the page that names them must always be fresh, the rest is checked each time. */
function cacheControlOf(path: string): string {
  if (/\.html(?:\.\w+)?$/.test(path)) {
    return 'no-store';
  }
  return HASHED_FILES.test(path) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

function createGatedServer(handler: RequestHandler, options: AppOptions): Server {
  const judge = (request: IncomingMessage): GateDecision => decide(readGateRequest(request), options.policy);
  // An upload may take longer than Node's five minutes for a whole request.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const decision = judge(request);
    if (decision.allow) {
      handler(request, response);
    } else {
      sendRefusal(request, response, decision);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const decision = judge(request);
    if (!decision.allow) {
      writeRawResponse(socket, decision.status, statusText(decision.status), refusalBody(decision));
    } else if (
      !isSocketRoute(decision.target.segments) ||
      request.headers.upgrade?.toLowerCase() !== 'websocket'
    ) {
      const message = 'There is no WebSocket at this address.';
      writeRawResponse(socket, 404, 'Not Found', JSON.stringify({ error: { type: 'not_found', message } }));
    } else {
      options.proxy.upgrade(request, socket, head);
    }
  });
  return server;
}

function statusText(status: Refusal['status']): string {
  return status === 400 ? 'Bad Request' : 'Forbidden';
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  // A person who followed a link gets the sentence, a program the reason.
  const isPage = request.headers.accept?.includes('text/html') ?? false;
  response.writeHead(refusal.status, {
    'Content-Type': `${isPage ? 'text/plain' : 'application/json'}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // What else this client sends on the connection is not worth reading.
    Connection: 'close',
  });
  response.end(isPage ? refusal.message : refusalBody(refusal));
}
