import { describe, expect, it } from 'vitest';
import { type BuiltChunk, eagerModules, LAZY_MODULES } from './lazy-modules';

const chunk = (moduleIds: string[], imports: string[] = [], isEntry = false): BuiltChunk => ({
  moduleIds,
  imports,
  isEntry,
});

describe('what loads with the page', () => {
  it('is found through all chunks an entry imports, round trips included', () => {
    const chunks = new Map([
      ['index.js', chunk(['/app/src/main.ts'], ['shared.js'], true)],
      ['shared.js', chunk(['/app/src/app/Shell.svelte'], ['deep.js', 'index.js'])],
      ['deep.js', chunk(['/app/node_modules/konva/lib/Core.js'])],
      ['editor.js', chunk(['/app/src/editor/Editor.svelte'], ['index.js'])],
    ]);
    expect(eagerModules(chunks, LAZY_MODULES)).toEqual(['/app/node_modules/konva/lib/Core.js']);
  });

  it.each([
    ['/app/src/editor/Editor.svelte', true],
    ['/app/src/editor/picture/file-intake.svelte.ts', false],
    ['/app/src/editor/picture/import-file.ts', false],
    ['/app/src/editor/picture/open-picture.ts', true],
    ['/app/src/workflows/recipes.ts', true],
    ['/app/src/workflows/recipe-title.ts', false],
    ['/app/src/gallery/viewer/Viewer.svelte', true],
    ['/app/src/gallery/grid/Grid.svelte', false],
    ['/app/src/i18n/en/editor-room.ts', true],
    ['/app/src/i18n/en/editor.ts', true],
    ['/app/src/i18n/en/gallery.ts', false],
    ['/app/src/i18n/zh-cn/index.ts', true],
    ['C:\\app\\node_modules\\bits-ui\\dist\\index.js', true],
  ])('%s is forbidden there: %s', (id, forbidden) => {
    const chunks = new Map([['index.js', chunk([id], [], true)]]);
    expect(eagerModules(chunks, LAZY_MODULES).length > 0).toBe(forbidden);
  });
});
