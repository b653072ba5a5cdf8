import { beforeAll, describe, expect, vi } from 'vitest';
import { ComfyClient } from '../../src/comfy/client';
import type { FileRef } from '../../src/comfy/file-ref';
import { randomUuid } from '../../src/comfy/uuid';
import type { MaskExport } from '../../src/editor/model/editor-types';
import { maskHash } from '../../src/editor/mask/hash';
import { MaskRows } from '../../src/editor/mask/mask-tiles';
import { encodeMaskPng } from '../../src/editor/mask/png-write';
import { MaskUploader } from '../../src/editor/upload/mask-upload';
import { collectOutputs } from '../../src/jobs/state/outputs';
import { blur } from '../../src/workflows/blur';
import { recipeInput } from '../../src/workflows/recipe';
import { channelOf, decodePng, encodePng, picture, rgbOf } from './pictures';
import { it } from './statement';
import { connect } from './support';

const { url } = await connect();

const WIDTH = 300;
const HEIGHT = 280;

/** A left half that is kept, then a ramp through all 256 levels, then everything repainted. */
function maskAt(x: number, y: number): number {
  return x < 20 ? 0 : x < 276 ? (x - 20 + y) % 256 : 255;
}

async function exportMask(): Promise<MaskExport & { values: Uint8Array }> {
  const rows = new MaskRows(WIDTH, HEIGHT);
  const values = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    const row = Uint8Array.from({ length: WIDTH }, (_, x) => maskAt(x, y));
    values.set(row, y * WIDTH);
    rows.add(y, row);
  }
  const tiles = rows.finish();
  const blob = new Blob([await encodeMaskPng(tiles)], { type: 'image/png' });
  const bounds = { x0: 0, y0: 0, x1: WIDTH, y1: HEIGHT };
  return { blob, hash: maskHash(tiles), width: WIDTH, height: HEIGHT, empty: false, bounds, rev: 1, values };
}

describe('a mask on its way from the editor to the result', () => {
  let client: ComfyClient;
  let original: FileRef;
  let opened: { ref: FileRef };
  const source = picture(WIDTH, HEIGHT, (x, y) => [(x * 7) % 256, (y * 5) % 256, (x * y) % 256, 255]);

  beforeAll(async () => {
    client = new ComfyClient({ baseUrl: url });
    original = await client.uploadImage(new Blob([encodePng(source, 'rgb').slice()]), {
      filename: `${randomUuid()}.png`,
      subfolder: 'darkroom',
    });
    opened = { ref: original };
  });

  it('keeps all 256 levels of every pixel, and the pixels beneath', async () => {
    const mask = await exportMask();
    const stored = await new MaskUploader(client).upload(mask, opened);
    const alpha = decodePng(
      new Uint8Array(await (await client.view(stored, { channel: 'a' })).arrayBuffer()),
    );
    expect(new Set(mask.values).size).toBe(256);
    expect(channelOf(alpha, 3)).toEqual(mask.values.map((value) => 255 - value));
    const below = decodePng(
      new Uint8Array(await (await client.view(stored, { channel: 'rgb' })).arrayBuffer()),
    );
    expect(rgbOf(below)).toEqual(rgbOf(source));
  });

  it('sends an unchanged mask once', async () => {
    const uploads: string[] = [];
    const counting = new ComfyClient({
      baseUrl: client.baseUrl,
      fetch: (input, init) => {
        if (init?.method === 'POST') {
          uploads.push(new URL(input as string).pathname);
        }
        return fetch(input, init);
      },
    });
    const uploader = new MaskUploader(counting);
    const mask = await exportMask();
    const first = await uploader.upload(mask, opened);
    expect(await uploader.upload(mask, opened)).toEqual(first);
    expect(uploads).toEqual(['/upload/mask']);
  });

  it('is not sent again after a reload, unless the file was rewritten', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    const sent = vi.spyOn(client, 'uploadMask');
    const mask = await exportMask();
    const page = { ...opened, source: await client.view(original) };
    const first = await new MaskUploader(client).upload(mask, { ...page });
    expect(await new MaskUploader(client).upload(mask, { ...page })).toEqual(first);
    expect(sent).toHaveBeenCalledTimes(1);
    // The same bytes, written again: the server gives them a new tag.
    const bytes = await client.view(first);
    await client.uploadImage(bytes, { ...first, overwrite: true });
    await new MaskUploader(client).upload(mask, { ...page });
    expect(sent).toHaveBeenCalledTimes(2);
    sent.mockRestore();
    vi.unstubAllGlobals();
  });

  it('is not trusted when the original is gone', async () => {
    const gone = { ...original, filename: `${randomUuid()}.png` };
    await expect(new MaskUploader(client).upload(await exportMask(), { ref: gone })).rejects.toMatchObject({
      kind: 'not-written',
    });
  });

  it('is refused when the picture has a different size', async () => {
    const small = picture(8, 8, () => [1, 2, 3, 255]);
    const other = await client.uploadImage(new Blob([encodePng(small, 'rgb').slice()]), {
      filename: `${randomUuid()}.png`,
      subfolder: 'darkroom',
    });
    await expect(new MaskUploader(client).upload(await exportMask(), { ref: other })).rejects.toMatchObject({
      kind: 'http',
      status: 500,
      path: '/upload/mask',
    });
  });

  it.each(['blur', 'pixelate'])('makes a result that differs only under the mask (%s)', async (style) => {
    const mask = await exportMask();
    const masked = await new MaskUploader(client).upload(mask, opened);
    const infos = await client.objectInfo();
    const graph = blur.build(
      recipeInput({ kind: 'masked', ref: masked }, { width: WIDTH, height: HEIGHT }),
      { style, size: 24 },
      infos,
    );
    const { promptId, problems } = await client.queuePrompt({ graph, promptId: randomUuid() });
    expect(problems).toEqual([]);
    await expect.poll(() => client.historyItem(promptId), { timeout: 30_000, interval: 200 }).not.toBeNull();
    const item = await client.historyItem(promptId);
    expect(item?.status?.status_str).toBe('success');
    const [output] = collectOutputs(item?.outputs ?? {});
    const result = decodePng(new Uint8Array(await (await client.view(output?.ref as FileRef)).arrayBuffer()));
    expect([result.width, result.height]).toEqual([WIDTH, HEIGHT]);
    const before = rgbOf(source);
    const after = rgbOf(result);
    let changed = 0;
    for (let at = 0; at < mask.values.length; at++) {
      const same = [0, 1, 2].every((channel) => before[at * 3 + channel] === after[at * 3 + channel]);
      if (mask.values[at] === 0) {
        expect(same, `pixel ${at}`).toBe(true);
      } else if (!same) {
        changed++;
      }
    }
    expect(changed).toBeGreaterThan(WIDTH * HEIGHT * 0.5);
  });
});
