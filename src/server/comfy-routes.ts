/**
 * The ComfyUI routes that pass through Darkroom (ComfyUI API notes §2). Everything else stays closed:
 * static mounts of custom node packs would run foreign scripts on our origin.
 */
const BOTH_FORMS = [
  'prompt',
  'queue',
  'interrupt',
  'history',
  'free',
  'upload',
  'view',
  'view_metadata',
  'object_info',
  'models',
  'embeddings',
  'experiment',
  'system_stats',
  'features',
  'i18n',
  'workflow_templates',
  'global_subgraphs',
  'node_replacements',
  'users',
  'settings',
  'userdata',
];
/** Declared with `/api` only; the bare names do not exist on the server. */
const API_ONLY = ['jobs', 'assets', 'tags'];
/** Below these names only the listed second segment is a route of ComfyUI. */
const SECOND_SEGMENT: Record<string, readonly string[]> = {
  experiment: ['models'],
  upload: ['image', 'mask'],
};
/** A sub-application without an `/api` twin. */
const BARE_ONLY = ['internal'];

const BARE = new Set([...BOTH_FORMS, ...BARE_ONLY]);
const UNDER_API = new Set([...BOTH_FORMS, ...API_ONLY]);

/** Whether a path, as decoded segments, is a route of ComfyUI that we pass on. */
export function isComfyRoute(segments: readonly string[]): boolean {
  const isApi = segments[0] === 'api';
  const names = isApi ? segments.slice(1) : segments;
  const [first = '', second = ''] = names;
  if (first === 'v2') {
    return second === 'userdata';
  }
  if (first === 'extensions') {
    return names.length === 1;
  }
  if (!(isApi ? UNDER_API : BARE).has(first)) {
    return false;
  }
  return SECOND_SEGMENT[first]?.includes(second) ?? true;
}

/** Whether a path, as decoded segments, is ComfyUI's WebSocket. */
export function isSocketRoute(segments: readonly string[]): boolean {
  const path = segments.join('/');
  return path === 'ws' || path === 'api/ws';
}

/** Whether a request carries a prompt to be queued. */
export function isPromptRoute(method: string, segments: readonly string[]): boolean {
  const path = segments.join('/');
  return method === 'POST' && (path === 'prompt' || path === 'api/prompt');
}

/** Regular expressions (as Vite's `server.proxy` keys) for the HTTP routes and for the socket. */
export const PROXY_PATTERNS = {
  http: `^/(?:(?:${[...BARE].join('|')})|api/(?:${[...UNDER_API].join('|')})|(?:api/)?(?:v2/userdata|extensions(?=[?]|$)))(?:[/?]|$)`,
  socket: '^/(?:api/)?ws(?:[?]|$)',
};
