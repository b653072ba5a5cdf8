import { describe, expect } from 'vitest';
import { encodePng, solid } from './pictures';
import { test } from './statement';
import {
  connect,
  get,
  post,
  postForm,
  send,
  sendRaw,
  unique,
  upload,
  view,
  type UploadAnswer,
} from './support';

const server = await connect();

/** All files of this suite go into this folder of `input/`. */
const FOLDER = `contract/${unique('up')}`;

function png(seed: number): Uint8Array {
  return encodePng(solid(4, 4, [seed, 2 * seed, 3 * seed, 255]));
}

async function uploaded(
  bytes: Uint8Array | string,
  name: string,
  fields: Record<string, string> = {},
): Promise<UploadAnswer> {
  const answer = await upload('/upload/image', bytes, name, { subfolder: FOLDER, ...fields });
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
}

async function stored(name: string, subfolder = FOLDER, type = 'input'): Promise<Uint8Array> {
  const answer = await get(view({ filename: name, subfolder, type }));
  expect(answer.status).toBe(200);
  return answer.bytes;
}

describe('naming (API notes §2.2)', () => {
  test('the response is name, subfolder and type; the bytes are stored unchanged', async () => {
    const bytes = png(1);
    const name = `${unique()}.png`;
    expect(await uploaded(bytes, name)).toEqual({ name, subfolder: FOLDER, type: 'input' });
    expect(await stored(name)).toEqual(bytes);
  });

  test('without a subfolder the file is in the root and subfolder is empty', async () => {
    const name = `${unique('contract-')}.png`;
    const answer = await upload('/upload/image', png(1), name);
    expect(answer.json()).toEqual({ name, subfolder: '', type: 'input' });
    expect((await get(view({ filename: name, type: 'input' }))).status).toBe(200);
  });

  test('the same bytes under the same name are stored once', async () => {
    const name = `${unique()}.png`;
    await uploaded(png(2), name);
    expect((await uploaded(png(2), name)).name).toBe(name);
  });

  test('new bytes get the next free number, known ones keep theirs', async () => {
    const stem = unique();
    expect((await uploaded(png(1), `${stem}.png`)).name).toBe(`${stem}.png`);
    expect((await uploaded(png(2), `${stem}.png`)).name).toBe(`${stem} (1).png`);
    expect((await uploaded(png(3), `${stem}.png`)).name).toBe(`${stem} (2).png`);
    expect((await uploaded(png(2), `${stem}.png`)).name).toBe(`${stem} (1).png`);
    expect(await stored(`${stem} (2).png`)).toEqual(png(3));
  });

  test('only the last extension counts', async () => {
    const stem = unique();
    await uploaded('a', `${stem}.tar.gz`);
    expect((await uploaded('b', `${stem}.tar.gz`)).name).toBe(`${stem}.tar (1).gz`);
    await uploaded('a', stem);
    expect((await uploaded('b', stem)).name).toBe(`${stem} (1)`);
  });

  test.each(['true', '1'])('overwrite=%s replaces', async (overwrite) => {
    const name = `${unique()}.png`;
    await uploaded(png(1), name);
    expect((await uploaded(png(2), name, { overwrite })).name).toBe(name);
    expect(await stored(name)).toEqual(png(2));
  });

  test.each(['True', 'yes', 'false', '0', ''])('overwrite=%j does not', async (overwrite) => {
    const stem = unique();
    await uploaded(png(1), `${stem}.png`);
    expect((await uploaded(png(2), `${stem}.png`, { overwrite })).name).toBe(`${stem} (1).png`);
    expect(await stored(`${stem}.png`)).toEqual(png(1));
  });

  test.each(['input', 'temp', 'output'])('type=%s chooses the folder', async (type) => {
    const name = `${unique()}.png`;
    const bytes = png(7);
    expect(await uploaded(bytes, name, { type })).toEqual({ name, subfolder: FOLDER, type });
    expect(await stored(name, FOLDER, type)).toEqual(bytes);
  });

  test('subfolder is echoed as sent, while the file is stored at the normalised path', async () => {
    const name = `${unique()}.png`;
    const subfolder = `${FOLDER}/x/../z`;
    expect(await uploaded(png(1), name, { subfolder })).toMatchObject({ subfolder });
    await stored(name, `${FOLDER}/z`);
  });

  test.each(['画 像é.png', 'a+b & c=d%20.png', "quote'.png", 'двa.PNG'])('name %s', async (tail) => {
    const name = `${unique()}${tail}`;
    expect((await uploaded(png(1), name)).name).toBe(name);
    expect(await stored(name)).toEqual(png(1));
  });

  test('a quote, which browsers encode, stays three characters', async () => {
    const name = `${unique()}%22x.png`;
    expect((await uploaded(png(1), name)).name).toBe(name);
    await stored(name);
  });

  test('a folder in the name is used if it exists, else 500', async () => {
    const name = `${unique()}.png`;
    await uploaded(png(1), 'any.png', { subfolder: `${FOLDER}/deep`, overwrite: 'true' });
    expect((await uploaded(png(1), `deep/${name}`)).name).toBe(`deep/${name}`);
    await stored(name, `${FOLDER}/deep`);
    const missing = await upload('/upload/image', png(1), `${unique('no')}/${name}`, { subfolder: FOLDER });
    expect(missing.status).toBe(500);
  });

  test('a backslash escapes, leading slashes are removed', async () => {
    const stem = unique();
    expect((await uploaded(png(1), `C:\\a\\${stem}.png`)).name).toBe(`C:a${stem}.png`);
    expect((await uploaded(png(1), `/${stem}.png`)).name).toBe(`${stem}.png`);
  });
});

