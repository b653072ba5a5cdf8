import type { EngineState } from '../../engine-state';
import { MOST_INTERNAL_BYTES, readJson } from '../body';
import { empty, json } from '../responses';
import type { Router } from '../router';

const TERMINAL = { cols: 80, rows: 24 };

/** /internal apart from its file lists (API notes §2.6). The engine keeps no log. */
export function addInternalRoutes(router: Router, state: EngineState): void {
  router.addBare('GET', '/internal/logs', () => json(''));
  router.addBare('GET', '/internal/logs/raw', () => json({ entries: [], size: TERMINAL }));
  router.addBare('PATCH', '/internal/logs/subscribe', async ({ request }) => {
    const body = await readJson(request, MOST_INTERNAL_BYTES);
    if (typeof body !== 'object' || body === null || !('clientId' in body) || !('enabled' in body)) {
      throw new TypeError('clientId and enabled are wanted');
    }
    return empty();
  });
  router.addBare('GET', '/internal/folder_paths', () =>
    json({ checkpoints: [`${state.folders.models}/checkpoints`] }),
  );
}
