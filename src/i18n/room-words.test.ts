import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as I18n from './index.svelte';

describe('words of a room', () => {
  let i18n: typeof I18n;

  beforeEach(async () => {
    vi.resetModules();
    i18n = await import('./index.svelte');
  });

  it('are there once they are loaded, and the others stay', async () => {
    expect(i18n.t('editor.title')).toBe('editor.title');
    await i18n.loadWords('editor');
    expect(i18n.t('editor.title')).toBe('Editor');
    expect(i18n.t('shell.drop.here')).toBe('Drop the picture here');
  });

  it('come in the language in use', async () => {
    await i18n.setLocale('zh-CN');
    await i18n.loadWords('editor');
    expect(i18n.t('editor.title')).toBe('编辑器');
  });

  it('follow a change of the language', async () => {
    await i18n.loadWords('editor');
    await i18n.setLocale('zh-CN');
    expect(i18n.t('editor.title')).toBe('编辑器');
    await i18n.setLocale('en');
    expect(i18n.t('editor.title')).toBe('Editor');
  });

  it('are complete when room and language load at the same time', async () => {
    await Promise.all([i18n.setLocale('zh-CN'), i18n.loadWords('editor')]);
    expect(i18n.t('editor.title')).toBe('编辑器');
  });
});
