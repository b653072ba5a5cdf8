import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import type { EditorPicture, MaskExport } from '../model/editor-types';
import { maskHash } from '../mask/hash';
import { MaskRows } from '../mask/mask-tiles';
import { encodeMaskPng } from '../mask/png-write';
import { FAST_LANE_PIXELS, laneFor, MaskUploader } from './mask-upload';
import { UploadMemory } from './upload-memory';

const ref: FileRef = { filename: 'cat.png', subfolder: '', type: 'output' };

function pictureOf(width: number, height: number, readable?: boolean): EditorPicture {
  return { ref, source: '', width, height, ...(readable !== undefined && { readable }) };
}

async function maskOf(value: number, variant: 'indexed' | 'rgba' = 'rgba'): Promise<MaskExport> {
  const rows = new MaskRows(9, 1);
  rows.add(0, new Uint8Array(9).fill(value));
  const tiles = rows.finish();
  const blob = new Blob([await encodeMaskPng(tiles, variant)]);
  const bounds = { x0: 0, y0: 0, x1: 9, y1: 1 };
  return { blob, hash: maskHash(tiles), width: 9, height: 1, empty: false, bounds, rev: 3 };
}

interface Wishes {
  /** Whether HEAD returns a tag; true by default. */
  tagged?: boolean;
  /** The name the server returns. */
  rename?: (name: string) => string;
  /** What the server stores instead of what it received. */
  spoil?: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

/** `/upload/image`, `/view` and HEAD of a server, with a log of requests. */
class Server {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly log: string[] = [];
  readonly client: ComfyClient;
  readonly #tags = new WeakMap<object, string>();
  #written = 0;

  constructor(readonly wishes: Wishes = {}) {
    this.client = new ComfyClient({
      baseUrl: 'http://comfy.test',
      fetch: async (input, init) => {
        const url = new URL(input as string);
        const method = init?.method ?? 'GET';
        this.log.push(`${method} ${url.pathname}`);
        if (method === 'POST') {
          const form = init?.body as FormData;
          const file = form.get('image') as File;
          const name = wishes.rename?.(file.name) ?? file.name;
          const bytes = new Uint8Array(await file.arrayBuffer());
          this.files.set(name, wishes.spoil?.(bytes) ?? bytes);
          return Response.json({ name, subfolder: form.get('subfolder'), type: form.get('type') });
        }
        const bytes = this.files.get(url.searchParams.get('filename') ?? '');
        const headers = { 'content-length': String(bytes?.length), ...this.#tagOf(bytes) };
        return bytes
          ? new Response(method === 'HEAD' ? null : bytes, { headers })
          : new Response(null, { status: 404 });
      },
    });
  }

  /** Every file written has a tag of its own; none on servers without tags. */
  #tagOf(bytes: object | undefined): { etag?: string } {
    const { tagged = true } = this.wishes;
    if (!bytes || !tagged) {
      return {};
    }
    const tag = this.#tags.get(bytes) ?? `"${this.#written++}"`;
    this.#tags.set(bytes, tag);
    return { etag: tag };
  }

  get posts(): number {
    return this.log.filter((line) => line.startsWith('POST')).length;
  }
}

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});

describe('choosing a lane', () => {
  it('sends the mask of large pictures alone, beside a file the server reads as it is shown', () => {
    expect(laneFor(pictureOf(4000, 2000, true))).toBe('fast');
    expect(4000 * 2000).toBe(FAST_LANE_PIXELS);
    expect(laneFor(pictureOf(3999, 2000, true))).toBe('mask');
    expect(laneFor(pictureOf(3999, 2000, false))).toBe('mask');
    expect(laneFor(pictureOf(8000, 8000, false))).toBe('beside');
    expect(laneFor(pictureOf(8000, 8000))).toBe('beside');
  });
});

