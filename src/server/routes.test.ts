import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { PROJECT_ROOT } from './build-app';
import { parseTarget } from './request-target';
import { matchRoute, PROXY_PATTERNS, type Serving } from './routes';

function classOf(line: string, serving: Serving = 'owner'): string {
  const [method = '', path = ''] = line.split(' ');
  const segments = parseTarget(path)?.segments ?? [];
  const isSocket = method === 'WS';
  const match = matchRoute(isSocket ? 'GET' : method, segments, isSocket ? 'websocket' : undefined, serving);
  return match.found === 'route' ? match.route.class : match.found;
}

/** ComfyUI's routes (API notes §2), each with the power it gives. */
const COMFY: [string, string][] = [
  ['WS /ws?clientId=a', 'events'],
  ['WS /api/ws', 'events'],
  ['GET /view?filename=a.png', 'pictures'],
  ['HEAD /api/view?filename=a.png', 'pictures'],
  ['GET /internal/files/output', 'pictures'],
  ['GET /prompt', 'jobs'],
  ['GET /queue', 'jobs'],
  ['GET /api/history?max_items=1', 'jobs'],
  ['GET /history/abc', 'jobs'],
  ['GET /api/history/abc?x=1', 'jobs'],
  ['GET /api/jobs', 'jobs'],
  ['GET /api/jobs/abc', 'jobs'],
  ['GET /system_stats', 'catalogue'],
  ['GET /features', 'catalogue'],
  ['GET /object_info', 'catalogue'],
  ['GET /api/object_info/KSampler%20%28a%2Fb%29', 'catalogue'],
  ['GET /models', 'catalogue'],
  ['GET /models/loras', 'catalogue'],
  ['GET /view_metadata/checkpoints?filename=x', 'catalogue'],
  ['GET /embeddings', 'catalogue'],
  ['GET /experiment/models/loras', 'catalogue'],
  ['GET /experiment/models/preview/loras/0/a.safetensors', 'catalogue'],
  ['GET /experiment/models/preview/loras/0/sub/a.safetensors', 'catalogue'],
  ['GET /api/extensions', 'catalogue'],
  ['GET /i18n', 'catalogue'],
  ['GET /workflow_templates', 'catalogue'],
  ['GET /api/workflow_templates/pack/a.json', 'catalogue'],
  ['GET /global_subgraphs/abc', 'catalogue'],
  ['GET /templates/index.json', 'catalogue'],
  ['GET /node_replacements', 'catalogue'],
  ['POST /prompt', 'submit'],
  ['POST /api/prompt', 'submit'],
  ['POST /%70rompt', 'submit'],
  ['POST /queue', 'steer'],
  ['POST /api/interrupt', 'steer'],
  ['POST /history', 'steer'],
  ['POST /free', 'steer'],
  ['POST /api/jobs/abc/cancel', 'steer'],
  ['POST /api/jobs/cancel', 'steer'],
  ['POST /upload/image', 'upload'],
  ['POST /api/upload/mask', 'upload'],
  ['GET /userdata?dir=darkroom', 'documents'],
  ['GET /api/userdata/darkroom%2Ffavourites.json', 'documents'],
  ['POST /userdata/darkroom%2Fa.json', 'documents'],
  ['DELETE /userdata/a.json', 'documents'],
  ['POST /userdata/a.json/move/b.json', 'documents'],
  ['GET /v2/userdata?path=x', 'documents'],
  ['POST /settings', 'documents'],
  ['GET /settings/Comfy.X', 'documents'],
  ['GET /api/assets', 'assets'],
  ['HEAD /api/assets/hash/blake3:00', 'assets'],
  ['PUT /api/assets/abc', 'assets'],
  ['POST /api/assets/from-hash', 'assets'],
  ['GET /api/tags', 'assets'],
  ['GET /users', 'accounts'],
  ['GET /internal/logs/raw', 'logs'],
  ['PATCH /internal/logs/subscribe', 'logs'],
];

