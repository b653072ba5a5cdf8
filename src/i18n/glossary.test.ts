import { describe, expect, it } from 'vitest';
import { en } from './en';
import { dialogs as enDialogs } from './en/dialogs';
import { editorRoom as enEditor } from './en/editor-room';
import { form as enForm } from './en/form';
import { workflowsRoom as enWorkflows } from './en/workflows-room';
import { viewer as enViewer } from './en/viewer';
import { GLOSSARY } from './glossary';
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

const words = (text: string): string => text.replace(/\{\{\w+\}\}/g, '');
const english = new Map([
  ...flatten({ ...en, ...enEditor, ...enWorkflows, dialogs: enDialogs, form: enForm }),
  ...flatten(enViewer),
]);
const chinese = new Map([
  ...flatten({ ...zhCn, ...zhCnEditor, ...zhCnWorkflows, dialogs: zhCnDialogs, form: zhCnForm }),
  ...flatten(zhCnViewer),
]);

describe.each(GLOSSARY)('the term $zh', ({ en: name, zh, not }) => {
  it('goes by no other name', () => {
    const offending = (catalogue: Map<string, string>, others: readonly string[] = []): string[] =>
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
