import type { IncomingMessage } from 'node:http';

/**
 * Who a request comes from. The owner sits at this machine; everybody else is a guest.
 * Guests have no routes yet: share links will add their own, never ComfyUI's.
 */
export type Role = 'owner' | 'guest';

/** What the gate looks at, for HTTP requests and WebSocket handshakes alike. */
export interface GateRequest {
  method: string;
  /** Request target exactly as it came in: path and query, still encoded. */
  path: string;
  /** `Host` header. Several values joined by a comma never match, so smuggled ones are refused. */
  host: string | undefined;
  origin: string | undefined;
  secFetchSite: string | undefined;
  /** Whether the client asks to change protocol (a WebSocket handshake). */
  upgrade: boolean;
  /** TCP port on which the request came in; the loopback names must carry it. */
  localPort: number | undefined;
  role: Role;
}

export interface GatePolicy {
  /** Names accepted besides the loopback ones: `name` (any port) or `name:port`. See `parseAllowedHosts`. */
  allowedHosts: readonly HostName[];
}

export type RefusalReason =
  'bad_target' | 'bad_host' | 'host_not_allowed' | 'bad_origin' | 'foreign_origin' | 'cross_site' | 'guest';

export interface Refusal {
  allow: false;
  status: 400 | 403;
  reason: RefusalReason;
  /** A sentence for the person who sees the refusal. */
  message: string;
}

export type GateDecision = { allow: true; role: Role; target: RequestTarget } | Refusal;

/** A host name, lower case, with its port when one was written. IPv6 literals keep their brackets. */
export interface HostName {
  name: string;
  port: number | undefined;
}

