import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { loopbackArgs } from '../support/browser-args';
import { findBrowser } from '../support/find-browser';
import { LOOPBACK_HOSTS } from '../support/loopback';
import { makeStaticApp, type StaticApp } from '../support/static-app';
import { startStubComfy, type StubComfy } from '../support/stub-comfy';
import { startTarget, type Target, type TargetName } from './targets';

// Generous, so that a busy machine does not fail the tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const TARGETS: TargetName[] = ['vite dev', 'vite preview', 'darkroom server'];
/** Another site, and a name whose DNS entry was changed to 127.0.0.1 after its page had loaded. */
const FOREIGN = 'evil.test';
const REBOUND = 'rebound.test';

/** What a page got out of everything a script can try; `no` where it failed. */
interface Loot {
  read: string;
  post: string;
  simplePost: string;
  socket: string;
  picture: string;
}

/** Runs in the page: tries every way a script has of using the Darkroom at `base`. */
async function plunder(base: string): Promise<Loot> {
  const attempt = (work: Promise<string>): Promise<string> => work.catch(() => 'no');
  const status = (response: Response): string => (response.ok ? 'yes' : 'no');
  const socket = new Promise<string>((resolve) => {
    const opened = new WebSocket(`${base.replace('http', 'ws')}/ws?clientId=a`);
    opened.onopen = () => {
      resolve('yes');
    };
    opened.onerror = () => {
      resolve('no');
    };
  });
  const picture = new Promise<string>((resolve) => {
    const image = new Image();
    image.onload = () => {
      resolve('yes');
    };
    image.onerror = () => {
      resolve('no');
    };
    image.src = `${base}/view?filename=a.svg`;
  });
  return {
    read: await attempt(fetch(`${base}/queue`).then(status)),
    post: await attempt(fetch(`${base}/prompt`, { method: 'POST', body: '{}' }).then(status)),
    // A script may always send this; the other side shows whether it arrived.
    simplePost: await attempt(
      fetch(`${base}/interrupt`, { method: 'POST', body: '{}', mode: 'no-cors' }).then(() => 'sent'),
    ),
    socket: await socket,
    picture: await picture,
  };
}

