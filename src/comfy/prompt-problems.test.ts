import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import type { ApiGraph } from './graph';
import { promptProblems } from './prompt-problems';
import { refusedSchema } from './schemas';

const GRAPH: ApiGraph = {
  '1': { class_type: 'EmptyImage', inputs: { height: 99999 }, _meta: { title: '空图像' } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
};

/** The problems of an answer as it comes off the wire. */
function problemsOf(answer: unknown): ReturnType<typeof promptProblems> {
  const { error, node_errors } = v.parse(refusedSchema, answer);
  return promptProblems(GRAPH, error, node_errors);
}

const FAILED = {
  type: 'prompt_outputs_failed_validation',
  message: 'Prompt outputs failed validation',
  details: '',
  extra_info: {},
};

function nodeError(type: string, message: string, details: string, extra: Record<string, unknown>): unknown {
  return {
    error: FAILED,
    node_errors: {
      '1': {
        errors: [{ type, message, details, extra_info: extra }],
        dependent_outputs: ['2'],
        class_type: 'EmptyImage',
      },
    },
  };
}

const CONFIG = ['INT', { min: 1, max: 16384 }];

describe('faults of nodes', () => {
  it.each([
    ['required_input_missing', 'height', { input_name: 'height' }, null],
    [
      'bad_linked_input',
      'height',
      { input_name: 'height', input_config: CONFIG, received_value: ['1'] },
      '["1"]',
    ],
    [
      'return_type_mismatch',
      'height, received_type(IMAGE) mismatch input_type(INT)',
      { input_name: 'height', input_config: CONFIG, received_type: 'IMAGE', linked_node: ['2', 0] },
      null,
    ],
    [
      'invalid_input_type',
      "height, abc, invalid literal for int() with base 10: 'abc'",
      { input_name: 'height', input_config: CONFIG, received_value: 'abc', exception_message: 'invalid' },
      'abc',
    ],
    [
      'value_smaller_than_min',
      'height',
      { input_name: 'height', input_config: CONFIG, received_value: 0 },
      '0',
    ],
    [
      'value_bigger_than_max',
      'height',
      { input_name: 'height', input_config: CONFIG, received_value: 18446744073709551616n },
      '18446744073709551616',
    ],
    [
      'value_not_in_list',
      "height: 'x' not in (list of length 40)",
      { input_name: 'height', input_config: null, received_value: 'x' },
      'x',
    ],
    ['custom_validation_failed', 'image - Invalid image file: a.png', { input_name: 'image' }, null],
    ['exception_during_inner_validation', 'tuple index out of range', { input_name: 'height' }, null],
  ])('%s names the node, the input and the value', (type, details, extra, received) => {
    expect(problemsOf(nodeError(type, 'Said by the server', details, extra))).toEqual([
      {
        type,
        nodeId: '1',
        nodeTitle: '空图像',
        classType: 'EmptyImage',
        inputName: extra.input_name,
        message: 'Said by the server',
        details,
        received,
      },
    ]);
  });

  it.each([
    ['dependency_cycle', '1 (A) -> 3 (B) -> 1 (A)', { node_id: '1', cycle_nodes: ['1', '3'] }],
    ['exception_during_validation', "'9'", { exception_type: 'KeyError', traceback: ['/home/x.py'] }],
  ])('%s has no input', (type, details, extra) => {
    expect(problemsOf(nodeError(type, 'm', details, extra))).toMatchObject([
      { type, nodeId: '1', inputName: null, details, received: null },
    ]);
  });

  it('lists every fault of every node, and leaves out the empty summary', () => {
    const problems = problemsOf({
      error: FAILED,
      node_errors: {
        '1': {
          errors: [
            { type: 'a', message: '', details: '', extra_info: {} },
            { type: 'b', message: '', details: '', extra_info: {} },
          ],
          dependent_outputs: ['2'],
          class_type: 'EmptyImage',
        },
        '7': {
          errors: [{ type: 'c', message: '', details: '', extra_info: {} }],
          dependent_outputs: [],
          class_type: 'Ghost',
        },
      },
    });
    expect(problems.map(({ type, nodeTitle }) => [type, nodeTitle])).toEqual([
      ['a', '空图像'],
      ['b', '空图像'],
      ['c', '#7'],
    ]);
  });

  it('keeps the faults it can read when one node has none', () => {
    const answer = nodeError('a', 'm', '', {}) as { node_errors: Record<string, unknown> };
    answer.node_errors['2'] = { class_type: 'SaveImage' };
    expect(problemsOf(answer).map(({ type }) => type)).toEqual(['a']);
  });
});

describe('faults of the whole graph', () => {
  it.each([
    ['no_prompt', 'No prompt provided', 'No prompt provided'],
    ['invalid_prompt_id', 'prompt_id must be a valid UUID', 'canonical form'],
    ['prompt_no_outputs', 'Prompt has no outputs', ''],
    ['invalid_prompt', 'Cannot execute because node X does not exist.', "Node ID '#1'"],
    // A cycle on older servers.
    ['prompt_outputs_failed_validation', 'Prompt outputs failed validation', ''],
  ])('%s stands alone', (type, message, details) => {
    expect(problemsOf({ error: { type, message, details, extra_info: {} }, node_errors: {} })).toEqual([
      {
        type,
        nodeId: null,
        nodeTitle: null,
        classType: null,
        inputName: null,
        message,
        details,
        received: null,
      },
    ]);
  });

  it('names the node whose class is missing', () => {
    const missing = (extra_info: unknown): unknown => ({
      error: { type: 'missing_node_type', message: 'm', details: "Node ID '#1'", extra_info },
      node_errors: {},
    });
    expect(problemsOf(missing({ node_id: '1', class_type: 'Gone', node_title: 'My node' }))).toMatchObject([
      { nodeId: '1', nodeTitle: 'My node', classType: 'Gone' },
    ]);
    expect(problemsOf(missing({ node_id: '1', class_type: null, node_title: null }))).toMatchObject([
      { nodeId: '1', nodeTitle: '空图像', classType: null },
    ]);
  });

  it('takes an error that is only a sentence, and node errors that are a list or missing', () => {
    expect(problemsOf({ error: 'no prompt', node_errors: [] })).toMatchObject([
      { type: 'unknown', message: 'no prompt', nodeId: null },
    ]);
    expect(problemsOf({ error: { message: 'only that' } })).toMatchObject([
      { type: '', message: 'only that' },
    ]);
  });
});

it('has nothing to say without faults', () => {
  expect(promptProblems(GRAPH, null, {})).toEqual([]);
});
