/**
 * Groups of routes that grant the same power. `roles.ts` says who may use them.
 *
 * Darkroom's own: `page`, `app-file` (the built app), `about`, `library` (the folders it indexes), `library-files`
 * (deletes and moves what is in them), `sharing` (the owner's links), `pairing` (the owner's
 * devices), `pair-page` (where a device is paired), `share-page` (the page of a link, which is the same for
 * everybody), `share-open` (exchanges token and password for a cookie), `share-gallery` (what a link shows, in words),
 * `share-pictures`, `share-feedback` (a guest's marks and comments), `share-events` (a guest's WebSocket).
 * ComfyUI's (API notes §2): `events` (the WebSocket), `pictures`, `jobs` (queue and history, read only),
 * `catalogue` (nodes, models, server facts), `submit` (queue a prompt), `steer` (interrupt, reorder, forget,
 * free memory), `upload`, `documents` (user data and settings), `assets`, `accounts`, `logs`.
 * Vite's dev server: `source` (modules of the app), `reload` (its WebSocket).
 */
export type RouteClass =
  | 'page'
  | 'app-file'
  | 'about'
  | 'library'
  | 'library-files'
  | 'sharing'
  | 'pairing'
  | 'pair-page'
  | 'share-page'
  | 'share-open'
  | 'share-gallery'
  | 'share-pictures'
  | 'share-feedback'
  | 'share-events'
  | 'events'
  | 'pictures'
  | 'jobs'
  | 'catalogue'
  | 'submit'
  | 'steer'
  | 'upload'
  | 'documents'
  | 'assets'
  | 'accounts'
  | 'logs'
  | 'source'
  | 'reload';

/** Who answers: this server, ComfyUI behind it, or Vite in front of it. */
export type RouteOwner = 'darkroom' | 'comfyui' | 'vite';

/** A known route. */
export interface Route {
  class: RouteClass;
  owner: RouteOwner;
}

/** What a request asks for: a route, or why there is none. */
export type RouteMatch =
  | { found: 'route'; route: Route }
  /** The path exists, but not with this method; `allowed` is the value of an Allow header. */
  | { found: 'other_method'; allowed: string }
  | { found: 'nothing' };

/**
 * Where a request arrives: at Vite's dev server (`sources`) or preview server (`preview`), at Darkroom's door for the
 * owner or at the one for the network (`lan`).
 */
export type Serving = 'sources' | 'preview' | 'owner' | 'lan';

/** The places where a group of routes exists. */
const PLACES = {
  everywhere: ['sources', 'preview', 'owner', 'lan'],
  sources: ['sources'],
  /** The built app, whoever serves it. */
  build: ['preview', 'owner', 'lan'],
  /** Darkroom's own server, which alone has a database. */
  server: ['owner', 'lan'],
  owner: ['owner'],
  lan: ['lan'],
} as const satisfies Record<string, readonly Serving[]>;

/** A line of the list of routes. */
export interface RouteSpec extends Route {
  /** HTTP methods, or SOCKET for a WebSocket handshake. GET brings HEAD along. */
  methods: readonly string[];
  /** Decoded path segments; `*` stands for one that is not empty, `**` for one or more of them. */
  pattern: readonly string[];
  places: readonly Serving[];
}

/** Stands among the methods of a route for a WebSocket handshake. */
export const SOCKET = 'WebSocket';

/** Where ComfyUI declares a route: under its bare name and below /api, or in one of these places alone. */
type Place = 'both' | 'api' | 'bare';

function comfy(place: Place, routeClass: RouteClass, methods: string, ...paths: string[]): RouteSpec[] {
  const prefixes = { both: ['', 'api/'], api: ['api/'], bare: [''] }[place];
  return paths.flatMap((path) =>
    prefixes.map((prefix) => spec('comfyui', routeClass, methods, prefix + path, 'everywhere')),
  );
}

function spec(
  owner: RouteOwner,
  routeClass: RouteClass,
  methods: string,
  path: string,
  places: keyof typeof PLACES,
): RouteSpec {
  return {
    owner,
    class: routeClass,
    methods: methods.split(' '),
    pattern: path.split('/'),
    places: PLACES[places],
  };
}

/**
 * Every route there is. What is not listed is refused, routes of custom node packs included: their static
 * files would run foreign scripts on our origin.
 */
