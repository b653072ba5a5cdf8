import type { Features, SystemStats } from './schemas';

/**
 * Lists that not every server has: user documents, which can then be in folders, files of the output folder, templates
 * and subgraphs.
 */
const LISTS = [
  '/userdata',
  '/internal/files/output',
  '/api/workflow_templates',
  '/global_subgraphs',
] as const;

/** Routes that not every server has. */
export type OptionalRoute =
  'jobs' | 'features' | 'userdata' | 'userdataV2' | 'assets' | (typeof LISTS)[number];

/**
 * What is known of the server behind this page. `null` means not known yet: nothing was heard that tells.
 * Nothing is asked for this alone; it is read off answers that the app wants anyway.
 */
export interface ServerCapabilities {
  /** ComfyUI's version; the seed era does not tell, nor does a server that has not answered yet. */
  version: string | null;
  pythonVersion: string | null;
  pytorchVersion: string | null;
  /** Whether the demo engine answers: its environment names it. */
  isDemo: boolean | null;
  /** `--enable-assets`: the asset routes answer, and outputs carry asset ids. */
  assets: boolean | null;
  /** Whether deleting an asset deletes its file. */
  assetDeletion: boolean | null;
  /** Whether live previews name their job (binary frame 4, API reference 4.4). */
  previewMetadata: boolean | null;
  /** Largest body the server takes, bytes. */
  maxUploadBytes: number | null;
  routes: Readonly<Record<OptionalRoute, boolean | null>>;
  /** Whether user documents can be stored: false once the server refused one, or has no place for them. */
  storesDocuments: boolean | null;
}

/** Nothing heard yet. */
export const UNKNOWN_SERVER: ServerCapabilities = {
  version: null,
  pythonVersion: null,
  pytorchVersion: null,
  isDemo: null,
  assets: null,
  assetDeletion: null,
  previewMetadata: null,
  maxUploadBytes: null,
  routes: {
    ...{ jobs: null, features: null, userdata: null, userdataV2: null, assets: null },
    ...(Object.fromEntries(LISTS.map((list) => [list, null])) as Record<(typeof LISTS)[number], null>),
  },
  storesDocuments: null,
};

/** One answer of the server, as far as it tells about routes. */
export interface RouteAnswer {
  method: string;
  /** Without query. */
  path: string;
  status: number;
  /** The body, where it was read: the router's own 404 has one, a missing document's has none. */
  body?: string;
}

/** Takes in GET /system_stats. */
export function withStats(known: ServerCapabilities, { system }: SystemStats): ServerCapabilities {
  return {
    ...known,
    version: system.comfyui_version ?? null,
    pythonVersion: system.python_version ?? null,
    pytorchVersion: system.pytorch_version ?? null,
    isDemo: system.deploy_environment === 'darkroom-demo',
  };
}

/** Takes in the server's feature flags: GET /features, or the socket's answer to ours (API reference 4.1). */
export function withFlags(known: ServerCapabilities, flags: Features): ServerCapabilities {
  const assets = flags.assets ?? null;
  return {
    ...known,
    assets,
    assetDeletion: flags.asset_deletion_enabled ?? false,
    previewMetadata: flags.supports_preview_metadata ?? false,
    maxUploadBytes: flags.max_upload_size ?? null,
    routes: {
      ...known.routes,
      features: true,
      // The flag came with the routes, and /api/jobs came before both (API reference 9).
      assets: assets !== null,
      jobs: assets !== null ? true : known.routes.jobs,
    },
  };
}

/**
 * Takes in what an answer tells about its route. 404 and 405 mean that there is none, but for user documents
 * and jobs that are merely missing; 5xx says nothing either way.
 */