/** The parts of a request target that passed the checks. */
export interface RequestTarget {
  /** Path segments, each percent-decoded once; `/` gives `['']`. */
  segments: string[];
  /** Encoded path without the query. */
  path: string;
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?)(?::(\d{1,5}))?$/;
const ORIGIN = /^(https?):\/\/([^/?#\s]+)$/;
const DEFAULT_PORTS: Record<string, number> = { http: 80, https: 443 };
const PATH_CHARACTERS = /^\/[\x21-\x7e]*$/;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Reads `name` or `name:port` as a browser writes it into Host; `null` when it is neither. */
export function parseHost(text: string): HostName | null {
  const [, name, digits] = HOST.exec(text.toLowerCase()) ?? [];
  if (name === undefined) {
    return null;
  }
  const port = digits === undefined ? undefined : Number(digits);
  return port !== undefined && (port < 1 || port > 65535) ? null : { name, port };
}

/**
 * Reads the list of extra host names. There are no wildcards: a wildcard would let a rebinding name in.
 * @throws RangeError naming the entry that is not a host name.
 */
export function parseAllowedHosts(names: readonly string[]): HostName[] {
  return names.map((text) => {
    const host = parseHost(text);
    if (!host) {
      throw new RangeError(`"${text}" is not a host name. Write it as my-box.local or my-box.local:8198.`);
    }
    return host;
  });
}

/**
 * Splits a request target into decoded segments. `null` for everything that two programs could read
 * differently: absolute or authority form, `//`, backslashes, dot segments (also encoded), broken
 * percent codes, control characters.
 */
export function parseTarget(raw: string): RequestTarget | null {
  const query = raw.indexOf('?');
  const path = query < 0 ? raw : raw.slice(0, query);
  const rest = query < 0 ? '' : raw.slice(query);
  if (!PATH_CHARACTERS.test(path) || /[\\#]/.test(path) || /[\s#]/.test(rest) || CONTROL.test(rest)) {
    return null;
  }
  const segments: string[] = [];
  const encoded = path.slice(1).split('/');
  for (const [index, text] of encoded.entries()) {
    const segment = decodeSegment(text);
    const isLast = index === encoded.length - 1;
    if (segment === null || (segment === '' && !isLast)) {
      return null;
    }
    segments.push(segment);
  }
  return { segments, path };
}

function decodeSegment(text: string): string | null {
  let segment: string;
  try {
    segment = decodeURIComponent(text);
  } catch {
    return null;
  }
  const isDots = segment.split(/[/\\]/).some((part) => part === '.' || part === '..');
  return isDots || CONTROL.test(segment) ? null : segment;
}

function isOurHost(host: HostName, request: GateRequest, policy: GatePolicy): boolean {
  if (LOOPBACK_NAMES.has(host.name)) {
    const port = host.port ?? DEFAULT_PORTS.http;
    if (port === request.localPort) {
      return true;
    }
  }
  return policy.allowedHosts.some(
    (allowed) => allowed.name === host.name && (allowed.port === undefined || allowed.port === host.port),
  );
}

/** `http://host` and `https://host` pass when their host and port are those of Host (as behind a TLS proxy). */
function isSameOrigin(origin: string, host: HostName): boolean {
  const [, scheme, authority] = ORIGIN.exec(origin.toLowerCase()) ?? [];
  const from = authority === undefined ? null : parseHost(authority);
  if (scheme === undefined || !from) {
    return false;
  }
  const standard = DEFAULT_PORTS[scheme];
  return from.name === host.name && (from.port ?? standard) === (host.port ?? standard);
}

function refuse(status: 400 | 403, reason: RefusalReason, message: string): Refusal {
  return { allow: false, status, reason, message };
}

/**
 * Decides whether a request may come in, before anything else looks at it. ComfyUI's own defence covers
 * loopback only and Vite does not check WebSocket handshakes at all (gallery-queue-sharing notes 3.2), so
 * this one stands in front of both:
 *
 * - Host must be a loopback name with the port the request came in on, or a name of the policy
 *   (a rebinding page carries its own name).
 * - Origin, when present, must be the page's own host; `null` (sandboxed or local file pages) is refused.
 *   Without Origin the client is no script of another page: browsers send it with every POST and socket.
 * - `Sec-Fetch-Site: cross-site` is refused whatever else is there.
 * - Guests may nothing yet.
 */
export function decide(request: GateRequest, policy: GatePolicy): GateDecision {
  const target = parseTarget(request.path);
  if (!target) {
    return refuse(400, 'bad_target', 'This address cannot be read safely.');
  }
  const host = request.host === undefined ? null : parseHost(request.host);
  if (!host) {
    return refuse(400, 'bad_host', 'The request does not say which host it is for.');
  }
  if (!isOurHost(host, request, policy)) {
    return refuse(
      403,
      'host_not_allowed',
      `Darkroom does not answer as "${request.host ?? ''}". Open it as localhost, 127.0.0.1 or [::1].`,
    );
  }
  if (request.origin !== undefined && !isSameOrigin(request.origin, host)) {
    return ORIGIN.test(request.origin.toLowerCase())
      ? refuse(403, 'foreign_origin', `A page of ${request.origin} may not use Darkroom.`)
      : refuse(403, 'bad_origin', 'A page without an origin of its own may not use Darkroom.');
  }
  if (request.secFetchSite?.trim().toLowerCase() === 'cross-site') {
    return refuse(
      403,
      'cross_site',
      'Another website sent you here. Type the address of Darkroom into the address bar instead.',
    );
  }
  if (request.role === 'guest') {
    return refuse(403, 'guest', 'Darkroom answers only on the computer it runs on.');
  }
  return { allow: true, role: request.role, target };
}

const LOOPBACK_ADDRESS = /^(?:::1|(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;

/** The owner is whoever connects from this machine; anybody else is a guest. */
export function roleOfAddress(remoteAddress: string | undefined): Role {
  return remoteAddress !== undefined && LOOPBACK_ADDRESS.test(remoteAddress) ? 'owner' : 'guest';
}

/** Collects what the gate needs from a Node request. Works for Fastify, Vite's middleware and its proxy hook. */
export function readGateRequest(message: IncomingMessage): GateRequest {
  const header = (name: string): string | undefined => message.headersDistinct[name]?.join(',');
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    host: header('host'),
    origin: header('origin'),
    secFetchSite: header('sec-fetch-site'),
    upgrade: message.headers.upgrade !== undefined,
    localPort: message.socket.localPort,
    role: roleOfAddress(message.socket.remoteAddress),
  };
}

/** The JSON body that goes out with a refusal. */
export function refusalBody(refusal: Refusal): string {
  return JSON.stringify({
    error: { type: 'refused', reason: refusal.reason, message: refusal.message },
  });
}
