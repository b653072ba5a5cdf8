import type { IncomingMessage } from 'node:http';

import { type HostName, isLoopbackName, isOrigin, isSameOrigin, parseHost, portOf } from './host-names';
import { parseTarget, type RequestTarget } from './request-target';
import { isAllowed, type Role } from './roles';
import { matchRoute, type Route, type RouteClass, type Serving } from './routes';
import type { GuestPass, LinkState } from './shares/share-store';
import { readForwardedFor, type Visitor } from './visitor';

/** What the gate looks at, for HTTP requests and WebSocket handshakes alike. */
export interface GateRequest {
  method: string;
  /** Request target exactly as received: path and query, still encoded. */
  path: string;
  /** `Host` header. Repeated headers are joined by commas and never match, so a smuggled one is refused. */
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`, `-Mode` and `-Dest`; browsers send them to loopback and https addresses only. */
  fetchSite: string | undefined;
  fetchMode: string | undefined;
  fetchDest: string | undefined;
  /** `Upgrade` header: the protocol the client asks to change to. */
  upgrade: string | undefined;
  /** TCP port the request arrived on; a loopback Host must name it. */
  localPort: number | undefined;
  visitor: Visitor;
  cookie: string | undefined;
  /** What a proxy says of the request it passes on; believed only where the proxy is trusted. */
  forwarded: {
    host: string | undefined;
    proto: string | undefined;
    prefix: string | undefined;
    /** Addresses the request came through, the client's first. */
    for: string | undefined;
  };
}

/** Who a request comes from, and by what they are known. */
export interface Identity {
  role: Role;
  /** Id of the paired device. */
  device?: string;
  /** What a guest was let in with. */
  pass?: GuestPass;
}

/** How a client reaches the door. */
export interface Client {
  /** IP address, for limits. */
  address: string;
  /** Whether the browser speaks https, to us or to the proxy in front. */
  secure: boolean;
  /** Path below which a proxy publishes the door: empty, or `/darkroom`. */
  prefix: string;
}

/** A door: the names it answers to, what is behind it, and how it identifies visitors. */
export interface GatePolicy {
  /** Names accepted besides the loopback ones: `name` (any port) or `name:port`. See `parseAllowedHosts`. */
  allowedHosts: readonly HostName[];
  serving: Serving;
  /** The port that a Host without one means; 80 unless the door speaks https. */
  standardPort?: number;
  /** @param segments decoded path of the request: a guest is a guest of one link only. */
  identify: (request: GateRequest, segments: readonly string[]) => Identity;
  clientOf?: (request: GateRequest) => Client;
  /** The Host that the browser sent, where a trusted proxy has replaced it. */
  hostOf?: (request: GateRequest) => string | undefined;
}

export type RefusalReason =
  | 'bad_target'
  | 'bad_host'
  | 'host_not_allowed'
  | 'bad_origin'
  | 'foreign_origin'
  | 'not_the_owner'
  | 'cross_site'
  | 'unknown_route'
  | 'unknown_method'
  | 'not_allowed'
  | 'not_paired'
  | 'no_link'
  | 'link_over'
  | 'too_many_requests'
  | 'unavailable';

export interface Refusal {
  allow: false;
  status: 400 | 403 | 404 | 405 | 410 | 429 | 503;
  reason: RefusalReason;
  /** A sentence for whoever sees the refusal. */
  message: string;
  /** Value of the Allow header of a 405. */
  allowedMethods?: string;
  /** Value of the Retry-After header of a 429, s. */
  retryAfter?: number;
  /** What the guest's page is told (`GuestRefusal`). */
  guestReason?: 'gone' | Exclude<LinkState, 'open'>;
}

/** An admitted request: who sent it, and what it asks for. */
export interface Admission extends Identity {
  allow: true;
  client: Client;
  target: RequestTarget;
  route: Route;
}

export type GateDecision = Admission | Refusal;

function refuse(status: Refusal['status'], reason: RefusalReason, message: string): Refusal {
  return { allow: false, status, reason, message };
}

/**
 * Decides whether to admit a request, before anything else looks at it. ComfyUI's own check covers loopback
 * only, and Vite does not check WebSocket handshakes at all (gallery-queue-sharing notes 3.2), so this one
 * guards both:
 *
 * - Host must be a loopback name with the port the request arrived on, or a name the policy allows. This
 *   stops DNS rebinding: such a page sends its own name.
 * - Origin, when present, must be the page's own host; `null` (sandboxed or local file pages) is refused.
 *   Without Origin, the client is not a script on another page: browsers send it with every POST and socket.
 * - The route must be listed, and listed for the role of the visitor.
 * - `Sec-Fetch-Site: cross-site` is refused, except when a link opens the app's page in a tab: that changes
 *   nothing, and the page with the link cannot see the result.
 */
export function decide(request: GateRequest, policy: GatePolicy): GateDecision {
  const target = parseTarget(request.path);
  if (!target) {
    return refuse(400, 'bad_target', 'This address is malformed.');
  }
  const hostHeader = policy.hostOf ? policy.hostOf(request) : request.host;
  const host = hostHeader === undefined ? null : parseHost(hostHeader);
  if (!host) {
    return refuse(400, 'bad_host', 'The request does not say which host it is for.');
  }
  if (!isOurHost(host, request, policy)) {
    return refuse(403, 'host_not_allowed', explainHost(host, request));
  }
  if (request.origin !== undefined && !isSameOrigin(request.origin, host)) {
    return isOrigin(request.origin)
      ? refuse(403, 'foreign_origin', `A page of ${request.origin} may not use Darkroom.`)
      : refuse(403, 'bad_origin', 'A page without an origin of its own may not use Darkroom.');
  }
  const identity = policy.identify(request, target.segments);
  const { role, pass } = identity;
  if (role === 'nobody' && policy.serving !== 'lan') {
    return refuse(403, 'not_the_owner', explainNobody(request.visitor));
  }
  const match = matchRoute(request.method, target.segments, request.upgrade, policy.serving);
  if (request.fetchSite?.trim().toLowerCase() === 'cross-site') {
    const isPage = match.found === 'route' && PAGES.has(match.route.class);
    if (!isPage || !isNavigation(request)) {
      return refuse(
        403,
        'cross_site',
        'This request came from another website. Type the address of Darkroom into the address bar instead.',
      );
    }
  }
  if (match.found !== 'route') {
    return refuseUnknown(match, request);
  }
  if (!isAllowed(role, match.route.class)) {
    return refuseRole(policy.serving, match.route.class);
  }
  if (pass && pass.state !== 'open' && FOR_GUESTS.has(match.route.class)) {
    const message = pass.state === 'expired' ? 'This link has expired.' : 'This link was stopped.';
    return { ...refuse(410, 'link_over', message), guestReason: pass.state };
  }
  return {
    allow: true,
    ...identity,
    client: policy.clientOf?.(request) ?? { address: request.visitor.peer ?? '', secure: false, prefix: '' },
    target,
    route: match.route,
  };
}

/** What a link on another site may open in a tab. */
const PAGES: ReadonlySet<RouteClass> = new Set(['page', 'share-page', 'pair-page']);
/** What only a guest of the link may have. */
const FOR_GUESTS: ReadonlySet<RouteClass> = new Set([
  'share-gallery',
  'share-pictures',
  'share-feedback',
  'share-events',
]);

function refuseRole(serving: Serving, routeClass: RouteClass): Refusal {
  if (FOR_GUESTS.has(routeClass)) {
    return { ...refuse(404, 'no_link', 'There is no such link.'), guestReason: 'gone' };
  }
  return serving === 'lan'
    ? refuse(403, 'not_paired', 'Open the link you were given, or have the owner pair this device.')
    : refuse(403, 'not_allowed', 'Only the owner of this Darkroom may do that, at the computer it runs on.');
}

function isOurHost(host: HostName, request: GateRequest, policy: GatePolicy): boolean {
  const port = portOf(host, policy.standardPort);
  if (isLoopbackName(host) && port === request.localPort) {
    return true;
  }
  return policy.allowedHosts.some(
    (allowed) => allowed.name === host.name && (allowed.port === undefined || allowed.port === port),
  );
}

/** Names the option that would help: an owner gets here by a forwarded port or by another name. */
function explainHost(host: HostName, { localPort = 0 }: GateRequest): string {
  const shown = host.port === undefined ? host.name : `${host.name}:${host.port}`;
  return isLoopbackName(host)
    ? `Darkroom does not answer on port ${portOf(host)}: its own is ${localPort}. If a container or tunnel forwards one to the other, start Darkroom with --published-port ${portOf(host)}.`
    : `Darkroom does not answer as "${shown}". Open it as localhost:${localPort}, or start it with --allow-host ${shown} if the name is yours.`;
}

function explainNobody({ forwardedFor }: Visitor): string {
  return forwardedFor === null
    ? 'Darkroom answers only on the computer it runs on.'
    : 'This request came through a proxy, and Darkroom answers only on the computer it runs on. For a proxy on that computer, start Darkroom with --behind-proxy and the address of the proxy.';
}

/** Whether a browser is opening the address in a tab, not in a frame or from a script. */
function isNavigation({ method, fetchMode, fetchDest, upgrade }: GateRequest): boolean {
  return method === 'GET' && fetchMode === 'navigate' && fetchDest === 'document' && upgrade === undefined;
}

function refuseUnknown(
  match: Exclude<ReturnType<typeof matchRoute>, { found: 'route' }>,
  request: GateRequest,
): Refusal {
  if (match.found === 'other_method') {
    return {
      ...refuse(405, 'unknown_method', `${request.method} cannot be used at this address.`),
      allowedMethods: match.allowed,
    };
  }
  return refuse(
    404,
    'unknown_route',
    request.upgrade === undefined
      ? 'There is nothing at this address.'
      : 'There is no WebSocket at this address.',
  );
}

/** Collects what the gate needs from a Node request, be it Fastify's, Vite's middleware's or its proxy hook's. */
export function readGateRequest(message: IncomingMessage): GateRequest {
  const header = (name: string): string | undefined => message.headersDistinct[name]?.join(',');
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    host: header('host'),
    origin: header('origin'),
    fetchSite: header('sec-fetch-site'),
    fetchMode: header('sec-fetch-mode'),
    fetchDest: header('sec-fetch-dest'),
    upgrade: header('upgrade'),
    cookie: header('cookie'),
    forwarded: {
      host: header('x-forwarded-host'),
      proto: header('x-forwarded-proto'),
      prefix: header('x-forwarded-prefix'),
      for: header('x-forwarded-for'),
    },
    localPort: message.socket.localPort,
    visitor: {
      peer: message.socket.remoteAddress,
      forwardedFor: readForwardedFor(message.headersDistinct),
    },
  };
}

/** JSON body of a refusal. */
export function refusalBody(refusal: Refusal): string {
  return JSON.stringify({
    ...(refusal.guestReason === undefined ? {} : { reason: refusal.guestReason }),
    error: { type: 'refused', reason: refusal.reason, message: refusal.message },
  });
}

/** Reason phrase of a refusal's status line. */
export function refusalStatusText({ status }: Refusal): string {
  return {
    400: 'Bad Request',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
    410: 'Gone',
    429: 'Too Many Requests',
    503: 'Service Unavailable',
  }[status];
}
