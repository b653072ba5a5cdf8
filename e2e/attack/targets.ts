import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createServer, preview } from 'vite';

import { startDarkroom } from '../../src/server/index';
import type { StaticApp } from '../support/static-app';

/** A server under attack. */
export interface Target {
  port: number;
  stop(): Promise<void>;
}

export type TargetName = 'vite dev' | 'vite preview' | 'darkroom server';

export interface TargetOptions {
  comfyUrl: string;
  app: StaticApp;
  /** Host names to answer to besides the loopback ones. */
  allowedHosts?: string[];
}

const CONFIG_FILE = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));

/** Serves Darkroom in one of the three ways, with the project's own configuration. */
export async function startTarget(name: TargetName, options: TargetOptions): Promise<Target> {
  if (name === 'darkroom server') {
    return startDarkroom({
      comfyUrl: options.comfyUrl,
      staticDir: options.app.directory,
      allowedHosts: options.allowedHosts ?? [],
    });
  }
  // Read only while the configuration loads, before the server is up.
  process.env.COMFYUI_URL = options.comfyUrl;
  process.env.DARKROOM_ALLOWED_HOSTS = (options.allowedHosts ?? []).join(',');
  try {
    return await (name === 'vite dev' ? startDev(options) : startPreview(options));
  } finally {
    delete process.env.COMFYUI_URL;
    delete process.env.DARKROOM_ALLOWED_HOSTS;
  }
}

async function startDev({ app }: TargetOptions): Promise<Target> {
  // A separate root: the app need not be compiled to attack its server.
  const root = mkdtempSync(join(tmpdir(), 'darkroom-dev-'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Static app</title><p>static app</p>');
  const server = await createServer({
    configFile: CONFIG_FILE,
    configLoader: 'runner',
    root,
    cacheDir: join(root, '.vite'),
    logLevel: 'silent',
    optimizeDeps: { noDiscovery: true, include: [] },
    server: { port: 0, fs: { strict: true, allow: [app.directory, root] } },
  });
  await server.listen();
  const { port } = server.httpServer?.address() as AddressInfo;
  return {
    port,
    stop: async () => {
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function startPreview({ app }: TargetOptions): Promise<Target> {
  const server = await preview({
    configFile: CONFIG_FILE,
    configLoader: 'runner',
    logLevel: 'silent',
    build: { outDir: app.directory },
    preview: { port: 0 },
  });
  const { port } = server.httpServer.address() as AddressInfo;
  return { port, stop: () => server.close() };
}
