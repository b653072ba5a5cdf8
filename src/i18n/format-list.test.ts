import { afterEach, expect, it } from 'vitest';
import { formatList } from './format-list';
import { setLocale } from './index.svelte';

afterEach(() => setLocale('en'));

it('separates things as the language does', async () => {
  expect(formatList(['a', 'b', 'c'])).toBe('a, b, c');
  await setLocale('zh-CN');
  expect(formatList(['甲', '乙', '丙'])).toBe('甲、乙、丙');
  expect(formatList(['甲'])).toBe('甲');
  expect(formatList([])).toBe('');
});