describe('the fast lane', () => {
  const bring = (uploader: MaskUploader, value = 7): ReturnType<MaskUploader['bring']> =>
    uploader.bring((variant) => maskOf(value, variant), pictureOf(9, 1, true), { lane: 'fast' });

  it('stores the mask under its hash and leaves the original alone', async () => {
    const server = new Server();
    const { source, mask } = await bring(new MaskUploader(server.client));
    const filename = `darkroom-mask-${mask.hash}.png`;
    expect(source).toEqual({
      kind: 'apart',
      image: ref,
      mask: { filename, subfolder: 'clipspace', type: 'input' },
    });
    expect(mask.rev).toBe(3);
    expect(server.files.get(filename)).toEqual(new Uint8Array(await mask.blob.arrayBuffer()));
  });

  it('sends an unchanged mask once, a changed one again', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client);
    await bring(uploader);
    await bring(uploader);
    expect(server.posts).toBe(1);
    await bring(uploader, 8);
    expect(server.posts).toBe(2);
  });

  it('finds what the server has after a reload', async () => {
    const server = new Server();
    await bring(new MaskUploader(server.client));
    await bring(new MaskUploader(server.client));
    expect(server.posts).toBe(1);
  });

  it('sends again what is missing or broken there', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client);
    const { mask } = await bring(uploader);
    server.files.clear();
    await bring(uploader);
    expect(server.posts).toBe(2);
    const name = `darkroom-mask-${mask.hash}.png`;
    server.files.set(name, new Uint8Array(mask.blob.size));
    await bring(new MaskUploader(server.client));
    expect(server.posts).toBe(3);
  });

  it('uses the name the server returns', async () => {
    const server = new Server({ rename: (name) => name.replace('.png', ' (1).png') });
    const { source } = await bring(new MaskUploader(server.client));
    expect(source).toMatchObject({ mask: { filename: expect.stringMatching(/ \(1\)\.png$/) as string } });
  });

  it.each([
    ['cut short', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -1)],
    [
      'changed in one byte',
      (bytes: Uint8Array<ArrayBuffer>) => bytes.map((b, at) => (at === 40 ? b ^ 1 : b)),
    ],
  ])('does not believe a server that stored it %s', async (_how, spoil) => {
    const server = new Server({ spoil });
    await expect(bring(new MaskUploader(server.client))).rejects.toMatchObject({
      kind: 'not-written',
      path: '/upload/image',
    });
  });

  it('says what it is doing', async () => {
    const steps: string[] = [];
    const uploader = new MaskUploader(new Server().client);
    const options = { onStep: (step: string) => steps.push(step) };
    await uploader.uploadAlone(await maskOf(1), options);
    await uploader.uploadAlone(await maskOf(1), options);
    expect(steps).toEqual(['uploading', 'verifying']);
  });
});

describe('a mask combined by the server', () => {
  it('is reused for the picture as it was opened, not for another of its name', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client, () => maskOf(1).then(({ hash }) => hash));
    const picture = pictureOf(9, 1, true);
    const bring = (of: EditorPicture): ReturnType<MaskUploader['bring']> =>
      uploader.bring((variant) => maskOf(1, variant), of);
    const { source } = await bring(picture);
    expect((await bring(picture)).source).toEqual(source);
    expect(server.posts).toBe(1);
    await bring(pictureOf(9, 1, true));
    expect(server.posts).toBe(2);
    server.files.clear();
    await bring(picture);
    expect(server.posts).toBe(3);
  });
});

