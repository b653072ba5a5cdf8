import type { IncomingHttpHeaders } from 'node:http';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { EraTraits } from '../era';

/**
 * ComfyUI's origin rule (API notes §5): cross-site requests are refused where the era knows the header;
 * on a loopback Host, the Origin must name the same place.
 */
export async function isRefusedOrigin(
  headers: IncomingHttpHeaders,
  era: Pick<EraTraits, 'checksOrigin' | 'hardened'>,
): Promise<boolean> {
  if (era.hardened && headers['sec-fetch-site'] === 'cross-site') {
    return true;
  }
  if (!era.checksOrigin) {
    return false;
  }
  const { host, origin } = headers;
  if (host === undefined || origin === undefined) {
    return false;
  }
  const hostAt = readAuthority(host.toLowerCase());
  const originAt = readAuthority(/^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(origin)?.[1]?.toLowerCase() ?? '');
  const hostText = originAt.port === null ? hostAt.name : host.toLowerCase();
  const originText = hostAt.port === null ? originAt.name : originAt.text;
  return hostText !== '' && originText !== '' && hostText !== originText && (await isLoopback(hostAt.name));
}

interface Authority {
  text: string;
  /** Host without port and brackets. */
  name: string;
  port: number | null;
}

function readAuthority(text: string): Authority {
  const match = /^(?:.*@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(text);
  const port = match?.[3];
  return { text, name: match?.[1] ?? match?.[2] ?? '', port: port ? Number(port) : null };
}

function isLoopbackAddress(address: string): boolean {
  return /^127\./.test(address) || address === '::1' || /^::ffff:127\./.test(address);
}

async function isLoopback(name: string): Promise<boolean> {
  if (name === 'localhost') {
    return true;
  }
  if (isIP(name)) {
    return isLoopbackAddress(name);
  }
  try {
    const found = await lookup(name, { all: true });
    return found.length > 0 && found.every(({ address }) => isLoopbackAddress(address));
  } catch {
    return false;
  }
}
