import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { ExactJson } from '../../comfy/exact-json';
import type { ApiNode } from '../../comfy/graph';
import { readNodeForm, writeNodeForm } from './node-form';
import { rawInfo } from './raw-info';

const json = fc.jsonValue().map((any) => any as ExactJson);

it('lets any node of an unknown class come back from its form as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(json, fc.bigInt())), (inputs) => {
      const node: ApiNode = { class_type: 'Gone', inputs };
      expect(writeNodeForm(readNodeForm(node, rawInfo(node)))).toEqual(node);
    }),
  );
});

it('gives each value the field of its kind', () => {
  const node: ApiNode = {
    class_type: 'Gone',
    inputs: {
      text: 'a',
      lines: 'a\nb',
      on: true,
      share: 0.5,
      noise_seed: 12,
      big: 2n ** 60n,
      box: { x: 1 },
      model: ['1', 0],
      list: [1, 2, 3],
    },
  };
  const kinds = [...rawInfo(node).inputs.values()].map((spec) => [spec.name, spec.kind]);
  expect(Object.fromEntries(kinds)).toEqual({
    text: 'string',
    lines: 'string',
    on: 'boolean',
    share: 'float',
    noise_seed: 'int',
    big: 'int',
    box: 'data',
    model: 'link',
  });
  expect(rawInfo(node).inputs.get('lines')).toMatchObject({ multiline: true });
});
