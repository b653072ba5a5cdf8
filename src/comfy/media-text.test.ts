import { describe, expect, it } from 'vitest';

import { mediaKind, readMediaText } from './media-text';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from './png';

const PROMPT = '{"1":{"class_type":"A","inputs":{"seed":18446744073709551615}}}';
const WORKFLOW = '{"nodes":[],"links":[],"title":"Größe"}';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

function uint32(value: number, little = false): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, little);
  return bytes;
}

function uint16(value: number, little = false): Uint8Array {
  return uint32(value, little).subarray(little ? 0 : 2, little ? 2 : 4);
}

/** A TIFF directory of strings; `comment` goes below, as a camera would put it. */
function tiff(little: boolean, strings: [tag: number, text: string][], comment?: Uint8Array): Uint8Array {
  const entries = strings.length + (comment ? 1 : 0);
  let free = 8 + 2 + entries * 12 + 4;
  const data: Uint8Array[] = [];
  const place = (bytes: Uint8Array): number => {
    data.push(bytes);
    free += bytes.length;
    return free - bytes.length;
  };
  const entry = (tag: number, type: number, count: number, value: number): Uint8Array =>
    concatBytes([uint16(tag, little), uint16(type, little), uint32(count, little), uint32(value, little)]);
  const rows = strings.map(([tag, text]) => {
    const bytes = utf8(`${text}\0`);
    return entry(tag, 2, bytes.length, place(bytes));
  });
  if (comment) {
    const inner = concatBytes([
      uint16(1, little),
      entry(0x9286, 7, comment.length, free + 18),
      uint32(0),
      comment,
    ]);
    rows.push(entry(0x8769, 4, 1, place(inner)));
  }
  return concatBytes([
    latin1(little ? 'II' : 'MM'),
    uint16(42, little),
    uint32(8, little),
    uint16(entries, little),
    ...rows,
    uint32(0, little),
    ...data,
  ]);
}

function webp(exif: Uint8Array): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Uint8Array =>
    concatBytes([latin1(type), uint32(data.length, true), data, new Uint8Array(data.length & 1)]);
  const body = concatBytes([latin1('WEBP'), chunk('VP8 ', new Uint8Array(5)), chunk('EXIF', exif)]);
  return concatBytes([latin1('RIFF'), uint32(body.length, true), body]);
}

function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const body = concatBytes(parts);
  return concatBytes([uint32(body.length + 8), latin1(type), body]);
}

const VERSION = new Uint8Array(4);
const data = (text: string): Uint8Array => box('data', uint32(1), uint32(0), utf8(text));

function mp4(meta: Uint8Array): Uint8Array {
  return concatBytes([
    box('ftyp', latin1('isom')),
    box('mdat', new Uint8Array(50)),
    box('moov', box('udta', meta)),
  ]);
}

/** The way of FFmpeg with `use_metadata_tags`, which ComfyUI uses. */
function quickTime(tags: Record<string, string>, header = VERSION): Uint8Array {
  const names = Object.keys(tags);
  return box(
    'meta',
    header,
    box('hdlr', new Uint8Array(20)),
    box('keys', VERSION, uint32(names.length), ...names.map((name) => box('mdta', utf8(name)))),
    box(
      'ilst',
      ...Object.values(tags).map((text, i) =>
        concatBytes([uint32(8 + data(text).length), uint32(i + 1), data(text)]),
      ),
    ),
  );
}

function element(id: number[], ...parts: Uint8Array[]): Uint8Array {
  const body = concatBytes(parts);
  // Eight bytes of size, as long as EBML allows.
  const size = concatBytes([Uint8Array.of(1, 0, 0, 0), uint32(body.length)]);
  return concatBytes([Uint8Array.from(id), size, body]);
}

function webm(tags: Record<string, string>, segmentSize?: Uint8Array): Uint8Array {
  const simple = Object.entries(tags).map(([name, text]) =>
    element([0x67, 0xc8], element([0x45, 0xa3], utf8(name)), element([0x44, 0x87], utf8(text))),
  );
  const content = concatBytes([
    element([0xec], new Uint8Array(9)),
    element([0x12, 0x54, 0xc3, 0x67], element([0x73, 0x73], ...simple)),
  ]);
  const segment = segmentSize
    ? concatBytes([Uint8Array.of(0x18, 0x53, 0x80, 0x67), segmentSize, content])
    : element([0x18, 0x53, 0x80, 0x67], content);
  return concatBytes([element([0x1a, 0x45, 0xdf, 0xa3], new Uint8Array(4)), segment]);
}

