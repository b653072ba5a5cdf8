import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { type PictureSource, serverPictures } from '../../comfy/picture-source';
import { PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import { type FileProbe, planThumb, planView, probeFile } from './fetch-plan';
import { isNear, isSmall, mayMove, plainLimit } from './view-plan';

const MiB = 2 ** 20;
const plain = { how: 'plain' };
const opaque = (bytes: number): FileProbe => ({ bytes, opaque: true, tag: '"1-a"' });

describe('how a picture is fetched', () => {
  it('is as it is when it is small, or of unknown size', () => {
    expect(planThumb('a.png', opaque(4 * MiB), false)).toEqual(plain);
    expect(planThumb('a.png', { bytes: null, opaque: null }, false)).toEqual(plain);
    expect(planView('a.png', opaque(12 * MiB), false)).toEqual(plain);
  });

  it('is re-encoded as JPEG when it is large and opaque, as WebP when it may be transparent', () => {
    expect(planThumb('a.png', opaque(5 * MiB), false)).toEqual({ how: 'preview', preview: 'jpeg;70' });
    expect(planThumb('a.PNG', { bytes: 5 * MiB, opaque: false }, false)).toEqual({
      how: 'preview',
      preview: 'webp;70',
    });
    expect(planThumb('a.png', { bytes: 5 * MiB, opaque: null }, false)).toEqual({
      how: 'preview',
      preview: 'webp;70',
    });
    expect(planView('a.jpg', opaque(13 * MiB), false)).toEqual({ how: 'preview', preview: 'jpeg;90' });
  });

  it('needs no thumbnail first when few bytes and few pixels are to be shown', () => {
    expect(isSmall(MiB, { width: 800, height: 800 })).toBe(true);
    expect(isSmall(MiB + 1, { width: 64, height: 64 })).toBe(false);
    expect(isSmall(1000, { width: 4096, height: 4096 })).toBe(false);
    expect(isSmall(1000, null)).toBe(false);
  });

  it('is shown as a still picture where it may move', () => {
    const chunk = (type: string, text: string): number[] => [
      ...[0, 0, text.length >> 8, text.length & 255],
      ...[...`${type}${text}`].map((letter) => letter.charCodeAt(0)),
      ...[0, 0, 0, 0],
    ];
    const png = (...chunks: number[][]): Uint8Array => Uint8Array.from([...PNG_SIGNATURE, ...chunks.flat()]);
    const words = chunk('tEXt', `acTL ${'x'.repeat(9000)}`);
    expect(mayMove('a.png', png(words, chunk('IDAT', ''), chunk('acTL', '')))).toBe(false);
    expect(mayMove('a.png', png(words, chunk('acTL', '12345678'), chunk('IDAT', '')))).toBe(true);
    expect(mayMove('a.png', png(words).subarray(0, 99))).toBe(false);
    expect(mayMove('a.png', Uint8Array.from([...new Uint8Array(8), ...chunk('acTL', '')]))).toBe(false);
    expect(mayMove('a.jpg', png(chunk('acTL', '')))).toBe(false);
    expect(mayMove('a.gif', png())).toBe(true);
    expect(mayMove('a.webp', png())).toBe(true);
  });

  it('takes the same files as they are as the plan does', () => {
    for (const name of ['a.png', 'a.jpeg', 'a.webp', 'a.gif']) {
      for (const free of [false, true]) {
        const limit = plainLimit(name, free);
        const most = Math.min(limit, 1e12);
        expect(planThumb(name, opaque(most), free)).toEqual(plain);
        expect(planThumb(name, opaque(most + 1), free).how).toBe(limit === Infinity ? 'plain' : 'preview');
      }
    }
  });

  it('spares a server at work, or on the same machine', () => {
    expect(planThumb('a.png', opaque(20 * MiB), true)).toEqual(plain);
    expect(planThumb('a.png', opaque(25 * MiB), true).how).toBe('preview');
    expect(planView('a.png', opaque(60 * MiB), true)).toEqual(plain);
  });

  it.each(['a.gif', 'a.webp', 'a.avif', 'a.mp4'])('is never re-encoded when it may move: %s', (name) => {
    expect(planThumb(name, opaque(90 * MiB), false)).toEqual(plain);
    expect(planView(name, opaque(90 * MiB), false)).toEqual(plain);
  });

  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['192.168.1.5', false],
    ['127.example.org', false],
    ['localhost.example.org', false],
  ])('knows whether %s is this machine: %s', (hostname, expected) => {
    expect(isNear(hostname)).toBe(expected);
  });
});

describe('looking at a file', () => {
  const header = (colorType: number): Uint8Array => {
    const data = new Uint8Array(13);
    new DataView(data.buffer).setUint32(0, 4096);
    new DataView(data.buffer).setUint32(4, 4096);
    data[8] = 8;
    data[9] = colorType;
    return Uint8Array.of(...PNG_SIGNATURE, ...pngChunk('IHDR', data));
  };
  const asked: string[] = [];
  const picturesOf = (bytes: number, colorType = 2, status = 200): PictureSource => {
    asked.length = 0;
    return serverPictures(
      new ComfyClient({
        baseUrl: 'http://comfy',
        fetch: (_url, init) => {
          const { range } = (init?.headers ?? {}) as Record<string, string>;
          asked.push(`${init?.method ?? 'GET'} ${range ?? ''}`.trim());
          return Promise.resolve(
            init?.method === 'HEAD'
              ? new Response(null, { status, headers: { 'content-length': String(bytes), etag: '"1-a"' } })
              : new Response(header(colorType).slice(), { status: 206 }),
          );
        },
      }),
    );
  };
  const ref = (filename: string) => ({ filename, subfolder: '', type: 'output' as const });
  const { signal } = new AbortController();

  it('asks for the size alone when that is enough', async () => {
    expect(await probeFile(picturesOf(1000), ref('a.png'), signal)).toEqual({
      bytes: 1000,
      opaque: null,
      tag: '"1-a"',
    });
    expect(asked).toEqual(['HEAD']);
    expect(await probeFile(picturesOf(90 * MiB), ref('a.jpeg'), signal)).toEqual(opaque(90 * MiB));
    expect(asked).toEqual(['HEAD']);
  });

  it.each([
    [0, true],
    [2, true],
    [3, false],
    [4, false],
    [6, false],
  ])('reads the header of a large PNG: colour type %i is opaque: %s', async (colorType, expected) => {
    expect(await probeFile(picturesOf(9 * MiB, colorType), ref('a.png'), signal)).toEqual({
      bytes: 9 * MiB,
      opaque: expected,
      tag: '"1-a"',
    });
    expect(asked).toEqual(['HEAD', 'GET bytes=0-32']);
  });

  it('finds that a file is gone', async () => {
    expect(await probeFile(picturesOf(0, 2, 404), ref('a.png'), signal)).toBeNull();
  });
});
