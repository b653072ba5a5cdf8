import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startStubComfy } from '../../../e2e/support/stub-comfy';
import { parseComfyUrl } from '../comfy-url';
import { cleanVideo } from './clean-video';
import { DiskCache } from './disk-cache';
import { fileKind } from './file-kind';
import { makePicture, measurePicture, PREVIEW_SIDE, THUMB_SIDE } from './make-picture';
import { PictureService } from './picture-service';
import { WorkQueue } from './work-queue';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-pictures-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('DiskCache', () => {
  const file =
    (bytes: number) =>
    (path: string): Promise<void> => {
      writeFileSync(path, Buffer.alloc(bytes));
      return Promise.resolve();
    };

  it('stays under its cap: sources give way first, then what was used longest ago', async () => {
    const cache = new DiskCache(folder, 1_000);
    await cache.keep('a-thumb.webp', file(300));
    await cache.keep('b-thumb.webp', file(300));
    await cache.keep('a-source.png', file(300));
    cache.find('a-thumb.webp');
    await cache.keep('c-thumb.webp', file(300));
    expect(readdirSync(folder).sort()).toEqual(['a-thumb.webp', 'b-thumb.webp', 'c-thumb.webp']);
    await cache.keep('d-thumb.webp', file(300));
    expect(readdirSync(folder).sort()).toEqual(['a-thumb.webp', 'c-thumb.webp', 'd-thumb.webp']);
    expect(cache.find('b-thumb.webp')).toBeNull();
    expect(cache.bytes).toBe(900);
  });

  it('finds what an earlier run kept, and clears away what it did not finish', async () => {
    await new DiskCache(folder, 1_000).keep('a-thumb.webp', file(300));
    writeFileSync(join(folder, 'b-thumb.webp.1-1.part'), 'half');
    const cache = new DiskCache(folder, 1_000);
    expect(cache.bytes).toBe(300);
    expect(cache.findByStem('a-thumb')).toBe('a-thumb.webp');
    expect(readdirSync(folder)).toEqual(['a-thumb.webp']);
  });

  it('keeps nothing that was not written whole', async () => {
    const cache = new DiskCache(folder, 1_000);
    const failing = cache.keep('a-thumb.webp', async (path) => {
      await file(10)(path);
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    expect(readdirSync(folder)).toEqual([]);
    expect(cache.find('a-thumb.webp')).toBeNull();
  });

  it('drops all that belongs to an item', async () => {
    const cache = new DiskCache(folder, 1_000);
    for (const name of ['a-thumb.webp', 'a-source.png', 'ab-thumb.webp']) {
      await cache.keep(name, file(10));
    }
    await cache.drop('a-');
    expect(readdirSync(folder)).toEqual(['ab-thumb.webp']);
    expect(cache.bytes).toBe(10);
  });

  it('still counts what cannot be removed', async () => {
    const cache = new DiskCache(folder, 1_000);
    // Stands for a file that Windows will not remove because it is being read.
    await cache.keep('a-thumb.webp', (path) => Promise.resolve(mkdirSync(path)));
    const { bytes } = cache;
    await cache.drop('a-');
    expect(cache.findByStem('a-thumb')).toBe('a-thumb.webp');
    expect(cache.bytes).toBe(bytes);
  });
});

describe('PictureService', () => {
  const known = { validator: null, digest: null };

  it('recognises a file without fetching it, by ETag or else by size and time', async () => {
    const comfy = await startStubComfy();
    const heads: Record<string, string>[] = [
      { ETag: '"1-2"', 'Last-Modified': 'Sun, 01 Nov 2026 10:00:00 GMT' },
      { 'Last-Modified': 'Sun, 01 Nov 2026 10:00:00 GMT' },
      {},
    ];
    comfy.handler = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 7, ...heads.shift() }).end('picture');
    };
    const found: (string | null)[] = [];
    const pictures = new PictureService({
      comfy: parseComfyUrl(comfy.url),
      folder,
      cap: 1_000,
      onMeasured: () => undefined,
      onRecognised: (_item, { validator, digest }) => found.push(validator, digest),
    });
    const ref = { filename: '1.png', subfolder: '', type: 'output' } as const;
    const item = { id: 'a', share: 's', ref, kind: 'image', size: null, making: null, known } as const;
    for (let count = 0; count < 3; count += 1) {
      expect(await pictures.recognise(item)).toBe(true);
    }
    expect(found).toEqual(['"1-2"', null, '7 Sun, 01 Nov 2026 10:00:00 GMT', null]);
    expect(comfy.arrivals.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD']);
    await comfy.stop();
    expect(await pictures.recognise(item)).toBe(false);
  });

  it('does not mind when a picture cannot be made in advance', async () => {
    writeFileSync(join(folder, 'a-source.mp4'), 'a video');
    const pictures = new PictureService({
      comfy: parseComfyUrl('http://127.0.0.1:1'),
      folder,
      cap: 1_000,
      onMeasured: () => undefined,
      onRecognised: () => undefined,
    });
    rmSync(join(folder, 'a-source.mp4'));
    const ref = { filename: '1.mp4', subfolder: '', type: 'output' } as const;
    const item = { id: 'a', share: 's', ref, kind: 'video', size: null, making: null, known } as const;
    await expect(pictures.prepare(item)).resolves.toBeUndefined();
  });
});

