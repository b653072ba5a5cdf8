import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, pngChunk } from '../../comfy/png';
import { graphOf, madePng, pngOf, temporaryFolder } from './fixtures';
import { type ReadResult, readLibraryFile } from './read-file';

const folder = temporaryFolder();
const OLD = (): number => Infinity;
const FRESH = (): number => 0;

beforeAll(() => {
  mkdirSync(folder.path, { recursive: true });
});
afterAll(() => {
  folder.remove();
});

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  return path;
}

async function read(name: string, bytes: Uint8Array, quiet = OLD): Promise<ReadResult> {
  return readLibraryFile(write(name, bytes), name, quiet);
}

async function readingOf(name: string, bytes: Uint8Array) {
  const result = await read(name, bytes);
  if (result.got !== 'reading') {
    throw new Error(`read ${result.got}`);
  }
  return result.reading;
}

const picture = sharp({ create: { width: 90, height: 40, channels: 3, background: 'teal' } });
const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};

describe('readLibraryFile', () => {
  it('tells what made a picture, with its seed to the last digit', async () => {
    const { format, width, height, making } = await readingOf('made.png', madePng('a harbour'));
    expect({ format, width, height }).toEqual({ format: 'png', width: 64, height: 48 });
    expect(making).toEqual({
      ...{ p: 'a harbour', n: 'blurry', m: 'sdxl.safetensors', l: ['ink.safetensors'] },
      ...{ s: '18446744073709551615', st: 20, c: 7.5, d: 0.6, sa: 'euler', sc: 'karras' },
    });
  });

  it("tells Darkroom's own recipe, and what was edited", async () => {
    const darkroom = {
      recipe: 'repair',
      parent: { filename: 'a.png', subfolder: 'sub', type: 'output' },
      mask: null,
    };
    const texts = [
      ['prompt', graphOf('x')],
      ['darkroom', JSON.stringify(darkroom)],
    ] as const;
    const { making } = await readingOf('edited.png', pngOf({ texts }));
    expect(making).toMatchObject({ r: 'repair', o: 'sub/a.png [output]' });
  });

  it('finds texts behind the pixels', async () => {
    const png = pngOf({ pixels: 300_000 });
    const text = pngChunk('tEXt', Buffer.from(`prompt\0${graphOf('behind')}`, 'latin1'));
    const late = concatBytes([png.subarray(0, -12), text, png.subarray(-12)]);
    expect((await readingOf('late.png', late)).making?.p).toBe('behind');
  });

  it.each([
    ['jpeg', () => picture.clone().jpeg().toBuffer(), 90, 40],
    ['jpeg turned by EXIF', () => picture.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(), 40, 90],
    [
      'jpeg with EXIF, upright',
      () => picture.clone().withMetadata({ orientation: 1 }).jpeg().toBuffer(),
      90,
      40,
    ],
    ['webp', () => picture.clone().webp().toBuffer(), 90, 40],
    ['gif', () => picture.clone().gif().toBuffer(), 90, 40],
    ['avif', () => picture.clone().avif().toBuffer(), 90, 40],
  ])('knows the size of a %s', async (name, make, width, height) => {
    const reading = await readingOf(name.replaceAll(' ', '-'), await make());
    expect([reading.format, reading.width, reading.height]).toEqual([name.split(' ')[0], width, height]);
  });

  it('knows size and duration of an MP4 whose index stands at its end', async () => {
    const header = Buffer.alloc(100);
    header.writeUInt32BE(1000, 12);
    header.writeUInt32BE(2500, 16);
    const track = Buffer.alloc(84);
    track.writeInt32BE(0x10000, 40);
    track.writeUInt32BE(832 * 65_536, 76);
    track.writeUInt32BE(480 * 65_536, 80);
    const video = Buffer.concat([
      box('ftyp', Buffer.from('isom')),
      box('mdat', new Uint8Array(200_000)),
      box('moov', box('mvhd', header), box('trak', box('tkhd', track))),
    ]);
    expect(await readingOf('video.mp4', video)).toMatchObject({
      format: 'mp4',
      ...{ width: 832, height: 480, duration: 2500 },
    });
    expect((await read('cut.mp4', video.subarray(0, -100), FRESH)).got).toBe('half');
  });

  it('knows size and duration of a WebM', async () => {
    const element = (id: number[], body: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from(id), Buffer.from([0x80 | body.length]), body]);
    const seconds = Buffer.alloc(8);
    seconds.writeDoubleBE(1500);
    const webm = Buffer.concat([
      element([0x1a, 0x45, 0xdf, 0xa3], Buffer.from('webm')),
      Buffer.from([0x18, 0x53, 0x80, 0x67, 0xff]),
      element([0x15, 0x49, 0xa9, 0x66], element([0x44, 0x89], seconds)),
      element(
        [0x16, 0x54, 0xae, 0x6b],
        element(
          [0xae],
          element(
            [0xe0],
            Buffer.concat([element([0xb0], Buffer.from([2, 128])), element([0xba], Buffer.from([240]))]),
          ),
        ),
      ),
    ]);
    expect(await readingOf('video.webm', webm)).toMatchObject({
      format: 'webm',
      ...{ width: 640, height: 240, duration: 1500 },
    });
  });

  it('knows the length of a WAV', async () => {
    const wav = Buffer.alloc(44 + 16_000);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(wav.length - 8, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt32LE(8_000, 28);
    wav.write('data', 36);
    wav.writeUInt32LE(16_000, 40);
    expect(await readingOf('sound.wav', wav)).toMatchObject({ format: 'wav', duration: 2000 });
  });

  it('has one key for copies of a file, wherever they lie, and another for another', async () => {
    const a = await readingOf('a.png', madePng('one', '1'));
    const copy = await readingOf('copy of a.png', madePng('one', '1'));
    const b = await readingOf('b.png', madePng('one', '2'));
    expect(a.key).toMatch(/^[\w-]{16}$/);
    expect(copy.key).toBe(a.key);
    expect(b.key).not.toBe(a.key);
    const long = pngOf({ pixels: 500_000 });
    const changedAtEnd = long.slice();
    changedAtEnd[long.length - 20] = 99;
    expect((await readingOf('long.png', long)).key).not.toBe((await readingOf('end.png', changedAtEnd)).key);
  });

  it.each([
    ['nothing yet', new Uint8Array(0)],
    ['half a PNG', madePng('half').subarray(0, 1200)],
    ['a PNG without its last byte', pngOf().subarray(0, -1)],
  ])('waits for the rest of %s, and takes it as it is when none comes', async (_what, bytes) => {
    expect((await read('half.png', bytes, FRESH)).got).toBe('half');
    expect((await read('half.png', bytes, OLD)).got).toBe('reading');
  });

  it('takes a whole picture at once, and waits a moment where no end can be seen', async () => {
    expect((await read('whole.png', madePng('whole'), FRESH)).got).toBe('reading');
    expect((await read('mesh.glb', new Uint8Array(100), FRESH)).got).toBe('half');
  });

  it('still shows a truncated picture with what its head tells', async () => {
    const { making, width } = await readingOf('cut.png', madePng('cut').subarray(0, -200));
    expect([making?.p, width]).toEqual(['cut', 64]);
  });

  it('takes a graph that is no graph for none', async () => {
    for (const prompt of ['{', '[]', 'null', '{"1":{"class_type":5}}', `${'['.repeat(100_000)}`]) {
      expect((await readingOf('odd.png', pngOf({ texts: [['prompt', prompt]] }))).making).toBeNull();
    }
  });

  it('opens neither links nor folders nor what is not there', async () => {
    write('target.png', madePng('target'));
    symlinkSync(join(folder.path, 'target.png'), join(folder.path, 'link.png'));
    mkdirSync(join(folder.path, 'folder.png'));
    const got = async (name: string): Promise<unknown> => readLibraryFile(join(folder.path, name), name, OLD);
    expect(await got('link.png')).toEqual({ got: 'nothing', why: 'unreadable' });
    expect(await got('folder.png')).toEqual({ got: 'nothing', why: 'unreadable' });
    expect(await got('none.png')).toEqual({ got: 'nothing', why: 'gone' });
  });

  it('survives whatever a file holds', { timeout: 60_000 }, async () => {
    const starts = [
      '\x89PNG\r\n\x1a\n',
      '\xff\xd8\xff',
      'GIF89a',
      'RIFF\x10\0\0\0WEBPVP8X',
      '\0\0\0\x14ftypavif',
      '\0\0\0\x14ftypisom',
      '\x1a\x45\xdf\xa3',
      'fLaC',
      'RIFF\x10\0\0\0WAVEfmt ',
    ];
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string().map((text) => Buffer.from(`mvhd${text}tkhd ispe`)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), body, async (start, rest) => {
        const result = await read('any', Buffer.concat([Buffer.from(start, 'latin1'), rest]));
        expect(result.got).toBe('reading');
      }),
      { numRuns: 300 },
    );
  });
});