describe('a picture the server would read differently', () => {
  const bring = (
    uploader: MaskUploader,
    picture: EditorPicture,
    value: number,
  ): ReturnType<MaskUploader['bring']> =>
    uploader.bring((variant) => maskOf(value, variant), picture, { lane: 'beside' });

  it('is combined with its first mask; further masks go alone beside that file', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client, () => maskOf(1).then(({ hash }) => hash));
    const picture = pictureOf(9, 1, false);
    const first = await bring(uploader, picture, 1);
    if (first.source.kind !== 'masked') {
      throw new Error('the first mask went alone');
    }
    server.log.length = 0;
    const second = await bring(uploader, picture, 2);
    expect(second.source).toEqual({
      kind: 'apart',
      image: first.source.ref,
      mask: { filename: `darkroom-mask-${second.mask.hash}.png`, subfolder: 'clipspace', type: 'input' },
    });
    expect(server.log.filter((line) => line.startsWith('POST'))).toEqual(['POST /upload/image']);
  });

  it('sends the mask as of the request, though the server takes its time to answer about that file', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client, () => maskOf(1).then(({ hash }) => hash));
    const picture = pictureOf(9, 1, false);
    await bring(uploader, picture, 1);
    let now = 2;
    const asked = uploader.bring((variant) => maskOf(now, variant), picture, { lane: 'beside' });
    now = 3;
    expect((await asked).mask.hash).toBe((await maskOf(2)).hash);
  });

  it('fails only for its caller when there is neither server nor mask', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client, () => maskOf(1).then(({ hash }) => hash));
    const picture = pictureOf(9, 1, false);
    await bring(uploader, picture, 1);
    vi.spyOn(server.client, 'stat').mockRejectedValue(new Error('no server'));
    const noMask = Promise.resolve().then(() => Promise.reject(new Error('no mask')));
    await expect(uploader.bring(() => noMask, picture, { lane: 'beside' })).rejects.toThrow('no');
  });

  it('is combined again when that file is gone, and when the picture was reopened', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client, () => maskOf(1).then(({ hash }) => hash));
    const picture = pictureOf(9, 1, false);
    await bring(uploader, picture, 1);
    server.files.clear();
    expect((await bring(uploader, picture, 1)).source.kind).toBe('masked');
    expect((await bring(uploader, pictureOf(9, 1, false), 1)).source.kind).toBe('masked');
    expect((await bring(uploader, picture, 2)).source.kind).toBe('apart');
  });
});

describe('the transparency of a picture', () => {
  /** Brings a mask for a picture whose alpha has this mask value everywhere; 0 is opaque. */
  function bringing(value: number, readable: boolean) {
    const server = new Server();
    const read = vi.fn(() => (value === 0 ? Promise.resolve(null) : maskOf(value)));
    const uploader = new MaskUploader(server.client, () => maskOf(1).then(({ hash }) => hash), read);
    const picture: EditorPicture = { ...pictureOf(9, 1, readable), alpha: new Blob(['sprite']) };
    const bring = async () =>
      (await uploader.bring((variant) => maskOf(1, variant), picture, { lane: 'mask' })).source;
    return { server, read, bring, picture };
  }

  it('is taken from the picture where the server reads that exactly', async () => {
    const { server, bring } = bringing(7, true);
    expect((await bring()).alpha).toEqual(ref);
    expect(server.posts).toBe(1);
  });

  it('goes as a file of its own where the server would read the picture differently', async () => {
    const { server, bring } = bringing(7, false);
    const filename = `darkroom-mask-${(await maskOf(7)).hash}.png`;
    expect((await bring()).alpha).toEqual({ filename, subfolder: 'clipspace', type: 'input' });
    expect(server.files.has(filename)).toBe(true);
    await bring();
    expect(server.posts).toBe(2);
  });

  it('is none where every pixel is opaque, and is read only once', async () => {
    const { server, read, bring } = bringing(0, false);
    expect(await bring()).not.toHaveProperty('alpha');
    await bring();
    expect(read).toHaveBeenCalledTimes(1);
    expect(server.posts).toBe(1);
  });

  it('is not lost in silence when the file cannot be read; the next wish tries again', async () => {
    const { read, bring } = bringing(7, true);
    read.mockRejectedValueOnce(new Error('damaged'));
    await expect(bring()).rejects.toThrow('damaged');
    expect((await bring()).alpha).toEqual(ref);
  });
});

