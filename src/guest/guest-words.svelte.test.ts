import { afterEach, expect, it, vi } from 'vitest';
import { formatNumber } from './guest-words.svelte';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('makes the format of numbers once, however many tiles write one', () => {
  let made = 0;
  class CountedFormat extends Intl.NumberFormat {
    constructor(...options: ConstructorParameters<typeof Intl.NumberFormat>) {
      super(...options);
      made += 1;
    }
  }
  vi.stubGlobal('Intl', Object.create(Intl, { NumberFormat: { value: CountedFormat } }));
  expect(Array.from({ length: 50 }, (_, i) => formatNumber(i + 1000)).at(-1)).toBe('1,049');
  expect(made).toBe(1);
});
