import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EngineState } from '../../engine-state';
import { empty, json, type Answer } from '../responses';
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

/** A page of the list holds so many by default, and so many at the most (API notes §2.5). */
const PAGE = 20;
const MOST = 500;

/**
 * The asset routes: 503, all of them, on a server started without --enable-assets. Where the engine keeps assets, the
 * output folder is listed and its files can be deleted; the rest stays 503 (API notes §2.5).
 */
export function addAssetRoutes(router: Router, state: EngineState): void {
  const served = state.assets === 'off' ? {} : keptRoutes(state);
  for (const [method, route] of ROUTES) {
    router.addBare(method, route, served[`${method} ${route}`] ?? disabled);
  }
}

type Handle = Parameters<Router['addBare']>[2];

function keptRoutes(state: EngineState): Record<string, Handle | undefined> {
  /** Assets that were taken off the list while their files stay. */
  const unlisted = new Set<string>();
  return {
    'GET /api/assets': async ({ query }) => {
      const wanted = (query.get('name_contains') ?? '').toLowerCase();
      const all = (await filesBelow(state.folders.output)).filter(
        ({ id, name }) => !unlisted.has(id) && name.toLowerCase().includes(wanted),
      );
      const from = Number(query.get('after') ?? 0);
      const end = from + Math.min(MOST, Number(query.get('limit') ?? PAGE));
      const has_more = end < all.length;
      const assets = all.slice(from, end).map(({ id, name, subfolder, bytes }) => ({
        ...{ id, name, size: bytes, tags: ['output'] },
        preview_url: `/api/view?${new URLSearchParams({ type: 'output', filename: name, subfolder }).toString()}`,
      }));
      return json({ assets, total: all.length, has_more, ...(has_more && { next_cursor: String(end) }) });
    },
    'DELETE /api/assets/{id}': async ({ params }) => {
      const id = params.id ?? '';
      const file = (await filesBelow(state.folders.output)).find((one) => one.id === id);
      if (!file || unlisted.has(id)) {
        return failed(404, 'ASSET_NOT_FOUND', `AssetReference ${id} not found.`, { id });
      }
      if (state.assets === 'files-deleted') {
        await rm(path.join(state.folders.output, file.subfolder, file.name), { force: true });
      } else {
        unlisted.add(id);
      }
      return empty(204);
    },
  };
}

const disabled = (): Answer =>
  failed(
    503,
    'SERVICE_DISABLED',
    'Assets system is disabled. Start the server with --enable-assets to use this feature.',
  );

function failed(status: number, code: string, message: string, details: object = {}): Answer {
  return json({ error: { code, message, details } }, status);
}

interface ListedFile {
  id: string;
  name: string;
  /** With slashes; empty at the top. */
  subfolder: string;
  bytes: number;
  modified: number;
}

/** The files of a folder and all below it, the newest first. */
async function filesBelow(folder: string): Promise<ListedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(async ({ parentPath, name }) => {
        const subfolder = path.relative(folder, parentPath).replaceAll(path.sep, '/');
        const { size, mtimeMs } = await stat(path.join(parentPath, name));
        return { id: idOf(`${subfolder}/${name}`), name, subfolder, bytes: size, modified: mtimeMs };
      }),
  );
  return files.sort((a, b) => b.modified - a.modified);
}

/** The same for the same place, in the form of a UUID. */
function idOf(place: string): string {
  const hex = createHash('sha1').update(place).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
