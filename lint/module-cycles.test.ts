import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const SCRIPT = /<script\b[^>]*>(.*?)<\/script>/gs;

/** Takes of a component what it imports. */
const scriptsOnly: Plugin = {
  name: 'scripts-only',
  load: {
    filter: { id: /\.svelte$/ },
    handler: (id) => ({
      code: [
        ...Array.from(readFileSync(id, 'utf8').matchAll(SCRIPT), ([, script]) => script),
        'export default null;',
      ].join('\n'),
      moduleType: 'ts',
    }),
  },
};

/** The circles in which modules import each other, each once. Imports of types and those on demand make none. */
async function circlesIn(files: readonly string[]): Promise<string[]> {
  const circles: string[] = [];
  const bundle = await rolldown({
    input: [...files],
    external: [/^[^./]/, /\.css$/],
    plugins: [scriptsOnly],
    treeshake: false,
    checks: { circularDependency: true },
    transform: { typescript: { onlyRemoveTypeImports: true } },
    onLog: (_level, { code, ids = [] }) => {
      if (code === 'CIRCULAR_DEPENDENCY') {
        circles.push(ids.join(' → '));
      }
    },
  });
  await bundle.generate();
  return circles;
}

it('no module of the app imports itself over others', async () => {
  const files = readdirSync(join(ROOT, 'src'), { encoding: 'utf8', recursive: true })
    .filter((file) => /\.(ts|svelte)$/.test(file) && !/\.(test|d)\.ts$/.test(file))
    .map((file) => join(ROOT, 'src', file));
  expect(files.length).toBeGreaterThan(1000);
  expect(await circlesIn(files)).toEqual([]);
});

it('a circle over a component is found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-cycle-'));
  try {
    const [module, component] = [join(folder, 'a.ts'), join(folder, 'B.svelte')];
    writeFileSync(module, "import B from './B.svelte';\nexport const a = 1;\nexport const b = () => B;\n");
    writeFileSync(component, '<script lang="ts">\n  import { a } from \'./a\';\n</script>\n\n<p>{a}</p>\n');
    expect(await circlesIn([module])).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
