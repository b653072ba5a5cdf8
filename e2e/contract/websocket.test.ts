import { afterEach, describe, expect } from 'vitest';
import type { ApiGraph } from '../../src/comfy/graph';
import { emptyImage, node, previewGraph, previewImage, saveGraph, saveImage, solidMask } from './graphs';
import { decodePng } from './pictures';
import { test } from './statement';
import {
  barrier,
  connect,
  describeFrame,
  finished,
  get,
  holdWorker,
  post,
  run,
  SocketRecorder,
  submit,
  unique,
  whileBusy,
} from './support';

const server = await connect();

const sockets: SocketRecorder[] = [];

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
});

async function open(options: Parameters<typeof SocketRecorder.open>[0] = {}): Promise<SocketRecorder> {
  const socket = await SocketRecorder.open(options);
  sockets.push(socket);
  return socket;
}

/** Events about one prompt and status events, in order, as short text. */
function story(socket: SocketRecorder, promptId: string, from = 0): string[] {
  return socket.frames
    .slice(from)
    .filter(
      (frame) => frame.kind === 'text' && (frame.type === 'status' || frame.data.prompt_id === promptId),
    )
    .map(describeFrame);
}

describe('handshake (API notes §4.1)', () => {
  test('the first frame is a status that carries the sid', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    expect(socket.frames[0]).toEqual({
      kind: 'text',
      type: 'status',
      data: { status: { exec_info: { queue_remaining: 0 } }, sid: clientId },
    });
  });

  test('/api/ws is the same', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId, path: '/api/ws' });
    expect(socket.texts()[0]?.data.sid).toBe(clientId);
  });

  test.each([undefined, ''])('without a clientId (%j) the server makes one up', async (clientId) => {
    const socket = await open({ clientId });
    expect(socket.texts()[0]?.data.sid).toMatch(/^[0-9a-f]{32}$/);
  });

  test('only that status carries a sid', async () => {
    const socket = await open({ clientId: unique('ws') });
    await run(previewGraph());
    await barrier(socket);
    const later = socket.texts(1).filter(({ type }) => type === 'status');
    expect(later.length).toBeGreaterThan(2);
    for (const { data } of later) {
      expect(Object.keys(data)).toEqual(['status']);
    }
  });
});

describe('feature flags (API notes §4.1)', () => {
  const FLAGS = { type: 'feature_flags', data: { supports_preview_metadata: true } };
  const answers = (socket: SocketRecorder): number =>
    socket.texts().filter(({ type }) => type === 'feature_flags').length;

  test('as the first message they are answered with the contents of GET /features', async () => {
    const socket = await open({ clientId: unique('ws') });
    socket.send(FLAGS);
    expect(await socket.event('feature_flags')).toEqual((await get('/features')).json());
  });

  test('as the second message they are ignored', async () => {
    const socket = await open({ clientId: unique('ws') });
    socket.send({ type: 'hello' });
    socket.send(FLAGS);
    await barrier(socket);
    expect(answers(socket)).toBe(0);
  });

  test('sent twice they are answered once', async () => {
    const socket = await open({ clientId: unique('ws'), flags: true });
    socket.send(FLAGS);
    await barrier(socket);
    expect(answers(socket)).toBe(1);
  });

  test('anything but a JSON object does not count as a message', async () => {
    const socket = await open({ clientId: unique('ws') });
    for (const noise of ['no json', '[1]', '5', '"text"', 'null']) {
      socket.send(noise);
    }
    socket.send(FLAGS);
    await socket.event('feature_flags');
  });
});

