import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMediaText } from '../media-text';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../png';
import { type PartialFile, readMediaHead } from './media-head';

const PROMPT = '{"1":{"class_type":"A","inputs":{"seed":18446744073709551615},"is_changed":[NaN]}}';
const PIXELS = new Uint8Array(300_000).fill(0x5a);

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const uint32 = (value: number, little = false): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, little);
  return bytes;
};

const IHDR = pngChunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0));
const END = pngChunk('IEND', new Uint8Array(0));
const png = concatBytes([PNG_SIGNATURE, IHDR, pngChunk('IDAT', PIXELS), END]);

const riff = (...chunks: [string, Uint8Array][]): Uint8Array => {
  const body = concatBytes([
    latin1('WEBP'),
    ...chunks.map(([type, data]) =>
      concatBytes([latin1(type), uint32(data.length, true), data, new Uint8Array(data.length & 1)]),
    ),
  ]);
  return concatBytes([latin1('RIFF'), uint32(body.length, true), body]);
};

/** EXIF as ComfyUI writes it: one string under the camera's model. */
function exif(text: string): Uint8Array {
  const bytes = latin1(`${text}\0`);
  return concatBytes([
    latin1('II'),
    Uint8Array.of(42, 0, 8, 0, 0, 0, 1, 0, 0x10, 0x01, 2, 0),
    uint32(bytes.length, true),
    uint32(26, true),
    uint32(0),
    bytes,
  ]);
}

const box = (type: string, ...parts: Uint8Array[]): Uint8Array => {
  const body = concatBytes(parts);
  return concatBytes([uint32(body.length + 8), latin1(type), body]);
};

const META = box(
  'meta',
  uint32(0),
  box('hdlr', new Uint8Array(24)),
  box('keys', uint32(0), uint32(1), box('mdta', latin1('prompt'))),
  box(
    'ilst',
    concatBytes([
      uint32(16 + 8 + PROMPT.length),
      uint32(1),
      box('data', uint32(1), uint32(0), latin1(PROMPT)),
    ]),
  ),
);

const element = (id: number[], ...parts: Uint8Array[]): Uint8Array => {
  const body = concatBytes(parts);
  return concatBytes([Uint8Array.from(id), Uint8Array.of(0x08), uint32(body.length).subarray(0), body]);
};
/** With a size of five bytes. */
const EBML = concatBytes([Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x80)]);
const TAGS = element(
  [0x12, 0x54, 0xc3, 0x67],
  element(
    [0x73, 0x73],
    element([0x67, 0xc8], element([0x45, 0xa3], latin1('PROMPT')), element([0x44, 0x87], latin1(PROMPT))),
  ),
);
const CLUSTER = element([0x1f, 0x43, 0xb6, 0x75], PIXELS);

const jpeg = concatBytes([
  Uint8Array.of(0xff, 0xd8),
  ...Array.from({ length: 3 }, () =>
    concatBytes([Uint8Array.of(0xff, 0xe2, 0xff, 0xff), new Uint8Array(65_533)]),
  ),
  Uint8Array.of(0xff, 0xe1),
  uint32(2 + 6 + exif(`prompt:${PROMPT}`).length).subarray(2),
  latin1('Exif\0\0'),
  exif(`prompt:${PROMPT}`),
  Uint8Array.of(0xff, 0xda),
  PIXELS,
]);

const FILES: Record<string, Uint8Array> = {
  'a PNG with its texts in front': insertPngText(png, [['prompt', PROMPT]]),
  'a PNG with a profile of its own before them': concatBytes([
    PNG_SIGNATURE,
    IHDR,
    pngChunk('iCCP', new Uint8Array(200_000)),
    insertPngText(png, [['prompt', PROMPT]]).subarray(33),
  ]),
  'an animated PNG': concatBytes([
    PNG_SIGNATURE,
    IHDR,
    pngChunk('acTL', new Uint8Array(8)),
    pngChunk('IDAT', PIXELS),
    pngChunk('comf', latin1(`prompt\0${PROMPT}`)),
    pngChunk('comf', latin1('workflow\0{}')),
    END,
  ]),
  'a WebP': riff(['VP8X', new Uint8Array(10)], ['VP8 ', PIXELS], ['EXIF', exif(`prompt:${PROMPT}`)]),
  'an animated WebP, with more behind its texts': riff(
    ['VP8X', new Uint8Array(10)],
    ...Array.from({ length: 300 }, (): [string, Uint8Array] => ['ANMF', new Uint8Array(2001)]),
    ['EXIF', exif(`Prompt: ${PROMPT}`)],
    ['XMP ', new Uint8Array(100)],
  ),
  'a JPEG with large profiles': jpeg,
  'an MP4 that can be streamed': concatBytes([
    box('ftyp', latin1('isom')),
    box('moov', META),
    box('mdat', PIXELS),
  ]),
  'an MP4 with its index at the end': concatBytes([
    box('ftyp', latin1('isom')),
    box('free'),
    box('mdat', PIXELS),
    box('moov', box('mvhd', new Uint8Array(100)), box('udta', META)),
  ]),
  'a WebM': concatBytes([EBML, element([0x18, 0x53, 0x80, 0x67], TAGS, CLUSTER)]),
  'a WebM with its tags at the end': concatBytes([EBML, element([0x18, 0x53, 0x80, 0x67], CLUSTER, TAGS)]),
};

