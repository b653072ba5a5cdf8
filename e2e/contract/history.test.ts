import { describe, expect } from 'vitest';
import type { ApiGraph } from '../../src/comfy/graph';
import { randomUuid } from '../../src/comfy/uuid';
import { emptyImage, node, previewGraph, previewImage, saveGraph, saveImage } from './graphs';
import { test } from './statement';
import {
  connect,
  download,
  finished,
  get,
  imagesOf,
  post,
  run,
  send,
  submit,
  unique,
  whileBusy,
  type HistoryItem,
} from './support';

await connect();

async function history(query = ''): Promise<Record<string, HistoryItem>> {
  const answer = await get(`/history${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
}

async function historyIds(query = ''): Promise<string[]> {
  return Object.keys(await history(query));
}

const messageTypes = (item: HistoryItem): string[] => item.status.messages.map(([type]) => type);

describe('an entry (API notes §6)', () => {
  test('of a successful run, in full', async () => {
    const prefix = `contract/${unique('h')}`;
    const graph = saveGraph(prefix);
    const before = Date.now();
    const { prompt_id, number } = await submit(graph, { client_id: 'nobody' });
    const item = await finished(prompt_id);
    expect(Object.keys(item).sort()).toEqual(['meta', 'outputs', 'prompt', 'status']);
    expect(item.prompt).toEqual([number, prompt_id, graph, item.prompt[3], ['2']]);
    expect(item.outputs).toEqual({
      '2': {
        images: [{ filename: `${prefix.split('/')[1]}_00001_.png`, subfolder: 'contract', type: 'output' }],
      },
    });
    expect(item.meta).toEqual({
      '2': { node_id: '2', display_node: '2', parent_node: null, real_node_id: '2' },
    });
    expect(Object.keys(item.status)).toEqual(['status_str', 'completed', 'messages']);
    expect(item.status).toMatchObject({ status_str: 'success', completed: true });
    expect(messageTypes(item)).toEqual(['execution_start', 'execution_cached', 'execution_success']);
    const [start, cached, success] = item.status.messages.map(([, data]) => data);
    expect(start).toEqual({ prompt_id, timestamp: start?.timestamp });
    expect(cached).toEqual({ nodes: [], prompt_id, timestamp: cached?.timestamp });
    expect(success).toEqual({ prompt_id, timestamp: success?.timestamp });
    for (const data of [start, cached, success]) {
      expect(Number.isInteger(data?.timestamp)).toBe(true);
      expect(Math.abs(Number(data?.timestamp) - before)).toBeLessThan(3_600_000);
    }
    expect(Number(start?.timestamp)).toBeLessThanOrEqual(Number(success?.timestamp));
  });

  test('/history/{id} and /history agree', async () => {
    const item = await run(previewGraph());
    const id = item.prompt[1];
    expect((await history(`/${id}`))[id]).toEqual(item);
    expect((await history())[id]).toEqual(item);
  });

  test('of an identical run: everything cached, the same files, nothing saved again', async () => {
    const graph = saveGraph(`contract/${unique('h')}`);
    const first = await run(graph);
    const second = await run(graph);
    expect(second.outputs).toEqual(first.outputs);
    expect(messageTypes(second)).toEqual(['execution_start', 'execution_cached', 'execution_success']);
    expect(second.status.messages[1]?.[1].nodes).toEqual(['1', '2']);
  });

  test('the cache is keyed by content: new node ids hit it too, and meta names the old ones', async () => {
    const prefix = `contract/${unique('h')}`;
    const first = await run(saveGraph(prefix, 77));
    const renumbered: ApiGraph = { '11': emptyImage(8, 8, 77), '12': saveImage(['11', 0], prefix) };
    const second = await run(renumbered);
    expect(second.status.messages[1]?.[1].nodes).toEqual(['11', '12']);
    expect(second.outputs['12']).toEqual(first.outputs['2']);
    expect(second.meta['12']?.node_id).toBe('2');
  });

  test('the unchanged part of a graph is cached, the rest runs', async () => {
    const graph: ApiGraph = {
      ...previewGraph(),
      '3': node('ImageInvert', { image: ['1', 0] }),
      '4': saveImage(['3', 0], `contract/${unique('h')}`),
    };
    await run(graph);
    const again = await run({ ...graph, '4': saveImage(['3', 0], `contract/${unique('h')}`) });
    const { nodes } = again.status.messages[1]?.[1] ?? {};
    expect(nodes).toEqual(['1', '2', '3']);
    expect(imagesOf(again, '4')).toHaveLength(1);
    expect(imagesOf(again, '2')).toHaveLength(1);
  });

  test('of a failed run: finished outputs stay, the message names the node and the exception', async () => {
    const { prompt_id } = await submit({
      '1': emptyImage(8, 8, 0x123456),
      '2': previewImage(['1', 0]),
      '3': node('ImageInvert', { image: ['1', 0] }),
      '4': saveImage(['3', 0], `../${unique('escape')}`),
    });
    const item = await finished(prompt_id);
    expect(item.status).toMatchObject({ status_str: 'error', completed: false });
    expect(messageTypes(item)).toEqual(['execution_start', 'execution_cached', 'execution_error']);
    const error = item.status.messages.at(-1)?.[1] ?? {};
    expect(Object.keys(error).sort()).toEqual([
      'current_inputs',
      'current_outputs',
      'exception_message',
      'exception_type',
      'executed',
      'node_id',
      'node_type',
      'prompt_id',
      'timestamp',
      'traceback',
    ]);
    expect(error).toMatchObject({ prompt_id, node_id: '4', node_type: 'SaveImage' });
    expect(error.exception_type).toBe('Exception');
    expect(error.exception_message).toMatch(
      /^\*\*\*\* ERROR: Saving image outside the output folder is not allowed\.[^]*\n$/,
    );
    expect(Array.isArray(error.traceback)).toBe(true);
    expect(error.executed).toContain('3');
    expect(error.executed).not.toContain('4');
    const inputs = error.current_inputs as Record<string, unknown[]>;
    expect(inputs.filename_prefix).toEqual([item.prompt[2]['4']?.inputs.filename_prefix]);
    expect(typeof inputs.images?.[0]).toBe('string');
    expect(Object.keys(item.outputs)).toEqual(['2']);
    expect(Object.keys(item.meta)).toEqual(['2']);
  });

  test('the type of an exception has its Python name', async () => {
    const item = await run({
      '1': emptyImage(8, 8),
      '2': node('ImageToMask', { image: ['1', 0], channel: 'alpha' }),
      '3': node('MaskToImage', { mask: ['2', 0] }),
      '4': previewImage(['3', 0]),
    });
    const error = item.status.messages.at(-1)?.[1] ?? {};
    expect(error).toMatchObject({ node_id: '2', node_type: 'ImageToMask', exception_type: 'IndexError' });
    expect(error.exception_message).toMatch(/^index 3 is out of bounds for dimension 3 with size 3\n$/);
  });

  test('a failed node is not cached: the next run fails again', async () => {
    const graph = { '1': emptyImage(8, 8), '2': saveImage(['1', 0], `../${unique('escape')}`) };
    await run(graph);
    const again = await run(graph);
    expect(messageTypes(again).at(-1)).toBe('execution_error');
    expect(again.status.messages[1]?.[1].nodes).toEqual(['1']);
  });
});

describe('GET /history (API notes §2.1)', () => {
  test('an unknown, a pending and a running id are {} with 200', async () => {
    await whileBusy(async (hold) => {
      const { prompt_id } = await submit(previewGraph());
      for (const id of ['nobody', prompt_id, hold.promptId]) {
        expect(await history(`/${id}`)).toEqual({});
      }
      await post('/queue', { clear: true });
    });
  });

  test('entries come in the order of completion, oldest first', async () => {
    const done = [];
    for (let i = 0; i < 5; i++) {
      done.push((await run(previewGraph())).prompt[1]);
    }
    expect((await historyIds()).slice(-5)).toEqual(done);
  });

  test('max_items and offset: without offset from the newest end, with offset from the oldest', async () => {
    await Promise.all([run(previewGraph()), run(previewGraph()), run(previewGraph()), run(previewGraph())]);
    const all = await historyIds();
    const n = all.length;
    expect(await historyIds('?max_items=2')).toEqual(all.slice(-2));
    expect(await historyIds(`?max_items=${n + 10}`)).toEqual(all);
    expect(await historyIds('?max_items=2&offset=0')).toEqual(all.slice(0, 2));
    expect(await historyIds('?max_items=2&offset=1')).toEqual(all.slice(1, 3));
    expect(await historyIds(`?offset=${n - 1}`)).toEqual(all.slice(n - 1));
    expect(await historyIds(`?max_items=2&offset=${n - 1}`)).toEqual(all.slice(n - 1));
    expect(await historyIds(`?max_items=2&offset=${n}`)).toEqual([]);
    expect(await historyIds('?max_items=0')).toEqual([]);
    expect(await historyIds('?max_items=-1')).toEqual([]);
    expect(await historyIds('?offset=-3')).toEqual(all);
    expect(await historyIds('?max_items=2&offset=-3')).toEqual(all.slice(-2));
  });

  test.each(['?max_items=x', '?max_items=', '?max_items=1.5', '?offset=x', '?max_items=1&offset='])(
    '%s is 500',
    async (query) => {
      expect((await get(`/history${query}`)).status).toBe(500);
    },
  );

  test('a prompt_id used again replaces the old entry', async () => {
    const id = randomUuid();
    const first = await run(previewGraph(), { prompt_id: id });
    const other = (await run(previewGraph())).prompt[1];
    const graph = previewGraph();
    const { number } = await submit(graph, { prompt_id: id });
    const second = await (async () => {
      for (;;) {
        const item = await finished(id);
        if (item.prompt[0] === number) {
          return item;
        }
      }
    })();
    expect(second.prompt[2]).toEqual(graph);
    expect(second.prompt[0]).not.toBe(first.prompt[0]);
    const all = await historyIds();
    expect(all.filter((candidate) => candidate === id)).toHaveLength(1);
    expect(all.indexOf(id)).toBeLessThan(all.indexOf(other));
  });
});

describe('POST /history (API notes §2.1)', () => {
  test('delete removes entries but never files', async () => {
    const item = await run(saveGraph(`contract/${unique('h')}`));
    const keep = (await run(previewGraph())).prompt[1];
    const id = item.prompt[1];
    expect((await post('/history', { delete: [id, 'nobody'] })).status).toBe(200);
    expect(await history(`/${id}`)).toEqual({});
    expect(await historyIds()).toContain(keep);
    const [file] = imagesOf(item, '2');
    expect(file && (await download(file)).length).toBeGreaterThan(0);
  });

  test('a string instead of a list does nothing', async () => {
    const id = (await run(previewGraph())).prompt[1];
    expect((await post('/history', { delete: id })).status).toBe(200);
    expect(await historyIds()).toContain(id);
  });

  test('clear removes everything', async () => {
    await run(previewGraph());
    expect((await post('/history', { clear: false })).status).toBe(200);
    expect(await historyIds()).not.toEqual([]);
    expect((await post('/history', { clear: true })).status).toBe(200);
    expect(await history()).toEqual({});
  });

  test('clearing the history does not clear the cache', async () => {
    const graph = previewGraph();
    const first = await run(graph);
    await send('POST', '/api/history', { json: { clear: true } });
    const again = await run(graph);
    expect(again.outputs).toEqual(first.outputs);
    expect(again.status.messages[1]?.[1].nodes).toEqual(['1', '2']);
  });
});

describe('POST /free (API notes §2.1)', () => {
  test('free_memory clears the cache: an identical run saves again', async () => {
    const graph = saveGraph(`contract/${unique('h')}`);
    const first = await run(graph);
    await post('/free', { free_memory: true });
    // The request is carried out between two prompts, so one has to run in between.
    await run(previewGraph());
    const again = await run(graph);
    expect(again.status.messages[1]?.[1].nodes).toEqual([]);
    expect(imagesOf(again, '2')[0]?.filename).not.toBe(imagesOf(first, '2')[0]?.filename);
  });
});
