import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { build } from 'vite';
import { afterEach, describe, expect, it } from 'vitest';

import { startTarget, type TargetName } from '../../e2e/attack/targets';
import { rawHandshake, sendRaw } from '../../e2e/support/raw-http';
import { makeStaticApp } from '../../e2e/support/static-app';
import { startStubComfy } from '../../e2e/support/stub-comfy';
import { contentPolicy, precompress } from './vite-plugin';

describe.each<TargetName>(['vite dev', 'vite preview'])('%s', (name) => {
  it('reports where it looked when ComfyUI is down', async () => {
    const comfy = await startStubComfy();
    await comfy.stop();
    const app = makeStaticApp();
    const target = await startTarget(name, { comfyUrl: comfy.url, app });
    const answer = await fetch(`http://127.0.0.1:${target.port}/system_stats`);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({
      error: {
        type: 'comfyui_unreachable',
        address: comfy.url,
        message: `ComfyUI does not answer at ${comfy.url}: nothing is listening there.`,
      },
    });
    const socket = await sendRaw(target.port, rawHandshake('/ws', [`Host: 127.0.0.1:${target.port}`]));
    expect(socket.status).toBe(502);
    expect(socket.text).toContain('comfyui_unreachable');
    await target.stop();
    app.remove();
  });

  it('keeps the Host of the browser, so that it matches Origin for ComfyUI', async () => {
    const comfy = await startStubComfy();
    const app = makeStaticApp();
    const target = await startTarget(name, { comfyUrl: comfy.url, app });
    const origin = `http://localhost:${target.port}`;
    await fetch(`${origin}/prompt`, { method: 'POST', body: '{}', headers: { origin } });
    expect(comfy.arrivals[0]?.headers).toMatchObject({ host: `localhost:${target.port}`, origin });
    await target.stop();
    await comfy.stop();
    app.remove();
  });
});

it('puts the content security policy before everything else in the built page', async () => {
  const root = mkdtempSync(join(tmpdir(), 'darkroom-policy-'));
  const head = '<head><title>x</title></head>';
  writeFileSync(join(root, 'index.html'), `<!doctype html><html>${head}<body></body></html>`);
  await build({ root, configFile: false, logLevel: 'silent', plugins: [contentPolicy()] });
  const page = readFileSync(join(root, 'dist', 'index.html'), 'utf8');
  const [, policy = ''] =
    /<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page) ?? [];
  expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual(
    expect.arrayContaining([
      "default-src 'self'",
      "script-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
    ]),
  );
  // Browsers ignore it in a <meta> element and complain.
  expect(policy).not.toContain('frame-ancestors');
  rmSync(root, { recursive: true, force: true });
});

describe('precompress', () => {
  const root = mkdtempSync(join(tmpdir(), 'darkroom-build-'));
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('writes a compressed copy next to every larger text file', async () => {
    const text = JSON.stringify('y'.repeat(3000));
    mkdirSync(join(root, 'public'));
    writeFileSync(join(root, 'index.html'), '<script type="module" src="./main.js"></script>');
    writeFileSync(join(root, 'main.js'), `console.log(${text});`);
    writeFileSync(join(root, 'public', 'small.txt'), 'small');
    writeFileSync(join(root, 'public', 'big.svg'), `<svg>${text}</svg>`);
    writeFileSync(join(root, 'public', 'big.png'), Buffer.alloc(5000));
    await build({ root, configFile: false, logLevel: 'silent', plugins: [precompress()] });
    const dist = join(root, 'dist');
    expect(gunzipSync(readFileSync(join(dist, 'big.svg.gz')))).toEqual(readFileSync(join(dist, 'big.svg')));
    const [, script = ''] =
      /src="\/(assets\/[^"]+\.js)"/.exec(readFileSync(join(dist, 'index.html'), 'utf8')) ?? [];
    expect(gunzipSync(readFileSync(join(dist, `${script}.gz`)))).toEqual(readFileSync(join(dist, script)));
    expect(existsSync(join(dist, 'small.txt.gz'))).toBe(false);
    expect(existsSync(join(dist, 'big.png.gz'))).toBe(false);
  });
});
