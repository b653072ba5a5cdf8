import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { type DemoEngine, startDemoEngine } from '../../src/demo/index';
import { ensureBuilt } from '../../src/server/build-app';
import { parseComfyUrl } from '../../src/server/comfy-url';
import { createComfyProxy } from '../../src/server/proxy';
import { loopbackArgs } from '../support/browser-args';
import { findBrowser } from '../support/find-browser';
import { expectReady, paintStroke, patternPng } from '../specs/pages';

// Generous: the app may have to be built first.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

let engine: DemoEngine;
let server: Server;
let browser: Browser;
let address = '';

/** Serves the build without any security headers, as ComfyUI's `--front-end-root` does. */
beforeAll(async () => {
  const dist = await ensureBuilt(() => undefined);
  engine = await startDemoEngine();
  const proxy = createComfyProxy(parseComfyUrl(engine.url));
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const path = pathname === '/' ? '/index.html' : pathname;
    readFile(join(dist, path)).then(
      (bytes) => response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'text/plain' }).end(bytes),
      () => {
        proxy.forward(request, response);
      },
    );
  });
  server.on('upgrade', (request, socket, head) => {
    proxy.upgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { executablePath, args } = findBrowser();
  browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  await engine.stop();
});

/** Opens the app; `complaints` collects uncaught errors and violations of the content policy. */
async function openApp(hash: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) {
      complaints.push(message.text());
    }
  });
  await page.goto(`${address}/${hash}`);
  return { page, complaints };
}

async function finishedJobs(): Promise<number> {
  const history = (await (await fetch(`${engine.url}/history`)).json()) as object;
  return Object.keys(history).length;
}

it('the app works from gallery to result on a server that sends no policy of its own', async () => {
  const gallery = await openApp('#/gallery');
  const thumbnails = gallery.page.locator('img[src^="blob:"]');
  await expect.poll(() => thumbnails.count(), { timeout: 60_000 }).toBeGreaterThan(5);
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(patternPng(512, 384))]), 'pattern.png');
  await fetch(`${engine.url}/upload/image`, { method: 'POST', body: form });
  const before = await finishedJobs();

  const editor = await openApp('#/edit?filename=pattern.png&subfolder=&type=input');
  await expectReady(editor.page);
  await paintStroke(editor.page);
  await expect
    .poll(
      async () => {
        await editor.page.keyboard.press('Control+Enter');
        return finishedJobs();
      },
      { timeout: 60_000, interval: 2_000 },
    )
    .toBeGreaterThan(before);
  expect([...gallery.complaints, ...editor.complaints]).toEqual([]);
  await gallery.page.close();
  await editor.page.close();
});

it('the page runs no injected script and contacts no other host', async () => {
  const { page } = await openApp('#/gallery');
  const violated = await page.evaluate(async () => {
    const directives: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      directives.push(event.effectiveDirective);
    });
    const add = (changes: Partial<HTMLScriptElement>): void => {
      document.head.append(Object.assign(document.createElement('script'), changes));
    };
    add({ textContent: 'globalThis.ranInline = true' });
    add({ src: 'data:text/javascript,globalThis.ranForeign = true' });
    await fetch('http://localhost:1/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ran = Object.keys(globalThis).filter((name) => /^ran/.test(name));
    return [...directives, ...ran].sort();
  });
  expect(violated).toEqual(['connect-src', 'script-src-elem', 'script-src-elem']);
  await page.close();
});
