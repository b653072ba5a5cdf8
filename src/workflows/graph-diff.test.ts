import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { applyDifference, diffGraphs, inputText, isOtherWorkflow } from './graph-diff';

const FORM: ApiGraph = {
  '3': {
    class_type: 'KSampler',
    inputs: { seed: 18446744073709551614n, cfg: 8, sampler: { a: 1, b: [1, 2] }, model: ['4', 0], extra: 1 },
    _meta: { title: 'Sampler' },
  },
  '4': { class_type: 'Loader', inputs: { name: 'a' } },
  '5': { class_type: 'Only here', inputs: {} },
};
const RUN: ApiGraph = {
  '4': { class_type: 'Loader', inputs: { name: 'a' }, _meta: { title: 'renamed' } },
  '3': {
    class_type: 'KSampler',
    inputs: { model: ['6', 1], cfg: 8, seed: 18446744073709551615n, sampler: { b: [1, 2], a: 1 }, steps: 20 },
  },
  '6': { class_type: 'Lora', inputs: {}, _meta: { title: 'My LoRA' } },
};

describe('what differs between a form and a run', () => {
  it('is each input, exact, and each node that one side lacks', () => {
    expect(diffGraphs(FORM, RUN)).toEqual([
      {
        kind: 'input',
        node: '3',
        title: 'Sampler',
        input: 'seed',
        here: 18446744073709551614n,
        there: 18446744073709551615n,
      },
      { kind: 'input', node: '3', title: 'Sampler', input: 'model', here: ['4', 0], there: ['6', 1] },
      { kind: 'input', node: '3', title: 'Sampler', input: 'extra', here: 1, there: undefined },
      { kind: 'input', node: '3', title: 'Sampler', input: 'steps', here: undefined, there: 20 },
      { kind: 'node', node: '5', title: 'Only here', here: 'Only here', there: null },
      { kind: 'node', node: '6', title: 'My LoRA', here: null, there: 'Lora' },
    ]);
  });

  it('is nothing between a graph and itself, however it is written down', () => {
    expect(diffGraphs(FORM, structuredClone(FORM))).toEqual([]);
  });

  it('is gone once every one of its inputs is applied', () => {
    let form = FORM;
    for (const difference of diffGraphs(FORM, RUN)) {
      form = applyDifference(form, difference);
    }
    expect(diffGraphs(form, RUN).filter(({ kind }) => kind === 'input')).toEqual([]);
    expect(form['3']?.inputs).not.toHaveProperty('extra');
    expect(FORM['3']?.inputs['seed']).toBe(18446744073709551614n);
  });

  it('is told apart from another workflow altogether', () => {
    expect(isOtherWorkflow(FORM, RUN)).toBe(false);
    expect(isOtherWorkflow(FORM, { '3': { class_type: 'SaveImage', inputs: {} } })).toBe(true);
  });

  it('takes no member of every object for a node', () => {
    expect(diffGraphs({}, { constructor: { class_type: 'A', inputs: {} } })).toMatchObject([
      { node: 'constructor', here: null, there: 'A' },
    ]);
  });

  it('is shown with links by the name of their node', () => {
    expect(inputText(RUN, ['6', 1])).toBe('← My LoRA');
    expect(inputText(RUN, 18446744073709551615n)).toBe('18446744073709551615');
    expect(inputText(RUN, 'a prompt')).toBe('a prompt');
    expect(inputText(RUN, undefined)).toBeNull();
  });
});
