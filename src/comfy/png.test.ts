import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  crc32,
  insertPngText,
  pngChunk,
  PNG_SIGNATURE,
  readPngChunks,
  readPngHeader,
  readPngText,
} from './png';

const encoder = new TextEncoder();

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** A picture made by another library. */
function picture(width = 5, height = 3): Uint8Array {
  const png = new PNG({ width, height });
  png.data.forEach((_, i) => (png.data[i] = (i * 37) % 256));
  return new Uint8Array(PNG.sync.write(png));
}

/** The picture with raw chunks put behind its header. */
function withChunks(...chunks: Uint8Array[]): Uint8Array {
  const png = picture();
  return concatBytes([png.subarray(0, 33), ...chunks, png.subarray(33)]);
}

describe('crc32', () => {
  it('gives the known values', () => {
    expect(crc32(latin1('123456789'))).toBe(0xcbf43926);
    expect(crc32(latin1('IEND'))).toBe(0xae426082);
    expect(crc32(new Uint8Array())).toBe(0);
  });

  it('continues a previous result', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32(b, crc32(a))).toBe(crc32(concatBytes([a, b])));
      }),
    );
  });
});

describe('readPngChunks', () => {
  it('reads the chunks another library wrote, in file order', () => {
    const chunks = readPngChunks(picture());
    expect(chunks[0]?.type).toBe('IHDR');
    expect(chunks[0]?.data).toHaveLength(13);
    expect(chunks.at(-1)).toEqual({ type: 'IEND', data: new Uint8Array() });
  });

  it('gives the whole chunks of a file cut anywhere', () => {
    const png = insertPngText(picture(), [['prompt', '{}']]);
    const whole = readPngChunks(png);
    const ends: number[] = [];
    whole.reduce((at, { data }) => (ends.push(at + 12 + data.length), at + 12 + data.length), 8);
    for (let length = 0; length <= png.length; length++) {
      const chunks = readPngChunks(png.subarray(0, length));
      expect(chunks).toEqual(whole.slice(0, ends.filter((end) => end <= length).length));
    }
  });

  it('reads a view into a larger buffer', () => {
    const png = picture();
    const shifted = concatBytes([new Uint8Array(7), png]).subarray(7);
    expect(readPngChunks(shifted)).toEqual(readPngChunks(png));
    expect(readPngHeader(shifted)).toEqual(readPngHeader(png));
  });

  it('gives nothing for other bytes', () => {
    expect(readPngChunks(latin1('GIF89a and then some'))).toEqual([]);
    expect(readPngChunks(new Uint8Array())).toEqual([]);
    expect(readPngChunks(PNG_SIGNATURE)).toEqual([]);
  });
});

describe('readPngHeader', () => {
  it('tells size and kind from the first 33 bytes', () => {
    expect(readPngHeader(picture(640, 3).subarray(0, 33))).toEqual({
      width: 640,
      height: 3,
      bitDepth: 8,
      colorType: 6,
      interlaced: false,
    });
  });

  it('is null for less, and for other files', () => {
    expect(readPngHeader(picture().subarray(0, 32))).toBeNull();
    expect(readPngHeader(new Uint8Array(40))).toBeNull();
    expect(readPngHeader(concatBytes([PNG_SIGNATURE, pngChunk('IDAT', new Uint8Array(20))]))).toBeNull();
  });
});