export function withAnswer(known: ServerCapabilities, answer: RouteAnswer): ServerCapabilities {
  const path = answer.path.replace(/^\/api(?=\/(?:features|userdata|v2))/, '');
  const { method, status } = answer;
  const [, first, second] = path.split('/');
  if (path === '/api/jobs') {
    return withRoute(known, 'jobs', verdict(status));
  }
  if (path.startsWith('/api/jobs/')) {
    // A job that is not known is 404 too; only 405 means that nothing listens there.
    return withRoute(known, 'jobs', status === 405 ? false : status < 300 ? true : null);
  }
  if (path.startsWith('/api/assets')) {
    // 503 is how the route says that assets are switched off. An asset that is merely missing is 404 too.
    const exists = status === 404 && path !== '/api/assets' ? null : verdict(status);
    return withRoute(known, 'assets', status === 503 ? true : exists);
  }
  if (path === '/features') {
    return withRoute(known, 'features', verdict(status));
  }
  if (first === 'v2' && second === 'userdata') {
    return withRoute(known, 'userdataV2', isRouterError(answer) ? false : status < 300 ? true : null);
  }
  const list = LISTS.find((one) => one === path);
  if (list) {
    // A missing route is 404 in the router's words, or in none; a missing folder has words of its own.
    const isMissing = status === 404 && /^(404:|$)/.test(answer.body ?? '?');
    return withRoute(known, list, status === 405 || isMissing ? false : status < 300 ? true : null);
  }
  // A nested name that a proxy decoded is no route of ComfyUI's, which says nothing about flat ones.
  if (first === 'userdata' && path.split('/').length === 3 && !/%2f/i.test(path)) {
    const exists = userdataVerdict(answer);
    const withUserdata = withRoute(known, 'userdata', exists);
    if (exists === false) {
      return withStorage(withUserdata, false);
    }
    // A proxy that speaks for a server which is down says nothing about it.
    const spoke = status !== 409 && !(status >= 502 && status <= 504);
    return method === 'POST' && spoke ? withStorage(withUserdata, status < 300) : withUserdata;
  }
  return known;
}

/** What stays true of a server that was away: it may have been restarted, updated or replaced. */
export function afterReconnect(known: ServerCapabilities): ServerCapabilities {
  return { ...UNKNOWN_SERVER, isDemo: known.isDemo };
}

function verdict(status: number): boolean | null {
  return status === 404 || status === 405 ? false : status < 300 ? true : null;
}

function userdataVerdict({ method, status, body }: RouteAnswer): boolean | null {
  if (status < 300) {
    return true;
  }
  // A missing document is an empty 404 (API reference 2.4); the router's own says so in words.
  return status === 405 || (status === 404 && (method === 'POST' || body?.startsWith('404:'))) ? false : null;
}

function isRouterError({ status, body }: RouteAnswer): boolean {
  return status === 405 || (status === 404 && body?.startsWith('404:') === true);
}

function withRoute(
  known: ServerCapabilities,
  route: OptionalRoute,
  answers: boolean | null,
): ServerCapabilities {
  return answers === null || known.routes[route] === answers
    ? known
    : { ...known, routes: { ...known.routes, [route]: answers } };
}

function withStorage(known: ServerCapabilities, storesDocuments: boolean): ServerCapabilities {
  return known.storesDocuments === storesDocuments ? known : { ...known, storesDocuments };
}

/** The present knowledge of one server, fed by the client and the socket, read by everybody. */
export class ServerKnowledge {
  readonly #listeners = new Set<() => void>();
  readonly #reconnected = new Set<() => void>();
  #known = UNKNOWN_SERVER;

  get current(): ServerCapabilities {
    return this.#known;
  }

  /** Calls back after every change; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back whenever the server is connected anew; returns the way to stop. */
  onReconnect(listener: () => void): () => void {
    this.#reconnected.add(listener);
    return () => this.#reconnected.delete(listener);
  }

  takeStats(stats: SystemStats): void {
    this.#set(withStats(this.#known, stats));
  }

  takeFlags(flags: Features): void {
    this.#set(withFlags(this.#known, flags));
  }

  takeAnswer(answer: RouteAnswer): void {
    this.#set(withAnswer(this.#known, answer));
  }

  /** Takes routes for missing that nothing was heard of yet. */
  assumeMissing(routes: readonly OptionalRoute[]): void {
    const open = routes.filter((route) => this.#known.routes[route] === null);
    this.#setRoutes(open, false);
  }

  /** Takes back that routes are missing. */
  doubt(routes: readonly OptionalRoute[]): void {
    this.#setRoutes(
      routes.filter((route) => this.#known.routes[route] === false),
      null,
    );
  }

  #setRoutes(routes: readonly OptionalRoute[], answers: false | null): void {
    if (routes.length > 0) {
      const changed = Object.fromEntries(routes.map((route) => [route, answers]));
      this.#set({ ...this.#known, routes: { ...this.#known.routes, ...changed } });
    }
  }

  /** Starts anew, because the connection did. */
  reset(): void {
    this.#set(afterReconnect(this.#known));
    this.#reconnected.forEach((listener) => listener());
  }

  #set(next: ServerCapabilities): void {
    if (!sameKnowledge(this.#known, next)) {
      this.#known = next;
      this.#listeners.forEach((listener) => listener());
    }
  }
}

function sameKnowledge(a: ServerCapabilities, b: ServerCapabilities): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
