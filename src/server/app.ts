import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';

import helmet from '@fastify/helmet';
import serveStatic from '@fastify/static';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { WebSocketServer } from 'ws';

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
import { limitConnections } from './connections';
import { languageOf, sayRefusal } from './languages';
import { forwardPrompt } from './prompt-route';
import type { Library } from './library/library';
import { libraryRoutes } from './library/library-routes';
import { markRoutes } from './library/mark-routes';
import type { ComfyProxy } from './proxy';
import { RateLimit } from './rate-limit';
import { isAllowed } from './roles';
import { guestRoutes } from './shares/guest-routes';
import { ownerRoutes } from './shares/owner-routes';
import { pairRoutes } from './shares/pair-routes';
import { network } from './shares/attempts';
import type { Sharing } from './sharing';
import { shownUrl } from './shown-url';
import { writeRawResponse } from './tunnel';
import { VERSION } from './version';

export interface AppOptions {
  comfy: ComfyAddress;
  proxy: ComfyProxy;
  policy: GatePolicy;
  /** Directory of the built app. */
  staticDir: string;
  log: boolean;
  /** Links and devices; `null` where there is no database, so that nothing can be shared. */
  sharing: Sharing | null;
  /** The folders of pictures that are indexed; `null` without a library. */
  library: Library | null;
  /** Certificate and key in PEM, for https. */
  tls?: { cert: string; key: string } | undefined;
  /** Addresses of proxies that speak for many, and are exempt from limits per connection. */
  isProxy?: (address: string) => boolean;
  /** Requests of one client of the door to the network. */
  requestLimit?: { burst: number; perSecond: number } | undefined;
}

const YEAR_S = 31_536_000;
const HASHED_FILES = /[/\\]assets[/\\][^/\\]+$/;

/** Builds the Fastify application. The gate comes first: no request reaches a route without passing it. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const admissions = new WeakMap<IncomingMessage, Admission>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const app = Fastify({
    // Tokens and codes are part of addresses.
    logger: options.log && {
      serializers: { req: ({ method, url }) => ({ method, url: shownUrl(url) }) },
    },
    forceCloseConnections: true,
    serverFactory: (handler) =>
      createGatedServer({ ...options, sockets }, (request, response, admission) => {
        admissions.set(request, admission);
        handler(request, response);
      }),
  });
  // A server waits for what was upgraded, and a page that is open never hangs up.
  app.addHook('preClose', () => {
    sockets.clients.forEach((socket) => {
      socket.terminate();
    });
    return Promise.resolve();
  });
  // Proxied bodies are streamed untouched; only the routes of sharing read one through Fastify.
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
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    // Whatever went wrong inside is nobody's business outside.
    const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) {
      request.log.error(error);
    }
    const message = status === 500 ? 'Something went wrong in Darkroom.' : 'The request cannot be read.';
    return reply.code(status).send({ error: { type: status === 500 ? 'internal' : 'malformed', message } });
  });
  await app.register((scope, _options, done) => {
    // JSON and nothing else: a form on another page cannot send it unasked.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      scope.getDefaultJsonParser('error', 'error'),
    );
    registerSharing(scope, options, (request) => admissions.get(request.raw));
    void scope.register((inner, _inner, ready) => {
      libraryRoutes(inner, options.library, (request) => {
        const role = admissions.get(request.raw)?.role;
        return role !== undefined && isAllowed(role, 'library-files');
      });
      markRoutes(inner, options.sharing?.marks ?? null, (keys) => {
        options.library?.marked(keys);
      });
      ready();
    });
    done();
  });
  app.get('/darkroom/about', (request, reply) => {
    const role = admissions.get(request.raw)?.role;
    return reply.header('Cache-Control', 'no-store').send({
      ...{ name: 'comfy-darkroom', version: VERSION, comfyUrl: options.comfy.shown },
      library: role !== undefined && isAllowed(role, 'library') && options.library?.isOn === true,
    });
  });
  await app.register(serveStatic, {
    root: options.staticDir,
    // Its own route reads whole folders at each request, so that a name cannot be spelled in another case where
    // the disk allows that. The gate has compared the name by now, and all files here are public.
    serve: false,
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
  app.get<{ Params: { '*': string } }>('/*', (request, reply) => reply.sendFile(`/${request.params['*']}`));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: { type: 'not_found', message: `There is nothing at ${request.url}.` } }),
  );
  return app;
}

/** At the owner's door without a database, the routes of sharing say so; a door to the network needs one. */
function registerSharing(
  scope: FastifyInstance,
  { sharing, policy, staticDir }: AppOptions,
  admissionOf: (request: FastifyRequest) => Admission | undefined,
): void {
  if (!sharing) {
    scope.all('/darkroom/*', (_request, reply) =>
      reply.code(503).send({
        error: { type: 'no_database', message: 'Nothing can be shared: Darkroom has no database.' },
      }),
    );
    return;
  }
  ownerRoutes(scope, sharing);
  if (policy.serving === 'lan') {
    guestRoutes(scope, { sharing, staticDir, admissionOf });
    void scope.register((inner, _options, done) => {
      pairRoutes(inner, sharing, admissionOf);
      done();
    });
  }
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

type GatedOptions = AppOptions & {
  /** WebSockets that Darkroom itself answers. */
  sockets: WebSocketServer;
};
type AdmittedHandler = (request: IncomingMessage, response: ServerResponse, admission: Admission) => void;

/** How long a stranger may take to send a request's head, and a guest to send its body, ms. */
const HEAD_MS = 10_000;
const BODY_MS = 10_000;
/** A connection to the network on which nothing moves for so long is closed, ms. */
const IDLE_MS = 120_000;
/** Requests of one client over the network: opening a gallery asks for many pictures at once. */
const REQUESTS = { burst: 2_000, perSecond: 200 };
const CONNECTIONS = { total: 4_000, perAddress: 600 };
/** Nothing that guests or the owner's app send on a socket of ours is longer, bytes. */
const MESSAGE_BYTES = 1_024;

function createGatedServer(options: GatedOptions, handler: AdmittedHandler): Server {
  const isLan = options.policy.serving === 'lan';
  const { burst, perSecond } = options.requestLimit ?? REQUESTS;
  const limit = new RateLimit(burst, perSecond);
  const judge = (message: IncomingMessage): GateDecision => {
    const request = readGateRequest(message);
    if (isLan) {
      const client = options.policy.clientOf?.(request).address ?? '';
      const retryAfter = limit.take(network(client));
      if (retryAfter > 0) {
        return tooMany(retryAfter);
      }
    }
    try {
      return decide(request, options.policy);
    } catch {
      // Who is coming stands in the database. Thrown from here, its failure would end the server.
      return UNAVAILABLE;
    }
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const decision = judge(request);
    if (!decision.allow) {
      sendRefusal(request, response, decision);
      return;
    }
    if (isLan && decision.role !== 'device') {
      limitBody(request);
    }
    handler(request, response, decision);
  };
  // An upload may take longer than Node's default of five minutes per request.
  const times = {
    requestTimeout: 0,
    ...(isLan ? { headersTimeout: HEAD_MS, connectionsCheckingInterval: 1_000 } : {}),
  };
  const server = options.tls
    ? createTlsServer({ ...times, ...options.tls }, onRequest)
    : createServer(times, onRequest);
  if (isLan) {
    server.setTimeout(IDLE_MS);
    limitConnections(server, { ...CONNECTIONS, exempt: options.isProxy ?? (() => false) });
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const decision = judge(request);
    if (!decision.allow) {
      writeRawResponse(socket, decision.status, refusalStatusText(decision), refusalBody(decision));
      return;
    }
    if (decision.device !== undefined) {
      options.sharing?.deviceSockets.add(decision.device, socket);
    }
    if (decision.route.owner === 'comfyui') {
      options.proxy.upgrade(request, socket, head);
      return;
    }
    openOwnSocket(options, { request, socket, head, admission: decision });
  });
  return server;
}

