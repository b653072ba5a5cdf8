import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { dialogs } from './en/dialogs';
import { editorRoom } from './en/editor-room';
import { viewer } from './en/viewer';
import type { MessageTree } from './messages';

const SRC = fileURLToPath(new URL('..', import.meta.url));

const keysOf = (tree: MessageTree, prefix = ''): string[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [(prefix + key).replace(/_(one|other)$/, '')]
      : keysOf(value, `${prefix}${key}.`),
  );

/** The app's own files that load with the page: all that `main.ts` imports, and what those import. */
function filesOfThePage(): string[] {
  const files = new Set([resolve(SRC, 'main.ts')]);
  for (const file of files) {
    const code = readFileSync(file, 'utf8').replace(/^\s*import type [^;]+;/gm, '');
    for (const [, path = ''] of code.matchAll(/^\s*(?:import|export)\s(?:[^;'"]*?\sfrom\s)?'(\.[^']*)'/gm)) {
      const found = ['', '.ts', '/index.ts'].map((end) => resolve(dirname(file), path) + end);
      const next = found.find((candidate) => /\.(ts|svelte)$/.test(candidate) && existsSync(candidate));
      if (next) {
        files.add(next);
      }
    }
  }
  return [...files];
}

describe('what loads with the page', () => {
  const files = filesOfThePage();
  const first = new Set(keysOf(en));
  const late = [...keysOf(viewer), ...keysOf(editorRoom), ...keysOf({ dialogs })].filter(
    (key) => !first.has(key),
  );

  it('is found', () => {
    const names = files.map((file) => file.slice(SRC.length).replaceAll('\\', '/'));
    expect(names).toContain('gallery/grid/TileFace.svelte');
    expect(names).toContain('i18n/en/gallery.ts');
    expect(names).not.toContain('gallery/viewer/Viewer.svelte');
    expect(names).not.toContain('i18n/en/viewer.ts');
  });

  it('says nothing that is loaded later', () => {
    const offending = files.flatMap((file) => {
      const code = readFileSync(file, 'utf8');
      // A key, or the part of one that stands before a value.
      const said = [...code.matchAll(/['"`]([a-z]\w*\.[\w.]+?)(\$\{|['"`])/gi)];
      return said
        .filter(([, key = '', end]) =>
          end === '${' ? late.some((name) => name.startsWith(key)) : late.includes(key),
        )
        .map(([, key]) => `${file.slice(SRC.length)}: ${key}`);
    });
    expect(offending).toEqual([]);
  });
});
