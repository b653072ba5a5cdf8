import { describe, expect } from 'vitest';
import { previewGraph } from './graphs';
import { test } from './statement';
import {
  connect,
  finished,
  holdWorker,
  post,
  queue,
  run,
  SocketRecorder,
  submit,
  unique,
  until,
} from './support';

await connect();

/** Waits until the worker has started three more nodes, which proves that it was not interrupted. */
async function worksOn(socket: SocketRecorder): Promise<void> {
  const begun = (): number => socket.texts().filter(({ type }) => type === 'executing').length;
  const enough = begun() + 3;
  await socket.waitFor(() => begun() >= enough, 'further nodes');
}

describe('POST /interrupt (API notes §2.1)', () => {
  test('of the running prompt_id ends it with an error status; only the message says why', async () => {
    const hold = await holdWorker();
    const item = await hold.release();
    expect(item.status.status_str).toBe('error');
    expect(item.status.completed).toBe(false);
    expect(item.status.messages.map(([type]) => type)).toEqual([
      'execution_start',
      'execution_cached',
      'execution_interrupted',
    ]);
    const data = item.status.messages.at(-1)?.[1] ?? {};
    expect(Object.keys(data).sort()).toEqual(['executed', 'node_id', 'node_type', 'prompt_id', 'timestamp']);
    expect(data.prompt_id).toBe(hold.promptId);
    const graph = item.prompt[2];
    expect(data.node_type).toBe(graph[String(data.node_id)]?.class_type);
    expect(data.executed).not.toContain(data.node_id);
    expect(Object.keys(graph)).toEqual(expect.arrayContaining(data.executed as string[]));
    expect(item.outputs).toEqual({});
  });

  test('of another prompt_id changes nothing', async () => {
    const clientId = unique('i');
    const socket = await SocketRecorder.open({ clientId });
    const hold = await holdWorker({ client_id: clientId });
    const pending = await submit(previewGraph());
    expect((await post('/interrupt', { prompt_id: pending.prompt_id })).status).toBe(200);
    expect((await post('/interrupt', { prompt_id: 'nobody' })).status).toBe(200);
    await worksOn(socket);
    expect((await queue()).queue_running[0]?.[1]).toBe(hold.promptId);
    expect((await hold.release()).status.messages.at(-1)?.[0]).toBe('execution_interrupted');
    expect((await finished(pending.prompt_id)).status.status_str).toBe('success');
    await socket.close();
  });

  test('without prompt_id ends whatever runs, and the next prompt runs as usual', async () => {
    const hold = await holdWorker();
    const next = await submit(previewGraph());
    const item = await until(async () => {
      await post('/interrupt', {});
      return (await queue()).queue_running[0]?.[1] !== hold.promptId && finished(hold.promptId);
    }, 'the interrupt');
    expect(item.status.messages.at(-1)?.[0]).toBe('execution_interrupted');
    await finished(next.prompt_id);
    expect((await run(previewGraph())).status.status_str).toBe('success');
  });

  test('while idle has no effect', async () => {
    await post('/interrupt', {});
    const item = await run(previewGraph());
    expect(item.status).toMatchObject({ status_str: 'success', completed: true });
  });
});
