import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import { treeRef } from '../../comfy/folder-path';
import { pngChunk, PNG_SIGNATURE } from '../../comfy/png';
import { openPicture } from './open-picture';

const ref: FileRef = { filename: 'cat.x', subfolder: 'a b', type: 'output' };

afterEach(() => vi.unstubAllGlobals());

/** A server that has one file and keeps what is uploaded. */
function serving(bytes: Uint8Array): { client: ComfyClient; uploads: FormData[] } {
  const uploads: FormData[] = [];
  const client = new ComfyClient({
    baseUrl: 'http://comfy.test',
    fetch: (_input, init) => {
      if (init?.method === 'POST') {
        const form = init.body as FormData;
        uploads.push(form);
        const name = (form.get('image') as File).name;
        return Promise.resolve(Response.json({ name, subfolder: form.get('subfolder'), type: 'input' }));
      }
      return Promise.resolve(new Response(bytes.slice()));
    },
  });
  return { client, uploads };
}

function open(bytes: Uint8Array): ReturnType<typeof openPicture> {
  return openPicture(serving(bytes).client, ref, new AbortController().signal);
}

function picture(channels: 3 | 4 = 3): ReturnType<typeof sharp> {
  return sharp({ create: { width: 12, height: 9, channels, background: { r: 1, g: 2, b: 3, alpha: 0.2 } } });
}

function pngOf(width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 2], 8);
  const chunks: [string, Uint8Array][] = [
    ['IHDR', header],
    ['IDAT', new Uint8Array(9)],
    ['IEND', new Uint8Array(0)],
  ];
  return Buffer.concat([PNG_SIGNATURE, ...chunks.map(([type, data]) => pngChunk(type, data))]);
}

/** The browser's decoder and canvas, of one size. */
function stubBrowser(width: number, height: number): void {
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width, height, close: () => undefined }));
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext(kind: string): object | null {
        const getImageData = (): object => ({ data: new Uint8ClampedArray(0) });
        return kind === '2d' ? { drawImage: () => undefined, getImageData } : null;
      }
      convertToBlob(): Promise<Blob> {
        return Promise.resolve(new Blob(['copy']));
      }
    },
  );
}

