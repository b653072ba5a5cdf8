import fc from 'fast-check';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readForm, type Form } from './multipart';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-form-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function request(chunks: Buffer[], type: string): IncomingMessage {
  return Object.assign(Readable.from(chunks, { objectMode: false }), {
    headers: { 'content-type': type },
  }) as unknown as IncomingMessage;
}

function read(body: Buffer, cuts: readonly number[] = [], mostBytes = 1e6): Promise<Form> {
  const edges = [0, ...[...cuts].sort((a, b) => a - b).map((cut) => Math.min(cut, body.length)), body.length];
  const chunks = edges.slice(1).map((edge, index) => body.subarray(edges[index], edge));
  const filled = chunks.filter((chunk) => chunk.length > 0);
  return readForm(request(filled, 'multipart/form-data; boundary=XX'), { spoolFolder: folder, mostBytes });
}

function part(disposition: string, content: Buffer | string): Buffer {
  return Buffer.concat([
    Buffer.from(`--XX\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
}

const end = Buffer.from('--XX--\r\n');

async function fileOf(form: Form): Promise<{ filename: string; content: Buffer }> {
  const field = form.get('image');
  if (typeof field !== 'object') {
    throw new Error('no file');
  }
  return { filename: field.filename, content: await readFile(field.spool) };
}

test('text fields and files, however the body is split into chunks', async () => {
  const content = fc.uint8Array({ maxLength: 300 });
  const cuts = fc.array(fc.nat({ max: 700 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(content, cuts, async (bytes, places) => {
      const body = Buffer.concat([
        part('name="type"', 'input'),
        part('name="image"; filename="画 é.png"', Buffer.from(bytes)),
        part('name="empty"', ''),
        end,
      ]);
      const form = await read(body, places);
      expect(form.get('type')).toBe('input');
      expect(form.get('empty')).toBe('');
      const file = await fileOf(form);
      expect(file.filename).toBe('画 é.png');
      expect(file.content.equals(Buffer.from(bytes))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('content that looks like part of a boundary stays content', async () => {
  const content = '\r\n--X\r\n--XY\r\n-';
  const form = await read(
    Buffer.concat([part('name="image"; filename="a"', content), end]),
    [40, 70, 71, 72],
  );
  expect((await fileOf(form)).content.toString()).toBe(content);
});

describe('file names as aiohttp reads them (API notes §2.2)', () => {
  test.each([
    ['"a.png"', 'a.png'],
    ['a.png', 'a.png'],
    ['"C:\\a\\b.png"', 'C:ab.png'],
    ['"/etc/x.png"', 'etc/x.png'],
    ['"a%22b.png"', 'a%22b.png'],
    ['"a\\"b.png"', 'a"b.png'],
    ['"a\\\\b.png"', 'a\\b.png'],
    ['"a;b.png"', 'a;b.png'],
  ])('%s is %s', async (sent, filename) => {
    const form = await read(Buffer.concat([part(`name="image"; filename=${sent}`, 'x'), end]));
    expect((await fileOf(form)).filename).toBe(filename);
  });
});

test('a part with an empty file name is a text field', async () => {
  const form = await read(Buffer.concat([part('name="image"; filename=""', ''), end]));
  expect(form.get('image')).toBe('');
});

test('of two files with the same name the first counts, and the other leaves nothing on disk', async () => {
  const before = await readdir(folder);
  const body = Buffer.concat([
    part('name="image"; filename="a"', 'one'),
    part('name="image"; filename="b"', 'two'),
    end,
  ]);
  const file = await fileOf(await read(body, [90, 130]));
  expect(file.filename).toBe('a');
  expect(file.content.toString()).toBe('one');
  expect((await readdir(folder)).length).toBe(before.length + 1);
});

test('a part may be megabytes long, and a field without a file name is text whatever its type', async () => {
  const big = Buffer.alloc(3_000_000, 'abc\r\n--X');
  const octets = Buffer.from(
    '--XX\r\nContent-Disposition: form-data; name="type"\r\nContent-Type: application/octet-stream\r\n\r\ninput\r\n',
  );
  const form = await read(
    Buffer.concat([octets, part('name="image"; filename="a"', big), end]),
    [200, 70_000],
    1e7,
  );
  expect(form.get('type')).toBe('input');
  const { content } = await fileOf(form);
  expect(content.equals(big)).toBe(true);
});

test('a file that cannot be written fails the form', async () => {
  const body = Buffer.concat([part('name="image"; filename="a"', 'x'.repeat(500_000)), end]);
  const reading = readForm(request([body], 'multipart/form-data; boundary=XX'), {
    spoolFolder: path.join(folder, 'missing'),
    mostBytes: 1e6,
  });
  await expect(reading).rejects.toThrow('ENOENT');
});

test.each([
  ['no part', Buffer.from('--XX--\r\n')],
  ['a part without a name', Buffer.from('--XX\r\nX-Other: a\r\n\r\nv\r\n--XX--\r\n')],
  ['a part without headers', Buffer.from('--XX\r\n\r\nv\r\n--XX--\r\n')],
])('%s is not an error', async (_name, body) => {
  expect((await read(body)).get('image')).toBeUndefined();
});

test.each([
  ['headers that do not end', Buffer.from('--XX\r\nContent-Disposition: form-data; name="a"')],
  ['no boundary at all', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
])('a body of %s fails', async (_name, body) => {
  await expect(read(body)).rejects.toThrow('end of multipart data');
});

test('of two parts with the same name the first counts', async () => {
  const body = Buffer.concat([part('name="a"', 'one'), part('name="a"', 'two'), end]);
  expect((await read(body)).get('a')).toBe('one');
});

test('any other content type gives an empty form', async () => {
  const form = await readForm(request([Buffer.from('{}')], 'application/json'), {
    spoolFolder: folder,
    mostBytes: 10,
  });
  expect(form.size).toBe(0);
});

test('a body that is too large is refused, one that ends early fails, and neither leaves a file', async () => {
  const before = await readdir(folder);
  const body = Buffer.concat([part('name="image"; filename="a"', 'x'.repeat(500)), end]);
  await expect(read(body, [100, 300], 250)).rejects.toMatchObject({ answer: { status: 413 } });
  await expect(read(body.subarray(0, 200))).rejects.toThrow('end of multipart data');
  expect(await readdir(folder)).toEqual(before);
});