const PLAIN_PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', new Uint8Array(13)),
  pngChunk('IEND', new Uint8Array()),
]);
const PAIRS: [number, string][] = [
  [0x0110, `prompt:${PROMPT}`],
  [0x010f, `workflow:${WORKFLOW}`],
];

function userComment(text: string): Uint8Array {
  const units = new Uint8Array(text.length * 2);
  [...text].forEach((char, i) => {
    new DataView(units.buffer).setUint16(i * 2, char.charCodeAt(0), true);
  });
  return concatBytes([latin1('UNICODE\0'), units]);
}

const FILES: Record<string, [string, Uint8Array]> = {
  'a PNG': [
    'PNG',
    insertPngText(PLAIN_PNG, [
      ['prompt', PROMPT],
      ['workflow', WORKFLOW],
    ]),
  ],
  'an animated PNG': [
    'PNG',
    concatBytes([
      PLAIN_PNG,
      ...[
        ['prompt', PROMPT],
        ['workflow', WORKFLOW],
      ].map(([key, text]) => pngChunk('comf', utf8(`${key}\0${text}`))),
    ]),
  ],
  'a WebP': ['WebP', webp(tiff(true, PAIRS))],
  'a WebP with an Exif header': ['WebP', webp(concatBytes([latin1('Exif\0\0'), tiff(false, PAIRS)]))],
  'a WebP with capital keys': [
    'WebP',
    webp(
      tiff(
        true,
        PAIRS.map(([tag, text]) => [tag, text.replace(/^./, (letter) => letter.toUpperCase())]),
      ),
    ),
  ],
  'a WebP with a comment': [
    'WebP',
    webp(tiff(true, [], userComment(`{"prompt":${PROMPT},"workflow":${WORKFLOW}}`))),
  ],
  'a JPEG': [
    'JPEG',
    (() => {
      const exif = concatBytes([latin1('Exif\0\0'), tiff(false, PAIRS)]);
      return concatBytes([
        Uint8Array.of(0xff, 0xd8, 0xff, 0xe1),
        uint16(exif.length + 2),
        exif,
        Uint8Array.of(0xff, 0xda, 0, 2),
      ]);
    })(),
  ],
  'an MP4': ['MP4', mp4(quickTime({ encoder: 'x', prompt: PROMPT, workflow: WORKFLOW }))],
  'an MP4 with a bare meta box': [
    'MP4',
    mp4(quickTime({ prompt: PROMPT, workflow: WORKFLOW }, new Uint8Array())),
  ],
  'an MP4 with a comment of text in JSON': [
    'MP4',
    mp4(
      box(
        'meta',
        VERSION,
        box('hdlr', new Uint8Array(20)),
        box('ilst', box('©cmt', data(JSON.stringify({ workflow: WORKFLOW, prompt: PROMPT })))),
      ),
    ),
  ],
  'a WebM': ['WebM', webm({ ENCODER: 'x', PROMPT: PROMPT, WORKFLOW: WORKFLOW })],
  'a WebM of unknown length': [
    'WebM',
    webm({ PROMPT: PROMPT, WORKFLOW: WORKFLOW }, Uint8Array.of(1, 255, 255, 255, 255, 255, 255, 255)),
  ],
};

describe('metadata', () => {
  it.each(Object.entries(FILES))('of %s', async (_, [kind, bytes]) => {
    expect(mediaKind(bytes)).toBe(kind);
    const texts = await readMediaText(bytes);
    expect(texts.get('prompt')).toBe(PROMPT);
    expect(texts.get('workflow')).toBe(WORKFLOW);
  });

  it('is nothing in other files', async () => {
    for (const bytes of [new Uint8Array(), utf8('{"nodes":[]}'), utf8('GIF89a..........')]) {
      expect(mediaKind(bytes)).toBeNull();
      expect((await readMediaText(bytes)).size).toBe(0);
    }
  });

  it('is what can be read of a file cut short or damaged', async () => {
    for (const [, bytes] of Object.values(FILES)) {
      for (let length = 1; length < bytes.length; length += 7) {
        await readMediaText(bytes.subarray(0, length));
      }
      for (let at = 12; at < bytes.length; at += 5) {
        const damaged = bytes.slice();
        damaged[at] = 0xff;
        await readMediaText(damaged);
      }
    }
  });

  it('does not descend into boxes without end', async () => {
    let nested = box('udta');
    for (let i = 0; i < 12_000; i++) {
      nested = box('udta', nested);
    }
    const bytes = concatBytes([box('ftyp', latin1('isom')), nested]);
    await expect(readMediaText(bytes)).resolves.toEqual(new Map());
  });
});
