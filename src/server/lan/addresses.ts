import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { BlockList, isIP } from 'node:net';

import type { AddressList } from '../../ports/share-wire';
import { DarkroomError } from '../errors';
import { type HostName, parseHost } from '../host-names';

type Address = AddressList['addresses'][number];

/** A name the owner gave with `--name`. */
export interface GivenName {
  host: HostName;
  /** Where it leads, if a proxy in front publishes the door elsewhere; the scheme decides about cookies. */
  url: string | null;
  /** Path below which the proxy publishes the door: empty, or `/darkroom`. */
  prefix: string;
}

/**
 * Reads `--name`: a host name or address, with or without port, or the whole address under which a proxy publishes
 * the door, such as `https://pictures.example/darkroom/`.
 * @throws DarkroomError `bad_host`.
 */
export function parseName(text: string): GivenName {
  const isUrl = /^https?:\/\//i.test(text);
  const url = isUrl && URL.canParse(text) ? new URL(text) : null;
  const host = parseHost(url ? url.host : text);
  if (!host || (isUrl && (!url || url.search !== '' || url.hash !== '' || url.username !== ''))) {
    throw new DarkroomError(
      'bad_host',
      `"${text}" is not a name to be reached by. Write it as my-box.local, my-box.local:9000 or https://my-box.local/darkroom/.`,
    );
  }
  const prefix = url ? url.pathname.replace(/\/+$/, '') : '';
  return { host, url: url ? `${url.origin}${prefix}/` : null, prefix };
}

const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('fc00::', 7, 'ipv6');

/** Shared address space: VPNs such as Tailscale use it. */
const SHARED = new BlockList();
SHARED.addSubnet('100.64.0.0', 10);

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Names of interfaces of containers, virtual machines and VPNs. */
const VIRTUAL_NAME =
  /^(?:docker|br-|veth|virbr|lxc|lxdbr|podman|cni|flannel|cali|vmnet|vboxnet|bridge|utun|tun|tap|wg|zt|tailscale|ppp|ipsec)|vEthernet|WSL|VirtualBox|VMware|Hyper-V|Tailscale|ZeroTier|WireGuard|VPN/i;

const ORDER: readonly Address['kind'][] = ['name', 'private', 'public', 'virtual'];

/** Addresses of this machine on which others may reach it: neither loopback nor link-local. */
export function machineAddresses(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): { address: string; interface: string; kind: Exclude<Address['kind'], 'name'> }[] {
  return Object.entries(interfaces).flatMap(([name, list = []]) =>
    list
      .filter(({ address, internal }) => !internal && !isIn(LINK_LOCAL, address))
      .map(({ address }) => ({ address, interface: name, kind: kindOf(address, name) })),
  );
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function kindOf(address: string, name: string): Exclude<Address['kind'], 'name'> {
  if (VIRTUAL_NAME.test(name) || isIn(SHARED, address)) {
    return 'virtual';
  }
  return isIn(PRIVATE, address) ? 'private' : 'public';
}

/** An address as it stands in a URL or Host header. */
export function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/** What the door is reached by. */
export interface Reach {
  scheme: 'http' | 'https';
  port: number;
  names: readonly GivenName[];
  /** The addresses it listens on; `null` for all. */
  bound: readonly string[] | null;
}

/**
 * Addresses to share under, the likeliest to work first: names the owner gave, then private IPv4 addresses, which
 * people can read and type, private IPv6, public ones, and those of containers and VPNs last.
 */
export function addressList({ scheme, port, names, bound }: Reach): AddressList['addresses'] {
  const standard = scheme === 'https' ? 443 : 80;
  const shown = (host: string, at = port): string => `${scheme}://${host}${at === standard ? '' : `:${at}`}/`;
  const machine: Address[] = bound
    ? bound.map((address) => ({ url: shown(bracketed(address)), kind: 'private' }))
    : machineAddresses().map(({ address, ...rest }) => ({ url: shown(bracketed(address)), ...rest }));
  const isV6 = ({ url }: Address): number => (url.includes('[') ? 1 : 0);
  const given: Address[] = names.map(({ host, url }) => ({
    url: url ?? shown(host.name, host.port),
    kind: 'name',
  }));
  return [...given, ...machine].sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || isV6(a) - isV6(b),
  );
}
