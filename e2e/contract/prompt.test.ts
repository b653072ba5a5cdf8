import { describe, expect } from 'vitest';
import type { ApiGraph, ApiInput } from '../../src/comfy/graph';
import { randomUuid } from '../../src/comfy/uuid';
import { emptyImage, node, previewGraph, previewImage, solidMask } from './graphs';
import { readTextChunks } from './pictures';
import { test } from './statement';
import {
  connect,
  download,
  finished,
  get,
  imagesOf,
  post,
  queue,
  run,
  send,
  submit,
  unique,
  whileBusy,
  type PromptAnswer,
} from './support';

const server = await connect();

/** Sends a graph that must be refused. */
async function refused(graph: unknown, rest: Record<string, unknown> = {}): Promise<PromptAnswer> {
  const answer = await post('/prompt', { prompt: graph, ...rest });
  expect(answer.status, answer.text).toBe(400);
  return answer.json<PromptAnswer>();
}

/** The only error of a node in a refused graph, without what differs between server versions. */
async function nodeError(
  graph: ApiGraph,
  id: string,
): Promise<PromptAnswer['node_errors'][string]['errors'][0]> {
  const answer = await refused(graph);
  expect(answer.error.type).toBe('prompt_outputs_failed_validation');
  expect(answer.error.message).toBe('Prompt outputs failed validation');
  expect(Object.keys(answer.node_errors)).toEqual([id]);
  expect(answer.node_errors[id]?.class_type).toBe(graph[id]?.class_type);
  expect(answer.node_errors[id]?.errors).toHaveLength(1);
  const [error] = answer.node_errors[id]?.errors ?? [];
  if (!error) {
    throw new Error('no error');
  }
  return error;
}

/** A valid output `2` beside a sampler branch that is checked, coerced and then dropped as invalid. */
function withSampler(inputs: Record<string, ApiInput>): ApiGraph {
  return {
    ...previewGraph(),
    '8': node('KSampler', inputs),
    '9': node('VAEDecode', { samples: ['8', 0] }),
    '10': previewImage(['9', 0]),
  };
}

/** A KSampler without its links: its widgets are validated and kept although it cannot run. */
const SAMPLER = { steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 };

