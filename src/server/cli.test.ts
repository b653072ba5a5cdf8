import { type ChildProcess, spawn } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { makeStaticApp, type StaticApp } from '../../e2e/support/static-app';
import { startStubComfy } from '../../e2e/support/stub-comfy';
import type { AddressList } from '../ports/share-wire';
import { DEFAULT_PORT } from './cli-options';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));
const BIN = fileURLToPath(new URL('bin.js', import.meta.url));

interface Run {
  child: ChildProcess;
  /** stdout and stderr so far. */
  text(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
  /** Resolves with the match once the output contains it. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

let app: StaticApp;
const running: ChildProcess[] = [];

beforeAll(() => {
  app = makeStaticApp();
});
afterAll(() => {
  app.remove();
});
afterEach(() => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
  }
});

function launch(command: string[], args: string[]): Run {
  // The database of whoever runs the tests is none of their business.
  const env = { ...process.env, CI: 'true', XDG_DATA_HOME: app.data, APPDATA: app.data, HOME: app.data };
  const child = spawn(process.execPath, [...command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let text = '';
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const until = (pattern: RegExp): Promise<RegExpExecArray> =>
    vi.waitFor(
      () => {
        const match = pattern.exec(text);
        if (!match) {
          throw new Error(`no ${String(pattern)} in:\n${text}`);
        }
        return match;
      },
      { timeout: 90_000 },
    );
  return { child, text: () => text, ended, until };
}

function cli(...args: string[]): Run {
  return launch(['--import', 'tsx', CLI], args);
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the command line', { timeout: 120_000 }, () => {
  it('starts, prints its address and stops cleanly', async () => {
    const comfy = await startStubComfy();
    comfy.handler = (request, response) => {
      response.writeHead(request.url === '/system_stats' ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end('{"system":{"comfyui_version":"9.8.7"}}');
    };
    const run = cli('--port', '0', '--comfy', comfy.url, '--app', app.directory);
    const [, url = ''] = await run.until(/Open\s+(http:\/\/127\.0\.0\.1:\d+)/);
    await run.until(/version 9\.8\.7/);
    await run.until(/Ctrl\+C/);
    expect(await (await fetch(url)).text()).toContain('static app');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    await comfy.stop();
  });

  it('starts without ComfyUI, and says where it looked and what to do next', async () => {
    const port = await freePort();
    const run = cli('--port', '0', '--comfy', `http://127.0.0.1:${port}`, '--app', app.directory);
    await run.until(
      new RegExp(`does not answer at http://127\\.0\\.0\\.1:${port}: nothing is listening there`),
    );
    await run.until(/npm run demo/);
    await run.until(/Ctrl\+C/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('says when something else, or Darkroom itself, is at the address of ComfyUI', async () => {
    const other = await startStubComfy();
    const first = cli('--port', '0', '--comfy', other.url, '--app', app.directory);
    await first.until(/answers, but is not ComfyUI/);
    const [, url = ''] = await first.until(/Open\s+(http:\S+)/);
    const second = cli('--port', '0', '--comfy', url, '--app', app.directory);
    await second.until(/is a Darkroom server, not ComfyUI/);
    await other.stop();
  });

  it('names the port that is in use and suggests --port', async () => {
    const taken = net.createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const run = cli('--port', String(port), '--app', app.directory);
    expect(await run.ended).toBe(1);
    expect(run.text()).toContain(`Port ${port} is in use by another program. Choose another with --port`);
    taken.close();
  });

  it('explains mistakes without a stack', async () => {
    const run = cli('--comfy', 'localhost:8188');
    expect(await run.ended).toBe(2);
    expect(run.text().trim()).toBe(
      '"localhost:8188" is not the address of a ComfyUI server. Did you mean http://localhost:8188?',
    );
  });

  it('prints help', async () => {
    const run = launch([BIN], ['--help']);
    expect(await run.ended).toBe(0);
    expect(run.text()).toContain(`--port N            port to listen on (default ${DEFAULT_PORT}`);
  });

  it.each(['18.20.8', '20.18.3', '21.7.3', '22.11.0', '23.11.1'])(
    'refuses Node %s in one sentence',
    async (version) => {
      const fake = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`;
      const run = launch(['--import', fake, BIN], []);
      expect(await run.ended).toBe(1);
      expect(run.text().trim()).toBe(
        `Comfy Darkroom needs Node.js 20.19+, 22.12+ or 24+, and this is ${version}: get one from https://nodejs.org.`,
      );
    },
  );

  it.each(['20.19.0', '22.12.0', '24.0.0', '26.1.0'])('runs on Node %s', async (version) => {
    const fake = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`;
    const run = launch(['--import', fake, BIN], ['--version']);
    expect(await run.ended).toBe(0);
  });

  it('opens a door to the network when asked, and says where', async () => {
    const run = cli('--port', '0', '--lan-port', '0', '--name', 'box.test:9', '--app', app.directory);
    await run.until(/Network\s+http:\/\/box\.test:9\//);
    const [, url = ''] = await run.until(/Open\s+(http:\S+)/);
    const { addresses } = (await (await fetch(`${url}/darkroom/addresses`)).json()) as AddressList;
    expect(addresses[0]).toEqual({ url: 'http://box.test:9/', kind: 'name' });
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
  });

  it('runs the demo: engine and server together', async () => {
    const run = cli('demo', '--port', '0', '--app', app.directory);
    const [, url = ''] = await run.until(/Open\s+(http:\S+)/);
    const stats = (await (await fetch(`${url}/system_stats`)).json()) as { system: Record<string, unknown> };
    expect(stats.system.deploy_environment).toBe('darkroom-demo');
    const posted = await fetch(`${url}/queue`, {
      method: 'POST',
      body: '{"clear":true}',
      headers: { origin: url },
    });
    expect(posted.status).toBe(200);
    await run.until(/Ctrl\+C/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
  });
});
