import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DarkroomError } from './errors';

/** The project directory, where package.json and index.html are. */
export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the build depends on: not tests, and of the Node code only what shapes the page. */
const SOURCES = [
  'guest.html',
  'index.html',
  'package-lock.json',
  'public',
  'src',
  'src/server/content-policy.ts',
  'src/server/lazy-modules.ts',
  'src/server/vite-plugin.ts',
  'svelte.config.js',
  'tailwind.config.js',
  'vite.config.ts',
];
const NOT_BUILT = /[/\\](?:src[/\\](?:server|demo)(?:[/\\]|$)|[^/\\]+\.test\.ts$)/;

/** Latest modification time below a path in epoch ms, 0 if it does not exist. Directories count: they show deletions. */
function lastChange(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    return stats?.mtimeMs ?? 0;
  }
  return readdirSync(path)
    .map((name) => join(path, name))
    .filter((inner) => !NOT_BUILT.test(inner))
    .reduce((latest, inner) => Math.max(latest, lastChange(inner)), stats.mtimeMs);
}

/** Whether the build in `dist` is missing or older than its sources. */
export function isBuildStale(root: string): boolean {
  const dist = (page: string): string => join(root, 'dist', page);
  const built = statSync(dist('index.html'), { throwIfNoEntry: false });
  // Built last: where it is missing, a build broke off.
  const isHalf = existsSync(join(root, 'guest.html')) && !existsSync(dist('guest.html'));
  return !built || isHalf || SOURCES.some((name) => lastChange(join(root, name)) > built.mtimeMs);
}

/**
 * Builds the app if the build is missing or stale.
 * @param say receives one line when a build starts and one when it is done.
 * @returns the directory of the build.
 * @throws DarkroomError `build_failed` with Vite's output.
 */
export async function ensureBuilt(say: (line: string) => void, root = PROJECT_ROOT): Promise<string> {
  const directory = join(root, 'dist');
  if (isBuildStale(root)) {
    say('Building the app (its sources are newer than the last build)…');
    const startedAt = Date.now();
    await runViteBuild(root);
    say(`Built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
  }
  return directory;
}

/** A separate process returns all the memory of the build, and builds for production whatever NODE_ENV we have. */
async function runViteBuild(root: string): Promise<void> {
  const vite = dirname(createRequire(import.meta.url).resolve('vite/package.json'));
  const child = spawn(
    process.execPath,
    [join(vite, 'bin', 'vite.js'), 'build', '--configLoader', 'runner', '--logLevel', 'warn'],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new DarkroomError('build_failed', `The app could not be built:\n${output.trim()}`);
  }
}