describe('WorkQueue', () => {
  it('runs so many at a time, those someone waits for first', async () => {
    const queue = new WorkQueue(1);
    const order: string[] = [];
    let running = 0;
    const work = (name: string) => async (): Promise<void> => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      order.push(name);
      running -= 1;
    };
    await Promise.all([
      queue.run(work('first'), 'later'),
      queue.run(work('later'), 'later'),
      queue.run(work('urgent'), 'urgent'),
    ]);
    expect(order).toEqual(['first', 'urgent', 'later']);
    await expect(queue.run(() => Promise.reject(new Error('no')), 'urgent')).rejects.toThrow('no');
    await queue.run(work('after'), 'urgent');
    expect(order.at(-1)).toBe('after');
  });
});

describe('fileKind', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n', '.png'],
    ['\xff\xd8\xff\xe0', '.jpg'],
    ['GIF89a', '.gif'],
    ['RIFF\0\0\0\0WEBPVP8 ', '.webp'],
    ['\0\0\0\x20ftypavif', '.avif'],
    ['\0\0\0\x20ftypisom', '.mp4'],
    ['\x1a\x45\xdf\xa3', '.webm'],
  ])('knows %j', (head, extension) => {
    expect(fileKind(Buffer.from(head, 'latin1'))?.extension).toBe(extension);
  });

  it.each(['<svg xmlns=', '<!doctype html>', '%PDF-1.7', '\x89PNG', '', 'RIFF\0\0\0\0WAVE', 'II*\0'])(
    'takes %j for nothing that is shown',
    (head) => {
      expect(fileKind(Buffer.from(head, 'latin1'))).toBeNull();
    },
  );
});

describe('makePicture', () => {
  const path = (name: string): string => join(folder, name);

  it('fits thumbnails and previews, never larger than the picture', async () => {
    await sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: 'red' } }).toFile(
      path('big.png'),
    );
    await makePicture(path('big.png'), path('thumb'), 'thumb');
    await makePicture(path('big.png'), path('preview'), 'preview');
    expect(await sharp(path('thumb')).metadata()).toMatchObject({
      format: 'webp',
      width: THUMB_SIDE,
      height: THUMB_SIDE / 2,
    });
    expect(await sharp(path('preview')).metadata()).toMatchObject({
      width: PREVIEW_SIDE,
      height: PREVIEW_SIDE / 2,
    });
    await sharp({ create: { width: 10, height: 20, channels: 3, background: 'red' } }).toFile(
      path('small.png'),
    );
    await makePicture(path('small.png'), path('thumb2'), 'thumb');
    expect(await sharp(path('thumb2')).metadata()).toMatchObject({ width: 10, height: 20 });
  });

  it.each(['png', 'jpg', 'webp', 'gif'] as const)(
    'cleans a %s into one of the same format',
    async (format) => {
      const source = path(`source.${format}`);
      await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
        .withExif({ IFD0: { ImageDescription: 'a secret prompt' } })
        .toFile(source);
      await makePicture(source, path(`clean.${format}.1-1.part`), 'clean');
      const meta = await sharp(path(`clean.${format}.1-1.part`)).metadata();
      expect(meta).toMatchObject({ format: format === 'jpg' ? 'jpeg' : format, width: 40, height: 30 });
      expect(meta.exif).toBeUndefined();
    },
  );

  it('keeps an animation moving, and its thumbnail still', async () => {
    const frame = (color: string): Promise<Buffer> =>
      sharp({ create: { width: 40, height: 30, channels: 3, background: color } })
        .png()
        .toBuffer();
    await sharp([await frame('red'), await frame('blue')], { join: { animated: true } })
      .gif()
      .toFile(path('moving.gif'));
    expect(await measurePicture(path('moving.gif'))).toEqual({ width: 40, height: 30, isMoving: true });
    await makePicture(path('moving.gif'), path('preview'), 'preview');
    await makePicture(path('moving.gif'), path('thumb'), 'thumb');
    await makePicture(path('moving.gif'), path('clean.gif'), 'clean');
    const pages = async (name: string): Promise<number> => (await sharp(path(name)).metadata()).pages ?? 1;
    expect([await pages('preview'), await pages('thumb'), await pages('clean.gif')]).toEqual([2, 1, 2]);
  });
});

