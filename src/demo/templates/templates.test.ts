import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoEngine, startDemoEngine } from '../index';
import { DEMO_TEMPLATES } from './templates';

interface Index {
  title: string;
  templates: { name: string; title: string; mediaSubtype: string }[];
}

describe('the templates of the engine', () => {
  let engine: DemoEngine;
  const get = (path: string): Promise<Response> => fetch(`${engine.url}${path}`);

  beforeAll(async () => {
    engine = await startDemoEngine();
  }, 60_000);
  afterAll(() => engine.stop());

  it('are listed in both languages, each with a workflow and a picture', async () => {
    const english = (await (await get('/templates/index.json')).json()) as Index[];
    const chinese = (await (await get('/templates/index.zh.json')).json()) as Index[];
    const names = (index: Index[]): string[] =>
      index.flatMap(({ templates }) => templates.map(({ name }) => name));
    expect(names(english)).toEqual(names(chinese));
    expect(names(english)).toHaveLength(DEMO_TEMPLATES.flatMap(({ templates }) => templates).length);
    for (const name of names(english)) {
      const workflow = (await (await get(`/templates/${name}.json`)).json()) as { nodes: unknown[] };
      expect(workflow.nodes.length, name).toBeGreaterThan(2);
      const picture = await get(`/templates/${name}-1.webp`);
      expect(picture.headers.get('content-type')).toBe('application/octet-stream');
      const bytes = Buffer.from(await picture.arrayBuffer());
      expect(bytes.subarray(8, 12).toString('latin1'), name).toBe('WEBP');
    }
  });

  it('stand in a folder of their own, not below /api', async () => {
    expect((await get('/templates/none.json')).status).toBe(404);
    expect((await get('/api/templates/index.json')).status).toBe(404);
  });
});
