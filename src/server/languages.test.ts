import { expect, it } from 'vitest';

import { languageOf } from './languages';

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['de-DE,de;q=0.9', 'en'],
  ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
  ['zh', 'zh-CN'],
  ['de, zh-Hans;q=0.5', 'zh-CN'],
  ['en;q=0.4, ZH-TW;q=0.5', 'zh-CN'],
  ['zh;q=0, en;q=0.1', 'en'],
  ['zh;q=nonsense', 'en'],
  ['zhx', 'en'],
])('of %j is %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
