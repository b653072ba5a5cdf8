import { describe, expect, it } from 'vitest';

import type { ExactJson } from '../../comfy/exact-json';
import type { InputSpec } from '../../comfy/object-info';
import { checkField, numberOf, roundNumber } from './check-field';
import { EVERYTHING } from './fixtures';
import type { FieldContent } from './node-form';

function specOf(name: string): InputSpec {
  const spec = EVERYTHING.inputs.get(name);
  if (!spec) {
    throw new Error(name);
  }
  return spec;
}

function check(name: string, content: FieldContent) {
  return checkField({ path: name, spec: specOf(name), content, parent: null });
}

const of = (value: ExactJson): FieldContent => ({ kind: 'value', value });

describe('what the server would refuse', () => {
  it.each<[string, ExactJson, string | null]>([
    ['seed', 18446744073709551615n, null],
    ['seed', '18446744073709551615', null],
    ['seed', '18446744073709551616', 'too-large'],
    ['seed', -1, 'too-small'],
    ['seed', 'many', 'wrong-kind'],
    ['seed', null, 'wrong-kind'],
    ['size', 15, 'too-small'],
    ['size', 4097, 'too-large'],
    ['cfg', '7.5', null],
    ['cfg', '1e3', 'too-large'],
    ['cfg', NaN, 'wrong-kind'],
    ['legacy', 'euler', null],
    ['legacy', 'gone', 'not-a-choice'],
    ['numbers', 1, null],
    ['numbers', '1', 'not-a-choice'],
    ['tags', ['p', 'r'], null],
    ['tags', ['p', 'z'], 'not-a-choice'],
    ['tags', 'p', 'wrong-kind'],
    ['remote', 'anything', null],
    ['file', 'sub/folder.png [output]', null],
    ['file', { a: 1 }, 'wrong-kind'],
    ['on', 'false', 'wrong-kind'],
    ['text', 5, 'wrong-kind'],
    ['how', 'flat', null],
    ['how', 'gone', 'not-a-choice'],
    ['box', { x: 1 }, null],
  ])('%s: %s', (name, content, kind) => {
    expect(check(name, of(content))?.kind ?? null).toBe(kind);
  });

  it('are required inputs without a value, linked or not', () => {
    expect(check('model', { kind: 'unset' })).toEqual({ kind: 'missing' });
    expect(check('text', { kind: 'unset' })).toEqual({ kind: 'missing' });
    expect(check('mask', { kind: 'unset' })).toBeNull();
    expect(check('seed', { kind: 'link', link: ['1', 0] })).toBeNull();
  });

  it('names the limit exactly', () => {
    expect(check('seed', of(2n ** 64n))).toEqual({ kind: 'too-large', max: 18446744073709551615n });
  });
});

describe('numbers', () => {
  const float = (options: object): Extract<InputSpec, { kind: 'float' }> =>
    ({ ...specOf('cfg'), ...options }) as Extract<InputSpec, { kind: 'float' }>;

  it('are rounded as the editor rounds them', () => {
    expect(roundNumber(float({}), 7.5678)).toBe(7.57);
    expect(roundNumber(float({ round: undefined, step: 0.1 }), 7.5678)).toBe(7.6);
    expect(roundNumber(float({ round: false, step: 0.1 }), 7.5678)).toBe(7.5678);
    expect(roundNumber(float({ round: undefined, step: 1 }), 7.5678)).toBe(7.5678);
    expect(roundNumber(float({ round: 0.05 }), 0.3)).toBe(0.3);
    expect(roundNumber(specOf('size') as Extract<InputSpec, { kind: 'int' }>, 7.5)).toBe(8);
  });

  it('are read from what the server reads', () => {
    const int = specOf('seed') as Extract<InputSpec, { kind: 'int' }>;
    expect(numberOf(int, ' 12 ')).toBe(12);
    expect(numberOf(int, '1.5')).toBeNull();
    expect(numberOf(float({}), '.5')).toBe(0.5);
    expect(numberOf(float({}), '')).toBeNull();
    expect(numberOf(int, true)).toBeNull();
  });
});
