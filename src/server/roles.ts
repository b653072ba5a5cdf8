import type { RouteClass } from './routes';

/**
 * Who a request comes from:
 *
 * - `owner`: someone at this machine.
 * - `device`: a device the owner has paired.
 * - `guest`: someone with a share link.
 * - `nobody`: everyone else.
 *
 * The owner's door knows only `owner` and `nobody`, the LAN door the other three. One visitor can be a device for the
 * app and a guest of some link: each request is made in one role.
 */
export type Role = 'owner' | 'device' | 'guest' | 'nobody';

export const ROLES: readonly Role[] = ['owner', 'device', 'guest', 'nobody'];

/**
 * What each role may do, for HTTP and WebSocket alike; nothing else decides this. A role that is not listed
 * is refused. A paired device has the whole app; what the app never asks for stays with the owner, and so do pairing and
 * deleting files: a device that was lost must not have let in others, or emptied a folder. Guests have routes of their own, never ComfyUI's: those would
 * let them guess file names and read prompts. Everybody may load the code of the pages: it is public, and asks for the
 * rest.
 */
export const ACCESS: Readonly<Record<RouteClass, readonly Role[]>> = {
  page: ['owner', 'device'],
  'app-file': ['owner', 'device', 'guest', 'nobody'],
  about: ['owner', 'device'],
  library: ['owner', 'device'],
  'library-files': ['owner'],
  sharing: ['owner', 'device'],
  pairing: ['owner'],
  'pair-page': ['device', 'nobody'],
  'share-page': ['device', 'guest', 'nobody'],
  'share-open': ['device', 'guest', 'nobody'],
  'share-gallery': ['guest'],
  'share-pictures': ['guest'],
  'share-feedback': ['guest'],
  'share-events': ['guest'],
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
