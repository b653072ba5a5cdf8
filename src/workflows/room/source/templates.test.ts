import { describe, expect, it } from 'vitest';
import type { ExactJson } from '../../../comfy/exact-json';
import { listTemplates, readTemplate, readTemplateIndex, readTemplatePacks } from './templates';

const client = (files: Record<string, ExactJson>, asked: string[] = []) => ({
  optionalJson: (path: string) => {
    asked.push(path);
    return Promise.resolve(files[path] ?? null);
  },
});

const INDEX: ExactJson = [
  {
    title: 'Image',
    templates: [
      { name: 'a', title: 'A', description: 'First', mediaSubtype: 'webp', tags: ['x'], models: ['M'] },
      { name: 'b b', mediaSubtype: 'mp3' },
      { title: 'no name' },
      7,
    ],
  },
  { title: 'Again', templates: [{ name: 'a' }] },
  { templates: [] },
];

describe('the templates of a server', () => {
  it('are read from its index, each once, and without what cannot be read', () => {
    expect(readTemplateIndex(INDEX)).toEqual([
      {
        title: 'Image',
        templates: [
          {
            pack: '',
            name: 'a',
            title: 'A',
            about: 'First',
            tags: ['x', 'M'],
            picture: '/templates/a-1.webp',
          },
          { pack: '', name: 'b b', title: 'b b', about: '', tags: [], picture: null },
        ],
      },
    ]);
  });

  it('are none where the index is something else', () => {
    for (const json of [null, {}, 'x', [null], [[]]]) {
      expect(readTemplateIndex(json)).toEqual([]);
    }
  });

  it('of node packs stand under the name of the pack', () => {
    expect(readTemplatePacks({ 'My Pack': ['one'], Empty: [] })).toEqual([
      {
        title: 'My Pack',
        templates: [
          {
            pack: 'My Pack',
            name: 'one',
            title: 'one',
            about: '',
            tags: [],
            picture: '/api/workflow_templates/My%20Pack/one.jpg',
          },
        ],
      },
    ]);
    expect(readTemplatePacks('no')).toEqual([]);
  });

  it('are asked for in the language, and in English where the server lacks it', async () => {
    const asked: string[] = [];
    const packs = { '/api/workflow_templates': {} };
    const groups = await listTemplates(client({ '/templates/index.json': INDEX, ...packs }, asked), 'zh-CN');
    expect(groups.map(({ title }) => title)).toEqual(['Image']);
    expect(asked).toEqual(['/api/workflow_templates', '/templates/index.zh.json', '/templates/index.json']);
  });

  it('are not asked for where there are none of packs, which came first', async () => {
    const asked: string[] = [];
    expect(await listTemplates(client({ '/templates/index.json': INDEX }, asked), 'en')).toEqual([]);
    expect(asked).toEqual(['/api/workflow_templates']);
  });

  it('are fetched from where they lie', async () => {
    const files = {
      '/templates/b%20b.json': { own: true },
      '/api/workflow_templates/P/x.json': { own: false },
    };
    expect(await readTemplate(client(files), { pack: '', name: 'b b' })).toEqual({ own: true });
    expect(await readTemplate(client(files), { pack: 'P', name: 'x' })).toEqual({ own: false });
  });
});