describe('what is accepted (API notes §2.2)', () => {
  test('any bytes, even none, with any content type', async () => {
    expect((await uploaded('no picture', `${unique()}.png`)).name).toMatch(/png$/);
    expect((await uploaded('', `${unique()}.png`)).name).toMatch(/png$/);
    const answer = await postForm('/upload/image', [
      { name: 'image', filename: `${unique()}.bin`, body: 'no content type' },
      { name: 'subfolder', body: FOLDER },
    ]);
    expect(answer.status).toBe(200);
  });

  test('the first of two image parts', async () => {
    const name = `${unique()}.png`;
    const answer = await postForm('/upload/image', [
      { name: 'image', filename: name, body: 'first' },
      { name: 'image', filename: `${unique()}.png`, body: 'second' },
      { name: 'subfolder', body: FOLDER },
    ]);
    expect(answer.json<UploadAnswer>().name).toBe(name);
    expect(Buffer.from(await stored(name)).toString()).toBe('first');
  });
});

describe('what is refused (API notes §2.2)', () => {
  test('400 with an empty body: leaving the folder', async () => {
    const cases: [string, Record<string, string>][] = [
      ['x.png', { subfolder: '../..' }],
      ['x.png', { subfolder: '/tmp' }],
      ['x.png', { subfolder: '../input-evil' }],
      ['../../x.png', {}],
      ['../../../x.png', { subfolder: FOLDER }],
    ];
    for (const [name, fields] of cases) {
      const answer = await upload('/upload/image', png(1), name, fields);
      expect(answer.status, JSON.stringify([name, fields])).toBe(400);
      expect(answer.bytes).toHaveLength(0);
    }
  });

  test('400: no image, a JSON body, an empty file name', async () => {
    expect((await postForm('/upload/image', [{ name: 'subfolder', body: FOLDER }])).status).toBe(400);
    expect((await post('/upload/image', { image: 'x' })).status).toBe(400);
    expect((await send('POST', '/upload/image')).status).toBe(400);
    // What a browser sends for an empty file field.
    expect((await postForm('/upload/image', [{ name: 'image', filename: '', body: '' }])).status).toBe(400);
    expect((await postForm('/upload/image', [{ name: 'image', body: '' }])).status).toBe(400);
  });

  test('500: image as a text field, contents without a file name, an unknown type', async () => {
    expect((await postForm('/upload/image', [{ name: 'image', filename: '', body: 'x' }])).status).toBe(500);
    expect((await postForm('/upload/image', [{ name: 'image', type: 'image/png', body: 'x' }])).status).toBe(
      500,
    );
    expect((await postForm('/upload/image', [{ name: 'image', body: 'text' }])).status).toBe(500);
    for (const type of ['bogus', '', 'Input']) {
      const answer = await upload('/upload/image', png(1), `${unique()}.png`, { subfolder: FOLDER, type });
      expect(answer.status).toBe(500);
    }
  });
});

describe('GET /internal/files (API notes §2.2)', () => {
  test('newest first, top level only, annotated by newer servers', async () => {
    const [older, newer, deep] = [unique('contract-a'), unique('contract-b'), unique('contract-c')];
    await upload('/upload/image', png(1), `${older}.png`);
    await upload('/upload/image', png(1), `${newer}.png`);
    await upload('/upload/image', png(1), `${deep}.png`, { subfolder: FOLDER });
    const names = (await get('/internal/files/input')).json<string[]>();
    const shown = (stem: string): string => `${stem}.png${server.does('annotatedFiles') ? ' [input]' : ''}`;
    expect(names).toContain(shown(older));
    expect(names.indexOf(shown(newer))).toBeLessThan(names.indexOf(shown(older)));
    expect(names.join()).not.toContain(deep);
  });

  test('another folder is 400', async () => {
    const answer = await get('/internal/files/models');
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error: 'Invalid directory type' });
  });

  test('hidden files are accepted, and listed only by older servers', async () => {
    const name = `.${unique('contract-')}.png`;
    expect((await upload('/upload/image', png(1), name)).json<UploadAnswer>().name).toBe(name);
    const names = (await get('/internal/files/input')).json<string[]>();
    expect(names.some((listed) => listed.includes(name))).toBe(!server.does('annotatedFiles'));
  });
});

describe('paths as they are on the wire', () => {
  test('dot segments reach no other route', async () => {
    expect((await sendRaw('GET', '/view/../queue')).status).toBe(404);
  });
});
