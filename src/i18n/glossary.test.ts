import { describe, expect, it } from 'vitest';
import { GLOSSARY } from './glossary';
import { chinese, english, type WholeCatalogue } from './testing/whole-catalogue';

const words = (text: string): string => text.replace(/\{\{\w+\}\}/g, '');

describe.each(GLOSSARY)('the term $zh', ({ en: name, zh, not }) => {
  it('goes by no other name', () => {
    const offending = (catalogue: WholeCatalogue, others: readonly string[] = []): string[] =>
      [...catalogue]
        .filter(([, text]) => others.some((other) => words(text).includes(other)))
        .map(([key, text]) => `${key}: ${text}`);
    expect(offending(english, not.en)).toEqual([]);
    expect(offending(chinese, not.zh)).toEqual([]);
  });

  it('stands in both languages', () => {
    const missing = [...english]
      .filter(([, text]) => name?.test(words(text)))
      .map(([key]) => [key, chinese.get(key) ?? chinese.get(key.replace(/_one$/, '_other')) ?? ''] as const)
      .filter(([, text]) => !text.includes(zh))
      .map(([key, text]) => `${key}: ${text}`);
    expect(missing).toEqual([]);
  });
});
