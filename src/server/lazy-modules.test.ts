import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type BuiltChunk,
  type BuiltChunks,
  eagerModules,
  eagerSize,
  faultOf,
  LAZY_MODULES,
  PAGES,
} from './lazy-modules';

const chunk = (moduleIds: string[], imports: string[] = [], isEntry = false): BuiltChunk => ({
  moduleIds,
  imports,
  isEntry,
  code: '',
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
    ['/app/src/i18n/en/viewer.ts', true],
    ['/app/src/i18n/en/gallery.ts', false],
    ['/app/src/queue/QueuePanel.svelte', true],
    ['/app/src/comfy/graph-seeds.ts', true],
    ['/app/node_modules/@tanstack/query-core/build/modern/query.js', true],
    ['/app/src/i18n/zh-cn/index.ts', true],
    ['C:\\app\\node_modules\\bits-ui\\dist\\index.js', true],
  ])('%s is forbidden there: %s', (id, forbidden) => {
    const chunks = new Map([['index.js', chunk([id], [], true)]]);
    expect(eagerModules(chunks, LAZY_MODULES).length > 0).toBe(forbidden);
  });

  it('weighs what all its chunks weigh gzipped, and not what comes on demand', () => {
    const noise = (length: number): string => randomBytes(length).toString('base64');
    const [page, shared, editor] = [noise(30_000), noise(12_000), noise(90_000)];
    const chunks = new Map([
      ['index.js', { ...chunk([], ['shared.js'], true), code: page }],
      ['shared.js', { ...chunk([], ['index.js']), code: shared }],
      ['editor.js', { ...chunk([], ['index.js']), code: editor }],
    ]);
    // Gzip takes base64 back to little more than the bytes it was made from.
    expect(eagerSize(chunks)).toBeGreaterThan(42);
    expect(eagerSize(chunks)).toBeLessThan(44);
  });
});

describe("the guest's page", () => {
  const build = (eager: string[], onDemand: string[] = []): BuiltChunks =>
    new Map([
      ['guest.js', chunk(eager, ['libraries.js'], true)],
      ['libraries.js', chunk(['/app/node_modules/svelte/src/internal/client/index.js'])],
      ['late.js', chunk(onDemand)],
    ]);

  it('may be what it is', () => {
    const chunks = build(
      ['/app/src/guest/main.ts', '/app/src/i18n/en/guest.ts'],
      ['/app/src/i18n/zh-cn/guest.ts'],
    );
    expect(faultOf(chunks, PAGES.guest)).toBeNull();
  });

  it.each([
    '/app/src/jobs/context.ts',
    '/app/src/gallery/grid/Grid.svelte',
    '/app/src/i18n/index.svelte.ts',
    '/app/src/i18n/en/gallery.ts',
    '/app/src/i18n/zh-cn/index.ts',
    '/app/node_modules/bits-ui/dist/index.js',
  ])('has no part of %s, not even on demand', (id) => {
    expect(faultOf(build([id]), PAGES.guest)).toContain(id);
    expect(faultOf(build([], [id]), PAGES.guest)).toContain(id);
  });

  it('loads only one language at first', () => {
    expect(faultOf(build(['/app/src/i18n/zh-cn/guest.ts']), PAGES.guest)).toContain('on demand');
  });

  it('may not grow over its limit', () => {
    const code = randomBytes(PAGES.guest.firstLoad * 1000).toString('base64');
    const chunks = new Map([['guest.js', { ...chunk([], [], true), code }]]);
    expect(faultOf(chunks, PAGES.guest)).toMatch(
      /60\.\d kB of JavaScript load with the page, more than 60 kB/,
    );
  });
});
