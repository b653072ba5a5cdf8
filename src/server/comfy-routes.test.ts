import { describe, expect, it } from 'vitest';

import { isComfyRoute, isPromptRoute, isSocketRoute, PROXY_PATTERNS } from './comfy-routes';
import { parseTarget } from './gate';

const PASSED = [
  '/prompt',
  '/api/prompt',
  '/queue',
  '/api/queue',
  '/interrupt',
  '/history',
  '/history/abc',
  '/api/history/abc?x=1',
  '/upload/image',
  '/api/upload/mask',
  '/view?filename=a.png',
  '/api/view?filename=a.png',
  '/view_metadata/checkpoints?filename=x',
  '/object_info',
  '/api/object_info/KSampler',
  '/models',
  '/models/loras',
  '/embeddings',
  '/experiment/models/preview/loras/0/a.safetensors',
  '/system_stats',
  '/features',
  '/extensions',
  '/api/extensions',
  '/i18n',
  '/workflow_templates',
  '/api/workflow_templates/pack/a.json',
  '/global_subgraphs/abc',
  '/node_replacements',
  '/users',
  '/settings',
  '/settings/Comfy.X',
  '/userdata?dir=darkroom',
  '/api/userdata/darkroom%2Ffavourites.json',
  '/v2/userdata?path=x',
  '/api/v2/userdata',
  '/free',
  '/internal/files/output',
  '/internal/logs',
  '/api/jobs',
  '/api/jobs/abc/cancel',
  '/api/assets',
  '/api/tags',
];

const KEPT = [
  '/',
  '/index.html',
  '/assets/index-abc.js',
  '/favicon.svg',
  '/promptx',
  '/api',
  '/api/',
  '/api/index.html',
  '/api/api/jobs',
  '/jobs',
  '/tags',
  '/api/internal/logs',
  '/experiment',
  '/experiment/other',
  '/upload/other',
  '/upload',
  '/v2/other',
  '/extensions/pack/evil.js',
  '/extensions/',
  '/templates/x',
  '/docs/x',
  '/darkroom/about',
  '/darkroom-demo/faults',
  '/ws',
  '/constructor',
  '/__proto__',
];

function routes(path: string): boolean {
  return isComfyRoute(parseTarget(path)?.segments ?? []);
}

describe('isComfyRoute', () => {
  it.each(PASSED)('passes %s', (path) => {
    expect(routes(path)).toBe(true);
  });

  it.each(KEPT)('keeps %s', (path) => {
    expect(routes(path)).toBe(false);
  });

  it('sees through percent codes, as the server behind does', () => {
    expect(routes('/%70rompt')).toBe(true);
    expect(routes('/prompt%2Fx')).toBe(false);
  });
});

describe('PROXY_PATTERNS', () => {
  const http = new RegExp(PROXY_PATTERNS.http);
  const socket = new RegExp(PROXY_PATTERNS.socket);

  it.each(PASSED)('matches %s', (path) => {
    expect(http.test(path)).toBe(true);
  });

  it.each(KEPT.filter((path) => !/^\/(?:experiment|upload)/.test(path)))('leaves %s', (path) => {
    expect(http.test(path)).toBe(false);
  });

  it('matches the socket alone', () => {
    expect(['/ws', '/ws?clientId=a', '/api/ws', '/api/ws?x'].filter((path) => !socket.test(path))).toEqual(
      [],
    );
    expect(['/wsx', '/ws/', '/x/ws', '/', '/api/api/ws'].filter((path) => socket.test(path))).toEqual([]);
  });
});

it('knows the socket and the prompt', () => {
  expect(isSocketRoute(['ws'])).toBe(true);
  expect(isSocketRoute(['api', 'ws'])).toBe(true);
  expect(isSocketRoute(['ws', ''])).toBe(false);
  expect(isPromptRoute('POST', ['prompt'])).toBe(true);
  expect(isPromptRoute('POST', ['api', 'prompt'])).toBe(true);
  expect(isPromptRoute('GET', ['prompt'])).toBe(false);
});