const NOT_COMFY: [string, string][] = [
  ['GET /', 'page'],
  ['GET /index.html', 'page'],
  ['GET /assets/index-abc.js', 'app-file'],
  ['GET /favicon.svg', 'app-file'],
  ['GET /darkroom/about', 'about'],
  ['GET /darkroom/library', 'library'],
  ['GET /darkroom/library/changes?since=3&epoch=a', 'library'],
  ['GET /darkroom/library/folders', 'library'],
  ['POST /darkroom/library/missing', 'library'],
  ['WS /darkroom/library/live', 'library'],
  ['GET /darkroom/library/live', 'nothing'],
  ['HEAD /darkroom/library/thumb/abc', 'library'],
  ['GET /darkroom/library/file/abc', 'library'],
  ['GET /darkroom/library/meta/abc', 'library'],
  ['GET /darkroom/library/file/abc/x', 'nothing'],
  ['POST /darkroom/library/file/abc', 'other_method'],
  ['POST /darkroom/library/delete', 'library-files'],
  ['POST /darkroom/library/restore', 'library-files'],
  ['GET /darkroom/library/marks?since=3', 'library'],
  ['POST /darkroom/library/marks', 'library'],
  ['GET /darkroom/library/trash', 'library-files'],
  ['POST /darkroom/library/empty', 'library-files'],
  ['POST /darkroom/library/move', 'library-files'],
  ['POST /darkroom/library/folder', 'library-files'],
  ['GET /darkroom/library/delete', 'other_method'],
  ['POST /darkroom/library/trash', 'other_method'],
  ['GET /promptx', 'nothing'],
  ['GET /jobs', 'nothing'],
  ['GET /tags', 'nothing'],
  ['GET /api/index.html', 'nothing'],
  ['GET /experiment', 'nothing'],
  ['GET /experiment/other', 'nothing'],
  ['POST /upload/other', 'nothing'],
  ['POST /upload', 'nothing'],
  ['GET /v2/other', 'nothing'],
  ['GET /extensions/', 'nothing'],
  ['GET /extensions/pack/evil.js', 'nothing'],
  ['GET /templates/x/y', 'nothing'],
  ['GET /docs/x', 'nothing'],
  ['WS /', 'nothing'],
  ['DELETE /view', 'other_method'],
  ['GET /upload/image', 'other_method'],
];

describe('matchRoute', () => {
  it.each([...COMFY, ...NOT_COMFY])('finds for %s: %s', (line, routeClass) => {
    expect(classOf(line)).toBe(routeClass);
  });

  it('knows every file that the build puts beside the page', () => {
    const page = readFileSync(join(PROJECT_ROOT, 'index.html'), 'utf8');
    const linked = [...page.matchAll(/href="\.\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(linked.length).toBeGreaterThan(0);
    for (const name of [...readdirSync(join(PROJECT_ROOT, 'public')), ...linked]) {
      expect(classOf(`GET /${name}`), name).toBe('app-file');
    }
  });

  it("knows what Vite's dev server serves, and that alone", () => {
    expect(classOf('GET /src/main.ts?t=1', 'sources')).toBe('source');
    expect(classOf('GET /@vite/client', 'sources')).toBe('source');
    expect(classOf('GET /node_modules/.vite/deps/svelte.js?v=1', 'sources')).toBe('source');
    expect(classOf('WS /?token=x', 'sources')).toBe('reload');
    expect(classOf('GET /assets/index-abc.js', 'sources')).toBe('nothing');
    expect(classOf('GET /package.json', 'sources')).toBe('nothing');
    expect(classOf('GET /.env', 'sources')).toBe('nothing');
  });
});

describe('PROXY_PATTERNS', () => {
  const http = new RegExp(PROXY_PATTERNS.http);
  const socket = new RegExp(PROXY_PATTERNS.socket);

  it.each(COMFY.filter(([line]) => !/^WS|%70/.test(line)))('offers %s to the gate', (line) => {
    expect(http.test(line.split(' ')[1] ?? '')).toBe(true);
  });

  it("leaves alone what is Vite's", () => {
    for (const path of [
      '/',
      '/index.html',
      '/src/main.ts',
      '/@vite/client',
      '/promptx',
      '/api',
      '/darkroom/about',
    ]) {
      expect(http.test(path), path).toBe(false);
    }
  });

  it('matches the socket alone', () => {
    expect(['/ws', '/ws?clientId=a', '/api/ws', '/api/ws?x'].filter((path) => !socket.test(path))).toEqual(
      [],
    );
    expect(['/wsx', '/ws/', '/x/ws', '/', '/api/api/ws'].filter((path) => socket.test(path))).toEqual([]);
  });
});
