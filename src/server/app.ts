import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import helmet from '@fastify/helmet';
import serveStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';

import type { ComfyAddress } from './comfy-url';
import { HEADER_DIRECTIVES, PERMISSIONS_POLICY } from './content-policy';
import {
  type Admission,
  decide,
  type GateDecision,
  type GatePolicy,
  readGateRequest,
  type Refusal,
  refusalBody,
  refusalStatusText,
} from './gate';
import { isLoopbackName, parseHost } from './host-names';
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

/** Builds the Fastify application. The gate comes first: no request reaches a route without passing it. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const admissions = new WeakMap<IncomingMessage, Admission>();
  const app = Fastify({
    logger: options.log,
    forceCloseConnections: true,
    serverFactory: (handler) =>
      createGatedServer(options, (request, response, admission) => {
        admissions.set(request, admission);
        handler(request, response);
      }),
  });
  // Proxied bodies are streamed untouched; none of our own routes reads one through Fastify.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.addHook('onRequest', (request, reply, done) => {
    const route = admissions.get(request.raw)?.route;
    if (route?.owner !== 'comfyui') {
      done();
      return;
    }
    reply.hijack();
    if (route.class === 'submit') {
      forwardPrompt(request.raw, reply.raw, options.proxy);
    } else {
      options.proxy.forward(request.raw, reply.raw);
    }
  });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: HEADER_DIRECTIVES },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Set per page below: browsers that do not honour it log a warning.
    crossOriginOpenerPolicy: false,
    // On plain http these either do nothing but log a warning, or break the page.
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
      void reply.header('Permissions-Policy', PERMISSIONS_POLICY);
      if (isTrustworthy(reply.request.headers.host)) {
        // A page on another site that opened this one must not keep a handle on its window.
        void reply.header('Cross-Origin-Opener-Policy', 'same-origin');
      }
    },
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: { type: 'not_found', message: `There is nothing at ${request.url}.` } }),
  );
  return app;
}

/** Whether browsers treat this host as a secure context even over plain http. */
function isTrustworthy(hostHeader: string | undefined): boolean {
  const host = hostHeader === undefined ? null : parseHost(hostHeader);
  return host !== null && isLoopbackName(host);
}

/** Hashed files never change; the page that names them must always be fresh; the rest is revalidated. */
function cacheControlOf(path: string): string {
  if (/\.html(?:\.\w+)?$/.test(path)) {
    return 'no-store';
  }
  return HASHED_FILES.test(path) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
}

type AdmittedHandler = (request: IncomingMessage, response: ServerResponse, admission: Admission) => void;

function createGatedServer(options: AppOptions, handler: AdmittedHandler): Server {
  const judge = (request: IncomingMessage): GateDecision => decide(readGateRequest(request), options.policy);
  // An upload may take longer than Node's default of five minutes per request.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const decision = judge(request);
    if (decision.allow) {
      handler(request, response, decision);
    } else {
      sendRefusal(request, response, decision);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const decision = judge(request);
    if (decision.allow) {
      options.proxy.upgrade(request, socket, head);
    } else {
      writeRawResponse(socket, decision.status, refusalStatusText(decision), refusalBody(decision));
    }
  });
  return server;
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  // A browser page gets the sentence, a program gets JSON with the reason.
  const isPage = request.headers.accept?.includes('text/html') ?? false;
  response.writeHead(refusal.status, {
    'Content-Type': `${isPage ? 'text/plain' : 'application/json'}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // Do not read anything else from this client.
    Connection: 'close',
    ...(refusal.allowedMethods === undefined ? {} : { Allow: refusal.allowedMethods }),
  });
  response.end(isPage ? refusal.message : refusalBody(refusal));
}
