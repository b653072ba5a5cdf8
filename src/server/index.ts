import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { buildApp } from './app';
import { parseComfyUrl } from './comfy-url';
import { type Container, findContainer } from './container';
import { loopbackAddresses, openSecondDoor, type SecondDoor } from './doors';
import { DarkroomError, systemCode } from './errors';
import type { GatePolicy } from './gate';
import { loopbackHosts, parseAllowedHosts } from './host-names';
import { createComfyProxy } from './proxy';
import { roleAtOwnersDoor } from './visitor';

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
}

export interface Darkroom {
  /** What to open: `http://127.0.0.1:port`, or localhost with the published port. */
  url: string;
  port: number;
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
  if (!existsSync(join(staticDir, 'index.html'))) {
    throw new DarkroomError('no_app', `There is no built app in ${staticDir}. Run "npm run build" first.`);
  }
  for (let attempt = 1; ; attempt += 1) {
    const proxy = createComfyProxy(comfy);
    const app = await buildApp({ comfy, proxy, policy, staticDir, log: options.log ?? false });
    try {
      const darkroom = await open(app, addresses, port, () => {
        proxy.close();
      });
      return publishedPort === undefined
        ? darkroom
        : { ...darkroom, url: `http://localhost:${publishedPort}` };
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
    serving: 'build',
    identify: (visitor) => roleAtOwnersDoor(visitor, trust),
  };
}

function readAllowedHosts(names: readonly string[]): ReturnType<typeof parseAllowedHosts> {
  try {
    return parseAllowedHosts(names);
  } catch (error) {
    throw new DarkroomError('bad_host', error instanceof Error ? error.message : String(error));
  }
}

async function open(
  app: FastifyInstance,
  addresses: readonly string[],
  wantedPort: number,
  closeProxy: () => void,
): Promise<Darkroom> {
  const [first = '127.0.0.1', second] = addresses;
  await app.listen({ host: first, port: wantedPort });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : wantedPort;
  let door: SecondDoor | null = null;
  if (second !== undefined) {
    door = await openSecondDoor(app.server, second, port);
  }
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // The HTTP server no longer tracks tunnelled sockets, so they are closed first.
    closeProxy();
    await Promise.all([door?.close(), app.close()]);
  };
  return {
    url: `http://${first.includes(':') ? `[${first}]` : first}:${port}`,
    port,
    stop: () => (stopping ??= stop()),
  };
}
