import { afterEach, describe, expect, test, vi } from 'vitest';
import { startDemoEngine, type DemoEngine, type Era } from './index';
import { getJson, Listener, postJson, submit, tinyGraph } from './testing/engine-client';

vi.setConfig({ testTimeout: 60_000 });

let engine: DemoEngine | null = null;

async function start(era: Era): Promise<string> {
  engine = await startDemoEngine({ samples: false, stepDelayMs: 0, era });
  return engine.url;
}

afterEach(async () => {
  await engine?.stop();
  engine = null;
});

describe('early 2024', () => {
  test('no jobs, no features, no user data', async () => {
    const url = await start('2024-02');
    for (const path of ['/api/jobs', '/features', '/userdata?dir=x', '/models', '/api/assets']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
    }
  });

  test('the responses of the API document: system, history, events', async () => {
    const url = await start('2024-02');
    const stats = await getJson<{ system: object }>(`${url}/system_stats`);
    expect(Object.keys(stats.system)).toEqual(['os', 'python_version', 'embedded_python']);
    const listener = await Listener.open(url, 'tab', true);
    const wanted = '9a2f9a1e-0000-4000-8000-000000000000';
    const id = await submit(url, tinyGraph(), { client_id: 'tab', prompt_id: wanted });
    expect(id).not.toBe(wanted);
    await listener.ended(id);
    expect(listener.types(id)).toEqual([
      'execution_start',
      'execution_cached',
      'executing',
      'executing',
      'executed',
      'executing',
    ]);
    expect(listener.events.some(({ type }) => type === 'feature_flags')).toBe(false);
    const history = await getJson<Record<string, unknown>>(`${url}/history/${id}`);
    expect(history[id]).toEqual({
      prompt: [0, id, tinyGraph(), { client_id: 'tab' }, ['2']],
      outputs: { '2': { images: [{ filename: 'tiny_00001_.png', subfolder: '', type: 'output' }] } },
      status: {
        status_str: 'success',
        completed: true,
        messages: [
          ['execution_start', { prompt_id: id }],
          ['execution_cached', { nodes: [], prompt_id: id }],
        ],
      },
    });
    listener.close();
  });

  test('an interrupt stops whatever is running', async () => {
    const url = await start('2024-02');
    expect((await fetch(`${url}/interrupt`, { method: 'POST' })).status).toBe(200);
    expect((await postJson(`${url}/interrupt`, [])).status).toBe(200);
  });

  test('object_info without the later keys', async () => {
    const url = await start('2024-02');
    const info = await getJson<Record<string, Record<string, unknown>>>(`${url}/object_info/GrowMask`);
    expect(Object.keys(info.GrowMask ?? {})).toEqual([
      'input',
      'output',
      'output_is_list',
      'output_name',
      'name',
      'display_name',
      'description',
      'category',
      'output_node',
    ]);
  });
});

describe('October 2025', () => {
  test('any prompt id is accepted, there are no jobs, and there are fewer features', async () => {
    const url = await start('2025-10');
    expect(await submit(url, tinyGraph(), { prompt_id: 'my own' })).toBe('my own');
    expect((await fetch(`${url}/api/jobs`)).status).toBe(404);
    expect(Object.keys(await getJson<object>(`${url}/features`))).toEqual([
      'supports_preview_metadata',
      'max_upload_size',
    ]);
  });
});