describe('order of events (API notes §4.3)', () => {
  test('of a chain that runs', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const graph: ApiGraph = {
      '1': solidMask(Math.random(), 16, 16),
      '2': node('GrowMask', { mask: ['1', 0], expand: 3, tapered_corners: true }),
      '3': node('MaskToImage', { mask: ['2', 0] }),
      '4': previewImage(['3', 0]),
    };
    const { prompt_id } = await submit(graph, { client_id: clientId });
    await socket.ended(prompt_id);
    expect(story(socket, prompt_id, 1)).toEqual([
      'status',
      'status',
      'execution_start',
      'execution_cached',
      ...['1', '2', '3'].flatMap((id) => ['progress_state', `executing ${id}`, 'progress_state']),
      'progress_state',
      'executing 4',
      'executed 4',
      'progress_state',
      'execution_success',
      'status',
      'executing null',
    ]);
  });

  test('a ready output runs before nodes that lead to later outputs', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const { prompt_id } = await submit(
      {
        ...previewGraph(),
        '3': node('ImageInvert', { image: ['1', 0] }),
        '4': previewImage(['3', 0]),
      },
      { client_id: clientId },
    );
    await socket.ended(prompt_id);
    const begun = story(socket, prompt_id).filter((words) => words.startsWith('executing'));
    expect(begun).toEqual(['executing 1', 'executing 2', 'executing 3', 'executing 4', 'executing null']);
  });

  test('of an identical run: no node executes, each output repeats its old files', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const graph = saveGraph(`contract/${unique('ws')}`);
    const first = await run(graph);
    const from = socket.frames.length;
    const { prompt_id } = await submit(graph, { client_id: clientId });
    await socket.ended(prompt_id);
    expect(story(socket, prompt_id, from).filter((words) => words !== 'status')).toEqual([
      'execution_start',
      'execution_cached',
      'executed 2',
      'progress_state',
      'execution_success',
      'executing null',
    ]);
    expect((await socket.event('execution_cached', prompt_id)).nodes).toEqual(['1', '2']);
    expect((await socket.event('executed', prompt_id)).output).toEqual(first.outputs['2']);
  });

  test('of a failing run', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const { prompt_id } = await submit(
      { '1': emptyImage(8, 8, 1), '2': saveImage(['1', 0], `../${unique('escape')}`) },
      { client_id: clientId },
    );
    await socket.ended(prompt_id);
    expect(story(socket, prompt_id, 1).slice(-5)).toEqual([
      'progress_state',
      'executing 2',
      'execution_error',
      'status',
      'executing null',
    ]);
    const history = await finished(prompt_id);
    expect(await socket.event('execution_error', prompt_id)).toEqual(history.status.messages.at(-1)?.[1]);
    const states = socket.texts().filter(({ type }) => type === 'progress_state');
    expect(nodesOf(states.at(-1)?.data)['2']?.state).toBe('running');
  });

  test('of an interrupted run', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const hold = await holdWorker({ client_id: clientId });
    const item = await hold.release();
    await socket.ended(hold.promptId);
    expect(story(socket, hold.promptId).slice(-3)).toEqual([
      'execution_interrupted',
      'status',
      'executing null',
    ]);
    expect(await socket.event('execution_interrupted', hold.promptId)).toEqual(
      item.status.messages.at(-1)?.[1],
    );
  });

  test('history is complete when the end is announced', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    for (let i = 0; i < 5; i++) {
      const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
      await socket.ended(prompt_id);
      const entry = (await get(`/history/${prompt_id}`)).json<Record<string, unknown>>();
      expect(Object.keys(entry)).toEqual([prompt_id]);
    }
  });
});

interface NodeState {
  value: number;
  max: number;
  state: string;
  [key: string]: unknown;
}

function nodesOf(data: Record<string, unknown> | undefined): Record<string, NodeState> {
  return (data?.nodes ?? {}) as Record<string, NodeState>;
}

describe('contents of events (API notes §4.3)', () => {
  test('each event in full', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
    await socket.ended(prompt_id);
    const timestamp = expect.any(Number) as number;
    expect(await socket.event('execution_start')).toEqual({ prompt_id, timestamp });
    expect(await socket.event('execution_cached')).toEqual({ nodes: [], prompt_id, timestamp });
    expect(await socket.event('executing')).toEqual({ node: '1', display_node: '1', prompt_id });
    const item = await finished(prompt_id);
    expect(await socket.event('executed')).toEqual({
      node: '2',
      display_node: '2',
      output: item.outputs['2'],
      prompt_id,
    });
    expect(await socket.event('execution_success')).toEqual({ prompt_id, timestamp });
    expect(socket.texts().at(-1)).toMatchObject({ type: 'executing', data: { node: null, prompt_id } });
    expect(Object.keys(socket.texts().at(-1)?.data ?? {}).sort()).toEqual(['node', 'prompt_id']);
  });

  test('progress_state is cumulative', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
    await socket.ended(prompt_id);
    const states = socket.texts().filter(({ type }) => type === 'progress_state');
    const entry = (id: string, value: number, state: string): Record<string, unknown> => ({
      value,
      max: 1,
      state,
      node_id: id,
      prompt_id,
      display_node_id: id,
      parent_node_id: null,
      real_node_id: id,
    });
    expect(states.map(({ data }) => data)).toEqual([
      { prompt_id, nodes: { '1': entry('1', 0, 'running') } },
      { prompt_id, nodes: { '1': entry('1', 1, 'finished') } },
      { prompt_id, nodes: { '1': entry('1', 1, 'finished'), '2': entry('2', 0, 'running') } },
      { prompt_id, nodes: { '1': entry('1', 1, 'finished'), '2': entry('2', 1, 'finished') } },
    ]);
  });
});

