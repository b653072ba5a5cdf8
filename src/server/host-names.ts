/** A lower-case host name with the port, if one was given. IPv6 literals keep their brackets. */
export interface HostName {
  name: string;
  port: number | undefined;
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?)(?::(\d{1,5}))?$/;
const ORIGIN = /^(https?):\/\/([^/?#\s]+)$/;
const DEFAULT_PORTS: Record<string, number> = { http: 80, https: 443 };

/** Parses `name` or `name:port` as found in a Host header; `null` if it is neither. */
export function parseHost(text: string): HostName | null {
  const [, name, digits] = HOST.exec(text.toLowerCase()) ?? [];
  if (name === undefined) {
    return null;
  }
  const port = digits === undefined ? undefined : Number(digits);
  return port !== undefined && (port < 1 || port > 65535) ? null : { name, port };
}

/**
 * Parses the list of extra host names. Wildcards are not supported: one would let rebinding names in.
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

/** Whether a name always means the local machine: no DNS answer can make another name look like this. */
export function isLoopbackName(host: HostName): boolean {
  return LOOPBACK_NAMES.has(host.name);
}

/** The loopback names with a port, as they appear in Host. */
export function loopbackHosts(port: number): HostName[] {
  return [...LOOPBACK_NAMES].map((name) => ({ name, port }));
}

/**
 * The port a Host header means.
 * @param standard the one that is left out: 80 over plain http, 443 over https.
 */
export function portOf(host: HostName, standard = 80): number {
  return host.port ?? standard;
}

/** Whether text has the form of a web page's origin. */
export function isOrigin(text: string): boolean {
  return ORIGIN.test(text.toLowerCase());
}

/**
 * Whether an Origin names the host and port of Host. The scheme may be either, since TLS may end at a proxy.
 */
export function isSameOrigin(origin: string, host: HostName): boolean {
  const [, scheme, authority] = ORIGIN.exec(origin.toLowerCase()) ?? [];
  const from = authority === undefined ? null : parseHost(authority);
  if (scheme === undefined || !from) {
    return false;
  }
  const standard = DEFAULT_PORTS[scheme];
  return from.name === host.name && (from.port ?? standard) === (host.port ?? standard);
}
