import sharp, { type Metadata } from 'sharp';
import { beforeAll, describe, expect } from 'vitest';
import {
  channelOf,
  colorTypeOf,
  decodePng,
  encodeGreyAlphaPng,
  encodeIndexedPng,
  encodePng,
  picture,
  rgbOf,
  withTexts,
} from './pictures';
import { test } from './statement';
import { connect, get, send, sendRaw, unique, upload, view, type Answer } from './support';

const server = await connect();

const FOLDER = `contract/${unique('view')}`;

/** RGBA with every level of alpha, and colours under alpha 0. */
const PICTURE = picture(16, 16, (x, y) => [16 * x, 16 * y, 200, 16 * y + x]);
const BYTES = withTexts(encodePng(PICTURE), { prompt: '{}' });

beforeAll(async () => {
  await upload('/upload/image', BYTES, 'p.png', { subfolder: FOLDER });
  await upload('/upload/image', encodePng(PICTURE, 'rgb'), 'rgb.png', { subfolder: FOLDER });
  await upload('/upload/image', 'plain words', 'note.txt', { subfolder: FOLDER });
});

function show(params: Record<string, string>): Promise<Answer> {
  return get(view({ subfolder: FOLDER, type: 'input', filename: 'p.png', ...params }));
}

describe('the file itself (API notes §2.2)', () => {
  test('as stored, with validators and ranges', async () => {
    const answer = await show({});
    expect(answer.status).toBe(200);
    expect(answer.bytes).toEqual(BYTES);
    expect(answer.type).toBe('image/png');
    expect(answer.headers.get('content-disposition')).toBe('filename="p.png"');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(Date.parse(answer.headers.get('last-modified') ?? '')).not.toBeNaN();
    expect(answer.headers.get('cache-control')).toBeNull();
    expect(answer.headers.get('x-content-type-options')).toBe(server.does('hardened') ? 'nosniff' : null);
  });

  test('under /api as well, and unknown parameters are ignored', async () => {
    const query = view({ subfolder: FOLDER, type: 'input', filename: 'p.png', rand: '0.5', t: '1' });
    expect((await get(`/api${query}`)).bytes).toEqual(BYTES);
  });

  test('HEAD gives only the length', async () => {
    const answer = await send('HEAD', view({ subfolder: FOLDER, type: 'input', filename: 'p.png' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(BYTES.length));
    expect(answer.bytes).toHaveLength(0);
    const absent = await send('HEAD', view({ subfolder: FOLDER, type: 'input', filename: 'absent.png' }));
    expect(absent.status).toBe(404);
  });

  test('304 if the tag still matches', async () => {
    const path = view({ subfolder: FOLDER, type: 'input', filename: 'p.png' });
    const etag = (await get(path)).headers.get('etag') ?? '';
    const answer = await sendRaw('GET', path, { 'if-none-match': etag });
    expect(answer.status).toBe(304);
    expect(answer.bytes).toHaveLength(0);
    expect(answer.headers.get('etag')).toBe(etag);
    expect((await sendRaw('GET', path, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('304 if it was not modified since', async () => {
    const path = view({ subfolder: FOLDER, type: 'input', filename: 'p.png' });
    const modified = (await get(path)).headers.get('last-modified') ?? '';
    expect((await sendRaw('GET', path, { 'if-modified-since': modified })).status).toBe(304);
    const before = new Date(Date.parse(modified) - 60_000).toUTCString();
    expect((await sendRaw('GET', path, { 'if-modified-since': before })).status).toBe(200);
  });

  test('ranges', async () => {
    const path = view({ subfolder: FOLDER, type: 'input', filename: 'p.png' });
    const range = (spec: string): Promise<Answer> => sendRaw('GET', path, { range: spec });
    const size = BYTES.length;
    const head = await range('bytes=0-7');
    expect(head.status).toBe(206);
    expect(head.headers.get('content-range')).toBe(`bytes 0-7/${size}`);
    expect(new Uint8Array(head.bytes)).toEqual(BYTES.subarray(0, 8));
    const tail = await range('bytes=-5');
    expect(tail.headers.get('content-range')).toBe(`bytes ${size - 5}-${size - 1}/${size}`);
    expect(new Uint8Array(tail.bytes)).toEqual(BYTES.subarray(size - 5));
    const rest = await range(`bytes=${size - 3}-`);
    expect(new Uint8Array(rest.bytes)).toEqual(BYTES.subarray(size - 3));
    const long = await range(`bytes=10-${size + 100}`);
    expect(long.headers.get('content-range')).toBe(`bytes 10-${size - 1}/${size}`);
    const beyond = await range(`bytes=${size}-`);
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${size}`);
    expect((await range('bytes=5-2')).status).toBe(416);
  });

  test.each([
    ['x.jpg', 'image/jpeg'],
    ['x.webp', 'image/webp'],
    ['x.gif', 'image/gif'],
    ['x.mp4', 'video/mp4'],
    ['x.txt', 'text/plain'],
    ['x.json', 'application/json'],
    ['x.unknownext', 'application/octet-stream'],
    ['noext', 'application/octet-stream'],
  ])('%s is served as %s', async (tail, type) => {
    const name = `${unique()}${tail}`;
    await upload('/upload/image', 'bytes', name, { subfolder: FOLDER });
    const answer = await show({ filename: name });
    expect(answer.type).toBe(type);
    expect(answer.headers.get('content-disposition')).toBe(`filename="${name}"`);
  });

  test.each(['x.html', 'x.js', 'x.css', 'x.svg', 'x.xml', 'x.xhtml'])(
    '%s could run in the page: what each generation does',
    async (tail) => {
      const name = `${unique()}${tail}`;
      await upload('/upload/image', '<x/>', name, { subfolder: FOLDER });
      const answer = await show({ filename: name });
      expect(answer.status).toBe(200);
      if (server.does('hardened')) {
        expect(answer.type).toBe('application/octet-stream');
        expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
        expect(answer.headers.get('vary')).toBe('Sec-Fetch-Dest');
        expect(answer.headers.get('cache-control')).toBe('no-store');
      } else {
        // 0.3.64 guards text/javascript, but calls .js application/javascript, which slips through.
        const guarded = ['x.html', 'x.xhtml', 'x.css'].includes(tail);
        expect(answer.type === 'application/octet-stream').toBe(guarded);
        expect(answer.headers.get('content-disposition')).toBe(`filename="${name}"`);
      }
    },
  );

  test('an SVG is shown inline in <img>', async () => {
    const name = `${unique()}.svg`;
    await upload('/upload/image', '<svg/>', name, { subfolder: FOLDER });
    const path = view({ filename: name, subfolder: FOLDER, type: 'input' });
    const answer = await sendRaw('GET', path, { 'sec-fetch-dest': 'image' });
    expect(answer.type).toBe('image/svg+xml');
    expect(answer.headers.get('content-disposition')).toBe(`filename="${name}"`);
  });

  test('names beyond ASCII', async () => {
    const name = `${unique()}画 é&+%.png`;
    await upload('/upload/image', BYTES, name, { subfolder: FOLDER });
    expect((await show({ filename: name })).bytes).toEqual(BYTES);
  });
});

describe('checks, in order (API notes §2.2)', () => {
  test.each<[string, string, number]>([
    ['no filename', '/view', 404],
    ['no filename with a type', '/view?type=input', 404],
    ['an empty filename', view({ filename: '', type: 'input' }), 400],
    ['an annotation and nothing else', view({ filename: ' [input]' }), 400],
    ['a leading slash', view({ filename: '/p.png', type: 'input' }), 400],
    ['dots anywhere', view({ filename: 'a..b.png', type: 'input' }), 400],
    ['dots as a folder', view({ filename: '../p.png', type: 'input' }), 400],
    ['dots and a bad type', view({ filename: '..', type: 'bogus' }), 400],
    ['a bad type', view({ filename: 'p.png', type: 'bogus' }), 400],
    ['an empty type', view({ filename: 'p.png', type: '' }), 400],
    ['a subfolder that leaves', view({ filename: 'p.png', type: 'input', subfolder: '../..' }), 403],
    ['an absolute subfolder', view({ filename: 'p.png', type: 'input', subfolder: '/etc' }), 403],
    ['a missing file', view({ filename: 'absent.png', type: 'input' }), 404],
    ['a missing folder', view({ filename: 'p.png', type: 'input', subfolder: 'absent' }), 404],
    ['a folder', view({ filename: 'contract', type: 'input' }), 404],
    ['a missing file with preview', view({ filename: 'absent.png', type: 'input', preview: 'webp' }), 404],
    ['an unknown asset hash', view({ filename: `blake3:${'0'.repeat(64)}`, type: 'input' }), 404],
  ])('%s', async (_what, path, status) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.bytes).toHaveLength(0);
  });

  test('type defaults to output', async () => {
    const name = `${unique()}.png`;
    await upload('/upload/image', BYTES, name, { subfolder: FOLDER, type: 'output' });
    expect((await get(view({ filename: name, subfolder: FOLDER }))).status).toBe(200);
    expect((await get(view({ filename: 'p.png', subfolder: FOLDER }))).status).toBe(404);
  });

  test('an annotation in the name overrides type', async () => {
    expect((await show({ filename: 'p.png [input]', type: 'output' })).bytes).toEqual(BYTES);
    expect((await show({ filename: 'p.png [output]' })).status).toBe(404);
  });

  test('an annotation without its space eats a character', async () => {
    const name = unique();
    await upload('/upload/image', 'eaten', `${name}.pn`, { subfolder: FOLDER });
    expect((await show({ filename: `${name}.png[input]` })).text).toBe('eaten');
  });

  test('filename is reduced to its base name: a path in it serves another file', async () => {
    const name = unique();
    await upload('/upload/image', 'root', `${name}.txt`, { subfolder: FOLDER });
    await upload('/upload/image', 'deep', `${name}.txt`, { subfolder: `${FOLDER}/deep` });
    expect((await show({ filename: `deep/${name}.txt` })).text).toBe('root');
    expect((await show({ filename: `${name}.txt`, subfolder: `${FOLDER}/deep` })).text).toBe('deep');
  });

  test('a subfolder may contain dot segments', async () => {
    expect((await show({ subfolder: `${FOLDER}/x/..` })).status).toBe(404);
    expect((await show({ subfolder: `./${FOLDER}/` })).status).toBe(200);
  });
});

describe('preview (API notes §2.2)', () => {
  async function preview(params: Record<string, string>): Promise<Metadata & { type: string }> {
    const answer = await show(params);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe(`filename="${params.filename ?? 'p.png'}"`);
    expect(answer.headers.get('etag')).toBeNull();
    return { ...(await sharp(answer.bytes).metadata()), type: answer.type };
  }

  test.each([
    ['webp', {}, 'webp', true],
    ['webp;50', {}, 'webp', true],
    ['jpeg', {}, 'jpeg', false],
    ['jpeg;70', {}, 'jpeg', false],
    ['', {}, 'webp', true],
    ['png', {}, 'webp', true],
    ['70', {}, 'webp', true],
    ['jpeg', { channel: 'rgb' }, 'jpeg', false],
    ['jpeg', { channel: 'rgba' }, 'webp', true],
    ['jpeg', { channel: 'a' }, 'webp', true],
    ['webp', { channel: 'rgb' }, 'webp', false],
  ] as [string, Record<string, string>, string, boolean][])(
    'preview=%s %j is %s at full size',
    async (spec, extra, format, hasAlpha) => {
      const shown = await preview({ preview: spec, ...extra });
      expect(shown).toMatchObject({ format, type: `image/${format}`, width: 16, height: 16, hasAlpha });
    },
  );

  test('quality changes the size', async () => {
    const noisy = picture(64, 64, (x, y) => [(x * 97 + y * 31) & 255, (x * y * 7) & 255, (x ^ y) * 4, 255]);
    const name = `${unique()}.png`;
    await upload('/upload/image', encodePng(noisy), name, { subfolder: FOLDER });
    const sizes = await Promise.all(
      ['jpeg;10', 'jpeg;50', 'jpeg'].map(
        async (spec) => (await show({ filename: name, preview: spec })).bytes.length,
      ),
    );
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(new Set(sizes).size).toBe(3);
  });

  test('a preview has no ranges', async () => {
    const path = view({ filename: 'p.png', subfolder: FOLDER, type: 'input', preview: 'webp' });
    const answer = await sendRaw('GET', path, { range: 'bytes=0-7' });
    expect(answer.status).toBe(200);
    expect(answer.bytes.length).toBeGreaterThan(8);
  });

  test('of a file that is not a picture: 500', async () => {
    expect((await show({ filename: 'note.txt', preview: 'webp' })).status).toBe(500);
    expect((await show({ filename: 'note.txt', channel: 'rgb' })).status).toBe(500);
    expect((await show({ filename: 'note.txt', channel: 'a' })).status).toBe(500);
  });
});

describe('channel (API notes §2.2)', () => {
  test('rgb drops alpha without blending', async () => {
    const answer = await show({ channel: 'rgb' });
    expect(answer.type).toBe('image/png');
    expect(answer.headers.get('content-disposition')).toBe('filename="p.png"');
    expect(colorTypeOf(answer.bytes)).toBe(2);
    expect(rgbOf(decodePng(answer.bytes))).toEqual(rgbOf(PICTURE));
  });

  test('a is black with the alpha of the file, all 256 levels', async () => {
    const answer = await show({ channel: 'a' });
    expect(answer.type).toBe('image/png');
    expect(colorTypeOf(answer.bytes)).toBe(6);
    const image = decodePng(answer.bytes);
    expect(channelOf(image, 3)).toEqual(channelOf(PICTURE, 3));
    expect(new Set(rgbOf(image))).toEqual(new Set([0]));
  });

  test('a of anything but RGBA is opaque: RGB, grey with alpha, palette with tRNS', async () => {
    const grey = `${unique()}.png`;
    await upload('/upload/image', encodeGreyAlphaPng(PICTURE), grey, { subfolder: FOLDER });
    const palette = `${unique()}.png`;
    const indices = Uint8Array.from({ length: 256 }, (_, i) => i);
    await upload(
      '/upload/image',
      encodeIndexedPng(16, 16, indices, (i) => i),
      palette,
      {
        subfolder: FOLDER,
      },
    );
    for (const filename of ['rgb.png', grey, palette]) {
      const image = decodePng((await show({ filename, channel: 'a' })).bytes);
      expect(new Set(channelOf(image, 3)), filename).toEqual(new Set([255]));
    }
  });

  test('rgb of a palette picture is RGB', async () => {
    const palette = `${unique()}.png`;
    const indices = Uint8Array.from({ length: 256 }, (_, i) => i);
    await upload(
      '/upload/image',
      encodeIndexedPng(16, 16, indices, () => 0),
      palette,
      { subfolder: FOLDER },
    );
    const answer = await show({ filename: palette, channel: 'rgb' });
    expect(colorTypeOf(answer.bytes)).toBe(2);
    expect(channelOf(decodePng(answer.bytes), 0)).toEqual(indices);
  });

  test.each(['rgba', 'x', '', 'A'])('%j is the plain file', async (channel) => {
    const answer = await show({ channel });
    expect(answer.bytes).toEqual(BYTES);
    expect(answer.headers.get('etag')).toBeTruthy();
  });
});
