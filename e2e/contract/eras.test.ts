import { describe, expect } from 'vitest';
import { randomUuid } from '../../src/comfy/uuid';
import { encodePng, picture } from './pictures';
import { anyColor, emptyImage, node, previewGraph, saveGraph } from './graphs';
import { test } from './statement';
import {
  barrier,
  connect,
  finished,
  get,
  type HistoryItem,
  holdWorker,
  pause,
  post,
  run,
  send,
  SocketRecorder,
  submit,
  unique,
  until,
  upload,
  type UploadAnswer,
} from './support';

/*
 * What the app depends on, and what there was before. A fact that newer files state in detail is stated here with its
 * opposite, so that an engine, or a server, that has it too early or too late fails.
 */

const { does } = await connect();

describe('below /api', () => {
  test('every route exists, or none', async () => {
    expect((await get('/api/queue')).status).toBe(does('apiPrefix') ? 200 : 404);
    expect((await post('/api/queue', { delete: [] })).status).toBe(does('apiPrefix') ? 200 : 405);
    const socket = SocketRecorder.open({ clientId: unique('e'), path: '/api/ws' });
    if (does('apiPrefix')) {
      await (await socket).close();
    } else {
      await expect(socket).rejects.toThrow('404');
    }
  });
});

describe('routes that came later', () => {
  const later = [
    ['/models', 'userdata'],
    ['/internal/folder_paths', 'userdata'],
    ['/internal/files/output', 'listsFiles'],
    ['/v2/userdata', 'userdataTree'],
    ['/i18n', 'userdataTree'],
    ['/workflow_templates', 'userdataTree'],
    ['/experiment/models', 'userdataTree'],
    ['/features', 'features'],
    ['/api/jobs', 'jobsApi'],
    ['/global_subgraphs', 'jobsApi'],
    ['/node_replacements', 'jobsApi'],
  ] as const;

  test.each(later)('%s', async (path, fact) => {
    const answer = await get(path);
    expect(answer.status).toBe(does(fact) ? 200 : 404);
  });

  test('/userdata, which wants to know the folder', async () => {
    expect((await get('/userdata')).status).toBe(does('userdata') ? 400 : 404);
  });

  test.each(['/users', '/settings', '/object_info', '/embeddings', '/extensions'])(
    '%s is as old',
    async (path) => {
      expect((await get(path)).status).toBe(200);
    },
  );
});

