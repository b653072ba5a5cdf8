import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import sharp from 'sharp';

import { startDemoEngine } from '../../../src/demo/index';
import type { LibraryStatus } from '../../../src/ports/library-wire';
import { drawNewest, fillFolder } from '../../support/picture-folder';
import { BUILT_APP } from '../../support/stage';
import { makeStaticApp } from '../../support/static-app';
import { startStubComfy } from '../../support/stub-comfy';
import type { Bench, Measure, Measurement } from '../measurement';
import { median, quantile } from '../support/driven-page';
import { newOnScreen } from '../support/new-files';
import { warmStarts } from '../support/warm-starts';

const CHILD = fileURLToPath(new URL('../support/library-child.ts', import.meta.url));
/** Files of the first scan, and of the large library; fewer of those by `LIBRARY_FILES`, for a busy machine. */
const FEW = 20_000;
const MANY = Number(process.env.LIBRARY_FILES ?? 100_000);
const THUMBS = 100;
const THUMB_READERS = 6;
/** A real server, to compare with; its own previews of the same pictures are measured, too. */
const COMFYUI_URL = process.env.COMFYUI_URL?.replace(/\/$/, '');
/** Pictures it is sent, into the folder `darkroom-bench` of its inputs. */
const COMFY_THUMBS = 30;
const NEW_FILES = 10;
/** The newest files, which have pixels: more than a screen shows. */
const DRAWN = 200;
/** Between two requests while a scan runs, ms. */
const PACE_MS = 10;

interface Server {
  child: ChildProcess;
  url: string;
}

export const measure: Measure = async (bench) => {
  const app = makeStaticApp();
  const comfy = await startStubComfy();
  const folder = join(app.data, '..', 'pictures');
  const few = join(folder, 'few');
  const many = join(folder, 'many');
  const serve = (data: string, path: string): Promise<Server> =>
    start([comfy.url, app.directory, join(app.data, data), path]);
  try {
    bench.say(`making ${Math.min(FEW, MANY)} files`);
    fillFolder(few, Math.min(FEW, MANY));
    const scan = await firstScan(await serve('few', few), bench);
    const thumbs = await thumbsPerSecond((path) => serve('thumbs', path), join(folder, 'thumbs'), bench);
    bench.say(`making ${MANY} files`);
    fillFolder(many, MANY);
    const all = await large((data) => serve(data, many), bench);
    return [...scan, ...thumbs, ...all, ...(await warm(many, join(app.data, 'many'), bench))];
  } finally {
    await comfy.stop();
    app.remove();
  }
};