describe('accepting (API notes §2.1)', () => {
  test('GET /prompt counts running and pending', async () => {
    expect((await get('/prompt')).json()).toEqual({ exec_info: { queue_remaining: 0 } });
    await whileBusy(async (hold) => {
      const first = await submit(previewGraph());
      await submit(previewGraph());
      expect((await get('/prompt')).json()).toEqual({ exec_info: { queue_remaining: 3 } });
      expect((await queue()).queue_running[0]?.[1]).toBe(hold.promptId);
      expect((await queue()).queue_pending.map((item) => item[1])).toContain(first.prompt_id);
      await post('/queue', { clear: true });
    });
  });

  test('the answer is prompt_id, number and node_errors', async () => {
    const answer = await post('/prompt', { prompt: previewGraph() });
    expect(answer.status).toBe(200);
    const body = answer.json<PromptAnswer>();
    expect(Object.keys(body)).toEqual(['prompt_id', 'number', 'node_errors']);
    expect(body.prompt_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.isInteger(body.number)).toBe(true);
    expect(body.node_errors).toEqual({});
    await finished(body.prompt_id);
  });

  test('number goes up by one, even for refused graphs', async () => {
    const first = await submit(previewGraph());
    await refused({});
    await refused({ '1': emptyImage(0, 0) });
    const second = await submit(previewGraph());
    expect(second.number).toBe(first.number + 3);
    await finished(second.prompt_id);
  });

  test('an explicit number is read as a float and does not advance the counter', async () => {
    const before = await submit(previewGraph());
    expect((await submit(previewGraph(), { number: '5.5' })).number).toBe(5.5);
    const after = await submit(previewGraph());
    expect(after.number).toBe(before.number + 1);
    await finished(after.prompt_id);
  });

  test('front uses the negated counter', async () => {
    const before = await submit(previewGraph());
    const front = await submit(previewGraph(), { front: true });
    expect(front.number).toBe(-(before.number + 1));
    const notFront = await submit(previewGraph(), { front: false });
    expect(notFront.number).toBe(before.number + 2);
    const both = await submit(previewGraph(), { front: true, number: 3 });
    expect(both.number).toBe(3);
    await finished(notFront.prompt_id);
  });

  test('a canonical prompt_id is used as it is', async () => {
    const id = randomUuid();
    expect((await submit(previewGraph(), { prompt_id: id })).prompt_id).toBe(id);
    expect((await finished(id)).prompt[1]).toBe(id);
  });

  test('any version of UUID is accepted if it is canonical', async () => {
    const id = `00000000-0000-0000-0000-${Math.floor(Math.random() * 1e12)
      .toString(16)
      .padStart(12, '0')}`;
    expect((await submit(previewGraph(), { prompt_id: id })).prompt_id).toBe(id);
    await finished(id);
  });

  test.each([
    ['upper case', () => randomUuid().toUpperCase().replace(/^./, 'A')],
    ['no hyphens', () => randomUuid().replaceAll('-', '')],
    ['urn', () => `urn:uuid:${randomUuid()}`],
    ['any word', () => unique('job-')],
  ])('a prompt_id in another form: %s', async (_form, make) => {
    const id = make();
    const answer = await post('/prompt', { prompt: previewGraph(), prompt_id: id });
    if (!server.does('checksPromptId')) {
      expect(answer.json<PromptAnswer>().prompt_id).toBe(id);
      await finished(id);
      return;
    }
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      error: {
        type: 'invalid_prompt_id',
        message: 'prompt_id must be a valid UUID',
        details:
          'prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one',
        extra_info: {},
      },
      node_errors: {},
    });
  });

  test('a prompt_id that is not a string', async () => {
    const answer = await post('/prompt', { prompt: previewGraph(), prompt_id: 5 });
    if (server.does('checksPromptId')) {
      expect(answer.status).toBe(400);
      expect(answer.json<PromptAnswer>().error.type).toBe('invalid_prompt_id');
    } else {
      expect(answer.json<PromptAnswer>().prompt_id).toBe('5');
      await finished('5');
      // JavaScript would sort such a key before all others.
      await post('/history', { delete: ['5'] });
    }
  });

  test('prompt_id null', async () => {
    const { prompt_id: id } = await submit(previewGraph(), { prompt_id: null });
    if (server.does('checksPromptId')) {
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
    } else {
      expect(id).toBe('None');
    }
    await finished(id);
  });

  test('client_id and extra_data are kept with the prompt', async () => {
    const clientId = unique('client-');
    const item = await run(previewGraph(), {
      client_id: clientId,
      extra_data: { extra_pnginfo: { workflow: { id: 'w' } }, mine: [1, null] },
    });
    const extra = item.prompt[3];
    expect(extra).toMatchObject({
      client_id: clientId,
      extra_pnginfo: { workflow: { id: 'w' } },
      mine: [1, null],
    });
    if (server.does('createTime')) {
      expect(Math.abs(Date.now() - Number(extra.create_time))).toBeLessThan(3_600_000);
    } else {
      expect(extra).not.toHaveProperty('create_time');
    }
  });

  test('client_id may be inside extra_data', async () => {
    const clientId = unique('client-');
    const item = await run(previewGraph(), { extra_data: { client_id: clientId } });
    expect(item.prompt[3].client_id).toBe(clientId);
  });

  test('secrets never reach the history; whether they show in the queue depends on the server', async () => {
    const id = await whileBusy(async () => {
      const { prompt_id } = await submit(previewGraph(), {
        extra_data: { api_key_comfy_org: 'secret-key', auth_token_comfy_org: 'secret-token' },
      });
      const item = (await queue()).queue_pending.find((candidate) => candidate[1] === prompt_id);
      expect(item).toHaveLength(5);
      const leaks = JSON.stringify(item).includes('secret-');
      expect(leaks).toBe(!server.does('stripsSecrets'));
      return prompt_id;
    });
    expect(JSON.stringify(await finished(id))).not.toContain('secret-');
  });

  test('_meta and unknown inputs stay in the stored graph', async () => {
    const graph = previewGraph();
    graph['1'] = {
      ...emptyImage(8, 8),
      inputs: { ...emptyImage(8, 8).inputs, upload: 'image' },
      _meta: { title: '空' },
    };
    const item = await run(graph);
    expect(item.prompt[2]['1']?.inputs.upload).toBe('image');
    expect(item.prompt[2]['1']?._meta).toEqual({ title: '空' });
  });
});

