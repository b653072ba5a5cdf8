import { json } from '../responses';
import type { Router } from '../router';

const ROUTES: readonly [method: string, path: string][] = [
  ['GET', '/api/assets'],
  ['POST', '/api/assets'],
  ['POST', '/api/assets/from-hash'],
  ['HEAD', '/api/assets/hash/{hash}'],
  ['GET', '/api/assets/tags/refine'],
  ['POST', '/api/assets/seed'],
  ['GET', '/api/assets/seed/status'],
  ['POST', '/api/assets/seed/cancel'],
  ['POST', '/api/assets/prune'],
  ['GET', '/api/assets/{id}'],
  ['PUT', '/api/assets/{id}'],
  ['DELETE', '/api/assets/{id}'],
  ['GET', '/api/assets/{id}/content'],
  ['POST', '/api/assets/{id}/tags'],
  ['DELETE', '/api/assets/{id}/tags'],
  ['GET', '/api/tags'],
];

/** The asset routes of a server started without --enable-assets: 503, all of them (API notes §2.5). */
export function addAssetRoutes(router: Router): void {
  for (const [method, path] of ROUTES) {
    router.addBare(method, path, () =>
      json(
        {
          error: {
            code: 'SERVICE_DISABLED',
            message: 'Assets system is disabled. Start the server with --enable-assets to use this feature.',
            details: {},
          },
        },
        503,
      ),
    );
  }
}
