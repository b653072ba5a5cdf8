import { describe, expect, it } from 'vitest';
import { preferredLocale } from './index.svelte';
import { chinese, english, type WholeCatalogue } from './testing/whole-catalogue';

const stem = (key: string): string => key.replace(/_(one|other)$/, '');
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

describe('the message catalogue', () => {
  it('has every message in both languages', () => {
    const keys = (catalogue: WholeCatalogue): string[] =>
      [...new Set([...catalogue.keys()].map(stem))].sort();
    expect(keys(chinese)).toEqual(keys(english));
  });

  it('has both English plural forms and the one Chinese form', () => {
    for (const key of english.keys()) {
      if (/_(one|other)$/.test(key)) {
        expect(english.has(`${stem(key)}_one`) && english.has(`${stem(key)}_other`), key).toBe(true);
        expect(chinese.has(`${stem(key)}_other`), key).toBe(true);
      }
    }
  });

  it('uses the same placeholders in both languages', () => {
    for (const [key, text] of chinese) {
      expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ''));
    }
  });

  it('leaves no message empty or untranslated', () => {
    for (const [key, text] of [...english, ...chinese]) {
      expect(text.trim(), key).not.toBe('');
    }
    const words = (text: string): string =>
      text.replace(/\{\{\w+\}\}/g, '').replace(/Comfy(UI| Darkroom)|CFG/g, '');
    const untranslated = [...chinese].filter(
      ([key, text]) => english.get(key) === text && /[a-z]/i.test(words(text)),
    );
    expect(untranslated.map(([key]) => key)).toEqual([]);
  });
});

describe('the first language', () => {
  it.each([
    [['zh-CN', 'en'], 'zh-CN'],
    [['zh-Hans-SG'], 'zh-CN'],
    [['en-US', 'zh-CN'], 'en'],
    [['de', 'zh'], 'zh-CN'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('of %j is %s', (wanted, expected) => {
    expect(preferredLocale(wanted)).toBe(expected);
  });
});
