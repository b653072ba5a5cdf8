import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { serverPictures } from '../../comfy/picture-source';
import { mp4, MATROSKA_HEAD, part } from '../fixtures/tiny-video';
import { readVideoCodec } from './video-codec';

const ref = { filename: 'a.mp4', subfolder: '', type: 'output' as const };
let ranges: string[];

/** What the reader makes of a file, on a server that knows ranges or not. */
function codecOf(file: Uint8Array<ArrayBuffer>, knowsRanges = true): Promise<string | null> {
  ranges = [];
  const client = new ComfyClient({
    baseUrl: 'http://comfy.test',
    fetch: (_, init) => {
      const range = new Headers(init?.headers).get('range') ?? '';
      ranges.push(range);
      const [from = 0, to = 0] = range.replace('bytes=', '').split('-').map(Number);
      if (!knowsRanges) {
        return Promise.resolve(new Response(file));
      }
      return Promise.resolve(
        from < file.length
          ? new Response(file.slice(from, to + 1), { status: 206 })
          : new Response(null, { status: 416 }),
      );
    },
  });
  return readVideoCodec(serverPictures(client), ref);
}

describe('the codec of a video', () => {
  it.each([
    ['hvc1', 'H.265'],
    ['hev1', 'H.265'],
    ['avc1', 'H.264'],
    ['av01', 'AV1'],
    ['apch', 'ProRes'],
    ['xxxx', null],
  ])('%s is called %s', async (format, codec) => {
    expect(await codecOf(mp4([format]))).toBe(codec);
  });

  it('is that of the picture, not of the sound before it', async () => {
    expect(await codecOf(mp4(['mp4a', 'hvc1']))).toBe('H.265');
    expect(await codecOf(mp4(['mp4a']))).toBeNull();
  });

  it.each([[true], [false]])('is found behind the pixels too (ranges: %s)', async (knowsRanges) => {
    const pixels = part('mdat', new Uint8Array(300_000));
    expect(await codecOf(mp4(['hvc1'], pixels), knowsRanges)).toBe('H.265');
    expect(ranges).toEqual(['bytes=0-65535', expect.stringMatching(/^bytes=3000\d\d-/)]);
  });

  it('is found behind a part whose length takes 64 bits', async () => {
    const long = part('mdat', new Uint8Array(70_000), true);
    expect(await codecOf(mp4(['hev1'], long))).toBe('H.265');
  });

  it('is read from Matroska', async () => {
    expect(
      await codecOf(new Uint8Array([...MATROSKA_HEAD, ...new TextEncoder().encode('V_MPEGH/ISO/HEVC')])),
    ).toBe('H.265');
    expect(await codecOf(new Uint8Array(MATROSKA_HEAD))).toBeNull();
  });

  it.each([
    ['next to nothing', new Uint8Array(1)],
    ['text', new TextEncoder().encode('<html>no such file</html>')],
    ['zeros', new Uint8Array(100_000)],
    ['a part without end', part('ftyp', new Uint8Array(4)).slice(0, 9)],
    [
      'endless small parts',
      new Uint8Array(Array.from({ length: 9000 }, () => [...part('free', new Uint8Array(8))]).flat()),
    ],
  ])('is unknown of %s', async (_name, bytes) => {
    expect(await codecOf(new Uint8Array(bytes))).toBeNull();
  });
});
