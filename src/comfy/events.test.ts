import { describe, expect, it } from 'vitest';
import { type ComfyEvent, parseBinaryFrame, parseTextFrame } from './events';

function read(type: string, data: unknown): ComfyEvent | null {
  return parseTextFrame(JSON.stringify({ type, data }));
}

describe('text events', () => {
  it('reads a status, with and without the socket id', () => {
    const status = { exec_info: { queue_remaining: 3 } };
    expect(read('status', { status, sid: 'abc' })).toEqual({ type: 'status', data: { status, sid: 'abc' } });
    expect(read('status', { status })).toEqual({ type: 'status', data: { status } });
  });

  it('reads the start and the end of a run, with and without time', () => {
    for (const type of ['execution_start', 'execution_success']) {
      expect(read(type, { prompt_id: 'p', timestamp: 1795362825386 })).toEqual({
        type,
        data: { prompt_id: 'p', timestamp: 1795362825386 },
      });
      expect(read(type, { prompt_id: 'p' })).toEqual({ type, data: { prompt_id: 'p', timestamp: null } });
    }
  });

  it('reads what was cached', () => {
    expect(read('execution_cached', { nodes: ['1', '2'], prompt_id: 'p', timestamp: 5 })).toEqual({
      type: 'execution_cached',
      data: { nodes: ['1', '2'], prompt_id: 'p', timestamp: 5 },
    });
    expect(read('execution_cached', { prompt_id: 'p' })?.data).toEqual({
      nodes: [],
      prompt_id: 'p',
      timestamp: null,
    });
  });

  it('reads which node runs: in a run, at its end, and in the greeting of a new socket', () => {
    expect(read('executing', { node: '2.0.0.1', display_node: '2', prompt_id: 'p' })?.data).toEqual({
      node: '2.0.0.1',
      display_node: '2',
      prompt_id: 'p',
    });
    expect(read('executing', { node: null, prompt_id: 'p' })?.data).toEqual({
      node: null,
      display_node: null,
      prompt_id: 'p',
    });
    expect(read('executing', { node: '4' })?.data).toEqual({
      node: '4',
      display_node: null,
      prompt_id: null,
    });
  });

  it('reads steps', () => {
    expect(read('progress', { value: 3, max: 20, prompt_id: 'p', node: '3' })?.data).toEqual({
      value: 3,
      max: 20,
      prompt_id: 'p',
      node: '3',
    });
    expect(read('progress', { value: 3, max: 20 })?.data).toEqual({
      value: 3,
      max: 20,
      prompt_id: null,
      node: null,
    });
  });

  it('reads the state of all nodes', () => {
    const nodes = {
      '1': {
        value: 1.0,
        max: 1.0,
        state: 'finished',
        node_id: '1',
        prompt_id: 'p',
        display_node_id: '1',
        parent_node_id: null,
        real_node_id: '1',
      },
      '2.0.0.1': { value: 2, max: 3, state: 'running', display_node_id: '2' },
      '3': { value: 0, max: 1, state: 'running', display_node_id: '3', activity: 'loading' },
      '4': { value: 0, max: 1, state: 'running', display_node_id: '4', activity: 7 },
      odd: { value: 'x' },
    };
    expect(read('progress_state', { prompt_id: 'p', nodes })?.data).toEqual({
      prompt_id: 'p',
      nodes: {
        '1': { value: 1, max: 1, state: 'finished', display_node_id: '1', activity: null },
        '2.0.0.1': { value: 2, max: 3, state: 'running', display_node_id: '2', activity: null },
        '3': { value: 0, max: 1, state: 'running', display_node_id: '3', activity: 'loading' },
        '4': { value: 0, max: 1, state: 'running', display_node_id: '4', activity: null },
        odd: { value: 0, max: 1, state: '', display_node_id: null, activity: null },
      },
    });
  });

  it('reads outputs, and none at all', () => {
    const output = {
      images: [{ filename: 'a.png', subfolder: '', type: 'output' }],
      animated: [true],
      odd: 'x',
    };
    expect(read('executed', { node: '9', display_node: '9', output, prompt_id: 'p' })?.data).toEqual({
      node: '9',
      display_node: '9',
      prompt_id: 'p',
      output: { ...output, odd: [] },
    });
    for (const nothing of [null, undefined, [], 'x']) {
      expect(read('executed', { node: '9', output: nothing, prompt_id: 'p' })?.data).toEqual({
        node: '9',
        display_node: null,
        prompt_id: 'p',
        output: {},
      });
    }
  });

  it('reads an error, and a blocked output that looks like one', () => {
    expect(
      read('execution_error', {
        prompt_id: 'p',
        node_id: '3',
        node_type: 'KSampler',
        executed: ['1'],
        exception_message: 'out of memory\n',
        exception_type: 'torch.OutOfMemoryError',
        traceback: ['a', 'b'],
        current_inputs: { x: ['1'] },
        current_outputs: ['1'],
        timestamp: 7,
      })?.data,
    ).toEqual({
      prompt_id: 'p',
      node_id: '3',
      node_type: 'KSampler',
      exception_message: 'out of memory\n',
      exception_type: 'torch.OutOfMemoryError',
      traceback: ['a', 'b'],
      timestamp: 7,
    });
    expect(
      read('execution_error', {
        prompt_id: 'p',
        node_id: '3',
        node_type: 'SaveImage',
        executed: ['2'],
        exception_message: 'Execution Blocked: blocked msg',
        exception_type: 'ExecutionBlocked',
        traceback: [],
        current_inputs: [],
        current_outputs: [],
      })?.data,
    ).toMatchObject({ exception_type: 'ExecutionBlocked', traceback: [], timestamp: null });
  });

  it('reads an interruption and the feature flags', () => {
    const data = { prompt_id: 'p', node_id: '2', node_type: 'TSlow', executed: ['1'], timestamp: 9 };
    expect(read('execution_interrupted', data)?.data).toEqual({
      prompt_id: 'p',
      node_id: '2',
      node_type: 'TSlow',
      timestamp: 9,
    });
    expect(
      read('feature_flags', { supports_preview_metadata: true, max_upload_size: 104857600 })?.data,
    ).toEqual({
      supports_preview_metadata: true,
      max_upload_size: 104857600,
    });
  });

  it('reads frames with numbers Python alone can write', () => {
    const frame = '{"type":"progress","data":{"value":NaN,"max":1,"prompt_id":"p"}}';
    expect(parseTextFrame(frame)).toBeNull();
    const odd = '{"type":"executed","data":{"node":"1","output":{"text":[NaN]},"prompt_id":"p"}}';
    expect(parseTextFrame(odd)?.data).toMatchObject({ output: { text: [NaN] } });
  });

  it.each([
    '',
    'nope',
    'null',
    '[]',
    '{}',
    '{"type":"status"}',
    '{"type":"status","data":{}}',
    '{"type":"status","data":{"status":{"exec_info":{"queue_remaining":"3"}}}}',
    '{"type":"execution_start","data":{}}',
    '{"type":"execution_start","data":{"prompt_id":5}}',
    '{"type":"progress","data":{"value":"3","max":20,"prompt_id":"p"}}',
    '{"type":"progress_state","data":{"prompt_id":"p"}}',
    '{"type":"executed","data":{"output":{},"prompt_id":"p"}}',
    '{"type":"crystools.monitor","data":{"cpu":1}}',
    '{"type":"assets.seed.started","data":{}}',
    '{"type":5,"data":{}}',
  ])('is null for %s', (frame) => {
    expect(parseTextFrame(frame)).toBeNull();
  });
});

