import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import { maskHash } from '../mask/hash';
import { MaskRows, type MaskTiles } from '../mask/mask-tiles';
import { encodeMaskPng } from '../mask/png-write';
import type { EditorPicture, MaskExport } from '../model/editor-types';
import { MaskUploader } from './mask-upload';

const ref: FileRef = { filename: 'cat.png', subfolder: '', type: 'output' };
/** All levels of a mask, from keep to repaint. */
const PAINTED = Uint8Array.from({ length: 256 }, (_, level) => level);

type Bytes = Uint8Array<ArrayBuffer>;

function tilesOf(values: Uint8Array, width = values.length): MaskTiles {
  const rows = new MaskRows(width, values.length / width);
  for (let at = 0; at < values.length; at += width) {
    rows.add(at / width, values.slice(at, at + width));
  }
  return rows.finish();
}

async function exportOf(values: Uint8Array): Promise<MaskExport> {
  const tiles = tilesOf(values);
  return {
    blob: new Blob([await encodeMaskPng(tiles, 'indexed')]),
    hash: maskHash(tiles),
    width: values.length,
    height: 1,
    empty: false,
    bounds: { x0: 1, y0: 0, x1: values.length, y1: 1 },
    rev: 1,
  };
}

/** The picture with this mask as its alpha, as `/view?channel=a` gives it. */
function alphaOf(values: Uint8Array, width?: number): Promise<Bytes> {
  return encodeMaskPng(tilesOf(values, width), 'rgba');
}

/** The head of a PNG of this size: as much as is asked of a large one. */
async function headOf(width: number, height: number): Promise<Bytes> {
  const png = await alphaOf(PAINTED);
  const view = new DataView(png.buffer, png.byteOffset);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return png.slice(0, 33);
}

/** A server that confirms every mask, and then has this; null: nothing. */
class Server {
  readonly asked: string[] = [];
  stored: Bytes | null = null;

  readonly client = new ComfyClient({
    baseUrl: 'http://comfy.test',
    fetch: (input, init) => Promise.resolve(this.#answer(new URL(input as string), init)),
  });

  #answer(url: URL, init: RequestInit = {}): Response {
    const { method = 'GET' } = init;
    const range = new Headers(init.headers).get('range');
    this.asked.push([method, url.pathname, url.searchParams.get('channel'), range].filter(Boolean).join(' '));
    if (method === 'POST') {
      const file = (init.body as FormData).get('image') as File;
      return Response.json({ name: file.name, subfolder: 'clipspace', type: 'input' });
    }
    return this.stored
      ? new Response(method === 'HEAD' ? null : this.stored, { headers: { etag: '"1"' } })
      : new Response(null, { status: 404 });
  }
}

let server: Server;
let remembered: string[];

function send(mask: MaskExport): Promise<FileRef> {
  const picture: EditorPicture = { ref, source: new Blob(['cat']), width: mask.width, height: mask.height };
  return new MaskUploader(server.client).upload(mask, picture);
}

const refusal = { kind: 'not-written', path: '/upload/mask' };

beforeEach(() => {
  server = new Server();
  remembered = [];
  vi.stubGlobal('localStorage', {
    getItem: () => null,
    setItem: (_key: string, value: string) => remembered.push(value),
  });
});

describe('a mask the server confirmed', () => {
  it('is read back whole, and taken when every level is the same', async () => {
    server.stored = await alphaOf(PAINTED);
    const mask = await exportOf(PAINTED);
    expect(await send(mask)).toMatchObject({ subfolder: 'clipspace', type: 'input' });
    expect(server.asked).toEqual(['POST /upload/mask', 'HEAD /view', 'GET /view a']);
    expect(remembered).toHaveLength(1);
  });

  it.each<[string, () => Promise<Bytes> | null]>([
    ['nothing', () => null],
    ['one pixel one level off', () => alphaOf(PAINTED.map((level, at) => (at === 128 ? level + 1 : level)))],
    ['the picture without a mask', () => alphaOf(new Uint8Array(256))],
    ['the mask the other way round', () => alphaOf(PAINTED.map((level) => 255 - level))],
    ['hard edges in place of soft ones', () => alphaOf(PAINTED.map((level) => (level < 128 ? 0 : 255)))],
    ['the same pixels in another shape', () => alphaOf(PAINTED, 16)],
  ])('is not believed when the server has %s', async (_what, stored) => {
    server.stored = await stored();
    await expect(send(await exportOf(PAINTED))).rejects.toMatchObject(refusal);
    // Nor is it taken for stored the next time.
    expect(remembered).toEqual([]);
  });

  it('is not believed when what the server has cannot be read', async () => {
    server.stored = (await alphaOf(PAINTED)).slice(0, -20);
    await expect(send(await exportOf(PAINTED))).rejects.toThrow();
    expect(remembered).toEqual([]);
  });
});

describe('a mask of more than 16 megapixels', () => {
  const large = async (): Promise<MaskExport> => ({
    ...(await exportOf(PAINTED)),
    width: 5000,
    height: 4000,
  });

  it('is compared by its size, which the head of the file tells', async () => {
    server.stored = await headOf(5000, 4000);
    await send(await large());
    expect(server.asked).toEqual(['POST /upload/mask', 'HEAD /view', 'GET /view bytes=0-32']);
  });

  it.each([
    [4000, 5000],
    [5000, 4001],
  ])('is not believed when the file is %i × %i px', async (width, height) => {
    server.stored = await headOf(width, height);
    await expect(send(await large())).rejects.toMatchObject(refusal);
    expect(remembered).toEqual([]);
  });

  it('is not believed when the file is no PNG', async () => {
    server.stored = new TextEncoder().encode('a picture of the same name, of another kind');
    await expect(send(await large())).rejects.toMatchObject(refusal);
  });
});