describe('what is run (API notes §2.1)', () => {
  const twoOutputs = (): ApiGraph => ({
    ...previewGraph(),
    '3': previewImage(['4', 0]),
    '4': node('ImageInvert', { image: ['1', 0] }),
  });

  test('all output nodes by default', async () => {
    const item = await run(twoOutputs());
    expect([...item.prompt[4]].sort()).toEqual(['2', '3']);
    expect(Object.keys(item.outputs).sort()).toEqual(['2', '3']);
  });

  test('partial_execution_targets limits the outputs, null does not', async () => {
    const partial = await run(twoOutputs(), { partial_execution_targets: ['3'] });
    expect(partial.prompt[4]).toEqual(['3']);
    expect(Object.keys(partial.outputs)).toEqual(['3']);
    const all = await run(twoOutputs(), { partial_execution_targets: null });
    expect(all.prompt[4]).toHaveLength(2);
  });

  test.each([[[]], [['1']], [['nobody']]])(
    'partial_execution_targets %j names no output',
    async (targets) => {
      const answer = await refused(twoOutputs(), { partial_execution_targets: targets });
      expect(answer.error.type).toBe('prompt_no_outputs');
    },
  );

  test('a 200 can carry node_errors: invalid outputs are dropped, the others run', async () => {
    const graph = { ...previewGraph(), '3': node('SaveImage', { images: ['1', 0] }) };
    const answer = await submit(graph);
    expect(answer.node_errors).toEqual({
      '3': {
        errors: [
          {
            type: 'required_input_missing',
            message: 'Required input is missing',
            details: 'filename_prefix',
            extra_info: { input_name: 'filename_prefix' },
          },
        ],
        dependent_outputs: ['3'],
        class_type: 'SaveImage',
      },
    });
    const item = await finished(answer.prompt_id);
    expect(item.prompt[4]).toEqual(['2']);
    expect(item.status.status_str).toBe('success');
    expect(Object.keys(item.outputs)).toEqual(['2']);
    expect(Object.keys(item.prompt[2])).toEqual(['1', '2', '3']);
  });
});

