import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { freePort } from '../support/free-port';
import { Child, findProgram } from './child';
import type { Driver, InputSource } from './driver';

const ADVICE = 'WebKitGTK is not installed (Debian: apt install webkit2gtk-driver xvfb).';

/**
 * Starts an installed WebKitGTK and talks to it over WebDriver (https://www.w3.org/TR/webdriver2/). Its windows
 * need a display: one of its own where `Xvfb` is installed, so that no window pops up.
 * @throws NotInstalledError
 */
export async function openWebKit(): Promise<Driver> {
  const program = findProgram(['WebKitWebDriver'], ADVICE);
  const binary = findProgram(['MiniBrowser'], ADVICE, miniBrowsers());
  const children: Child[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) {
      await child.stop();
    }
  };
  try {
    const display = await startDisplay(children);
    // It can choose a port by itself, but does not tell which.
    const port = await freePort();
    const driver = new Child(program, [`--port=${port}`, '--host=127.0.0.1'], {
      DISPLAY: display,
      // Software rendering: a virtual display has no GPU.
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    });
    children.push(driver);
    const address = `http://127.0.0.1:${port}`;
    await driver.until(() => isReady(address), 'answer');
    return await startSession(address, binary, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Debian keeps it beside the library, off the PATH. */
function miniBrowsers(): string[] {
  return ['/usr/lib', '/usr/libexec'].flatMap((root) =>
    list(root).flatMap((name) => [
      join(root, name, 'MiniBrowser'),
      ...list(join(root, name))
        .filter((inner) => /^webkit(2)?gtk-/.test(inner))
        .map((inner) => join(root, name, inner, 'MiniBrowser')),
    ]),
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function startDisplay(children: Child[]): Promise<string> {
  const program = findProgram(['Xvfb'], ADVICE);
  const display = new Child(program, [
    ...['-displayfd', '1', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'],
  ]);
  children.push(display);
  return `:${await display.printed(/^(\d+)\s*$/m)}`;
}

async function isReady(address: string): Promise<true | undefined> {
  try {
    return (await fetch(`${address}/status`)).ok || undefined;
  } catch {
    // Not listening yet.
    return undefined;
  }
}

async function startSession(address: string, binary: string, close: () => Promise<void>): Promise<Driver> {
  const ask = async <T>(path: string, body: object): Promise<T> => {
    const answer = await fetch(address + path, { method: 'POST', body: JSON.stringify(body) });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) {
      throw new Error(`${path}: ${value.error}: ${value.message}`);
    }
    return value;
  };
  const { sessionId, capabilities } = await ask<{
    sessionId: string;
    capabilities: { browserVersion: string };
  }>('/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } } },
  });
  const session = `/session/${sessionId}`;
  await ask(`${session}/window/rect`, { x: 0, y: 0, width: 1440, height: 938 });
  return {
    name: `WebKitGTK ${capabilities.browserVersion}`,
    open: async (url) => void (await ask(`${session}/url`, { url })),
    reload: async () => void (await ask(`${session}/refresh`, {})),
    evaluate: async <T>(expression: string) => {
      // Promises are awaited in the page: the answer tells their errors apart from its own.
      const script = `
        const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => ${expression}).then(
          (value) => done({ value: value ?? null }),
          (error) => done({ error: String(error) }),
        );`;
      const found = await ask<{ value?: T; error?: string }>(`${session}/execute/async`, {
        script,
        args: [],
      });
      if (found.error !== undefined) {
        throw new Error(found.error);
      }
      return found.value as T;
    },
    act: async (actions: InputSource[]) => void (await ask(`${session}/actions`, { actions })),
    close: async () => {
      await fetch(address + session, { method: 'DELETE' });
      await close();
    },
  };
}