interface Handshake {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  admission: Admission;
}

function openOwnSocket(
  { sockets, sharing, library }: GatedOptions,
  { request, socket, head, admission }: Handshake,
): void {
  if (admission.route.class === 'library' && library) {
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      library.addSocket(websocket, isAllowed(admission.role, 'library-files'));
    });
    return;
  }
  if (!sharing || admission.route.class === 'library') {
    writeRawResponse(socket, 404, 'Not Found', '{}');
    return;
  }
  const { pass } = admission;
  sockets.handleUpgrade(request, socket, head, (websocket) => {
    if (pass) {
      sharing.hub.addGuest(websocket, pass);
    } else {
      sharing.hub.addOwner(websocket);
    }
  });
}

/** Cuts off who sends a body drop by drop. */
function limitBody(request: IncomingMessage): void {
  const timer = setTimeout(() => {
    if (!request.complete) {
      request.destroy();
    }
  }, BODY_MS);
  const clear = (): void => {
    clearTimeout(timer);
  };
  request.once('end', clear).once('close', clear);
}

const UNAVAILABLE: Refusal = {
  allow: false,
  status: 503,
  reason: 'unavailable',
  message: 'Darkroom cannot read its database just now. Try again in a moment.',
};

function tooMany(retryAfter: number): Refusal {
  const message = 'Too many requests. Try again in a moment.';
  return { allow: false, status: 429, reason: 'too_many_requests', message, retryAfter };
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  // A browser page gets the sentence in its language, a program gets JSON with the reason.
  const isPage = request.headers.accept?.includes('text/html') ?? false;
  const language = isPage ? languageOf(request.headers['accept-language']) : 'en';
  response.writeHead(refusal.status, {
    'Content-Type': `${isPage ? 'text/plain' : 'application/json'}; charset=utf-8`,
    'Content-Language': language,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // Do not read anything else from this client.
    Connection: 'close',
    ...(refusal.allowedMethods === undefined ? {} : { Allow: refusal.allowedMethods }),
    ...(refusal.retryAfter === undefined ? {} : { 'Retry-After': refusal.retryAfter }),
  });
  response.end(isPage ? sayRefusal(refusal, language) : refusalBody(refusal));
}