describe('refusing the whole graph (API notes §2.1)', () => {
  test('no prompt', async () => {
    const answer = await post('/prompt', { client_id: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      error: {
        type: 'no_prompt',
        message: 'No prompt provided',
        details: 'No prompt provided',
        extra_info: {},
      },
      node_errors: {},
    });
  });

  test.each([
    ['an empty graph', {}],
    ['a graph without output node', { '1': emptyImage(8, 8) }],
  ])('%s', async (_what, graph) => {
    expect(await refused(graph)).toEqual({
      error: { type: 'prompt_no_outputs', message: 'Prompt has no outputs', details: '', extra_info: {} },
      node_errors: {},
    });
  });

  test('an unknown class, with and without title', async () => {
    const graph = previewGraph();
    graph['7'] = { ...node('NoSuchNode', {}), _meta: { title: '我的节点' } };
    const titled = await refused(graph);
    graph['7'] = node('NoSuchNode', {});
    const untitled = await refused(graph);
    expect(titled.node_errors).toEqual({});
    if (server.does('namedMissingNodes')) {
      expect(titled.error).toEqual({
        type: 'missing_node_type',
        message: "Node '我的节点' not found. The custom node may not be installed.",
        details: "Node ID '#7'",
        extra_info: { node_id: '7', class_type: 'NoSuchNode', node_title: '我的节点' },
      });
      expect(untitled.error.message).toBe(
        "Node 'NoSuchNode' not found. The custom node may not be installed.",
      );
      expect(untitled.error.extra_info.node_title).toBe('NoSuchNode');
    } else {
      expect(titled.error).toEqual({
        type: 'invalid_prompt',
        message: 'Cannot execute because node NoSuchNode does not exist.',
        details: "Node ID '#7'",
        extra_info: {},
      });
      expect(untitled.error).toEqual(titled.error);
    }
  });

  test('a node without class_type', async () => {
    const graph = { ...previewGraph(), '7': { inputs: {} } };
    const { error, node_errors } = await refused(graph);
    expect(node_errors).toEqual({});
    if (server.does('namedMissingNodes')) {
      expect(error).toEqual({
        type: 'missing_node_type',
        message: "Node 'ID #7' has no class_type. The workflow may be corrupted or a custom node is missing.",
        details: "Node ID '#7'",
        extra_info: { node_id: '7', class_type: null, node_title: null },
      });
    } else {
      expect(error).toEqual({
        type: 'invalid_prompt',
        message: 'Cannot execute because a node is missing the class_type property.',
        details: "Node ID '#7'",
        extra_info: {},
      });
    }
  });

  test('500 instead of 400', async () => {
    expect((await post('/prompt', { prompt: null })).status).toBe(500);
    expect((await post('/prompt', { prompt: previewGraph(), number: 'x' })).status).toBe(500);
    const list = await post('/prompt', { prompt: [] });
    if (server.does('namedMissingNodes')) {
      expect(list.status).toBe(500);
      // Not sent to older servers: it kills their worker.
      expect((await post('/prompt', { prompt: previewGraph(), extra_data: null })).status).toBe(500);
    } else {
      expect(list.status).toBe(400);
      expect(list.json<PromptAnswer>().error.type).toBe('prompt_no_outputs');
    }
  });
});