describe('who hears what (API notes §4.3)', () => {
  test('a prompt with a client_id: its owner hears everything, others only status', async () => {
    const [owner, other] = [await open({ clientId: unique('ws') }), await open({ clientId: unique('ws') })];
    const clientId = String(owner.texts()[0]?.data.sid);
    const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
    await owner.ended(prompt_id);
    await barrier(other);
    expect(story(owner, prompt_id)).toContain('executed 2');
    expect(new Set(story(other, prompt_id))).toEqual(new Set(['status']));
  });

  test('client_id inside extra_data makes an owner too', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    const { prompt_id } = await submit(previewGraph(), { extra_data: { client_id: clientId } });
    await socket.ended(prompt_id);
  });

  test.each([
    ['an absent client', 'nobody-is-connected-with-this-id'],
    ['an empty client_id', ''],
  ])('a prompt of %s is heard by nobody', async (_who, clientId) => {
    const socket = await open({ clientId: unique('ws') });
    const item = await run(previewGraph(), { client_id: clientId });
    await barrier(socket);
    expect(new Set(story(socket, item.prompt[1]))).toEqual(new Set(['status']));
  });

  test('a prompt without client_id: everybody hears progress, nobody hears the rest', async () => {
    const [one, two] = [await open({ clientId: unique('ws') }), await open({ clientId: unique('ws') })];
    const item = await run(previewGraph());
    await barrier(one, two);
    for (const socket of [one, two]) {
      expect(new Set(story(socket, item.prompt[1]))).toEqual(new Set(['status', 'progress_state']));
    }
  });

  test('an interrupt of a prompt without client_id is heard by everybody', async () => {
    const socket = await open({ clientId: unique('ws') });
    const hold = await holdWorker();
    await hold.release();
    expect((await socket.event('execution_interrupted')).prompt_id).toBe(hold.promptId);
    await barrier(socket);
    expect(story(socket, hold.promptId)).not.toContain('executing null');
  });

  test('a refused prompt is not announced', async () => {
    const clientId = unique('ws');
    const socket = await open({ clientId });
    expect((await post('/prompt', { prompt: {}, client_id: clientId })).status).toBe(400);
    const from = socket.frames.length;
    await barrier(socket);
    expect(socket.texts(from)[0]?.type).toBe('status');
    expect(socket.texts(from).filter(({ type }) => type === 'execution_error')).toEqual([]);
  });
});

describe('reconnecting (API notes §4.1, 4.2)', () => {
  test('after a close the same id gets the current node and the remaining events of its running prompt', async () => {
    const clientId = unique('ws');
    const first = await open({ clientId });
    const hold = await holdWorker({ client_id: clientId });
    await first.event('executing', hold.promptId);
    await first.close();
    // A broadcast received by another socket proves that the server has finished with the closed one.
    const witness = await open({ clientId: unique('ws') });
    await post('/queue', { clear: true });
    await witness.waitFor((frame) => witness.frames.indexOf(frame) > 0, 'a broadcast');
    const second = await open({ clientId });
    const greeting = await second.waitFor(
      (frame) => frame.kind === 'text' && frame.type === 'executing',
      'the current node',
    );
    expect(greeting.kind === 'text' && Object.keys(greeting.data)).toEqual(['node']);
    await second.event('executing', hold.promptId);
    await hold.release();
    await second.ended(hold.promptId);
    expect(story(second, hold.promptId)).not.toContain('execution_start');
  });

  test('a socket that connects while another client runs does not learn its node', async () => {
    await whileBusy(async () => {
      const socket = await open({ clientId: unique('ws') });
      expect(socket.texts()[0]?.data.status).toEqual({ exec_info: { queue_remaining: 1 } });
      await post('/queue', { clear: true });
      await socket.waitFor((frame) => socket.frames.indexOf(frame) > 0, 'a broadcast');
      expect(socket.texts().filter(({ type }) => type === 'executing')).toEqual([]);
    });
  });

  test('a second socket with the same id replaces the first, which goes deaf', async () => {
    const clientId = unique('ws');
    const first = await open({ clientId });
    const second = await open({ clientId });
    const from = first.frames.length;
    const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
    await second.ended(prompt_id);
    await barrier(second);
    expect(first.frames.length).toBe(from);
  });
});

/** A node that sends its pictures over the socket, if the server has one that needs no model file. */
function socketPictureGraph(color: number): ApiGraph {
  return {
    '1': emptyImage(12, 9, color, 3),
    '2': node('SaveImageWebsocket', { images: ['1', 0] }),
  };
}

