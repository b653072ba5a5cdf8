import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { type DemoEngine, startDemoEngine } from '../../src/demo/index';
import { LOOPBACK_HOSTS } from '../support/loopback';
import { makeStaticApp, type StaticApp } from '../support/static-app';
import { startTarget, type Target, type TargetName } from './targets';

const TARGETS: TargetName[] = ['vite dev', 'vite preview', 'darkroom server'];

/** The engine has ComfyUI's own origin check: what the gate admits must also pass that. */
describe.each(TARGETS)('%s in front of an engine that checks origins', (name) => {
  let app: StaticApp;
  let engine: DemoEngine;
  let target: Target;

  beforeAll(async () => {
    app = makeStaticApp();
    engine = await startDemoEngine({ samples: false });
    target = await startTarget(name, { comfyUrl: engine.url, app, allowedHosts: ['darkroom.test'] });
  });
  afterAll(async () => {
    await target.stop();
    await engine.stop();
    app.remove();
  });

  it('control: the engine itself refuses a page of another port', async () => {
    const answer = await fetch(`${engine.url}/queue`, {
      method: 'POST',
      body: '{"clear":true}',
      headers: { origin: `http://127.0.0.1:${target.port}` },
    });
    expect(answer.status).toBe(403);
  });

  it.each(LOOPBACK_HOSTS)('a page of %s can read, write and open a socket', async (host) => {
    const address = `${host}:${target.port}`;
    const origin = `http://${address}`;
    const headers = { origin, 'sec-fetch-site': 'same-origin' };
    expect((await fetch(`${origin}/api/system_stats`, { headers })).status).toBe(200);
    const cleared = await fetch(`${origin}/queue`, { method: 'POST', body: '{"clear":true}', headers });
    expect(cleared.status).toBe(200);
    const form = new FormData();
    form.append('image', new Blob([new Uint8Array([1, 2, 3])]), 'three.bin');
    const uploaded = await fetch(`${origin}/upload/image`, { method: 'POST', body: form, headers });
    expect(uploaded.status).toBe(200);
    const { name: stored } = (await uploaded.json()) as { name: string };
    const part = await fetch(`${origin}/view?type=input&filename=${stored}`, {
      headers: { ...headers, range: 'bytes=1-2' },
    });
    expect(part.status).toBe(206);
    expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([2, 3]);

    const socket = new WebSocket(`ws://${address}/ws?clientId=${encodeURIComponent(host)}`, { origin });
    const first = await new Promise<string>((resolve, reject) => {
      socket.once('message', (data) => {
        resolve((data as Buffer).toString());
      });
      socket.once('error', reject);
    });
    expect(JSON.parse(first)).toMatchObject({ type: 'status', data: { sid: host } });
    socket.terminate();
  });
});