describe('errors of nodes (API notes §2.1)', () => {
  const INT = { default: 512, min: 1, max: 16384, step: 1 };

  test('an example in full: the error is on the faulty node, not on the output', async () => {
    expect(await refused({ '1': emptyImage(8, 99999), '2': previewImage(['1', 0]) })).toEqual({
      error: {
        type: 'prompt_outputs_failed_validation',
        message: 'Prompt outputs failed validation',
        details: '',
        extra_info: {},
      },
      node_errors: {
        '1': {
          errors: [
            {
              type: 'value_bigger_than_max',
              message: 'Value 99999 bigger than max of 16384',
              details: 'height',
              extra_info: { input_name: 'height', input_config: ['INT', INT], received_value: 99999 },
            },
          ],
          dependent_outputs: ['2'],
          class_type: 'EmptyImage',
        },
      },
    });
  });

  test('errors of the output node itself are also in error.details', async () => {
    const answer = await refused({ '1': emptyImage(8, 8), '2': node('SaveImage', { images: ['1', 0] }) });
    expect(answer.error.details).toBe('Required input is missing: filename_prefix');
  });

  test('one faulty node, two outputs: both depend on it', async () => {
    const answer = await refused({
      '1': emptyImage(0, 8),
      '2': previewImage(['1', 0]),
      '3': previewImage(['1', 0]),
    });
    expect(Object.keys(answer.node_errors)).toEqual(['1']);
    expect([...(answer.node_errors['1']?.dependent_outputs ?? [])].sort()).toEqual(['2', '3']);
  });

  test('several errors of one node are all reported', async () => {
    const answer = await refused({ '1': emptyImage(0, 0), '2': previewImage(['1', 0]) });
    const told = answer.node_errors['1']?.errors.map((error) => error.details).sort();
    expect(told).toEqual(['height', 'width']);
  });

  test('value_smaller_than_min', async () => {
    const error = await nodeError({ '1': emptyImage(0, 8), '2': previewImage(['1', 0]) }, '1');
    expect(error).toEqual({
      type: 'value_smaller_than_min',
      message: 'Value 0 smaller than min of 1',
      details: 'width',
      extra_info: { input_name: 'width', input_config: ['INT', INT], received_value: 0 },
    });
  });

  test('value_bigger_than_max of a FLOAT is printed as a float', async () => {
    const graph = {
      '1': solidMask(2, 8, 8),
      '2': node('MaskToImage', { mask: ['1', 0] }),
      '3': previewImage(['2', 0]),
    };
    const error = await nodeError(graph, '1');
    expect(error.message).toBe('Value 2.0 bigger than max of 1.0');
    expect(error.extra_info.received_value).toBe(2);
  });

  test('required_input_missing', async () => {
    const error = await nodeError({ '1': emptyImage(8, 8), '2': node('PreviewImage', {}) }, '2');
    expect(error).toEqual({
      type: 'required_input_missing',
      message: 'Required input is missing',
      details: 'images',
      extra_info: { input_name: 'images' },
    });
  });

  test('bad_linked_input', async () => {
    const error = await nodeError(
      { '1': emptyImage(8, 8), '2': node('PreviewImage', { images: ['1', 0, 0] }) },
      '2',
    );
    expect(error).toMatchObject({
      type: 'bad_linked_input',
      message: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
      details: 'images',
      extra_info: { input_name: 'images', received_value: ['1', 0, 0] },
    });
    expect((error.extra_info.input_config as unknown[])[0]).toBe('IMAGE');
  });

  test('return_type_mismatch', async () => {
    const error = await nodeError({ '1': solidMask(1, 8, 8), '2': previewImage(['1', 0]) }, '2');
    expect(error).toMatchObject({
      type: 'return_type_mismatch',
      message: 'Return type mismatch between linked nodes',
      details: 'images, received_type(MASK) mismatch input_type(IMAGE)',
      extra_info: { input_name: 'images', received_type: 'MASK', linked_node: ['1', 0] },
    });
  });

  test.each([
    ['a word', 'abc', "width, abc, invalid literal for int() with base 10: 'abc'"],
    ['a decimal text', '1.5', "width, 1.5, invalid literal for int() with base 10: '1.5'"],
    [
      'null',
      null,
      "width, None, int() argument must be a string, a bytes-like object or a real number, not 'NoneType'",
    ],
  ])('invalid_input_type: %s for an INT', async (_what, value, details) => {
    const graph = { '1': emptyImage(8, 8), '2': previewImage(['1', 0]) };
    graph['1'].inputs.width = value;
    const error = await nodeError(graph, '1');
    expect(error).toEqual({
      type: 'invalid_input_type',
      message: 'Failed to convert an input value to a INT value',
      details,
      extra_info: {
        input_name: 'width',
        input_config: ['INT', INT],
        received_value: value,
        exception_message: details.split(', ').slice(2).join(', '),
      },
    });
  });

  test('invalid_input_type for a FLOAT', async () => {
    const graph: ApiGraph = {
      '1': node('SolidMask', { value: 'x', width: 8, height: 8 }),
      '2': node('MaskToImage', { mask: ['1', 0] }),
      '3': previewImage(['2', 0]),
    };
    const error = await nodeError(graph, '1');
    expect(error.message).toBe('Failed to convert an input value to a FLOAT value');
    expect(error.details).toBe("value, x, could not convert string to float: 'x'");
  });

  test('value_not_in_list with a short list shows the list', async () => {
    const graph = {
      '1': emptyImage(8, 8),
      '2': node('ImageScale', {
        image: ['1', 0],
        upscale_method: "it's magic",
        width: 4,
        height: 4,
        crop: 'disabled',
      }),
      '3': previewImage(['2', 0]),
    };
    const error = await nodeError(graph, '2');
    expect(error).toMatchObject({ type: 'value_not_in_list', message: 'Value not in list' });
    // The older server puts the value in plain quotes, the newer writes Python's repr.
    const shown = server.does('checksComboLists') ? `"it's magic"` : `'it's magic'`;
    expect(error.details).toBe(
      `upscale_method: ${shown} not in ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos']`,
    );
    expect(error.extra_info.received_value).toBe("it's magic");
    expect((error.extra_info.input_config as unknown[])[0]).toEqual([
      'nearest-exact',
      'bilinear',
      'area',
      'bicubic',
      'lanczos',
    ]);
  });

  test('value_not_in_list with more than 20 options gives only their number', async () => {
    const { node_errors } = await submit(withSampler({ ...SAMPLER, seed: 0, sampler_name: 'magic' }));
    const error = node_errors['8']?.errors.find(({ type }) => type === 'value_not_in_list');
    expect(error?.details).toMatch(/^sampler_name: 'magic' not in \(list of length \d+\)$/);
    expect(error?.extra_info).toEqual({
      input_name: 'sampler_name',
      input_config: null,
      received_value: 'magic',
    });
  });

  test('custom_validation_failed: LoadImage without its file', async () => {
    const name = unique('absent-') + '.png';
    const graph = { '1': node('LoadImage', { image: name }), '2': previewImage(['1', 0]) };
    expect(await nodeError(graph, '1')).toEqual({
      type: 'custom_validation_failed',
      message: 'Custom validation failed for node',
      details: `image - Invalid image file: ${name}`,
      extra_info: { input_name: 'image' },
    });
  });

  test.each(['../escape.png', '/etc/hostname'])('LoadImage outside its folder: %s', async (image) => {
    const graph = { '1': node('LoadImage', { image }), '2': previewImage(['1', 0]) };
    const answer = await post('/prompt', { prompt: graph });
    const exists = image === '/etc/hostname';
    if (server.does('confinesLoads') || !exists) {
      expect(answer.status).toBe(400);
    } else {
      // Older servers open any path; reading a text file as a picture then fails at run time.
      expect(answer.status).toBe(200);
      const item = await finished(answer.json<PromptAnswer>().prompt_id);
      expect(item.status.status_str).toBe('error');
    }
  });

  test.each([
    ['a missing node', ['9', 0], 'KeyError', "'9'"],
    ['a numeric node id', [1, 0], 'KeyError', '1'],
    ['a slot that is not there', ['1', 7], 'IndexError', 'tuple index out of range'],
  ])('a link to %s is an exception on the output', async (_what, link, type, details) => {
    const graph = { '1': emptyImage(8, 8), '2': node('PreviewImage', { images: link }) };
    const error = await nodeError(graph, '2');
    expect(error).toMatchObject({
      type: 'exception_during_validation',
      message: 'Exception when validating node',
      details,
      extra_info: { exception_type: type },
    });
    expect(Array.isArray(error.extra_info.traceback)).toBe(true);
  });

  test('one level up it is exception_during_inner_validation on the inner node', async () => {
    const graph = {
      '1': emptyImage(8, 8),
      '2': node('ImageInvert', { image: ['9', 0] }),
      '3': previewImage(['2', 0]),
    };
    const error = await nodeError(graph, '2');
    expect(error).toMatchObject({
      type: 'exception_during_inner_validation',
      message: 'Exception when validating inner node',
      details: "'9'",
      extra_info: {
        input_name: 'images',
        exception_message: "'9'",
        exception_type: 'KeyError',
        linked_node: ['2', 0],
      },
    });
    expect(Array.isArray(error.extra_info.traceback)).toBe(true);
  });

  test('a cycle', async () => {
    const answer = await refused({
      '1': node('ImageInvert', { image: ['3', 0] }),
      '2': previewImage(['1', 0]),
      '3': node('ImageInvert', { image: ['1', 0] }),
    });
    expect(answer.error.type).toBe('prompt_outputs_failed_validation');
    if (!server.does('namedMissingNodes')) {
      expect(answer.node_errors).toEqual({});
      return;
    }
    expect(Object.keys(answer.node_errors).sort()).toEqual(['1', '3']);
    expect(answer.node_errors['1']?.errors).toEqual([
      {
        type: 'dependency_cycle',
        message: 'Dependency cycle detected',
        details: '1 (ImageInvert) -> 3 (ImageInvert) -> 1 (ImageInvert)',
        extra_info: { node_id: '1', cycle_nodes: ['1', '3'] },
      },
    ]);
    expect(answer.node_errors['3']?.errors[0]?.extra_info.node_id).toBe('3');
  });
});

