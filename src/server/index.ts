import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { buildApp } from './app';
import { type ComfyAddress, parseComfyUrl } from './comfy-url';
import { type Container, findContainer } from './container';
import { loopbackAddresses, openSecondDoor, type SecondDoor } from './doors';
import { DarkroomError, systemCode } from './errors';
import { startOnFreePort } from './free-port';
import type { GatePolicy } from './gate';
import { loopbackHosts, parseAllowedHosts } from './host-names';
import { type GivenName, parseName } from './lan/addresses';
import { ownCertificate } from './lan/certificate';
import { lanPolicy } from './lan/lan-policy';
import { type Library, type LibraryOptions, openLibrary } from './library/library';
import { libraryAnswer } from './library/shared-file';
import type { MarkStore } from './library/mark-store';
import { type ComfyProxy, createComfyProxy } from './proxy';
import { openSharing, type Sharing } from './sharing';
import { isOneOf, roleAtOwnersDoor } from './visitor';

export { DarkroomError } from './errors';
export type { DarkroomErrorCode } from './errors';

export interface DarkroomOptions {
  /** Address of ComfyUI: `http://host:port`, https and a path allowed. */
  comfyUrl: string;
  /** `127.0.0.1` (default) and `localhost` listen on both loopback families, `::1` on IPv6 only. */
  host?: string;
  /** TCP port; 0 (default) lets the system choose. */
  port?: number;
  /** Directory of the built app; must hold an index.html. */
  staticDir: string;
  /** Log requests as JSON lines; default false. */
  log?: boolean;
  /** Host names to answer to besides the loopback ones: `name` (any port) or `name:port`. */
  allowedHosts?: readonly string[];
  /**
   * Port that browsers use, if a container or tunnel forwards it to `port`. In a container, Darkroom then also
   * listens on the container's network and treats its gateway as the owner.
   */
  publishedPort?: number;
  /** IP addresses of reverse proxies whose forwarding headers are trusted. */
  behindProxy?: readonly string[];
  /** The container Darkroom runs in, `null` for none; detected by default. */
  container?: Container | null;
  /** Where the database and the pictures of guests are kept. Without it, nothing can be shared. */
  dataDir?: string | undefined;
  /** Bytes of pictures kept for guests; 2 GB by default. */
  cacheBytes?: number | undefined;
  /**
   * The folders of pictures to index: without any, ComfyUI's output folder if it can be found. No library by default.
   * Needs `dataDir`.
   */
  library?: DarkroomLibraryOptions | undefined;
  /** The door to the network; closed by default. Needs `dataDir`. */
  lan?: LanOptions | undefined;
}

export type DarkroomLibraryOptions = Partial<
  Pick<LibraryOptions, 'trees' | 'allowDelete' | 'thumbBytes' | 'pollEvery'> & {
    /** Keep marks in XMP sidecars beside the files, too. */
    writeXmp: boolean;
  }
>;

export interface LanOptions {
  /** TCP port; 0 (default) lets the system choose. */
  port?: number;
  /** Whether one of the next ports will do if it is in use; not by default, for links name the port. */
  mayMove?: boolean;
  /** Addresses to listen on; all of the machine's, IPv4 and IPv6, by default. */
  addresses?: readonly string[];
  /** Names it answers to besides the machine's addresses: see `parseName`. */
  names?: readonly string[];
  /** For https: a certificate and its key in PEM, or `own` for one kept in the data folder. */
  tls?: { cert: string; key: string } | 'own' | undefined;
  /** Requests of one client: so many at once, then so many per second. */
  requestLimit?: { burst: number; perSecond: number };
}

export interface Darkroom {
  /** What to open: `http://127.0.0.1:port`, or localhost with the published port. */
  url: string;
  port: number;
  /** Port of the door to the network, `null` if it is closed. */
  lanPort: number | null;
  /** SHA-256 fingerprint of its certificate; `null` over plain http. */
  fingerprint: string | null;
  /** What is shared, `null` without a data folder. */
  sharing: Sharing | null;
  /** The folders that are indexed; `null` without a library. */
  library: Library | null;
  /** What the owner should know: a damaged database, or none at all. */
  notices: readonly string[];
  /** Closes every connection and stops listening. */
  stop(): Promise<void>;
}

