import type { RouteClass } from './routes';

/**
 * Who a request comes from:
 *
 * - `owner`: someone at this machine.
 * - `device`: a device the owner has paired.
 * - `guest`: someone with a share link.
 * - `nobody`: everyone else.
 *
 * The owner's door knows only `owner` and `nobody`; `device` and `guest` come with the LAN door.
 */
export type Role = 'owner' | 'device' | 'guest' | 'nobody';

export const ROLES: readonly Role[] = ['owner', 'device', 'guest', 'nobody'];

/**
 * What each role may do, for HTTP and WebSocket alike; nothing else decides this. A role that is not listed
 * is refused. A paired device has the whole app; what the app never asks for stays with the owner. Guests will
 * get routes of their own, never ComfyUI's: those would let them guess file names and read prompts.
 */
export const ACCESS: Readonly<Record<RouteClass, readonly Role[]>> = {
  page: ['owner', 'device'],
  'app-file': ['owner', 'device'],
  about: ['owner', 'device'],
  events: ['owner', 'device'],
  pictures: ['owner', 'device'],
  jobs: ['owner', 'device'],
  catalogue: ['owner', 'device'],
  submit: ['owner', 'device'],
  steer: ['owner', 'device'],
  upload: ['owner', 'device'],
  documents: ['owner', 'device'],
  assets: ['owner', 'device'],
  accounts: ['owner'],
  logs: ['owner'],
  source: ['owner'],
  reload: ['owner'],
};

/** Whether a role may use a class of routes. */
export function isAllowed(role: Role, routeClass: RouteClass): boolean {
  return ACCESS[routeClass].includes(role);
}
