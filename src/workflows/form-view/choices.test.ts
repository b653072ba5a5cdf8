import { describe, expect, it } from 'vitest';
import { EVERYTHING } from '../form/fixtures';
import { choicesOf, findChoices, fromList } from './choices';

const labels = (found: readonly { label: string }[]): string[] => found.map(({ label }) => label);

describe('the choices of a list', () => {
  it('keep numbers and texts apart, have no repetitions, and no empty key', () => {
    const choices = fromList([1, '1', 'a', 'a', '']);
    expect(choices.map(({ value }) => value)).toEqual([1, '1', 'a', '']);
    expect(new Set(choices.map(({ key }) => key)).size).toBe(4);
    expect(choices.every(({ key, label }) => key !== '' && label !== '')).toBe(true);
  });

  it('come from combos and dynamic lists alike', () => {
    for (const [name, expected] of [
      ['numbers', ['1', '2', 'three']],
      ['how', ['deep', 'flat']],
    ] as const) {
      const spec = EVERYTHING.inputs.get(name);
      expect(spec?.kind === 'combo' || spec?.kind === 'dynamic' ? labels(choicesOf(spec)) : []).toEqual(
        expected,
      );
    }
  });

  it('are found by every word, those that begin with what is typed first, and no more than wanted', () => {
    const many = fromList(['sd/flux-dev.gguf', 'flux-dev-fp8', 'flux-schnell', 'vae']);
    expect(labels(findChoices(many, 'FLUX dev', 9).found)).toEqual(['sd/flux-dev.gguf', 'flux-dev-fp8']);
    expect(labels(findChoices(many, 'flux-', 9).found)[2]).toBe('sd/flux-dev.gguf');
    expect(findChoices(many, 'flux', 2)).toMatchObject({ more: 1 });
    expect(findChoices(many, 'nothing', 2)).toEqual({ found: [], more: 0 });
    expect(findChoices(many, ' ', 9).found).toHaveLength(4);
  });
});