async function start(args: string[]): Promise<Server> {
  const child = fork(CHILD, args, { execArgv: ['--import', 'tsx'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

async function stop({ child }: Server): Promise<void> {
  const ended = once(child, 'exit');
  child.send('stop');
  await ended;
}

/** Waits until the library has looked at everything; news tells when. */
async function scanned({ url }: Server): Promise<{ begun: number; ended: number; files: number }> {
  let begun: number | null = null;
  for (;;) {
    const status = (await (await fetch(`${url}/darkroom/library`)).json()) as LibraryStatus;
    if (status.on && status.trees.length > 0) {
      begun ??= performance.now();
      const files = status.trees[0]?.files ?? 0;
      if (status.scan === null && files > 0) {
        return { begun, ended: performance.now(), files };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How fast files are taken in, and what a request to ComfyUI takes meanwhile. */
async function firstScan(server: Server, bench: Bench): Promise<Measurement[]> {
  let isOver = false;
  const latencies: number[] = [];
  const agent = new Agent({ keepAlive: true });
  const asking = (async () => {
    while (!isOver) {
      latencies.push(await timed(`${server.url}/queue`, agent));
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  })();
  const { begun, ended, files } = await scanned(server);
  isOver = true;
  await asking;
  agent.destroy();
  await stop(server);
  const p99 = latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? NaN;
  bench.say(`${files} files in ${(ended - begun).toFixed(0)} ms, ${latencies.length} requests meanwhile`);
  return [
    { name: 'library.scan.per-second', value: files / ((ended - begun) / 1000), unit: '1/s' },
    { name: 'library.event-loop.p99.ms', value: p99, unit: 'ms' },
  ];
}

function timed(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    get(url, { agent }, (answer) => {
      answer.resume().once('end', () => {
        resolve(performance.now() - startedAt);
      });
    }).on('error', reject);
  });
}

/** Thumbnails of noise, which nothing compresses worse, asked for by as many as a browser asks at once. */
async function thumbsPerSecond(
  serve: (path: string) => Promise<Server>,
  folder: string,
  bench: Bench,
): Promise<Measurement[]> {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < THUMBS; index += 1) {
    const noise = { type: 'gaussian', mean: 128, sigma: 20 + index / 10 } as const;
    const create = { width: 1024, height: 1024, channels: 3, background: 'red', noise } as const;
    await sharp({ create })
      .png({ compressionLevel: 1 })
      .toFile(join(folder, `${index}.png`));
  }
  const server = await serve(folder);
  await scanned(server);
  const { keys } = await changes(server);
  const startedAt = performance.now();
  const rest = [...keys];
  const reader = async (): Promise<void> => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) {
      const answer = await fetch(`${server.url}/darkroom/library/thumb/${key}`);
      if (answer.status !== 200) {
        throw new Error(`a thumbnail answered ${answer.status}`);
      }
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: THUMB_READERS }, reader));
  const seconds = (performance.now() - startedAt) / 1000;
  bench.say(`${keys.length} thumbnails in ${(seconds * 1000).toFixed(0)} ms`);
  await stop(server);
  const value = keys.length / seconds;
  const measured = [{ name: 'library.thumbs.per-second', value, unit: '1/s' }];
  if (COMFYUI_URL === undefined) {
    bench.say('COMFYUI_URL is not set: no comparison with previews of ComfyUI');
    bench.leaveOut();
    return measured;
  }
  const ratio = value / (await comfyThumbsPerSecond(COMFYUI_URL, folder, bench));
  return [...measured, { name: 'library.thumbs.ratio-to-comfyui', value: ratio, unit: '×' }];
}

/** The same pictures as ComfyUI shows them small: `/view?preview=webp`, which keeps their size. */
async function comfyThumbsPerSecond(url: string, folder: string, bench: Bench): Promise<number> {
  const subfolder = 'darkroom-bench';
  const names = Array.from({ length: COMFY_THUMBS }, (_, index) => `${index}.png`);
  for (const name of names) {
    const form = new FormData();
    form.set('image', new Blob([readFileSync(join(folder, name))], { type: 'image/png' }), name);
    form.set('subfolder', subfolder);
    form.set('overwrite', 'true');
    const answer = await fetch(`${url}/upload/image`, { method: 'POST', body: form });
    if (!answer.ok) {
      throw new Error(`ComfyUI answered ${answer.status} to a picture`);
    }
  }
  const startedAt = performance.now();
  const rest = [...names];
  const reader = async (): Promise<void> => {
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      const query = new URLSearchParams({ filename: name, subfolder, type: 'input', preview: 'webp;90' });
      const answer = await fetch(`${url}/view?${query.toString()}`);
      if (answer.headers.get('content-type') !== 'image/webp') {
        throw new Error(`ComfyUI made no preview: ${answer.status}`);
      }
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: THUMB_READERS }, reader));
  const seconds = (performance.now() - startedAt) / 1000;
  bench.say(`${names.length} previews of ComfyUI in ${(seconds * 1000).toFixed(0)} ms`);
  return names.length / seconds;
}

/** The first stream of changes, as it comes over the wire. */
function changes({ url }: Server): Promise<{ ms: number; bytes: number; keys: string[] }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const headers = { 'accept-encoding': 'gzip' };
    get(`${url}/darkroom/library/changes`, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () => {
        const ms = performance.now() - startedAt;
        const packed = Buffer.concat(parts);
        const lines = gunzipSync(packed).toString().split('\n');
        const keys = lines
          .filter((line) => line.startsWith('["f"'))
          .map((line) => (JSON.parse(line) as string[])[1]);
        resolve({ ms, bytes: packed.length, keys: keys.filter((key) => key !== undefined) });
      });
    }).on('error', reject);
  });
}

async function large(serve: (data: string) => Promise<Server>, bench: Bench): Promise<Measurement[]> {
  const first = await serve('many');
  const { begun, ended } = await scanned(first);
  bench.say(`first scan ${(ended - begun).toFixed(0)} ms`);
  const streams = [await changes(first), await changes(first), await changes(first)];
  const rss = await peak(first);
  await stop(first);
  const startedAt = performance.now();
  const second = await serve('many');
  const again = await scanned(second);
  bench.say(
    `second start ${(again.ended - startedAt).toFixed(0)} ms, of which ${(again.ended - again.begun).toFixed(0)} scanning`,
  );
  await stop(second);
  return [
    { name: 'library.rescan.ms@100000', value: again.ended - again.begun, unit: 'ms' },
    { name: 'library.rss.MB@100000', value: rss, unit: 'MB' },
    { name: 'library.changes.ms@100000', value: median(streams.map(({ ms }) => ms)), unit: 'ms' },
    { name: 'library.changes.MB@100000', value: (streams[0]?.bytes ?? NaN) / 1e6, unit: 'MB' },
  ];
}

/**
 * A browser that was here before, and a gallery that the library fills: from the app's code to a first screen, and from
 * a file that another program closes to its picture.
 */
async function warm(folder: string, data: string, bench: Bench): Promise<Measurement[]> {
  await drawNewest(folder, MANY, DRAWN);
  const engine = await startDemoEngine({ samples: false, incognito: true });
  const server = await start([engine.url, BUILT_APP, data, folder]);
  const profile = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  try {
    const { files } = await scanned(server);
    const times = await warmStarts(server.url, profile, files);
    bench.say(`first thumbnails of ${files} files: ${times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
    const fresh = await newOnScreen(server.url, profile, folder, { there: files, count: NEW_FILES });
    bench.say(`new files on screen: ${fresh.map((ms) => ms.toFixed(0)).join(' ')} ms`);
    return [
      { name: 'library.first-thumbs.warm.p95@100000', value: quantile(times, 0.95), unit: 'ms' },
      { name: 'library.new-file.ms', value: median(fresh), unit: 'ms' },
    ];
  } finally {
    await stop(server);
    await engine.stop();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function peak({ child }: Server): Promise<number> {
  child.send('memory');
  const [answer] = (await once(child, 'message')) as [{ peak: number }];
  return answer.peak;
}
