import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WebSocket } from 'ws';

import { Child, findProgram } from './child';
import type { Driver, InputSource } from './driver';

const ADVICE = 'Firefox is not installed (Debian: apt install firefox-esr).';
const MAC = ['/Applications/Firefox.app/Contents/MacOS/firefox'];
/** Nothing of Firefox itself may ask other hosts or open pages while the test runs. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': '',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

type Answer = { id?: number; type?: string; error?: string; message?: string; result?: unknown };
type Evaluated =
  { type: 'success'; result: { value?: string } } | { type: 'exception'; exceptionDetails: { text: string } };

/**
 * Starts an installed Firefox in a fresh profile and talks to it over WebDriver BiDi, which needs no further
 * program (https://www.w3.org/TR/webdriver-bidi/).
 * @throws NotInstalledError
 */
export async function openFirefox(): Promise<Driver> {
  const program = findProgram(['firefox-esr', 'firefox'], ADVICE, MAC);
  const profile = await mkdtemp(join(tmpdir(), 'darkroom-firefox-'));
  const lines = Object.entries(PREFERENCES).map(
    ([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const child = new Child(program, [
    '--headless',
    '--no-remote',
    ...['--width', '1440', '--height', '900', '--profile', profile, '--remote-debugging-port', '0'],
  ]);
  const close = async (): Promise<void> => {
    await child.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = await child.printed(/WebDriver BiDi listening on (ws:\S+)/);
    return await connect(`${address}/session`, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function connect(address: string, close: () => Promise<void>): Promise<Driver> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    waiting.get(answer.id ?? -1)?.(answer);
    waiting.delete(answer.id ?? -1);
  });
  const ask = async <T>(method: string, params: object): Promise<T> => {
    const id = (last += 1);
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    if (answer.type === 'error') {
      throw new Error(`${method}: ${answer.error}: ${answer.message}`);
    }
    return answer.result as T;
  };

  const { capabilities } = await ask<{ capabilities: { browserVersion: string } }>('session.new', {
    capabilities: {},
  });
  const { contexts } = await ask<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
  const context = contexts[0]?.context;
  return {
    name: `Firefox ${capabilities.browserVersion}`,
    open: async (url) => void (await ask('browsingContext.navigate', { context, url, wait: 'complete' })),
    reload: async () => void (await ask('browsingContext.reload', { context, wait: 'complete' })),
    evaluate: async <T>(expression: string) => {
      const found = await ask<Evaluated>('script.evaluate', {
        // As text: BiDi's own form of values names the type of each.
        expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
        target: { context },
        awaitPromise: true,
      });
      if (found.type === 'exception') {
        throw new Error(found.exceptionDetails.text);
      }
      return JSON.parse(found.result.value ?? 'null') as T;
    },
    act: async (actions: InputSource[]) => void (await ask('input.performActions', { context, actions })),
    close: async () => {
      socket.close();
      await close();
    },
  };
}
