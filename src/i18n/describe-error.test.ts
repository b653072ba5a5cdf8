import { describe, expect, it } from 'vitest';
import { ComfyError } from '../comfy/errors';
import type { PromptProblem } from '../comfy/prompt-problems';
import { describeError, describeProblem, describeStop } from './describe-error';
import { setLocale } from './index.svelte';

function problem(change: Partial<PromptProblem>): PromptProblem {
  return {
    type: 'value_bigger_than_max',
    nodeId: '1',
    nodeTitle: 'Empty picture',
    classType: 'EmptyImage',
    inputName: 'width',
    message: 'Value 99999 bigger than max of 16384',
    details: 'width',
    received: '99999',
    ...change,
  };
}

describe('a refused job', () => {
  it('names the node, the input and the value', () => {
    const sentence = describeProblem(problem({}));
    expect(sentence).toContain('Empty picture');
    expect(sentence).toContain('width');
    expect(sentence).toContain('99999');
    expect(sentence).toContain('16384');
  });

  it('says which model the server lacks', () => {
    const sentence = describeProblem(
      problem({ type: 'value_not_in_list', inputName: 'ckpt_name', received: 'gone.safetensors' }),
    );
    expect(sentence).toContain('gone.safetensors');
    expect(sentence).toContain('ckpt_name');
  });

  it('falls back to the words of the server for types of later versions', () => {
    const sentence = describeProblem(
      problem({ type: 'brand_new_type', message: 'Something new', details: 'in detail' }),
    );
    expect(sentence).toContain('Something new');
    expect(sentence).toContain('in detail');
    expect(sentence).toContain('Empty picture');
  });

  it('does not print endless values', () => {
    expect(
      describeProblem(problem({ type: 'value_not_in_list', received: 'x'.repeat(5000) })).length,
    ).toBeLessThan(400);
  });

  it('lists every problem under one heading', () => {
    const error = new ComfyError('rejected', 'no', {
      problems: [problem({}), problem({ nodeTitle: 'Second' })],
    });
    expect(describeError(error).split('\n')).toHaveLength(3);
  });
});

describe('an interrupted job', () => {
  it('names the node unless this browser asked for it', () => {
    expect(describeStop({ nodeTitle: 'KSampler', here: false })).toBe('Stopped from elsewhere at KSampler');
    expect(describeStop({ nodeTitle: null, here: false })).toBe('Stopped from elsewhere');
    expect(describeStop({ nodeTitle: 'KSampler', here: true })).toBe('Cancelled');
  });
});

describe('other failures', () => {
  it.each([
    [new ComfyError('unreachable', '', { address: 'http://10.1.1.1:8188' }), 'http://10.1.1.1:8188'],
    [new ComfyError('unreachable', ''), 'The server of this page does not answer'],
    [new ComfyError('unreachable', '', { status: 504 }), 'ComfyUI does not answer'],
    [new ComfyError('http', '', { path: '/view', status: 500 }), '/view'],
    [new ComfyError('not-written', ''), 'not there'],
    [new ComfyError('refused', '', { refusal: 'dots' }), 'Rename it'],
    [new ComfyError('refused', '', { refusal: 'outside' }), '--output-directory'],
    [new ComfyError('too-large', ''), '--max-upload-size'],
    [new ComfyError('invalid', '', { path: '/queue' }), '/queue'],
    [new Error('odd thing'), 'odd thing'],
    ['a bare string', 'a bare string'],
  ])('%s is told in a sentence', (error, part) => {
    expect(describeError(error)).toContain(part);
  });

  it('speaks Chinese when the page does', async () => {
    await setLocale('zh-CN');
    expect(describeError(new ComfyError('unreachable', ''))).toMatch(/没有响应/);
    await setLocale('en');
  });
});