/** Attempts to find a port that is free in both families, if the system may choose. */
const PORT_TRIES = 10;

/**
 * Starts the Darkroom server: the built app, and ComfyUI behind the gate. It starts whether or not ComfyUI
 * answers.
 * @throws DarkroomError `bad_comfy_url`, `bad_host` (a host, proxy or extra name that cannot be used), `no_app`
 * (nothing built in staticDir) or `port_in_use`.
 */
export async function startDarkroom(options: DarkroomOptions): Promise<Darkroom> {
  const { port = 0, host = '127.0.0.1', staticDir, publishedPort } = options;
  const container = publishedPort === undefined ? null : containerOf(options);
  const addresses = listenAddresses(host, container);
  const comfy = parseComfyUrl(options.comfyUrl);
  const policy = ownersDoor(options, container);
  const names = (options.lan?.names ?? []).map(parseName);
  if (!existsSync(join(staticDir, 'index.html'))) {
    throw new DarkroomError('no_app', `There is no built app in ${staticDir}. Run "npm run build" first.`);
  }
  const { dataDir, cacheBytes } = options;
  const notices: string[] = [];
  let sharing: Sharing | null = null;
  let library: Library | null = null;
  if (dataDir !== undefined) {
    try {
      sharing = await openSharing({
        ...{ dataDir, comfy, cacheBytes },
        askLibrary: (ref, method) => libraryAnswer(library, ref, method),
      });
      notices.push(...sharing.notices);
    } catch (error) {
      // The gallery works without; a door to the network without links or devices would lead nowhere.
      if (options.lan || !(error instanceof DarkroomError)) {
        throw error;
      }
      notices.push(`${error.message} Nothing can be shared.`);
    }
  }
  library = openLibraryIn(options, comfy, sharing?.marks ?? null, notices);
  const closing: (() => Promise<void> | void)[] = [() => sharing?.close(), () => library?.close()];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) {
      await step();
    }
  };
  const shared = { comfy, staticDir, log: options.log ?? false, sharing, library };
  try {
    const owner = await openDoor(addresses, port, (proxy) => buildApp({ ...shared, proxy, policy }), shared);
    closing.push(owner.stop);
    const given = options.lan?.tls;
    const tls = given === 'own' && dataDir !== undefined ? await ownCertificate(dataDir, names) : given;
    const certificate = tls === 'own' ? undefined : tls;
    const lan =
      options.lan && sharing ? await openLan(options, { ...shared, sharing, names, tls: certificate }) : null;
    closing.push(() => lan?.stop());
    let stopping: Promise<void> | undefined;
    return {
      url: publishedPort === undefined ? owner.url : `http://localhost:${publishedPort}`,
      port: owner.port,
      lanPort: lan?.port ?? null,
      fingerprint: certificate ? new X509Certificate(certificate.cert).fingerprint256 : null,
      sharing,
      library,
      notices,
      stop: () => (stopping ??= close()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the library; the app works without. */
function openLibraryIn(
  { dataDir, library }: DarkroomOptions,
  comfy: ComfyAddress,
  marks: MarkStore | null,
  notices: string[],
): Library | null {
  if (dataDir === undefined || !library) {
    return null;
  }
  try {
    const { writeXmp = false, ...rest } = library;
    const sidecars = writeXmp ? marks : null;
    return openLibrary({ trees: [], allowDelete: false, ...rest, dataDir, comfy, sidecars });
  } catch (error) {
    if (!(error instanceof DarkroomError)) {
      throw error;
    }
    notices.push(`${error.message} There is no library.`);
    return null;
  }
}

type BuildDoor = (proxy: ComfyProxy) => Promise<FastifyInstance>;

async function openDoor(
  addresses: readonly string[],
  port: number,
  build: BuildDoor,
  { comfy, sharing }: Pick<SharedParts, 'comfy'> & { sharing: Sharing | null },
): Promise<Door> {
  for (let attempt = 1; ; attempt += 1) {
    const proxy = createComfyProxy(comfy, sharing?.watch.readAlong);
    const app = await build(proxy);
    try {
      return await open(app, addresses, port, () => {
        proxy.close();
      });
    } catch (error) {
      proxy.close();
      await app.close();
      if (systemCode(error) !== 'EADDRINUSE') {
        throw error;
      }
      if (port !== 0 || attempt === PORT_TRIES) {
        throw new DarkroomError('port_in_use', `Port ${port} is in use by another program.`);
      }
    }
  }
}

interface SharedParts {
  comfy: ComfyAddress;
  staticDir: string;
  log: boolean;
  sharing: Sharing;
  library: Library | null;
  names: readonly GivenName[];
  tls: { cert: string; key: string } | undefined;
}

async function openLan(options: DarkroomOptions, { names, tls, ...shared }: SharedParts): Promise<Door> {
  const { port = 0, addresses, mayMove = false, requestLimit } = options.lan ?? {};
  const { behindProxy = [] } = options;
  const { sharing } = shared;
  const bound = addresses ?? null;
  let listening = port;
  const policy = lanPolicy({
    shares: sharing.store,
    devices: sharing.devices,
    names,
    proxies: behindProxy,
    port: () => listening,
    bound,
    isTls: tls !== undefined,
  });
  const isProxy = (address: string): boolean => isOneOf(behindProxy, address);
  const door = await startOnFreePort(port, !mayMove, (free) => {
    listening = free;
    return openDoor(
      addresses ?? ['0.0.0.0', '::'],
      free,
      (proxy) => buildApp({ ...shared, proxy, policy, tls, isProxy, requestLimit }),
      shared,
    );
  }).catch((error: unknown) => {
    throw error instanceof DarkroomError && error.code === 'port_in_use'
      ? new DarkroomError('lan_port_in_use', error.message.replaceAll('--port', '--lan-port'))
      : error;
  });
  listening = door.port;
  sharing.reach = { scheme: tls ? 'https' : 'http', port: door.port, names, bound };
  return door;
}

function containerOf({ container }: DarkroomOptions): Container | null {
  return container === undefined ? findContainer() : container;
}

/**
 * Where to listen. A published port is forwarded to the container's network interface, never to its loopback, so
 * there all interfaces are opened; the gate still tells the owner from others.
 */
export function listenAddresses(host: string, container: Container | null): readonly string[] {
  const loopback = loopbackAddresses(host);
  return container ? ['0.0.0.0'] : loopback;
}

function ownersDoor(options: DarkroomOptions, container: Container | null): GatePolicy {
  const { publishedPort, behindProxy = [] } = options;
  const unreadable = behindProxy.find((address) => isIP(address) === 0);
  if (unreadable !== undefined) {
    throw new DarkroomError('bad_host', `"${unreadable}" is not the IP address of a proxy.`);
  }
  const gateway = container?.gateway;
  const trust = { proxies: behindProxy, gateways: gateway === undefined ? [] : [gateway] };
  return {
    allowedHosts: [
      ...readAllowedHosts(options.allowedHosts ?? []),
      ...(publishedPort === undefined ? [] : loopbackHosts(publishedPort)),
    ],
    serving: 'owner',
    identify: ({ visitor }) => ({ role: roleAtOwnersDoor(visitor, trust) }),
  };
}

function readAllowedHosts(names: readonly string[]): ReturnType<typeof parseAllowedHosts> {
  try {
    return parseAllowedHosts(names);
  } catch (error) {
    throw new DarkroomError('bad_host', error instanceof Error ? error.message : String(error));
  }
}

/** A server that listens. */
interface Door {
  url: string;
  port: number;
  stop: () => Promise<void>;
}

async function open(
  app: FastifyInstance,
  addresses: readonly string[],
  wantedPort: number,
  closeProxy: () => void,
): Promise<Door> {
  const [first = '127.0.0.1', second] = addresses;
  await app.listen({ host: first, port: wantedPort });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : wantedPort;
  let door: SecondDoor | null = null;
  if (second !== undefined) {
    door = await openSecondDoor(app.server, second, port);
  }
  const stop = async (): Promise<void> => {
    // The HTTP server no longer tracks tunnelled sockets, so they are closed first.
    closeProxy();
    await Promise.all([door?.close(), app.close()]);
  };
  return {
    url: `http://${first.includes(':') ? `[${first}]` : first}:${port}`,
    port,
    stop,
  };
}
