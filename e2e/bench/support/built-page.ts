import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { build, type Rollup } from 'vite';

import { PROJECT_ROOT } from '../../../src/server/build-app';

/** An isolated page's clock ticks every 5 µs, any other's every 100 µs. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * A page of the bench with the production compiler, as the app is built: its files by their path.
 * @param entry its script, from the project's root.
 */
export async function buildPage(entry: string): Promise<Map<string, string>> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    root: PROJECT_ROOT,
    plugins: [tailwindcss(), svelte({ configFile: false })],
    build: {
      write: false,
      lib: { entry, formats: ['es'], fileName: 'page', cssFileName: 'page' },
    },
  })) as Rollup.RollupOutput[];
  const files = new Map(
    (built[0]?.output ?? []).map((file) => [
      `/${file.fileName}`,
      file.type === 'chunk' ? file.code : String(file.source),
    ]),
  );
  const style = [...files.keys()].find((name) => name.endsWith('.css')) ?? '';
  files.set(
    '/',
    `<!doctype html><link rel="stylesheet" href="${style}"><body style="height:900px;display:flex"><script type="module" src="/page.js"></script>`,
  );
  return files;
}

/** Serves such files until the server is closed. */
export async function serve(files: ReadonlyMap<string, string>): Promise<{ server: Server; url: string }> {
  const types: Record<string, string> = { css: 'text/css', js: 'text/javascript' };
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    const type = types[/\.(\w+)$/.exec(request.url ?? '')?.[1] ?? ''] ?? 'text/html';
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': type, ...ISOLATED });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
