import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type OptionalRoute,
  type RouteAnswer,
  ServerKnowledge,
  UNKNOWN_SERVER,
  withAnswer,
  withFlags,
  withStats,
} from './capabilities';
import { SEED_SYSTEM_STATS } from './fixtures/seed-samples';
import { systemStatsSchema } from './schemas';
import * as v from 'valibot';

/** The flags of 0.33.0 and of 0.3.64 (API reference 2.3). */
const NEW = {
  supports_preview_metadata: true,
  supports_model_type_tags: true,
  max_upload_size: 104857600,
  node_replacements: true,
  assets: false,
};
const OLD = { supports_preview_metadata: true, max_upload_size: 104857600 };

function route(name: OptionalRoute, ...answers: RouteAnswer[]): boolean | null {
  return answers.reduce(withAnswer, UNKNOWN_SERVER).routes[name];
}

describe('what a server can do', () => {
  it('is known of a new one from its flags alone', () => {
    const known = withFlags(UNKNOWN_SERVER, { ...NEW, asset_deletion_enabled: true });
    expect(known).toMatchObject({
      assets: false,
      assetDeletion: true,
      previewMetadata: true,
      maxUploadBytes: 104857600,
      routes: { jobs: true, assets: true, features: true },
    });
  });

  it('leaves open what the flags of an older one do not tell', () => {
    const known = withFlags(UNKNOWN_SERVER, OLD);
    expect(known).toMatchObject({ assets: null, assetDeletion: false, previewMetadata: true });
    expect(known.routes).toMatchObject({ jobs: null, assets: false, features: true });
  });

  it('has no version in the seed era', () => {
    const stats = v.parse(systemStatsSchema, JSON.parse(SEED_SYSTEM_STATS));
    expect(withStats(UNKNOWN_SERVER, stats)).toMatchObject({ version: null, isDemo: false });
  });

  it('knows the demo by its environment', () => {
    const stats = { system: { comfyui_version: '0.33.0', deploy_environment: 'darkroom-demo' }, devices: [] };
    expect(withStats(UNKNOWN_SERVER, stats)).toMatchObject({ version: '0.33.0', isDemo: true });
  });

  it.each<[OptionalRoute, string, string, number, string | undefined, boolean | null]>([
    ['jobs', 'GET', '/api/jobs', 200, undefined, true],
    ['jobs', 'GET', '/api/jobs', 404, undefined, false],
    ['jobs', 'GET', '/api/jobs', 500, undefined, null],
    ['jobs', 'POST', '/api/jobs/x/cancel', 405, undefined, false],
    ['jobs', 'POST', '/api/jobs/x/cancel', 404, undefined, null],
    ['jobs', 'POST', '/api/jobs/x/cancel', 200, undefined, true],
    ['assets', 'GET', '/api/assets', 503, undefined, true],
    ['assets', 'GET', '/api/assets', 404, undefined, false],
    ['features', 'GET', '/features', 404, undefined, false],
    ['features', 'GET', '/api/features', 200, undefined, true],
    ['userdata', 'GET', '/userdata/darkroom.recipes.json', 200, undefined, true],
    ['userdata', 'GET', '/userdata/darkroom.recipes.json', 404, '', null],
    ['userdata', 'GET', '/userdata/darkroom.recipes.json', 404, '404: Not Found', false],
    ['userdata', 'POST', '/userdata/darkroom.recipes.json', 405, undefined, false],
    ['userdata', 'POST', '/api/userdata/darkroom.recipes.json', 200, undefined, true],
    ['userdata', 'POST', '/userdata/darkroom.recipes.json', 500, undefined, null],
    ['userdata', 'GET', '/userdata/darkroom%2Frecipes.json', 404, '404: Not Found', null],
    ['userdata', 'POST', '/userdata/darkroom%2Frecipes.json', 405, undefined, null],
    ['userdataV2', 'GET', '/v2/userdata', 200, undefined, true],
    ['userdataV2', 'GET', '/v2/userdata', 404, 'Requested path not found', null],
    ['userdataV2', 'GET', '/v2/userdata', 404, '404: Not Found', false],
    ['jobs', 'GET', '/queue', 404, undefined, null],
  ])('%s: %s %s answered %i (%j) means %j', (name, method, path, status, body, expected) => {
    expect(route(name, { method, path, status, ...(body === undefined ? {} : { body }) })).toBe(expected);
  });

  it.each([
    [200, true],
    [403, false],
    [405, false],
    [500, false],
    [409, null],
    [502, null],
    [503, null],
  ])('a document that is answered %i tells whether documents can be stored: %j', (status, expected) => {
    const answer = { method: 'POST', path: '/userdata/darkroom.recipes.json', status };
    expect(withAnswer(UNKNOWN_SERVER, answer).storesDocuments).toBe(expected);
    const read = withAnswer(UNKNOWN_SERVER, { ...answer, method: 'GET' });
    expect(read.storesDocuments).toBe(status === 405 ? false : null);
  });

  it.each(['/userdata', '/internal/files/output', '/api/workflow_templates', '/global_subgraphs'] as const)(
    'has no %s only where no route answers',
    (path) => {
      const after = (status: number, body?: string): boolean | null =>
        withAnswer(UNKNOWN_SERVER, { method: 'GET', path, status, body }).routes[path];
      expect(after(404, '404: Not Found')).toBe(false);
      expect(after(404, '')).toBe(false);
      expect(after(404)).toBeNull();
      expect(after(405)).toBe(false);
      expect(after(404, 'Directory not found')).toBeNull();
      expect(after(500)).toBeNull();
      expect(after(200)).toBe(true);
    },
  );

  it('never forgets a route because of an answer that says nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('/api/jobs', '/features', '/userdata/x', '/v2/userdata', '/api/assets', '/view'),
        fc.constantFrom('GET', 'POST'),
        fc.integer({ min: 500, max: 599 }).filter((status) => status !== 503),
        (path, method, status) => {
          const known = withFlags(UNKNOWN_SERVER, NEW);
          expect(withAnswer(known, { method, path, status }).routes).toEqual(known.routes);
        },
      ),
    );
  });
});

describe('the knowledge of a connection', () => {
  it('tells of changes, and only of changes', () => {
    const server = new ServerKnowledge();
    let changes = 0;
    const stop = server.onChange(() => (changes += 1));
    server.takeFlags(NEW);
    server.takeFlags(NEW);
    server.takeAnswer({ method: 'GET', path: '/view', status: 404 });
    expect(changes).toBe(1);
    stop();
    server.reset();
    expect(changes).toBe(1);
    expect(server.current).toEqual(UNKNOWN_SERVER);
  });
});
