import { describe, expect, it, vi } from 'vitest';
import { ComfyError } from '../../../comfy/errors';
import type { FileRef } from '../../../comfy/file-ref';
import type { GalleryItem } from '../../../jobs/job-store.svelte';
import { newJob } from '../../../jobs/fixtures/records';
import type { JobGraph } from '../../../jobs/state/job';
import { sidecarText, usedFiles } from './sidecar';
import { type ZipContents, type ZipEntry, zipEntries } from './zip-entries';

const BIGGEST = 18446744073709551615n;

function item(id: string, filename: string, subfolder = ''): GalleryItem {
  const ref: FileRef = { filename, subfolder, type: 'output' };
  const output = { nodeId: '9', index: 0, ref, media: 'image' as const };
  const job = newJob(id, 'completed', { endedAt: Date.UTC(2026, 0, 5), outputs: [output] });
  return { key: `${id}/0`, job, output, repeats: [], replaced: false };
}

const made: JobGraph = {
  graph: {
    '1': { class_type: 'LoadImage', inputs: { image: 'photo.png' } },
    '2': { class_type: 'KSampler', inputs: { seed: BIGGEST } },
    '3': { class_type: 'LoadImageMask', inputs: { image: 'clipspace/mask.png [input]', channel: 'alpha' } },
  },
  pngInfo: { workflow: { nodes: [] } },
};

async function collect(
  items: readonly GalleryItem[],
  contents: ZipContents,
  { missing = [] as string[] } = {},
): Promise<{ entries: ZipEntry[]; failed: string[]; read: string[] }> {
  const failed: string[] = [];
  const read: string[] = [];
  const entries: ZipEntry[] = [];
  const source = {
    pictures: {
      read: (ref: FileRef) => {
        read.push(ref.filename);
        return missing.includes(ref.filename)
          ? Promise.reject(new ComfyError('http', 'gone'))
          : Promise.resolve(new Blob([ref.filename]));
      },
    },
    jobs: { graph: () => Promise.resolve(made) },
    signal: new AbortController().signal,
    onfailed: (name: string) => failed.push(name),
    ondone: () => undefined,
  };
  for await (const entry of zipEntries(items, contents, source)) {
    entries.push(entry);
  }
  return { entries, failed, read };
}

describe('the files of an archive', () => {
  it('have names of their own, whatever folders they come from', async () => {
    const { entries } = await collect([item('a', 'x.png'), item('b', 'x.png', 'sub')], 'pictures');
    expect(entries.map(({ name }) => name)).toEqual(['x.png', 'x (2).png']);
    expect(entries[0]?.lastModified.toISOString()).toBe('2026-01-05T00:00:00.000Z');
  });

  it('lack what cannot be had, which is named', async () => {
    const items = ['a', 'b', 'c'].map((id) => item(id, `${id}.png`));
    const { entries, failed } = await collect(items, 'pictures', { missing: ['b.png'] });
    expect(entries.map(({ name }) => name)).toEqual(['a.png', 'c.png']);
    expect(failed).toEqual(['b.png']);
  });

  it('tell how each was made, with the files it was made from once', async () => {
    const { entries, read } = await collect([item('a', 'a.png'), item('b', 'b.png')], 'everything');
    expect(entries.map(({ name }) => name)).toEqual([
      'a.png',
      'inputs/photo.png',
      'inputs/mask.png',
      'a.png.json',
      'b.png',
      'b.png.json',
    ]);
    expect(read.filter((name) => name === 'photo.png')).toHaveLength(1);
    expect(entries.at(-1)?.input).toContain('"inputs/mask.png"');
  });

  it('are read two at a time at most', async () => {
    const items = Array.from({ length: 6 }, (_, at) => item(`${at}`, `${at}.png`));
    const read = vi.fn((ref: FileRef) => Promise.resolve(new Blob([ref.filename])));
    const entries = zipEntries(items, 'pictures', {
      pictures: { read },
      jobs: { graph: () => Promise.resolve(null) },
      signal: new AbortController().signal,
      onfailed: () => undefined,
      ondone: () => undefined,
    });
    await entries.next();
    expect(read).toHaveBeenCalledTimes(2);
    await entries.next();
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('end when the archive is given up', async () => {
    const off = new AbortController();
    const entries = zipEntries([item('a', 'a.png')], 'pictures', {
      pictures: { read: () => Promise.reject(new ComfyError('unreachable', 'away')) },
      jobs: { graph: () => Promise.resolve(null) },
      signal: off.signal,
      onfailed: () => expect.fail('was given up, did not fail'),
      ondone: () => undefined,
    });
    off.abort();
    await expect(entries.next()).rejects.toThrow(/abort/i);
  });
});

describe('what is written beside a picture', () => {
  it('keeps every digit of a seed', () => {
    expect(sidecarText(item('a', 'a.png'), made, [])).toContain(`"seed": ${BIGGEST}`);
  });

  it('is there also when nobody knows the graph any more', () => {
    expect(JSON.parse(sidecarText(item('a', 'a.png', 'sub\\day'), null, []))).toMatchObject({
      file: 'sub/day/a.png',
      job: 'a',
    });
  });
});

describe('the files a graph reads', () => {
  it('are found under their folders, each once', () => {
    expect(
      usedFiles({ ...made.graph, '4': { class_type: 'LoadImage', inputs: { image: 'photo.png' } } }),
    ).toEqual([
      { filename: 'photo.png', subfolder: '', type: 'input' },
      { filename: 'mask.png', subfolder: 'clipspace', type: 'input' },
    ]);
  });

  it('are none for links, and for classes named like members of every object', () => {
    expect(
      usedFiles({
        '1': { class_type: 'LoadImage', inputs: { image: ['2', 0] } },
        '2': { class_type: 'constructor', inputs: { image: 'x.png' } },
      }),
    ).toEqual([]);
  });
});