/** Serves a file as `/view` does, and notes what that took. */
function serve(
  file: Uint8Array,
  tellsSize = true,
): { source: PartialFile; taken: { bytes: number; requests: number } } {
  const taken = { bytes: 0, requests: 0 };
  const source: PartialFile = {
    read: (from, to) => {
      const bytes = file.slice(from, to);
      taken.bytes += bytes.length;
      taken.requests += 1;
      return Promise.resolve(bytes);
    },
    size: () => {
      taken.requests += 1;
      return Promise.resolve(tellsSize ? file.length : null);
    },
  };
  return { source, taken };
}

async function promptOf(source: PartialFile): Promise<string | undefined> {
  const head = await readMediaHead(source);
  return head ? (await readMediaText(head)).get('prompt') : undefined;
}

describe.each(Object.entries(FILES))('%s', (_name, file) => {
  it('tells its prompt by a part of it', async () => {
    const { source, taken } = serve(file);
    expect(await promptOf(source)).toBe(PROMPT);
    expect(taken.requests).toBeLessThanOrEqual(6);
    expect(taken.bytes).toBeLessThan(file.length);
  });

  it('tells it where the server sends all of it, whatever was asked for', async () => {
    expect(await promptOf({ ...serve(file).source, read: () => Promise.resolve(file) })).toBe(PROMPT);
  });

  it('is given up in the end, wherever it is damaged or cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 30 }),
        fc.nat(),
        fc.boolean(),
        async (changes, cut, isCut) => {
          const damaged = file.slice();
          for (const [at, byte] of changes) {
            // Most of a file is pixels: the headers at both ends are what matters.
            const place = at % 400;
            damaged[at % 2 === 0 ? place : damaged.length - 1 - place] = byte;
          }
          const { source, taken } = serve(
            isCut ? damaged.slice(0, cut % damaged.length) : damaged,
            cut % 3 > 0,
          );
          await promptOf(source);
          expect(taken.requests).toBeLessThan(2500);
          expect(taken.bytes).toBeLessThan(40 * 1024 * 1024);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a hostile file', () => {
  const moov = (size: number): Uint8Array =>
    concatBytes([uint32(size), latin1('moov'), new Uint8Array(200_000)]);

  it.each([
    ['claims a box of four gigabytes', concatBytes([box('ftyp', latin1('isom')), moov(0xffffffff)])],
    ['claims a box without size', concatBytes([box('ftyp', latin1('isom')), moov(4)])],
    [
      'has boxes without end',
      concatBytes([box('ftyp', latin1('isom')), ...Array.from({ length: 40_000 }, () => box('free'))]),
    ],
    [
      'has chunks without end',
      concatBytes([
        PNG_SIGNATURE,
        IHDR,
        ...Array.from({ length: 40_000 }, () => pngChunk('tIME', new Uint8Array(0))),
      ]),
    ],
    [
      'claims a chunk of four gigabytes',
      concatBytes([PNG_SIGNATURE, IHDR, uint32(0xffffffff), latin1('tEXt'), PIXELS]),
    ],
    [
      'names its texts by a megabyte',
      concatBytes([PNG_SIGNATURE, IHDR, pngChunk('comf', concatBytes([PIXELS, Uint8Array.of(0)])), END]),
    ],
    ['is of no kind', new Uint8Array(200_000)],
    ['is empty', new Uint8Array(0)],
  ])('that %s is given up soon', async (_what, file) => {
    const { source, taken } = serve(file);
    expect(await promptOf(source)).toBeUndefined();
    expect(taken.requests).toBeLessThan(2500);
    expect(taken.bytes).toBeLessThan(20 * 1024 * 1024);
  });

  it('whose text inflates to hundreds of megabytes tells nothing', async () => {
    const stream = new Blob([new Uint8Array(100 * 1024 * 1024)])
      .stream()
      .pipeThrough(new CompressionStream('deflate'));
    const bomb = new Uint8Array(await new Response(stream).arrayBuffer());
    const chunk = pngChunk('zTXt', concatBytes([latin1('prompt\0\0'), bomb]));
    const texts = await readMediaText(concatBytes([PNG_SIGNATURE, IHDR, chunk, END]));
    expect(texts.has('prompt')).toBe(false);
  });
});