/** A binary frame: 32-bit numbers, texts and bytes one after another. */
function frame(...parts: (number | string | Uint8Array)[]): ArrayBuffer {
  const bytes = parts.flatMap((part) => {
    if (typeof part === 'number') {
      return [part >>> 24, (part >>> 16) & 255, (part >>> 8) & 255, part & 255];
    }
    return [...(typeof part === 'string' ? new TextEncoder().encode(part) : part)];
  });
  return Uint8Array.from(bytes).buffer;
}

async function imageOf(event: ComfyEvent | null): Promise<{ type: string; bytes: number[] }> {
  if (event?.type !== 'preview') {
    throw new Error('no preview');
  }
  const image = event.data.image();
  return { type: image.type, bytes: [...new Uint8Array(await image.arrayBuffer())] };
}

const PIXELS = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);

describe('binary events', () => {
  it('reads a picture without ids', async () => {
    const jpeg = parseBinaryFrame(frame(1, 1, PIXELS));
    expect(jpeg?.data).toMatchObject({ prompt_id: null, node: null });
    expect(await imageOf(jpeg)).toEqual({ type: 'image/jpeg', bytes: [...PIXELS] });
    expect((await imageOf(parseBinaryFrame(frame(1, 2, PIXELS)))).type).toBe('image/png');
  });

  it('reads a picture behind the header of the video helper suite', async () => {
    const id = new Uint8Array(16).fill(7);
    const event = parseBinaryFrame(frame(1, 1, 1, 4, id, PIXELS));
    expect(await imageOf(event)).toEqual({ type: 'image/jpeg', bytes: [...PIXELS] });
  });

  it('ignores a frame of this type that holds no picture, so that the last good one stays', () => {
    expect(parseBinaryFrame(frame(1, 1, Uint8Array.of(1, 2, 3, 4)))).toBeNull();
    expect(parseBinaryFrame(frame(1, 1, 1, 4, new Uint8Array(40)))).toBeNull();
  });

  it('reads a picture that says whose it is', async () => {
    const meta = JSON.stringify({
      node_id: '2.0.0.1',
      prompt_id: 'p',
      display_node_id: '2',
      parent_node_id: '2',
      real_node_id: '2.0.0.1',
      image_type: 'image/png',
    });
    const event = parseBinaryFrame(frame(4, meta.length, meta, PIXELS));
    expect(event?.data).toMatchObject({ prompt_id: 'p', node: '2' });
    expect(await imageOf(event)).toEqual({ type: 'image/png', bytes: [...PIXELS] });
  });

  it('makes do with less', async () => {
    const event = parseBinaryFrame(frame(4, 15, '{"node_id":"7"}', PIXELS));
    expect(event?.data).toMatchObject({ prompt_id: null, node: '7' });
    expect((await imageOf(event)).type).toBe('image/jpeg');
  });

  it('reads a text', () => {
    expect(parseBinaryFrame(frame(3, 1, '2', '宽 512'))).toEqual({
      type: 'text',
      data: { node: '2', text: '宽 512' },
    });
    expect(parseBinaryFrame(frame(3, 1, '2'))).toEqual({ type: 'text', data: { node: '2', text: '' } });
  });

  it.each([
    ['nothing', frame()],
    ['half a type', frame(new Uint8Array(3))],
    ['a type alone', frame(1)],
    ['a picture without pixels', frame(1, 1)],
    ['a text without length', frame(3)],
    ['a text shorter than its node id', frame(3, 9, '2')],
    ['ids shorter than they say', frame(4, 99, '{}')],
    ['ids that are no JSON', frame(4, 2, 'no', PIXELS)],
    ['ids that are no object', frame(4, 4, 'null', PIXELS)],
    ['ids without pixels', frame(4, 2, '{}')],
    ['an absurd length', frame(4, 0xffffffff, '{}')],
    ['the internal type 2', frame(2, 1, PIXELS)],
    ['an unknown type', frame(99, 1, PIXELS)],
  ])('is null for %s', (_name, bytes) => {
    expect(parseBinaryFrame(bytes)).toBeNull();
  });
});