describe('binary frames (API notes §4.4)', () => {
  test('progress text is type 3: length, node id, text; it goes to everybody', async () => {
    if (!('GetImageSize' in server.nodes)) {
      const answer = await post('/prompt', {
        prompt: { '1': emptyImage(8, 8), '2': node('GetImageSize', { image: ['1', 0] }) },
      });
      expect(answer.status).toBe(400);
      return;
    }
    const [owner, other] = [await open({ clientId: unique('ws') }), await open({ clientId: unique('ws') })];
    const { prompt_id } = await submit(
      {
        '1': emptyImage(13, 7, Math.floor(Math.random() * 0xffffff)),
        'size-2': node('GetImageSize', { image: ['1', 0] }),
        '3': node('EmptyImage', { width: ['size-2', 0], height: ['size-2', 1], batch_size: 1, color: 0 }),
        '4': previewImage(['3', 0]),
      },
      { client_id: String(owner.texts()[0]?.data.sid) },
    );
    await owner.ended(prompt_id);
    for (const socket of [owner, other]) {
      const frame = await socket.waitFor(({ kind }) => kind === 'binary', 'a text frame');
      expect(frame.type).toBe(3);
      const body = Buffer.from(frame.kind === 'binary' ? frame.body : []);
      const length = body.readUInt32BE(0);
      expect(body.toString('utf8', 4, 4 + length)).toBe('size-2');
      expect(body.toString('utf8', 4 + length)).toBe('width: 13, height: 7\n batch size: 1');
    }
  });
});

if (!('SaveImageWebsocket' in server.nodes)) {
  describe('a server without SaveImageWebsocket', () => {
    test('takes no graph that asks for pictures', async () => {
      expect((await post('/prompt', { prompt: socketPictureGraph(0) })).status).toBe(400);
    });
  });
} else {
  describe('pictures of SaveImageWebsocket', () => {
    test('without flags they are type 1: format, then the picture, after progress', async () => {
      const clientId = unique('ws');
      const socket = await open({ clientId });
      const { prompt_id } = await submit(socketPictureGraph(0x102030), { client_id: clientId });
      await socket.ended(prompt_id);
      const binary = socket.frames.flatMap((frame) => (frame.kind === 'binary' ? [frame] : []));
      expect(binary.map(({ type }) => type)).toEqual([1, 1, 1]);
      for (const { body } of binary) {
        expect(Buffer.from(body).readUInt32BE(0)).toBe(2);
        const shown = decodePng(body.subarray(4));
        expect([shown.width, shown.height]).toEqual([12, 9]);
        expect([...shown.rgba.subarray(0, 4)]).toEqual([0x10, 0x20, 0x30, 255]);
      }
      const around = socket.frames.map(describeFrame);
      expect(around.slice(around.indexOf('binary 1') - 2, around.indexOf('binary 1') + 1)).toEqual([
        'progress_state',
        'progress',
        'binary 1',
      ]);
      expect((await finished(prompt_id)).outputs).toEqual({});
    });

    test('with flags they are type 4: length, JSON with the ids, picture, before progress', async () => {
      const clientId = unique('ws');
      const socket = await open({ clientId, flags: true });
      const { prompt_id } = await submit(socketPictureGraph(0x405060), { client_id: clientId });
      await socket.ended(prompt_id);
      const binary = socket.frames.flatMap((frame) => (frame.kind === 'binary' ? [frame] : []));
      expect(binary.map(({ type }) => type)).toEqual([4, 4, 4]);
      for (const { body } of binary) {
        const length = Buffer.from(body).readUInt32BE(0);
        expect(JSON.parse(Buffer.from(body).toString('utf8', 4, 4 + length))).toEqual({
          node_id: '2',
          prompt_id,
          display_node_id: '2',
          parent_node_id: null,
          real_node_id: '2',
          image_type: 'image/png',
        });
        expect(decodePng(body.subarray(4 + length)).width).toBe(12);
      }
      const around = socket.frames.map(describeFrame);
      expect(around.slice(around.indexOf('binary 4') - 1, around.indexOf('binary 4') + 2)).toEqual([
        'progress_state',
        'binary 4',
        'progress',
      ]);
    });

    test('without client_id everybody gets type 1, flags or not', async () => {
      const socket = await open({ clientId: unique('ws'), flags: true });
      await run(socketPictureGraph(0x708090));
      await barrier(socket);
      const binary = socket.frames.filter(({ kind }) => kind === 'binary');
      expect(binary.map(({ type }) => type)).toEqual([1, 1, 1]);
    });

    test('progress counts in value and max', async () => {
      const clientId = unique('ws');
      const socket = await open({ clientId });
      const { prompt_id } = await submit(socketPictureGraph(0x112233), { client_id: clientId });
      await socket.ended(prompt_id);
      const progress = socket.texts().filter(({ type }) => type === 'progress');
      expect(progress.map(({ data }) => data)).toEqual(
        [0, 1, 2].map((value) => ({ value, max: 3, prompt_id, node: '2' })),
      );
    });
  });
}