describe.each(TARGETS)('%s, from a real browser', (name) => {
  let app: StaticApp;
  let comfy: StubComfy;
  let target: Target;
  let foreign: Server;
  let browser: Browser;

  beforeAll(async () => {
    app = makeStaticApp();
    comfy = await startStubComfy();
    comfy.handler = (request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'image/svg+xml' });
      response.end('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
    };
    target = await startTarget(name, { comfyUrl: comfy.url, app });
    foreign = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><title>Foreign</title>');
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { executablePath, args } = findBrowser();
    browser = await chromium.launch({
      executablePath,
      args: [...args, ...loopbackArgs([FOREIGN, REBOUND])],
    });
  });
  afterAll(async () => {
    await browser.close();
    foreign.closeAllConnections();
    foreign.close();
    await target.stop();
    await comfy.stop();
    app.remove();
  });
  beforeEach(() => {
    comfy.arrivals.length = 0;
  });

  async function withPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
    const page = await browser.newPage();
    try {
      return await use(page);
    } finally {
      await page.close();
    }
  }

  function foreignUrl(host: string): string {
    return `http://${host}:${(foreign.address() as AddressInfo).port}/`;
  }

  it.each(LOOPBACK_HOSTS)('its own page works as %s', async (host) => {
    const base = `http://${host}:${target.port}`;
    const loot = await withPage(async (page) => {
      await page.goto(base);
      expect(await page.textContent('p')).toBe('static app');
      return page.evaluate(plunder, base);
    });
    expect(loot).toEqual({ read: 'yes', post: 'yes', simplePost: 'sent', socket: 'yes', picture: 'yes' });
    expect(comfy.arrivals.map(({ url }) => url).sort()).toEqual(
      ['/interrupt', '/prompt', '/queue', '/view?filename=a.svg', '/ws?clientId=a'].sort(),
    );
  });

  it.each(['localhost', '127.0.0.1'])('a page of another site gets nothing out of %s', async (host) => {
    const loot = await withPage(async (page) => {
      await page.goto(foreignUrl(FOREIGN));
      return page.evaluate(plunder, `http://${host}:${target.port}`);
    });
    expect(loot).toMatchObject({ read: 'no', post: 'no', socket: 'no', picture: 'no' });
    expect(comfy.arrivals).toEqual([]);
  });

  it('a page of another program on this machine can change nothing and open no socket', async () => {
    const loot = await withPage(async (page) => {
      await page.goto(foreignUrl('127.0.0.1'));
      return page.evaluate(plunder, `http://127.0.0.1:${target.port}`);
    });
    expect(loot).toMatchObject({ read: 'no', post: 'no', socket: 'no' });
    expect(comfy.arrivals.filter(({ method, upgrade }) => method !== 'GET' || upgrade)).toEqual([]);
  });

  it('a rebound name gets nothing, although the browser sees the same origin', async () => {
    const loot = await withPage(async (page) => {
      await page.goto(`http://${REBOUND}:${target.port}/`);
      return page.evaluate(plunder, `http://${REBOUND}:${target.port}`);
    });
    expect(loot).toEqual({ read: 'no', post: 'no', simplePost: 'sent', socket: 'no', picture: 'no' });
    expect(comfy.arrivals).toEqual([]);
  });

  it('a sandboxed frame, which has no origin, gets nothing', async () => {
    const loot = await withPage(async (page) => {
      await page.goto(foreignUrl(FOREIGN));
      await page.setContent('<iframe sandbox="allow-scripts" srcdoc="<p>frame</p>"></iframe>');
      const frame = await (await page.waitForSelector('iframe')).contentFrame();
      return frame?.evaluate(plunder, `http://127.0.0.1:${target.port}`);
    });
    expect(loot).toMatchObject({ read: 'no', post: 'no', socket: 'no', picture: 'no' });
    expect(comfy.arrivals).toEqual([]);
  });

  it('a link on another site opens the app, and that site keeps no handle on it', async () => {
    const address = `http://127.0.0.1:${target.port}/`;
    await withPage(async (page) => {
      await page.goto(foreignUrl(FOREIGN));
      await page.setContent(`<a href="${address}#/gallery">look at this</a>`);
      await page.click('a');
      await page.waitForURL(`${address}#/gallery`);
      expect(await page.textContent('p')).toBe('static app');
    });
    const seen = await withPage(async (page) => {
      await page.goto(foreignUrl(FOREIGN));
      const opening = page.waitForEvent('popup');
      await page.evaluate((url) => {
        (globalThis as { opened?: Window | null }).opened = window.open(url);
      }, address);
      await (await opening).waitForSelector('p');
      return page.evaluate(() => {
        const { opened } = globalThis as { opened?: Window | null };
        try {
          return String(opened?.document.body.textContent);
        } catch {
          return opened?.closed ? 'cut off' : 'opaque';
        }
      });
    });
    expect(seen).toBe(name === 'darkroom server' ? 'cut off' : 'opaque');
    expect(comfy.arrivals).toEqual([]);
  });

  it('another site cannot frame the app', async () => {
    await withPage(async (page) => {
      await page.goto(foreignUrl(FOREIGN));
      const answered = page.waitForEvent('response', (response) =>
        response.url().includes(`:${target.port}/`),
      );
      await page.setContent(`<iframe src="http://127.0.0.1:${target.port}/"></iframe>`);
      expect((await answered).status()).toBe(403);
    });
  });

  it('a form on another site cannot post', async () => {
    await withPage(async (page) => {
      await page.goto(foreignUrl(FOREIGN));
      await page.setContent(
        `<form method="post" enctype="text/plain" action="http://127.0.0.1:${target.port}/prompt">
          <input name='{"prompt":{},"x":"' value='"}'><button type="submit">go</button></form>`,
      );
      const answered = page.waitForEvent('response', (response) => response.url().includes('/prompt'));
      await page.click('button');
      expect((await answered).status()).toBe(403);
    });
    expect(comfy.arrivals).toEqual([]);
  });
});

describe('a file that a node made', () => {
  it('runs no script when opened by itself', async () => {
    const app = makeStaticApp();
    const comfy = await startStubComfy();
    comfy.handler = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'image/svg+xml' });
      response.end(
        '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/interrupt", {method: "POST"})</script></svg>',
      );
    };
    const target = await startTarget('darkroom server', { comfyUrl: comfy.url, app });
    const { executablePath, args } = findBrowser();
    const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
    const page = await browser.newPage();
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    await page.goto(`http://127.0.0.1:${target.port}/view?filename=a.svg`);
    await expect
      .poll(() => messages.join('\n'), { timeout: 60_000 })
      .toMatch(/sandboxed|content security policy/i);
    expect(comfy.arrivals.filter(({ method }) => method === 'POST')).toEqual([]);
    await browser.close();
    await target.stop();
    await comfy.stop();
    app.remove();
  });
});