describe('after a reload', () => {
  const first = async (): Promise<string> => (await maskOf(1)).hash;

  /** The picture reopened with these bytes. */
  const opened = (bytes: string): EditorPicture => ({ ...pictureOf(9, 1, false), source: new Blob([bytes]) });

  /** A page just loaded brings a mask; the server answers with that as the alpha. */
  const bring = (
    server: Server,
    picture: EditorPicture,
    value = 1,
    lane: 'mask' | 'beside' = 'mask',
  ): ReturnType<MaskUploader['bring']> =>
    new MaskUploader(server.client, () => maskOf(value).then(({ hash }) => hash)).bring(
      (variant) => maskOf(value, variant),
      picture,
      { lane },
    );

  it.each(['mask', 'beside'] as const)('an unchanged mask is not sent again: %s', async (lane) => {
    const server = new Server();
    const { source } = await bring(server, opened('cat'), 1, lane);
    expect((await bring(server, opened('cat'), 1, lane)).source).toEqual(source);
    expect(server.posts).toBe(1);
    expect(source).toMatchObject({
      kind: 'masked',
      ref: { filename: expect.stringContaining(await first()) as string },
    });
    await bring(server, opened('cat'), 2, lane);
    expect(server.posts).toBe(2);
  });

  it('it is sent again for another picture of that name, and for one whose bytes are unknown', async () => {
    const server = new Server();
    await bring(server, opened('cat'));
    await bring(server, opened('dog'));
    await bring(server, pictureOf(9, 1, false));
    expect(server.posts).toBe(3);
  });

  it('it is sent again when the server lost the file, replaced it, or returns no tag', async () => {
    const server = new Server();
    await bring(server, opened('cat'));
    server.files.clear();
    await bring(server, opened('cat'));
    expect(server.posts).toBe(2);
    // A different picture with the same mask: the alpha alone would not tell them apart.
    const [[name, bytes] = ['', new Uint8Array()]] = server.files;
    server.files.set(name, bytes.slice());
    await bring(server, opened('cat'));
    expect(server.posts).toBe(3);
    await bring(server, opened('cat'));
    expect(server.posts).toBe(3);
    server.wishes.tagged = false;
    await bring(server, opened('cat'));
    expect(server.posts).toBe(4);
  });

  it('a large picture goes with the file that carries it, and the new mask alone', async () => {
    const server = new Server();
    const { source } = await bring(server, opened('cat'), 1, 'beside');
    const next = await bring(server, opened('cat'), 2, 'beside');
    expect(next.source).toMatchObject({ kind: 'apart', image: source.kind === 'masked' && source.ref });
    expect((await bring(server, opened('dog'), 2, 'beside')).source.kind).toBe('masked');
  });

  it('remembers no more than it may, and nothing invalid', async () => {
    const server = new Server();
    for (let at = 0; at < 120; at++) {
      new UploadMemory().keep({ picture: 'p', bytes: 'b', mask: String(at), ref, tag: 't' });
    }
    expect(JSON.parse(stored.get('darkroom.uploads') ?? '')).toHaveLength(100);
    for (const nonsense of ['', '7', '[7, null, {"picture": "p"}]', '{']) {
      stored.set('darkroom.uploads', nonsense);
      await bring(server, opened('cat'));
    }
    expect(server.posts).toBe(4);
  });
});

describe('a mask that is on its way already', () => {
  const picture = pictureOf(9, 1, true);
  const bring = (uploader: MaskUploader, value = 7, early = false): ReturnType<MaskUploader['bring']> =>
    uploader.bring((variant) => maskOf(value, variant), picture, { lane: 'fast', early });

  it('is sent once, read back, and used by all who ask for it', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client);
    const [first, second] = await Promise.all([bring(uploader, 7, true), bring(uploader)]);
    expect(second.source).toEqual(first.source);
    expect(server.posts).toBe(1);
    expect(server.log.slice(server.log.indexOf('POST /upload/image'))).toContain('GET /view');
  });

  it('is another one when the mask changed', async () => {
    const server = new Server();
    const uploader = new MaskUploader(server.client);
    const [first, second] = await Promise.all([bring(uploader, 7, true), bring(uploader, 8)]);
    expect(second.source).not.toEqual(first.source);
    expect(server.posts).toBe(2);
  });

  it('is sent again by who waits for it when it fails, and not by who does not', async () => {
    const server = new Server({ spoil: () => new Uint8Array(3) });
    const uploader = new MaskUploader(server.client);
    const mask = await maskOf(7);
    const send = (isEarly: boolean): ReturnType<MaskUploader['bring']> =>
      uploader.bring(() => Promise.resolve(mask), picture, { lane: 'fast', early: isEarly });
    const early = send(true);
    early.catch(() => {
      delete server.wishes.spoil;
    });
    const [first, second, third] = await Promise.allSettled([early, send(false), send(true)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { kind: 'not-written' } });
    expect(second.status).toBe('fulfilled');
    expect(third).toMatchObject({ status: 'rejected', reason: { kind: 'not-written' } });
    expect(server.posts).toBe(2);
  });
});