describe('cleanVideo', () => {
  function box(type: string, ...content: (Buffer | string)[]): Buffer {
    const body = Buffer.concat(content.map((part) => Buffer.from(part as string)));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  }

  function element(id: number[], body: Buffer | string): Buffer {
    const content = Buffer.from(body as string);
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(content.length) | (1n << 56n));
    return Buffer.concat([Buffer.from(id), size, content]);
  }

  async function clean(bytes: Buffer, extension: '.mp4' | '.webm'): Promise<Buffer> {
    const path = join(folder, `video${extension}`);
    writeFileSync(path, bytes);
    await cleanVideo(path, extension);
    return readFileSync(path);
  }

  const SECRET = 'a secret prompt';

  it('blanks what an MP4 says of itself, and moves nothing', async () => {
    const video = Buffer.concat([
      box('ftyp', 'isom'),
      box(
        'moov',
        box('mvhd', 'header'),
        box('trak', box('udta', SECRET), box('mdia', box('meta', SECRET))),
        box('udta', box('meta', SECRET)),
      ),
      box('uuid', SECRET),
      box('free', SECRET),
      box('skip', SECRET),
      box('mdat', 'picture and sound'),
    ]);
    const cleaned = await clean(video, '.mp4');
    expect(cleaned.length).toBe(video.length);
    expect(cleaned.includes(SECRET)).toBe(false);
    expect(cleaned.indexOf('picture and sound')).toBe(video.indexOf('picture and sound'));
    expect(cleaned.includes('header')).toBe(true);
  });

  it('blanks what a WebM says of itself, and moves nothing', async () => {
    const ebml = element([0x1a, 0x45, 0xdf, 0xa3], 'header');
    const info = element([0x15, 0x49, 0xa9, 0x66], element([0x7b, 0xa9], SECRET));
    const track = element([0xae], Buffer.concat([element([0x53, 0x6e], SECRET), element([0x86], 'V_VP9')]));
    const tracks = element([0x16, 0x54, 0xae, 0x6b], track);
    const chapters = element([0x10, 0x43, 0xa7, 0x70], SECRET);
    const unused = element([0xec], SECRET);
    const tags = element([0x12, 0x54, 0xc3, 0x67], SECRET);
    const cluster = element([0x1f, 0x43, 0xb6, 0x75], 'picture and sound');
    const video = Buffer.concat([
      ebml,
      element([0x18, 0x53, 0x80, 0x67], Buffer.concat([info, tracks, chapters, unused, tags, cluster, tags])),
    ]);
    const cleaned = await clean(video, '.webm');
    expect(cleaned.length).toBe(video.length);
    expect(cleaned.includes(SECRET)).toBe(false);
    expect(cleaned.indexOf('V_VP9')).toBe(video.indexOf('V_VP9'));
    expect(cleaned.indexOf('picture and sound')).toBe(video.indexOf('picture and sound'));
  });

  it.each([
    ['a box that is larger than the file', Buffer.from('\x00\x00\xff\xffftypisom', 'latin1'), '.mp4'],
    ['a box that is too small', Buffer.from('\x00\x00\x00\x04ftypisom', 'latin1'), '.mp4'],
    ['a file that is cut off', Buffer.concat([box('ftyp', 'isom'), Buffer.from('abc')]), '.mp4'],
    ['elements of no known size', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0xff, 1, 2, 3]), '.webm'],
    ['no elements', Buffer.from([0, 1, 2, 3]), '.webm'],
  ] as const)('refuses %s', async (_name, bytes, extension) => {
    await expect(clean(bytes, extension)).rejects.toThrow();
  });

  it('leaves a real picture stream as it is', async () => {
    // An AVIF is made of the same boxes; its `meta` is needed, which is why it is no video here.
    const path = join(folder, 'still.avif');
    await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
      .avif()
      .toFile(path);
    expect(fileKind(readFileSync(path))).toEqual({ extension: '.avif', contains: 'picture' });
    copyFileSync(path, join(folder, 'copy.avif'));
    expect(await measurePicture(join(folder, 'copy.avif'))).toMatchObject({ width: 16, height: 16 });
  });
});