describe('coercion, written back (API notes §2.1)', () => {
  test.each<[string, ApiInput, number]>([
    ['cuts a decimal', 8.9, 8],
    ['reads a text', '12 ', 12],
    ['reads true', true, 1],
    ['unwraps __value__', { __value__: 9 }, 9],
    ['unwraps and reads', { __value__: '10' }, 10],
  ])('INT %s', async (_what, value, expected) => {
    const graph = previewGraph();
    graph['1'] = node('EmptyImage', { ...emptyImage(8, 8).inputs, width: value });
    const item = await run(graph);
    expect(item.prompt[2]['1']?.inputs.width).toBe(expected);
    expect(item.status.status_str).toBe('success');
  });

  test('FLOAT, STRING and BOOLEAN', async () => {
    const { prompt_id } = await submit({
      ...previewGraph(),
      '4': node('SolidMask', { value: true, width: 8, height: 8 }),
      '5': node('GrowMask', { mask: ['4', 0], expand: '3', tapered_corners: 'false' }),
      '6': node('MaskToImage', { mask: ['5', 0] }),
      '7': node('SaveImage', { images: ['6', 0, 0], filename_prefix: null }),
      '8': previewImage(['6', 0]),
    });
    const graph = (await finished(prompt_id)).prompt[2];
    expect(graph['4']?.inputs.value).toBe(1);
    expect(graph['5']?.inputs).toMatchObject({ expand: 3, tapered_corners: true });
    expect(graph['7']?.inputs.filename_prefix).toBe('None');
  });

  test('nodes that reach no output are stored as sent', async () => {
    const graph = { ...previewGraph(), '7': emptyImage(8, 8) };
    graph['7'].inputs.width = '12';
    const item = await run(graph);
    expect(item.prompt[2]['7']?.inputs.width).toBe('12');
  });
});

