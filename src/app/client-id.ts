import { randomUuid } from '../comfy/uuid';

const KEY = 'darkroom.clientId';
const RELEASED = 'darkroom.clientIdReleased';

/**
 * The socket's client id: one per tab, kept across reloads so that the running job's events continue. A
 * duplicated tab inherits the storage of the open one, but not the mark that its page was left; it gets
 * its own id, because two sockets with one id make the server lose both (API reference 4.2).
 */
export function tabClientId(storage: Storage, page: Pick<Window, 'addEventListener'>): string {
  const kept = storage.getItem(RELEASED) === 'yes' ? storage.getItem(KEY) : null;
  const id = kept ?? randomUuid();
  storage.setItem(KEY, id);
  storage.removeItem(RELEASED);
  page.addEventListener('pagehide', () => storage.setItem(RELEASED, 'yes'));
  page.addEventListener('pageshow', () => storage.removeItem(RELEASED));
  return id;
}
