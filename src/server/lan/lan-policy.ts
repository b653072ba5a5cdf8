import { isIP } from 'node:net';

import { DEVICE_COOKIE, guestCookie, readCookie } from '../cookies';
import type { Client, GatePolicy, GateRequest, Identity } from '../gate';
import type { HostName } from '../host-names';
import type { DeviceStore } from '../shares/device-store';
import type { ShareStore } from '../shares/share-store';
import { isOneOf, withoutPort } from '../visitor';
import { bracketed, type GivenName, machineAddresses } from './addresses';

/** How long the list of the machine's addresses is good for, ms: a laptop changes networks. */
const ADDRESSES_MS = 5_000;

export interface LanPolicyOptions {
  shares: ShareStore;
  devices: DeviceStore;
  names: readonly GivenName[];
  /** Addresses of reverse proxies whose forwarding headers are trusted. */
  proxies: readonly string[];
  /** The port the door listens on; known only once it does. */
  port: () => number;
  /** The addresses it listens on; `null` for all. */
  bound: readonly string[] | null;
  /** Whether the door itself speaks https. */
  isTls: boolean;
}

/**
 * The door to the network. Nobody is the owner here, not even on this machine: who comes in is known by a cookie,
 * as a paired device or as a guest of the one link that the path names, or is nobody.
 */
export function lanPolicy(options: LanPolicyOptions): GatePolicy & Required<Pick<GatePolicy, 'clientOf'>> {
  const { shares, devices, names, proxies, isTls } = options;
  const isTrusted = ({ visitor }: GateRequest): boolean => isOneOf(proxies, visitor.peer);
  const hostOf = (request: GateRequest): string | undefined =>
    (isTrusted(request) ? request.forwarded.host : undefined) ?? request.host;
  const machineHosts = cached(ADDRESSES_MS, () =>
    (options.bound ?? machineAddresses().map(({ address }) => address)).map((address) =>
      bracketed(address).toLowerCase(),
    ),
  );
  return {
    serving: 'lan',
    standardPort: isTls ? 443 : 80,
    get allowedHosts(): HostName[] {
      const port = options.port();
      return [...machineHosts().map((name) => ({ name, port })), ...names.map(({ host }) => host)];
    },
    hostOf,
    clientOf: (request) => clientOf(request, { isTrusted: isTrusted(request), host: hostOf(request) }),
    identify: (request, segments) => identify(request, segments),
  };

  function identify({ cookie }: GateRequest, segments: readonly string[]): Identity {
    const [first, share = '', ...rest] = segments;
    if (first === 's') {
      const secret = rest.length > 0 ? readCookie(cookie, guestCookie(share)) : null;
      const pass = secret === null ? null : shares.guestOf(share, secret);
      return pass ? { role: 'guest', pass } : { role: 'nobody' };
    }
    const secret = readCookie(cookie, DEVICE_COOKIE);
    const device = secret === null ? null : devices.known(secret);
    return device === null ? { role: 'nobody' } : { role: 'device', device };
  }

  function clientOf(
    { visitor, forwarded }: GateRequest,
    { isTrusted, host }: { isTrusted: boolean; host: string | undefined },
  ): Client {
    const named = names.find((name) => name.url !== null && new URL(name.url).host === host?.toLowerCase());
    // X-Forwarded-For and no other: proxies pass on unchecked, in the client's own words, those they do not set.
    const chain = (isTrusted ? forwarded.for : undefined)?.split(',') ?? [];
    // The nearest address that is not one of our proxies: what stands before it the client may have made up.
    const client = chain
      .map((text) => withoutPort(text.trim()))
      .reverse()
      .find((address) => isIP(address) !== 0 && !isOneOf(proxies, address));
    const prefix = isTrusted ? (cleanPrefix(forwarded.prefix) ?? named?.prefix) : named?.prefix;
    const isForwardedTls = isTrusted && forwarded.proto?.trim().toLowerCase() === 'https';
    return {
      address: client ?? visitor.peer ?? '',
      secure: isTls || isForwardedTls || (isTrusted && (named?.url?.startsWith('https:') ?? false)),
      prefix: prefix ?? '',
    };
  }
}

/** `/darkroom` of X-Forwarded-Prefix; it ends up in Set-Cookie, so nothing else is taken. */
function cleanPrefix(text: string | undefined): string | undefined {
  const prefix = text?.trim().replace(/\/+$/, '');
  return prefix !== undefined && /^(?:\/[\w.~-]+)*$/.test(prefix) ? prefix : undefined;
}

function cached<T>(lifeMs: number, make: () => T): () => T {
  let known: { value: T; until: number } | undefined;
  return () => {
    const now = performance.now();
    known = known && known.until > now ? known : { value: make(), until: now + lifeMs };
    return known.value;
  };
}
