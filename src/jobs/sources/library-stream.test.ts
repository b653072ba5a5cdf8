import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileNews, LibraryStreamError, readChanges } from './library-stream';

const HEAD = { v: 1, epoch: 'e', revision: 7, reset: true };
const LINES: unknown[] = [
  HEAD,
  ['d', 1, 'out', 'a/b'],
  ['t', 4, 'a cat'],
  ['t', 5, 'xl.safetensors'],
  [
    'f',
    'AbC_-9',
    1,
    'n\n"ä".png',
    12,
    -3.5,
    64,
    32,
    0,
    {
      p: 4,
      m: 5,
      l: [5],
      s: '18446744073709551615',
      st: 20,
      c: 7.5,
      r: 'inpaint',
      o: 'x/y.png [output]',
      later: 1,
    },
  ],
  ['later', 'whatever'],
  ['x', 1, 'gone.png'],
  ['f', 'k', 1, 'plain.webp', 0, 0, 0, 0, 0, 0],
];
/** What every whole stream ends with. */
const END = ['e'];

const textOf = (lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A stream that comes in pieces that begin and end anywhere, also within a character. */
function inPieces(text: string, cuts: readonly number[] = []): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return new ReadableStream({
    start(control) {
      ends.forEach((end, i) => control.enqueue(bytes.slice(ends[i - 1] ?? 0, end)));
      control.close();
    },
  });
}

async function read(body: ReadableStream<Uint8Array>): Promise<{ head: unknown; news: FileNews[] }> {
  const news: FileNews[] = [];
  const head = await readChanges(body, {
    head: () => undefined,
    news: (more) => {
      news.push(...more);
      return Promise.resolve();
    },
  });
  return { head, news };
}

describe('a stream of changes', () => {
  it('is read however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { maxLength: 8 }), async (cuts) => {
        const { head, news } = await read(inPieces(textOf([...LINES, END]), cuts));
        expect(head).toEqual(HEAD);
        expect(news).toEqual([
          {
            gone: false,
            file: {
              ...{ tree: 'out', folder: 'a/b', name: 'n\n"ä".png', key: 'AbC_-9', bytes: 12 },
              ...{ modified: -3.5, width: 64, height: 32, duration: 0 },
              making: {
                summary: {
                  ...{
                    prompt: 'a cat',
                    negative: null,
                    model: 'xl.safetensors',
                    seed: 18446744073709551615n,
                  },
                  loras: [{ name: 'xl.safetensors', strength: null }],
                  ...{ steps: 20, cfg: 7.5, denoise: null, sampler: null, scheduler: null },
                  ...{ width: 64, height: 32 },
                },
                recipe: 'inpaint',
                parent: { type: 'output', subfolder: 'x', filename: 'y.png' },
              },
            },
          },
          { gone: true, place: { tree: 'out', folder: 'a/b', name: 'gone.png' } },
          {
            gone: false,
            file: {
              ...{ tree: 'out', folder: 'a/b', name: 'plain.webp', key: 'k', bytes: 0, modified: 0 },
              ...{ width: 0, height: 0, duration: 0, making: null },
            },
          },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it('is no whole wherever it is cut off, also between two lines', async () => {
    const text = textOf([...LINES, END]);
    for (let end = 0; end < text.length; end += 1) {
      await expect(read(inPieces(text.slice(0, end)))).rejects.toThrow(LibraryStreamError);
    }
  });

  const file = (...parts: unknown[]): unknown[] =>
    ['f', 'k', 1, 'a.png', 1, 1, 1, 1, 1, 0].map((part, i) => parts[i] ?? part);
  it.each([
    ['another version', [{ ...HEAD, v: 2 }]],
    ['a head without revision', [{ ...HEAD, revision: '7' }]],
    ['a path out of the folder', [HEAD, ['d', 1, 'out', 'a/../b']]],
    ['an absolute path', [HEAD, ['d', 1, 'out', '/a']]],
    ['a folder nobody named', [HEAD, ['x', 1, 'a.png']]],
    ['a name with a slash', [HEAD, ['d', 1, 'out', ''], file('f', 'k', 1, 'a/b.png')]],
    ['a key that is an address', [HEAD, ['d', 1, 'out', ''], file('f', '../x')]],
    ['a size below nothing', [HEAD, ['d', 1, 'out', ''], file('f', 'k', 1, 'a.png', -1)]],
    ['a time that is none', [HEAD, ['d', 1, 'out', ''], file('f', 'k', 1, 'a.png', 1, 'now')]],
    ['a text nobody named', [HEAD, ['d', 1, 'out', ''], [...file().slice(0, 9), { p: 9 }]]],
    ['a line that is no list', [HEAD, { d: 1 }]],
    ['nothing', []],
  ])('is refused for %s', async (_, lines) => {
    await expect(read(inPieces(textOf([...lines, END])))).rejects.toThrow(LibraryStreamError);
  });

  it('is handed over in pieces between which others may work', async () => {
    const files = Array.from({ length: 1200 }, (_, i) => ['f', 'k', 1, `${i}.png`, 1, 1, 1, 1, 0, 0]);
    const sizes: number[] = [];
    await readChanges(inPieces(textOf([HEAD, ['d', 1, 'out', ''], ...files, END])), {
      head: () => undefined,
      news: (news) => {
        sizes.push(news.length);
        return Promise.resolve();
      },
    });
    expect(sizes).toEqual([500, 500, 200]);
  });
});