describe('opening a picture', () => {
  it('takes an ordinary PNG as it is, readable for the fast lane', async () => {
    const opened = await open(await picture().png().toBuffer());
    expect(opened).toMatchObject({ ref, width: 12, height: 9, readable: true });
    expect(opened).not.toHaveProperty('notes');
    expect(opened.source).toBeInstanceOf(Blob);
  });

  it('shows what lies under transparency, and says so', async () => {
    for (const bytes of [await picture(4).png().toBuffer(), await picture(4).webp().toBuffer()]) {
      const opened = await open(bytes);
      expect(opened.source).toContain('channel=rgb');
      expect(opened.notes).toEqual(['transparent']);
      expect(opened.clear?.size).toBe(bytes.length);
    }
    expect(await open(await picture().png().toBuffer())).not.toHaveProperty('clear');
  });

  it('leaves it to the pixels whether a GIF is transparent', async () => {
    const gif = await picture().gif().toBuffer();
    const opened = await open(gif);
    expect(opened.alpha?.size).toBe(gif.length);
    expect(opened).not.toHaveProperty('clear');
    expect(opened).not.toHaveProperty('notes');
    expect(await open(await picture().jpeg().toBuffer())).not.toHaveProperty('alpha');
  });

  it('does not trust servers to decode JPEG and WebP as the browser does', async () => {
    expect((await open(await picture().jpeg().toBuffer())).readable).toBe(false);
    expect((await open(await picture().webp().toBuffer())).readable).toBe(false);
  });

  it('says that results of a 16-bit picture have 8', async () => {
    const opened = await open(await picture().toColourspace('rgb16').png().toBuffer());
    expect(opened).toMatchObject({ ref, readable: false, notes: ['sixteen-bit'] });
  });

  it.each([
    ['turned', () => picture().withMetadata({ orientation: 6 }).jpeg().toBuffer(), 'cat-upright.png'],
    ['cmyk', () => picture().toColourspace('cmyk').jpeg().toBuffer(), 'cat-rgb.png'],
    ['sixteen-bit', () => picture().toColourspace('grey16').png().toBuffer(), 'cat-rgb.png'],
    ['converted', () => Promise.resolve(Buffer.from('....ftypavif')), 'cat-rgb.png'],
  ])('edits a copy as the browser shows it: %s', async (note, make, name) => {
    stubBrowser(9, 12);
    const { client, uploads } = serving(await make());
    const opened = await openPicture(client, ref, new AbortController().signal);
    expect(uploads).toHaveLength(1);
    expect(opened).toMatchObject({
      ref: { filename: name, subfolder: 'darkroom', type: 'input' },
      width: 9,
      height: 12,
      readable: true,
      notes: [note],
    });
  });

  it("shows what lies under a copy's transparency, and takes that from the file as stored", async () => {
    stubBrowser(12, 9);
    const grey = await picture(4).toColourspace('grey16').png().toBuffer();
    const opened = await open(grey);
    expect(opened.notes).toEqual(['sixteen-bit', 'transparent']);
    expect(opened.source).toMatch(/cat-rgb\.png.*channel=rgb/);
    expect(opened.clear?.size).toBe(grey.length);
    const turned = await open(await picture(4).withMetadata({ orientation: 3 }).webp().toBuffer());
    expect(turned.source).toMatch(/cat-upright\.png.*channel=rgb/);
    expect(await turned.clear?.text()).toBe('copy');
  });

  it('works on a lasting copy of a temporary file, byte for byte', async () => {
    const temporary: FileRef = { filename: 'seen_00001_.png', subfolder: '', type: 'temp' };
    for (const channels of [3, 4] as const) {
      const bytes = await picture(channels).png().toBuffer();
      const { client, uploads } = serving(bytes);
      const opened = await openPicture(client, temporary, new AbortController().signal);
      const lasting = { filename: 'seen_00001_.png', subfolder: 'darkroom', type: 'input' };
      expect(opened).toMatchObject({ ref: lasting, width: 12, height: 9, readable: true });
      expect(uploads).toHaveLength(1);
      const sent = new Uint8Array(await (uploads[0]?.get('image') as File).arrayBuffer());
      expect(Buffer.from(sent).equals(bytes)).toBe(true);
      expect(uploads[0]?.get('overwrite')).toBeNull();
      if (channels === 4) {
        expect(opened.source).toContain('type=input');
      }
    }
    const { client, uploads } = serving(await picture().png().toBuffer());
    await openPicture(client, { ...temporary, type: 'output' }, new AbortController().signal);
    expect(uploads).toEqual([]);
  });

  it('uploads a picture of a further folder, which ComfyUI does not know', async () => {
    const bytes = await picture().png().toBuffer();
    const { client, uploads } = serving(bytes);
    const further = treeRef('output', { tree: 'Ab', folder: 'x' }, 'cat.png');
    client.contentOf = (of) => (of === further ? 'KEY' : undefined);
    const opened = await openPicture(client, further, new AbortController().signal);
    expect(opened.ref).toEqual({ filename: 'cat.png', subfolder: 'darkroom', type: 'input' });
    const sent = new Uint8Array(await (uploads[0]?.get('image') as File).arrayBuffer());
    expect(Buffer.from(sent).equals(bytes)).toBe(true);
  });

  it('works on the temporary file itself where the server rejects its size, and fails without a server', async () => {
    const bytes = await picture().png().toBuffer();
    const temporary: FileRef = { ...ref, type: 'temp' };
    const answer = (upload: () => Promise<Response>): ComfyClient =>
      new ComfyClient({
        baseUrl: 'http://comfy.test',
        fetch: (_input, init) =>
          init?.method === 'POST' ? upload() : Promise.resolve(new Response(new Uint8Array(bytes))),
      });
    const { signal } = new AbortController();
    const limited = answer(() => Promise.resolve(new Response('', { status: 413 })));
    expect((await openPicture(limited, temporary, signal)).ref).toEqual(temporary);
    const gone = answer(() => Promise.reject(new TypeError('connection lost')));
    await expect(openPicture(gone, temporary, signal)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('refuses damaged or too large files, and those that are not pictures', async () => {
    const png = await picture().png().toBuffer();
    await expect(open(png.subarray(0, -6))).rejects.toMatchObject({ code: 'damaged' });
    await expect(open(new Uint8Array(0))).rejects.toMatchObject({ code: 'damaged', facts: { bytes: 0 } });
    await expect(open(pngOf(16385, 4))).rejects.toMatchObject({
      code: 'too-large',
      facts: { width: 16385, height: 4 },
    });
    expect(await open(pngOf(16384, 1))).toMatchObject({ width: 16384, height: 1 });
    expect(await open(pngOf(1, 1))).toMatchObject({ width: 1, height: 1 });
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('InvalidStateError')));
    await expect(open(Buffer.from('a letter'))).rejects.toMatchObject({ code: 'not-a-picture' });
    await expect(open(Buffer.from('8BPS....'))).rejects.toMatchObject({
      code: 'unsupported-picture',
      facts: { format: 'psd' },
    });
    await expect(open(Buffer.from('BM......'))).rejects.toMatchObject({ code: 'decode-failed' });
  });
});
