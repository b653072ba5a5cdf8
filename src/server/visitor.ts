import { BlockList, isIP } from 'node:net';

import type { Role } from './roles';

/** Where a request comes from, according to its connection and its forwarding headers. */
export interface Visitor {
  /** IP address at the other end of the connection. */
  peer: string | undefined;
  /**
   * `null` for a direct request. Otherwise every client address in its forwarding headers, `undefined` where a
   * header names none.
   */
  forwardedFor: readonly (string | undefined)[] | null;
}

/** Who counts as the owner besides direct connections from this machine. */
export interface OwnerTrust {
  /** Addresses of reverse proxies whose forwarding headers are trusted (`--behind-proxy`). */
  proxies: readonly string[];
  /** Addresses that stand for this machine: the gateway of the container Darkroom runs in. */
  gateways: readonly string[];
}

export const NO_TRUST: OwnerTrust = { proxies: [], gateways: [] };

/** Headers that mark a forwarded request and name its clients, with how to read an entry of each. */
const FORWARDING_HEADERS: Readonly<Record<string, (entry: string) => string | undefined>> = {
  'x-forwarded-for': (entry) => entry,
  forwarded: (entry) => /(?:^|;)\s*for\s*=\s*"?([^";]+)"?/i.exec(entry)?.[1],
  'x-real-ip': (entry) => entry,
  'x-client-ip': (entry) => entry,
  'true-client-ip': (entry) => entry,
  'cf-connecting-ip': (entry) => entry,
};
/** Headers that mark a forwarded request without naming a client. */
const OTHER_FORWARDING = /^(?:via|x-forwarded-.+)$/;

/** Reads the forwarding headers of a request, as `headersDistinct` gives them. */
export function readForwardedFor(headers: NodeJS.Dict<string[]>): Visitor['forwardedFor'] {
  const clients: (string | undefined)[] = [];
  let isForwarded = false;
  for (const [name, values = []] of Object.entries(headers)) {
    const read = FORWARDING_HEADERS[name];
    if (read) {
      clients.push(
        ...values
          .join(',')
          .split(',')
          .map((entry) => read(entry.trim())),
      );
    }
    isForwarded ||= read !== undefined || OTHER_FORWARDING.test(name);
  }
  return isForwarded ? (clients.length > 0 ? clients : [undefined]) : null;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether an address belongs to this machine. IPv4 addresses mapped into IPv6 count as IPv4. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && isListed(LOOPBACK, address);
}

function isListed(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an address is one of those listed. */
export function isOneOf(addresses: readonly string[], address: string | undefined): boolean {
  const list = new BlockList();
  for (const text of addresses) {
    list.addAddress(text, isIP(text) === 6 ? 'ipv6' : 'ipv4');
  }
  return address !== undefined && isListed(list, address);
}

/** `[::1]:52100`, `127.0.0.1:52100` and bare addresses, without brackets and port. */
export function withoutPort(text: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

/**
 * Tells the owner from everybody else at the owner's door. The owner connects directly from this machine. A
 * forwarded request comes from whomever the proxy serves, so it is the owner's only when the proxy is one of
 * the trusted ones and every address in every header is this machine's. One alone would not do: proxies may be
 * chained, and pass on unchecked what the client made up.
 */
export function roleAtOwnersDoor(visitor: Visitor, trust: OwnerTrust): Role {
  const isHere = (address: string | undefined): boolean =>
    isLoopbackAddress(address) || isOneOf(trust.gateways, address);
  if (visitor.forwardedFor === null) {
    return isHere(visitor.peer) ? 'owner' : 'nobody';
  }
  const isTrusted = isOneOf(trust.proxies, visitor.peer);
  const clients = visitor.forwardedFor.map((text) => (text === undefined ? undefined : withoutPort(text)));
  return isTrusted && clients.every(isHere) ? 'owner' : 'nobody';
}