export const ROUTES: readonly RouteSpec[] = [
  spec('darkroom', 'page', 'GET', '', 'everywhere'),
  spec('darkroom', 'page', 'GET', 'index.html', 'everywhere'),
  spec('darkroom', 'app-file', 'GET', 'assets/*', 'build'),
  spec('darkroom', 'app-file', 'GET', 'favicon.svg', 'everywhere'),
  spec('darkroom', 'about', 'GET', 'darkroom/about', 'everywhere'),

  spec('darkroom', 'library', 'GET', 'darkroom/library', 'server'),
  spec('darkroom', 'library', 'GET', 'darkroom/library/changes', 'server'),
  spec('darkroom', 'library', 'GET', 'darkroom/library/folders', 'server'),
  spec('darkroom', 'library', 'POST', 'darkroom/library/missing', 'server'),
  spec('darkroom', 'library', SOCKET, 'darkroom/library/live', 'server'),
  spec('darkroom', 'library', 'GET POST', 'darkroom/library/marks', 'server'),
  ...['thumb', 'file', 'meta'].map((part) =>
    spec('darkroom', 'library', 'GET', `darkroom/library/${part}/*`, 'server'),
  ),
  spec('darkroom', 'library-files', 'GET', 'darkroom/library/trash', 'owner'),
  ...['delete', 'restore', 'empty', 'move', 'folder'].map((part) =>
    spec('darkroom', 'library-files', 'POST', `darkroom/library/${part}`, 'owner'),
  ),

  spec('darkroom', 'sharing', 'GET POST', 'darkroom/shares', 'server'),
  spec('darkroom', 'sharing', 'PATCH DELETE', 'darkroom/shares/*', 'server'),
  spec('darkroom', 'sharing', 'PUT', 'darkroom/shares/*/items', 'server'),
  spec('darkroom', 'sharing', 'GET', 'darkroom/shares/*/feedback', 'server'),
  spec('darkroom', 'sharing', SOCKET, 'darkroom/shares/live', 'server'),
  spec('darkroom', 'sharing', 'GET', 'darkroom/addresses', 'server'),
  spec('darkroom', 'pairing', 'POST', 'darkroom/pairings', 'owner'),
  spec('darkroom', 'pairing', 'GET', 'darkroom/devices', 'owner'),
  spec('darkroom', 'pairing', 'DELETE', 'darkroom/devices/*', 'owner'),
  spec('darkroom', 'pair-page', 'GET POST', 'pair/*', 'lan'),
  spec('darkroom', 'share-open', 'POST', 's/open', 'lan'),
  spec('darkroom', 'share-gallery', 'GET', 's/*/gallery', 'lan'),
  spec('darkroom', 'share-gallery', 'GET', 's/*/items/*/making', 'lan'),
  ...['thumb', 'preview', 'original', 'clean'].map((size) =>
    spec('darkroom', 'share-pictures', 'GET', `s/*/items/*/${size}`, 'lan'),
  ),
  spec('darkroom', 'share-feedback', 'PUT', 's/*/items/*/favourite', 'lan'),
  spec('darkroom', 'share-feedback', 'PUT', 's/*/items/*/vote', 'lan'),
  spec('darkroom', 'share-feedback', 'POST', 's/*/items/*/comments', 'lan'),
  spec('darkroom', 'share-events', SOCKET, 's/*/live', 'lan'),
  // After the routes above, of which it could be one by its shape.
  spec('darkroom', 'share-page', 'GET', 's/*', 'lan'),
  spec('darkroom', 'share-page', 'GET', 's/*/*', 'lan'),

  ...comfy('both', 'events', SOCKET, 'ws'),
  ...comfy('both', 'pictures', 'GET', 'view'),
  ...comfy('bare', 'pictures', 'GET', 'internal/files/*'),
  ...comfy('both', 'jobs', 'GET', 'prompt', 'queue', 'history', 'history/*'),
  ...comfy('api', 'jobs', 'GET', 'jobs', 'jobs/*'),
  ...comfy('both', 'catalogue', 'GET', 'system_stats', 'features', 'object_info', 'object_info/*'),
  ...comfy('both', 'catalogue', 'GET', 'models', 'models/*', 'embeddings', 'view_metadata/*'),
  ...comfy('both', 'catalogue', 'GET', 'experiment/models', 'experiment/models/*'),
  ...comfy('both', 'catalogue', 'GET', 'experiment/models/preview/*/*/**'),
  ...comfy('both', 'catalogue', 'GET', 'extensions', 'i18n', 'node_replacements'),
  ...comfy('both', 'catalogue', 'GET', 'workflow_templates', 'workflow_templates/*/*'),
  // Graphs and pictures of the package ComfyUI depends on: one folder, flat.
  ...comfy('bare', 'catalogue', 'GET', 'templates/*'),
  ...comfy('both', 'catalogue', 'GET', 'global_subgraphs', 'global_subgraphs/*'),
  ...comfy('both', 'submit', 'POST', 'prompt'),
  ...comfy('both', 'steer', 'POST', 'queue', 'interrupt', 'history', 'free'),
  ...comfy('api', 'steer', 'POST', 'jobs/cancel', 'jobs/*/cancel'),
  ...comfy('both', 'upload', 'POST', 'upload/image', 'upload/mask'),
  ...comfy('both', 'documents', 'GET', 'userdata', 'v2/userdata'),
  ...comfy('both', 'documents', 'GET POST DELETE', 'userdata/*'),
  ...comfy('both', 'documents', 'POST', 'userdata/*/move/*'),
  ...comfy('both', 'documents', 'GET POST', 'settings', 'settings/*'),
  ...comfy('api', 'assets', 'GET POST', 'assets'),
  ...comfy('api', 'assets', 'GET', 'tags', 'assets/tags/refine', 'assets/*/content', 'assets/seed/status'),
  ...comfy('api', 'assets', 'GET PUT DELETE', 'assets/*'),
  ...comfy('api', 'assets', 'HEAD', 'assets/hash/*'),
  ...comfy('api', 'assets', 'POST DELETE', 'assets/*/tags'),
  ...comfy('api', 'assets', 'POST', 'assets/from-hash', 'assets/seed', 'assets/seed/cancel', 'assets/prune'),
  ...comfy('both', 'accounts', 'GET POST', 'users'),
  ...comfy('bare', 'logs', 'GET', 'internal/logs', 'internal/logs/raw', 'internal/folder_paths'),
  ...comfy('bare', 'logs', 'PATCH', 'internal/logs/subscribe'),

  ...['src/**', 'node_modules/**', '.vite/**', '@vite/**', '@id/**', '@fs/**', '__open-in-editor'].map(
    (path) => spec('vite', 'source', 'GET', path, 'sources'),
  ),
  spec('vite', 'reload', SOCKET, '', 'sources'),
];

