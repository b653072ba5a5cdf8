/**
 * Starts `npm run demo` with the Node.js that runs this file, opens what a browser would open first, and stops
 * it again. Prints one line when all is well, else the reason and what the demo printed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

/** Generous: the app may have to be built first. */
const START_MS = 180_000;
const ANSWER_MS = 20_000;

// A process group of its own, so that the signal reaches npm and what npm started, as Ctrl+C does.
const demo = spawn('npm', ['run', 'demo', '--', '--port', '0', '--no-open'], {
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
});
let printed = '';
for (const stream of [demo.stdout, demo.stderr]) {
  stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
}

async function until<T>(what: string, limitMs: number, look: () => T | null | undefined): Promise<T> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(50)) {
    const found = look();
    if (found !== null && found !== undefined) {
      return found;
    }
    if (demo.exitCode !== null) {
      throw new Error(`the demo ended with code ${demo.exitCode}`);
    }
  }
  throw new Error(`no ${what} within ${limitMs / 1000} s`);
}

async function open(url: string, type: RegExp): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  const found = answer.headers.get('content-type') ?? '';
  if (answer.status !== 200 || !type.test(found)) {
    throw new Error(`${url} answered ${answer.status} ${found}`);
  }
  return answer.text();
}

interface HistoryEntry {
  outputs: Record<string, { images?: { filename: string; subfolder: string; type: string }[] }>;
}

async function check(): Promise<void> {
  const url = await until('address', START_MS, () => /Open\s+(http:\S+)/.exec(printed)?.[1]);
  const page = await open(`${url}/`, /^text\/html/);
  const files = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
  if (files.length === 0) {
    throw new Error('the page names no files');
  }
  await Promise.all(files.map((file) => open(`${url}/${file}`, /^(?:text|application|font)\//)));
  const stats = await open(`${url}/api/system_stats`, /^application\/json/);
  if (!stats.includes('comfyui_version')) {
    throw new Error(`system_stats answered ${stats}`);
  }
  await open(`${url}/api/queue`, /^application\/json/);
  const history = JSON.parse(await open(`${url}/api/history`, /^application\/json/)) as Record<
    string,
    HistoryEntry
  >;
  const [image] = Object.values(history)
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ images = [] }) => images);
  if (!image) {
    throw new Error('there are no sample pictures');
  }
  await open(`${url}/api/view?${new URLSearchParams({ ...image }).toString()}`, /^image\//);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=start-up`, {
    handshakeTimeout: ANSWER_MS,
  });
  const [first] = (await once(socket, 'message')) as [Buffer];
  socket.terminate();
  if (!first.toString().includes('"status"')) {
    throw new Error(`the socket said ${first.toString()}`);
  }
  if (/warn/i.test(printed)) {
    throw new Error('the demo printed a warning');
  }
  process.kill(-(demo.pid ?? 0), 'SIGINT');
  await Promise.race([
    once(demo, 'close'),
    sleep(ANSWER_MS).then(() => Promise.reject(new Error('it does not stop'))),
  ]);
}

const startedAt = Date.now();
try {
  await check();
  console.log(
    `Start-up on Node ${process.versions.node}: well, in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`,
  );
  process.exit(0);
} catch (error) {
  console.error(`Start-up on Node ${process.versions.node} failed: ${String(error)}\n${printed}`);
  if (demo.exitCode === null) {
    process.kill(-(demo.pid ?? 0), 'SIGKILL');
  }
  process.exit(1);
}
