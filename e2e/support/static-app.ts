import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A directory with the shape of a built app, for tests that are about serving it. */
export interface StaticApp {
  /** The served directory. */
  directory: string;
  /** A file beside it that must never be served. */
  secret: string;
  /** A folder for data. */
  data: string;
  remove(): void;
}

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2000))});`;

export function makeStaticApp(): StaticApp {
  const root = mkdtempSync(join(tmpdir(), 'darkroom-static-'));
  const directory = join(root, 'dist');
  mkdirSync(join(directory, 'assets'), { recursive: true });
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Static app</title><p>static app</p>');
  writeFileSync(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(directory, 'assets', 'index-abc123.js'), SCRIPT);
  writeFileSync(join(directory, 'assets', 'index-abc123.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(directory, '.hidden'), 'hidden file');
  const secret = join(root, 'secret.txt');
  writeFileSync(secret, 'top secret');
  return {
    directory,
    secret,
    data: join(root, 'data'),
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