describe('seeds beyond 2^53 (API notes §10.1)', () => {
  /** The graph as text, with the seed written as given. */
  function graphText(seed: string): string {
    return JSON.stringify({
      prompt: withSampler({ seed: 'SEED', ...SAMPLER }),
    }).replace('"SEED"', seed);
  }

  test.each([
    ['18446744073709551615', '18446744073709551615'],
    ['"18446744073709551615"', '18446744073709551615'],
    ['9007199254740993', '9007199254740993'],
    ['"9007199254740993"', '9007199254740993'],
    ['9007199254740991', '9007199254740991'],
  ])('seed %s is stored as %s, in history and in the picture', async (sent, stored) => {
    const answer = await send('POST', '/prompt', { body: graphText(sent) });
    expect(answer.status, answer.text).toBe(200);
    const { prompt_id, node_errors } = answer.json<PromptAnswer>();
    expect(node_errors['8']?.errors.map((error) => error.details)).not.toContain('seed');
    const item = await finished(prompt_id);
    expect((await get(`/history/${prompt_id}`)).text).toContain(`"seed": ${stored},`);
    const [file] = imagesOf(item, '2');
    const chunks = readTextChunks(await download(file ?? { filename: '', subfolder: '', type: 'temp' }));
    expect(chunks.prompt).toContain(`"seed": ${stored},`);
  });

  test.each(['18446744073709551616', '"18446744073709551616"', '18446744073709552000'])(
    'seed %s is too big',
    async (sent) => {
      const answer = await send('POST', '/prompt', { body: graphText(sent) });
      expect(answer.status).toBe(200);
      const digits = sent.replaceAll('"', '');
      expect(answer.text).toContain(`Value ${digits} bigger than max of 18446744073709551615`);
      expect(answer.text).toContain(`"received_value": ${digits}`);
      await finished(answer.json<PromptAnswer>().prompt_id);
    },
  );

  test('-1 is too small', async () => {
    const answer = await send('POST', '/prompt', { body: graphText('-1') });
    expect(answer.text).toContain('Value -1 smaller than min of 0');
    await finished(answer.json<PromptAnswer>().prompt_id);
  });
});
