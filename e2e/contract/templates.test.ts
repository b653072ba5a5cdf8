import { describe, expect } from 'vitest';
import { listBlueprints, readBlueprint } from '../../src/workflows/room/source/blueprints';
import { listTemplates, readTemplate } from '../../src/workflows/room/source/templates';
import { readGraph } from '../../src/workflows/convert/read-source';
import type { ExactJson } from '../../src/comfy/exact-json';
import { test } from './statement';
import { connect, get } from './support';

const server = await connect();

const client = {
  optionalJson: async (path: string): Promise<ExactJson | null> => {
    const answer = await get(path);
    return answer.status === 404 ? null : answer.json<ExactJson>();
  },
};

// Servers without the package, and those of the seed era, have no index at all.
const has = (await get('/templates/index.json')).status === 200;

if (has) {
  describe('templates (API notes §2.3)', () => {
    test('are listed in both languages, under the same names', async () => {
      const names = async (language: string): Promise<string[]> =>
        (await listTemplates(client, language))
          .flatMap(({ templates }) => templates.map(({ name }) => name))
          .sort();
      const english = await names('en');
      expect(english.length).toBeGreaterThan(0);
      expect(await names('zh-CN')).toEqual(english);
    });

    test('are workflows of the editor, each with its picture beside it', async () => {
      const [group] = await listTemplates(client, 'en');
      for (const template of group?.templates.slice(0, 3) ?? []) {
        const json = await readTemplate(client, template);
        expect(readGraph(json), template.name).toMatchObject({ ok: true, found: { api: null } });
        if (template.picture) {
          expect((await get(template.picture)).status, template.picture).toBe(200);
        }
      }
    });

    test('are a folder of its own, not below /api, and flat', async () => {
      expect((await get('/templates/no such template.json')).status).toBe(404);
      expect((await get('/api/templates/index.json')).status).toBe(404);
    });
  });
}

const blueprints = await listBlueprints(client);

if (blueprints.length > 0) {
  describe('subgraphs (API notes §2.3)', () => {
    test('are workflows of the editor that lack what goes in and out', async () => {
      for (const { id, name } of blueprints.slice(0, 3)) {
        const found = await readBlueprint(client, id);
        expect(found?.name).toBe(name);
        expect(readGraph(found?.workflow ?? null), name).toMatchObject({ ok: true, found: { api: null } });
      }
    });

    test('that are not there are null, not an error', async () => {
      expect((await get('/global_subgraphs/none')).json<unknown>()).toBeNull();
    });
  });
}

test('the packs that bring templates are an object of lists', async () => {
  const answer = await get('/api/workflow_templates');
  if (answer.status === 200) {
    for (const names of Object.values(answer.json<object>())) {
      expect(Array.isArray(names)).toBe(true);
    }
  } else {
    expect([404, 405]).toContain(answer.status);
  }
  expect(server).toBeDefined();
});

describe('a server without templates or subgraphs', () => {
  test('lists none', async () => {
    const nothing = { optionalJson: () => Promise.resolve(null) };
    expect(await listTemplates(has ? nothing : client, 'en')).toEqual([]);
    expect(await listBlueprints(blueprints.length > 0 ? nothing : client)).toEqual([]);
  });
});