describe('a foreign origin', () => {
  test('is refused on a loopback address', async () => {
    const answer = await get('/queue', { origin: 'http://evil.example', 'sec-fetch-site': 'same-site' });
    expect(answer.status).toBe(does('checksOrigin') ? 403 : 200);
  });

  test('is told by Sec-Fetch-Site alone', async () => {
    const answer = await get('/queue', { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(does('hardened') ? 403 : 200);
  });
});

describe('GET /system_stats', () => {
  test('tells ComfyUI’s version, PyTorch and main memory', async () => {
    const { system } = (await get('/system_stats')).json<{ system: object }>();
    for (const key of ['comfyui_version', 'pytorch_version', 'ram_total', 'ram_free', 'argv']) {
      expect(key in system, key).toBe(does('tellsVersion'));
    }
  });
});

describe('GET /object_info', () => {
  test('tells the order of inputs, and where a class comes from', async () => {
    const info = (await get('/object_info/KSampler')).json<Record<string, object>>()['KSampler'] ?? {};
    expect('input_order' in info).toBe(does('inputOrder'));
    expect('python_module' in info).toBe(does('inputOrder'));
    expect('is_input_list' in info).toBe(does('hardened'));
  });
});

describe('a user document', () => {
  test('is written under a flat name and read back', async () => {
    const name = `${unique('contract-')}.json`;
    const answer = await send('POST', `/userdata/${name}`, { body: '{"a":1}' });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(does('userdata') ? `"${name}"` : '');
    expect((await get(`/userdata/${name}`)).text).toBe('{"a":1}');
    const gone = await send('DELETE', `/userdata/${name}`);
    expect(gone.status).toBe(does('userdata') ? 204 : 405);
  });

  test('is kept in a folder that was not there', async () => {
    const answer = await send('POST', `/userdata/${unique('contract-')}%2Fa.json`, { body: '1' });
    expect(answer.status).toBe(does('userdata') ? 200 : 500);
  });

  test('is overwritten, whatever the query says, or is not', async () => {
    const name = `${unique('contract-')}.json`;
    await send('POST', `/userdata/${name}`, { body: '1' });
    const again = await send('POST', `/userdata/${name}?overwrite=false`, { body: '2' });
    expect(again.status).toBe(does('userdata') ? 409 : 200);
    expect((await get(`/userdata/${name}`)).text).toBe(does('userdata') ? '1' : '2');
  });
});

describe('an upload', () => {
  test('of known bytes under their name is the known file', async () => {
    const bytes = encodePng(
      picture(4, 4, (x, y) => [x * 9, y * 9, 1, 255]),
      'rgba',
    );
    const name = `${unique()}.png`;
    await upload('/upload/image', bytes, name, { subfolder: 'contract' });
    const again = (
      await upload('/upload/image', bytes, name, { subfolder: 'contract' })
    ).json<UploadAnswer>();
    expect(again.name).toBe(does('knowsBytes') ? name : name.replace('.png', ' (1).png'));
  });
});

describe('a job', () => {
  test('has the id its client chose, or one the server chose', async () => {
    const wanted = randomUuid();
    const { prompt_id } = await submit(previewGraph(), { prompt_id: wanted });
    expect(prompt_id === wanted).toBe(does('takesPromptId'));
    await finished(prompt_id);
  });

  test('may be called by a word', async () => {
    const wanted = unique('job-');
    const answer = await post('/prompt', { prompt: previewGraph(), prompt_id: wanted });
    expect(answer.status).toBe(does('checksPromptId') ? 400 : 200);
    if (!does('checksPromptId')) {
      const { prompt_id } = answer.json<{ prompt_id: string }>();
      expect(prompt_id === wanted).toBe(does('takesPromptId'));
      await finished(prompt_id);
    }
  });

  test('does only what it is asked for', async () => {
    const other = { '4': emptyImage(9, 9, anyColor()), '3': node('PreviewImage', { images: ['4', 0] }) };
    const { outputs } = await run({ ...previewGraph(), ...other }, { partial_execution_targets: ['2'] });
    expect(Object.keys(outputs).sort()).toEqual(does('partialExecution') ? ['2'] : ['2', '3']);
  });

  test('has the outputs of what it was asked for, or of whatever equals that as well', async () => {
    const graph = { ...previewGraph(), '3': node('PreviewImage', { images: ['1', 0] }) };
    const { outputs } = await run(graph, { partial_execution_targets: ['2'] });
    expect(Object.keys(outputs).sort()).toEqual(does('tellsOnlyTargets') ? ['2'] : ['2', '3']);
  });

  test('keeps its credentials to itself', async () => {
    const item = await run(previewGraph(), { extra_data: { api_key_comfy_org: 'secret-key' } });
    expect(JSON.stringify(item).includes('secret-key')).toBe(!does('hidesSecrets'));
  });

  test('without a prompt is refused in words', async () => {
    const answer = await post('/prompt', {});
    expect(answer.status).toBe(400);
    const { error } = answer.json<{ error: unknown }>();
    expect(typeof error).toBe(does('typedNoPrompt') ? 'object' : 'string');
  });

  test('is not asked for with OPTIONS', async () => {
    expect((await send('OPTIONS', '/prompt')).status).toBe(does('answersOptions') ? 200 : 405);
  });

  test('of an unknown class is refused', async () => {
    const graph = { ...previewGraph(), '7': node('NoSuchNode', {}) };
    const answer = await post('/prompt', { prompt: graph });
    expect(answer.status).toBe(does('refusesUnknown') ? 400 : 500);
  });
});

describe('the history', () => {
  test('is told with times, and how it ended', async () => {
    const item = await run(saveGraph(`contract/${unique('e')}`));
    const types = item.status.messages.map(([type]) => type);
    expect(types.includes('execution_success')).toBe(does('timedHistory'));
    expect(item.status.messages.every(([, data]) => 'timestamp' in data)).toBe(does('timedHistory'));
    expect('meta' in item).toBe(does('timedHistory'));
  });

  test('is given out from an offset on', async () => {
    await run(previewGraph());
    const none = await get('/history?max_items=1&offset=1000000');
    expect(Object.keys(none.json<object>())).toHaveLength(does('historyOffset') ? 0 : 1);
  });
});

describe('events', () => {
  test('tell the state of every node, and are answered with the server’s features', async () => {
    const clientId = unique('e');
    const socket = await SocketRecorder.open({ clientId });
    socket.send({ type: 'feature_flags', data: { supports_preview_metadata: true } });
    const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
    await socket.ended(prompt_id);
    // A busy server may read a request before what the socket said earlier.
    await (does('features') ? socket.event('feature_flags') : barrier(socket));
    const types = new Set(socket.texts().map(({ type }) => type));
    expect(types.has('progress_state')).toBe(does('progressState'));
    expect(types.has('execution_success')).toBe(does('timedHistory'));
    expect(types.has('feature_flags')).toBe(does('features'));
    const executed = socket.texts().find(({ type }) => type === 'executed');
    expect('display_node' in (executed?.data ?? {})).toBe(does('timedHistory'));
    await socket.close();
  });
});

describe('an interrupt', () => {
  test('of a job that does not run stops nothing, or what runs', async () => {
    const hold = await holdWorker({ client_id: unique('e') });
    if (does('targetedInterrupt')) {
      await post('/interrupt', { prompt_id: 'nobody' });
      await pause(700);
      expect((await get(`/history/${hold.promptId}`)).json()).toEqual({});
      await hold.release();
    } else {
      const item = await until(async () => {
        // One sent before the run begins is lost.
        await post('/interrupt', { prompt_id: 'nobody' });
        const { [hold.promptId]: ended } = (await get(`/history/${hold.promptId}`)).json<
          Record<string, HistoryItem>
        >();
        return ended;
      }, 'the end of the wrong job');
      expect(item.status.messages.at(-1)?.[0]).toBe('execution_interrupted');
    }
  });
});
