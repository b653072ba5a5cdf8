import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ensureBuilt, isBuildStale, PROJECT_ROOT } from './build-app';

// Generous, so that a busy machine does not fail the tests.
vi.setConfig({ testTimeout: 120_000 });

let root: string;
/** Seconds since the epoch; each call is later than the one before. */
let clock = 1_700_000_000;

function write(path: string, text = ''): void {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  age();
}

/** Gives a path a newer time than any earlier touch, without waiting. */
function touch(path: string): void {
  clock += 10;
  utimesSync(join(root, path), clock, clock);
}

function age(): void {
  for (const path of ['', 'src', 'src/app', 'src/server', 'src/demo', 'public']) {
    if (statSync(join(root, path), { throwIfNoEntry: false })) {
      utimesSync(join(root, path), 1_600_000_000, 1_600_000_000);
    }
  }
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'darkroom-stale-'));
  for (const path of ['index.html', 'src/main.ts', 'src/app/a.test.ts', 'src/server/x.ts', 'src/demo/y.ts']) {
    write(path);
    touch(path);
  }
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('isBuildStale', () => {
  it('is true without a build', () => {
    expect(isBuildStale(root)).toBe(true);
  });

  it('depends only on the sources of the app', () => {
    write('src/server/content-policy.ts');
    touch('src/server/content-policy.ts');
    write('dist/index.html');
    touch('dist/index.html');
    expect(isBuildStale(root)).toBe(false);
    for (const path of ['src/app/a.test.ts', 'src/server/x.ts', 'src/demo/y.ts']) {
      touch(path);
      expect(isBuildStale(root), path).toBe(false);
    }
    for (const path of ['src/main.ts', 'index.html', 'src/app', 'src/server/content-policy.ts']) {
      touch(path);
      expect(isBuildStale(root), path).toBe(true);
      touch('dist/index.html');
      expect(isBuildStale(root), path).toBe(false);
    }
  });

  it('is true without the page for guests, which is built last', () => {
    write('guest.html');
    touch('guest.html');
    write('dist/index.html');
    touch('dist/index.html');
    expect(isBuildStale(root)).toBe(true);
    write('dist/guest.html');
    touch('dist/index.html');
    expect(isBuildStale(root)).toBe(false);
  });
});

describe('ensureBuilt', () => {
  beforeEach(() => {
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  });

  it('builds once and says so', async () => {
    write('index.html', '<script type="module" src="./src/main.ts"></script>');
    write('src/main.ts', 'document.title = "built" satisfies string;');
    const lines: string[] = [];
    const say = (line: string): void => {
      lines.push(line);
    };
    expect(await ensureBuilt(say, root)).toBe(join(root, 'dist'));
    expect(lines).toEqual([
      expect.stringContaining('Building the app'),
      expect.stringMatching(/^Built in \d+\.\d s\.$/),
    ]);
    expect(statSync(join(root, 'dist', 'index.html')).isFile()).toBe(true);
    await ensureBuilt(say, root);
    expect(lines.length).toBe(2);
  });

  it('reports why it failed', async () => {
    write('index.html', '<script type="module" src="./src/missing.ts"></script>');
    await expect(ensureBuilt(() => undefined, root)).rejects.toMatchObject({
      code: 'build_failed',
      message: expect.stringContaining('missing.ts') as string,
    });
  });
});
