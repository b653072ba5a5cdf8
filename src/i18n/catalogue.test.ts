import { describe, expect, it } from 'vitest';
import { en } from './en';
import { dialogs as enDialogs } from './en/dialogs';
import { editorRoom as enEditor } from './en/editor-room';
import { form as enForm } from './en/form';
import { workflowsRoom as enWorkflows } from './en/workflows-room';
import { viewer as enViewer } from './en/viewer';
import { preferredLocale } from './index.svelte';
import { zhCn } from './zh-cn';
import { dialogs as zhCnDialogs } from './zh-cn/dialogs';
import { editorRoom as zhCnEditor } from './zh-cn/editor-room';
import { form as zhCnForm } from './zh-cn/form';
import { workflowsRoom as zhCnWorkflows } from './zh-cn/workflows-room';
import { viewer as zhCnViewer } from './zh-cn/viewer';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)],
    ),
  );
}

const stem = (key: string): string => key.replace(/_(one|other)$/, '');
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

describe('the message catalogue', () => {
  const english = new Map([
    ...flatten({ ...en, ...enEditor, ...enWorkflows, dialogs: enDialogs, form: enForm }),
    ...flatten(enViewer),
  ]);
  const chinese = new Map([
    ...flatten({ ...zhCn, ...zhCnEditor, ...zhCnWorkflows, dialogs: zhCnDialogs, form: zhCnForm }),
    ...flatten(zhCnViewer),
  ]);

  it('has every message in both languages', () => {
    const keys = (catalogue: Map<string, string>): string[] =>
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
