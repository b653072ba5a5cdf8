import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { makeStaticApp, type StaticApp } from '../../e2e/support/static-app';
import { startStubComfy, type StubComfy } from '../../e2e/support/stub-comfy';

const MB = 1024 * 1024;
const FILE_MB = 300;
/** Less than the 32 MB that gather where the memory of what has passed through is left to the garbage collector. */
const UPLOAD_GROWTH_MB = 25;
/** What Node reads from ComfyUI's socket is left to it: several times those 32 MB, and a third of a file. */
const DOWNLOAD_GROWTH_MB = 100;

// Generous, so that a busy machine does not fail the tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let app: StaticApp;
let comfy: StubComfy;
let child: ChildProcess;
let port = 0;

async function askChild(message: string): Promise<number> {
  const answer = once(child, 'message') as Promise<[{ peak: number }]>;
  child.send(message);
  return (await answer)[0].peak;
}

/** Reads a stream to its end in bursts; returns the number of bytes. */
async function readSlowly(stream: IncomingMessage): Promise<number> {
  let bytes = 0;
  let sincePause = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    sincePause += (chunk as Buffer).length;
    if (sincePause > 16 * MB) {
      sincePause = 0;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return bytes;
}

function writeBlocks(stream: NodeJS.WritableStream, megabytes: number): void {
  const block = Buffer.alloc(MB, 7);
  let left = megabytes;
  const fill = (): void => {
    while (left > 0) {
      left -= 1;
      if (!stream.write(block)) {
        stream.once('drain', fill);
        return;
      }
    }
    stream.end();
  };
  fill();
}

beforeAll(async () => {
  app = makeStaticApp();
  comfy = await startStubComfy();
  comfy.handler = (request, response) => {
    if (request.method === 'POST') {
      void readSlowly(request).then((bytes) => {
        response.end(String(bytes));
      });
    } else {
      response.writeHead(200, { 'Content-Type': 'video/mp4' });
      writeBlocks(response, Number(request.headers['x-megabytes']));
    }
  };
  const script = fileURLToPath(new URL('../../e2e/support/darkroom-child.ts', import.meta.url));
  child = fork(script, [comfy.url, app.directory], { execArgv: ['--expose-gc', '--import', 'tsx'] });
  const [ready] = (await once(child, 'message')) as [{ port: number }];
  port = ready.port;
});

afterAll(async () => {
  child.disconnect();
  await once(child, 'exit');
  await comfy.stop();
  app.remove();
});

async function upload(megabytes: number): Promise<number> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path: '/upload/image',
    method: 'POST',
    headers: { 'Content-Length': String(megabytes * MB) },
  });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  writeBlocks(request, megabytes);
  const [answer] = await answered;
  let text = '';
  for await (const chunk of answer) {
    text += String(chunk);
  }
  return Number(text) / MB;
}

async function download(megabytes: number): Promise<number> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path: '/view?filename=big.mp4',
    headers: { 'X-Megabytes': String(megabytes) },
  });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return (await readSlowly(answer)) / MB;
}

it.each([
  ['uploads', upload, UPLOAD_GROWTH_MB],
  ['downloads', download, DOWNLOAD_GROWTH_MB],
])(
  '%s of big files do not grow memory',
  async (_name, transfer, allowed) => {
    await transfer(1);
    const before = await askChild('reset');
    expect(await transfer(FILE_MB)).toBe(FILE_MB);
    const growth = ((await askChild('peak')) - before) / MB;
    expect(growth).toBeLessThan(allowed);
  },
  60_000,
);
