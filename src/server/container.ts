import { existsSync, readFileSync } from 'node:fs';

/** The container this process runs in. */
export interface Container {
  /**
   * IPv4 address of its default gateway. Connections to a published port come from it when they were made
   * on the host itself. `undefined` when there is no such route.
   */
  gateway: string | undefined;
}

const MARKS = ['/.dockerenv', '/run/.containerenv'];

/** What distinguishes a container from a machine; replaced in tests. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  exists: (path: string) => boolean;
  /** Text of a file, or empty when it cannot be read. */
  read: (path: string) => string;
}

const REAL: Surroundings = {
  env: process.env,
  exists: existsSync,
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  },
};

/**
 * Looks for the marks left by Docker, Podman and Kubernetes, and for `container=…` in the environment (LXC,
 * systemd-nspawn, Podman). `null` outside a container.
 */
export function findContainer(surroundings: Surroundings = REAL): Container | null {
  const { env, exists, read } = surroundings;
  const isContainer =
    Boolean(env.container) || env.KUBERNETES_SERVICE_HOST !== undefined || MARKS.some(exists);
  return isContainer ? { gateway: defaultGateway(read('/proc/net/route')) } : null;
}

/** Reads the gateway of the default route from Linux's table, whose addresses are little-endian hex. */
export function defaultGateway(table: string): string | undefined {
  for (const line of table.split('\n').slice(1)) {
    const [, destination, gateway = ''] = line.trim().split(/\s+/);
    if (destination === '00000000' && /^[0-9A-Fa-f]{8}$/.test(gateway) && gateway !== '00000000') {
      return [...Buffer.from(gateway, 'hex')].reverse().join('.');
    }
  }
  return undefined;
}