/**
 * Looks up what a request asks for.
 * @param segments decoded path segments, as `parseTarget` gives them.
 * @param upgrade value of the Upgrade header; with one, only a WebSocket can be asked for.
 */
export function matchRoute(
  method: string,
  segments: readonly string[],
  upgrade: string | undefined,
  serving: Serving,
): RouteMatch {
  const there = ROUTES.filter((route) => route.places.includes(serving) && matches(route.pattern, segments));
  const asked = upgrade === undefined ? method : handshakeOf(method, upgrade);
  const [route] = there.filter(({ methods }) => methods.some((name) => covers(name, asked)));
  if (route) {
    return { found: 'route', route: { class: route.class, owner: route.owner } };
  }
  const allowed = there.flatMap(({ methods }) => methods).filter((name) => name !== SOCKET);
  return upgrade !== undefined || allowed.length === 0
    ? { found: 'nothing' }
    : { found: 'other_method', allowed: allowHeader(allowed) };
}

function handshakeOf(method: string, upgrade: string): string {
  return method === 'GET' && upgrade.trim().toLowerCase() === 'websocket' ? SOCKET : '';
}

function covers(listed: string, asked: string): boolean {
  return listed === asked || (listed === 'GET' && asked === 'HEAD');
}

function allowHeader(methods: readonly string[]): string {
  return [...new Set(methods.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])))]
    .sort()
    .join(', ');
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '**';
  if (isOpen ? segments.length < pattern.length : segments.length !== pattern.length) {
    return false;
  }
  return segments.every((segment, index) => {
    const want = pattern[index] ?? '**';
    return want === '*' || want === '**' ? segment !== '' : segment === want;
  });
}

const FIRST_SEGMENTS = [
  ...new Set(
    ROUTES.filter(({ owner, class: routeClass }) => owner === 'comfyui' && routeClass !== 'events').map(
      ({ pattern }) => (pattern[0] === 'api' ? `api/${pattern[1] ?? ''}` : (pattern[0] ?? '')),
    ),
  ),
];

/**
 * Regular expressions, as keys of Vite's `server.proxy`, for paths that may be ComfyUI's and for its socket.
 * They only pick candidates: the gate decides.
 */
export const PROXY_PATTERNS = {
  http: `^/(?:${FIRST_SEGMENTS.join('|')})(?:[/?]|$)`,
  socket: '^/(?:api/)?ws(?:[?]|$)',
};
