import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';

import {
  type Pairing,
  DEFAULT_RIGHTS,
  type GuestGallery,
  type Share,
  type SharedFile,
  type ShareDraft,
  type ShareRights,
} from '../../src/ports/share-wire';
import { type Darkroom, type DarkroomOptions, startDarkroom } from '../../src/server/index';
import { makeStaticApp, type StaticApp } from './static-app';
import { startStubComfy, type StubComfy } from './stub-comfy';

/** A Darkroom with a door to the "network" (loopback), in front of a ComfyUI that has any picture one asks for. */
export interface ShareStage {
  comfy: StubComfy;
  app: StaticApp;
  darkroom: Darkroom;
  dataDir: string;
  /** `http://127.0.0.1:port` of the owner's door. */
  owner: string;
  /** `http://127.0.0.1:port` of the door to the network. */
  lan: string;
  /** Files that ComfyUI has besides those it makes up, by name; `null`: it has none. */
  files: Map<string, Buffer | null>;
  /** Makes a link by the owner's door. */
  share(draft?: Partial<Omit<ShareDraft, 'rights'>> & { rights?: Partial<ShareRights> }): Promise<Share>;
  /** Opens a link as a guest. */
  open(share: Share, password?: string): Promise<Guest>;
  /** Starts the server anew on the same folder, on other ports: clients keep connections to the old ones. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A guest with a cookie. */
export interface Guest {
  gallery: GuestGallery;
  /** `name=value` of the cookie. */
  cookie: string;
  /** The whole Set-Cookie header. */
  setCookie: string;
  /** Asks for something below `s/ID/`. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Files named `1.png`, `2.png`… as the owner's app would share them. */
export function sharedFiles(count: number, extra: Partial<SharedFile> = {}): SharedFile[] {
  return Array.from({ length: count }, (_, index) => ({
    ref: { filename: `${index + 1}.png`, subfolder: '', type: 'output' as const },
    size: [96, 64] as const,
    ...extra,
  }));
}

/** Text that a picture of ComfyUI carries and guests must not see. */
export const HIDDEN_PROMPT = 'a secret prompt';

/** A PNG with its prompt in it, as ComfyUI writes it. */
export function pictureWithPrompt(width = 96, height = 64): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#3366aa' } })
    .withExif({ IFD0: { ImageDescription: HIDDEN_PROMPT } })
    .png()
    .toBuffer();
}

const GUEST_PAGE = `<!doctype html>
<html lang="en"><head><title>Guest page</title>
<script type="module" crossorigin src="./assets/index-abc123.js"></script></head><body></body></html>`;

/** Starts it. `options` are those of the server. */
export async function startShareStage(options: Partial<DarkroomOptions> = {}): Promise<ShareStage> {
  const app = makeStaticApp();
  writeFileSync(join(app.directory, 'guest.html'), GUEST_PAGE);
  const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-share-'));
  const comfy = await startStubComfy();
  const files = new Map<string, Buffer | null>();
  const ordinary = await pictureWithPrompt();
  const other = comfy.handler;
  comfy.handler = (request, response) => {
    const url = new URL(request.url ?? '', 'http://comfy');
    if (url.pathname !== '/view') {
      other(request, response);
      return;
    }
    const name = url.searchParams.get('filename') ?? '';
    const file = files.has(name) ? files.get(name) : ordinary;
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const ETag = `"${createHash('sha256').update(file).digest('hex')}"`;
    response.writeHead(200, { 'Content-Length': file.length, ETag }).end(file);
  };
  const start = (): Promise<Darkroom> =>
    startDarkroom({
      comfyUrl: comfy.url,
      staticDir: app.directory,
      dataDir,
      ...options,
      // A fast machine must not run into the limit.
      lan: {
        addresses: ['127.0.0.1'],
        requestLimit: { burst: 1_000_000, perSecond: 1_000_000 },
        ...options.lan,
      },
    });
  const scheme = options.lan?.tls ? 'https' : 'http';
  const stage: ShareStage = {
    comfy,
    app,
    darkroom: await start(),
    dataDir,
    files,
    get owner() {
      return `http://127.0.0.1:${stage.darkroom.port}`;
    },
    get lan() {
      return `${scheme}://127.0.0.1:${stage.darkroom.lanPort}`;
    },
    share: async ({ rights, ...draft } = {}) => {
      const answer = await postJson(`${stage.owner}/darkroom/shares`, {
        title: 'Pictures',
        scope: { kind: 'list' },
        items: sharedFiles(3),
        expiresAt: null,
        rights: { ...DEFAULT_RIGHTS, ...rights },
        ...draft,
      });
      if (answer.status !== 201) {
        throw new Error(`no link: ${answer.status} ${await answer.text()}`);
      }
      return (await answer.json()) as Share;
    },
    open: async (share, password) => {
      const answer = await postJson(`${stage.lan}/s/open`, { token: share.path.split('/')[1], password });
      if (answer.status !== 200) {
        throw new Error(`not opened: ${answer.status} ${await answer.text()}`);
      }
      const setCookie = answer.headers.get('set-cookie') ?? '';
      const cookie = setCookie.split(';')[0] ?? '';
      return {
        gallery: (await answer.json()) as GuestGallery,
        cookie,
        setCookie,
        get: (path, init = {}) =>
          fetch(`${stage.lan}/s/${share.id}/${path}`, {
            ...init,
            headers: { ...(init.headers as Record<string, string> | undefined), cookie },
          }),
      };
    },
    restart: async () => {
      await stage.darkroom.stop();
      stage.darkroom = await start();
    },
    stop: async () => {
      await stage.darkroom.stop();
      await comfy.stop();
      app.remove();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return stage;
}

/** Sends JSON. */
export function postJson(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    ...init,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string> | undefined) },
  });
}

/** Pairs a device at the door to the network; resolves with the cookie it shows from then on. */
export async function pairDevice(stage: Pick<ShareStage, 'owner' | 'lan'>): Promise<string> {
  const { path } = (await (
    await fetch(`${stage.owner}/darkroom/pairings`, { method: 'POST' })
  ).json()) as Pairing;
  const answer = await fetch(`${stage.lan}/${path}`, {
    method: 'POST',
    body: 'name=Tablet',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: stage.lan },
    redirect: 'manual',
  });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