describe('readPngText', () => {
  const zTXt = pngChunk('zTXt', concatBytes([latin1('parameters\0\0'), deflateSync(latin1('caf\xe9'))]));
  const iTXt = pngChunk('iTXt', concatBytes([latin1('workflow\0\0\0en\0\0'), encoder.encode('花 🌸')]));
  const compressed = pngChunk(
    'iTXt',
    concatBytes([latin1('note\0\x01\0zh\0'), encoder.encode('笔记\0'), deflateSync(encoder.encode('压缩'))]),
  );

  it('reads all three kinds', async () => {
    const prompt = pngChunk('tEXt', latin1('prompt\0{"1": "\xe9"}'));
    expect(await readPngText(withChunks(prompt, zTXt, iTXt, compressed))).toEqual({
      prompt: '{"1": "é"}',
      parameters: 'café',
      workflow: '花 🌸',
      note: '压缩',
    });
  });

  it('skips chunks that are malformed and keeps the rest', async () => {
    const bad = [
      pngChunk('tEXt', latin1('no separator')),
      pngChunk('tEXt', latin1('\0no key')),
      pngChunk('zTXt', latin1('broken\0\0not deflate')),
      pngChunk('iTXt', latin1('short\0')),
      pngChunk('iTXt', latin1('cut\0\0\0en')),
      pngChunk('iTXt', latin1('cut2\0\0\0en\0key')),
      pngChunk('iTXt', latin1('bad\0\x01\0\0\0not deflate')),
    ];
    expect(await readPngText(withChunks(...bad, zTXt))).toEqual({ parameters: 'café' });
  });

  it('takes the first of a key and knows keys that name a prototype', async () => {
    const text = await readPngText(
      withChunks(
        pngChunk('tEXt', latin1('prompt\0one')),
        pngChunk('tEXt', latin1('prompt\0two')),
        pngChunk('tEXt', latin1('constructor\0three')),
        pngChunk('tEXt', latin1('empty\0')),
      ),
    );
    expect(Object.entries(text)).toEqual([
      ['prompt', 'one'],
      ['constructor', 'three'],
      ['empty', ''],
    ]);
  });

  it('finds the metadata in the head of a file', async () => {
    const png = insertPngText(picture(64, 64), [['prompt', '{"a":1}']]);
    expect(await readPngText(png.subarray(0, 80))).toEqual({ prompt: '{"a":1}' });
  });
});

describe('insertPngText', () => {
  it('leaves the pixels as they are, for another library too', async () => {
    const png = picture(16, 9);
    const tagged = insertPngText(png, [
      ['prompt', '{"seed":18446744073709551615}'],
      ['workflow', '{"title":"花"}'],
    ]);
    expect(PNG.sync.read(Buffer.from(tagged), { checkCRC: true }).data).toEqual(
      PNG.sync.read(Buffer.from(png)).data,
    );
    expect(
      readPngChunks(tagged)
        .map(({ type }) => type)
        .slice(0, 3),
    ).toEqual(['IHDR', 'tEXt', 'iTXt']);
    expect(await readPngText(tagged)).toEqual({
      prompt: '{"seed":18446744073709551615}',
      workflow: '{"title":"花"}',
    });
  });

  it('gives every text back', async () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{0,30}$/);
    const text = fc.string({ unit: 'grapheme', maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(key, text), { selector: ([name]) => name }),
        async (entries) => {
          expect(await readPngText(insertPngText(picture(), entries))).toEqual(Object.fromEntries(entries));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('puts its entry before one that is there, so that it wins', async () => {
    const tagged = insertPngText(insertPngText(picture(), [['prompt', 'old']]), [['prompt', 'new']]);
    expect(await readPngText(tagged)).toEqual({ prompt: 'new' });
  });

  it('writes a text of several megabytes', async () => {
    const long = 'long text '.repeat(300_000);
    expect((await readPngText(insertPngText(picture(), [['workflow', long]])))['workflow']).toBe(long);
  });

  it('refuses what is no PNG', () => {
    expect(() => insertPngText(latin1('JFIF'), [])).toThrow(RangeError);
  });
});

describe('pngChunk', () => {
  it('reads back through a PNG', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z]{4}$/), fc.uint8Array({ maxLength: 300 }), (type, data) => {
        const [chunk] = readPngChunks(concatBytes([PNG_SIGNATURE, pngChunk(type, data)]));
        expect(chunk?.type).toBe(type);
        expect(Array.from(chunk?.data ?? [])).toEqual(Array.from(data));
      }),
    );
  });
});
