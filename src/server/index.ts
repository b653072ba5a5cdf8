import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { buildApp } from './app';
import { parseComfyUrl } from './comfy-url';
import { loopbackAddresses, openSecondDoor, type SecondDoor } from './doors';
import { DarkroomError, systemCode } from './errors';
import { parseAllowedHosts } from './gate';
import { createComfyProxy } from './proxy';

export { DarkroomError } from './errors';
export type { DarkroomErrorCode } from './errors';

export interface DarkroomOptions {
  /** Address of ComfyUI: `http://host:port`, https and a path allowed. */
  comfyUrl: string;
  /** `127.0.0.1` (default) and `localhost` answer on both loopback families, `::1` on that one alone. */
  host?: string;
  /** TCP port; 0 (default) lets the system choose. */
  port?: number;
  /** Directory of the built app; must hold an index.html. */
  staticDir: string;
  /** Log requests as JSON lines; default false. */
  log?: boolean;
  /** Host names answered besides the loopback ones: `name` (any port) or `name:port`. */
  allowedHosts?: readonly string[];
}

export interface Darkroom {
  /** `http://127.0.0.1:port`. */
  url: string;
  port: number;
  /** Closes every connection and stops listening. */
  stop(): Promise<void>;
}

/** Tries at finding a port that is free in both families, when the system may choose. */
const PORT_TRIES = 10;

/**
 * Starts the Darkroom server: the built app, and ComfyUI behind the gate. It starts whether or not ComfyUI
 * answers.
 * @throws DarkroomError `bad_comfy_url`, `bad_host`, `no_app` (nothing built in staticDir) or `port_in_use`.
 */
export async function startDarkroom(options: DarkroomOptions): Promise<Darkroom> {
  const { port = 0, host = '127.0.0.1', staticDir } = options;
  const addresses = loopbackAddresses(host);
  const comfy = parseComfyUrl(options.comfyUrl);
  const policy = { allowedHosts: readAllowedHosts(options.allowedHosts ?? []) };
  if (!existsSync(join(staticDir, 'index.html'))) {
    throw new DarkroomError('no_app', `There is no built app in ${staticDir}. Run "npm run build" first.`);
  }
  for (let attempt = 1; ; attempt += 1) {
    const proxy = createComfyProxy(comfy);
    const app = await buildApp({ comfy, proxy, policy, staticDir, log: options.log ?? false });
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
    // Joined sockets have left the HTTP server's own list, so they are ended first.
    closeProxy();
    await Promise.all([door?.close(), app.close()]);
  };
  return {
    url: `http://${first.includes(':') ? `[${first}]` : first}:${port}`,
    port,
    stop: () => (stopping ??= stop()),
  };
}
