import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { ApiGraph } from '../../src/comfy/graph';
import { emptyImage, node, previewImage, saveGraph, saveImage } from './graphs';
import { chunkTypesOf, colorTypeOf, decodePng, encodePng, readTextChunks, solid } from './pictures';
import { test } from './statement';
import { connect, download, imagesOf, run, unique, upload, type FileItem, type HistoryItem } from './support';

const server = await connect();

async function only(item: HistoryItem, id: string): Promise<{ file: FileItem; bytes: Uint8Array }> {
  const [file] = imagesOf(item, id);
  if (!file) {
    throw new Error('no picture');
  }
  return { file, bytes: await download(file) };
}

async function nameOf(prefix: string, graph?: ApiGraph): Promise<FileItem> {
  const item = await run(graph ?? saveGraph(prefix));
  return (await only(item, '2')).file;
}

describe('text chunks of SaveImage (API notes §8)', () => {
  test('prompt is the graph as run; each extra_pnginfo key becomes a chunk', async () => {
    const graph = saveGraph(`contract/${unique()}`);
    const workflow = { nodes: [{ id: 1, title: '空的 "image"' }], id: 'w' };
    const item = await run(graph, { extra_data: { extra_pnginfo: { workflow, mine: [1, 'é'] } } });
    const texts = readTextChunks((await only(item, '2')).bytes);
    expect(Object.keys(texts)).toEqual(['prompt', 'workflow', 'mine']);
    expect(JSON.parse(texts.prompt ?? '')).toEqual(graph);
    expect(JSON.parse(texts.workflow ?? '')).toEqual(workflow);
    expect(JSON.parse(texts.mine ?? '')).toEqual([1, 'é']);
  });

  test('they are tEXt in plain ASCII, before the pixels', async () => {
    const item = await run(saveGraph(`contract/${unique()}`), {
      extra_data: { extra_pnginfo: { workflow: { t: '画' } } },
    });
    const { bytes } = await only(item, '2');
    const types = chunkTypesOf(bytes);
    expect(types.filter((type) => type === 'tEXt')).toHaveLength(2);
    expect(types.lastIndexOf('tEXt')).toBeLessThan(types.indexOf('IDAT'));
    expect(readTextChunks(bytes).workflow).toBe('{"t": "\\u753b"}');
  });

  test('without extra_pnginfo there is only prompt', async () => {
    const { bytes } = await only(await run(saveGraph(`contract/${unique()}`)), '2');
    expect(Object.keys(readTextChunks(bytes))).toEqual(['prompt']);
  });

  test('it contains coerced values, titles and unused nodes', async () => {
    const graph = saveGraph(`contract/${unique()}`);
    graph['1'] = { ...emptyImage(8, 8), _meta: { title: '空' } };
    graph['1'].inputs.width = '9';
    graph['7'] = emptyImage(3, 3);
    const { bytes } = await only(await run(graph), '2');
    const stored = JSON.parse(readTextChunks(bytes).prompt ?? '') as ApiGraph;
    expect(stored['1']?.inputs.width).toBe(9);
    expect(stored['1']?._meta?.title).toBe('空');
    expect(stored['7']).toEqual(emptyImage(3, 3));
  });

  test('nodes that watch a file carry is_changed, in the picture but not in the history', async () => {
    const name = `${unique('contract-')}.png`;
    const bytes = encodePng(solid(3, 2, [7, 8, 9, 255]));
    await upload('/upload/image', bytes, name);
    const item = await run({ '1': node('LoadImage', { image: name }), '2': previewImage(['1', 0]) });
    expect(item.prompt[2]['1']).toEqual(node('LoadImage', { image: name }));
    const stored = JSON.parse(readTextChunks((await only(item, '2')).bytes).prompt ?? '') as Record<
      string,
      unknown
    >;
    expect(stored['1']).toEqual({
      ...node('LoadImage', { image: name }),
      is_changed: [createHash('sha256').update(bytes).digest('hex')],
    });
  });

  test('PreviewImage writes them too', async () => {
    const graph = { '1': emptyImage(5, 4, 1), '2': previewImage(['1', 0]) };
    const item = await run(graph, { extra_data: { extra_pnginfo: { workflow: {} } } });
    const { file, bytes } = await only(item, '2');
    expect(file).toMatchObject({ type: 'temp', subfolder: '' });
    expect(file.filename).toMatch(/^ComfyUI_temp_[a-z]{5}_\d{5}_\.png$/);
    expect(Object.keys(readTextChunks(bytes))).toEqual(['prompt', 'workflow']);
  });
});

describe('names of SaveImage (API notes §8)', () => {
  test('a five-digit counter after the prefix, incremented for each file', async () => {
    const stem = unique();
    const names = [];
    for (let i = 0; i < 3; i++) {
      names.push((await nameOf(`contract/${stem}`)).filename);
    }
    expect(names).toEqual([1, 2, 3].map((n) => `${stem}_0000${n}_.png`));
  });

  test('the counter continues after the highest existing number', async () => {
    const stem = unique();
    await upload('/upload/image', 'x', `${stem}_00041_.png`, { type: 'output', subfolder: 'contract' });
    await upload('/upload/image', 'x', `${stem}x_00099_.png`, { type: 'output', subfolder: 'contract' });
    expect((await nameOf(`contract/${stem}`)).filename).toBe(`${stem}_00042_.png`);
  });

  test('a batch takes consecutive numbers; %batch_num% counts from 0', async () => {
    const stem = unique();
    const batch = await run({
      '1': emptyImage(4, 4, 9, 3),
      '2': saveImage(['1', 0], `contract/${stem}`),
      '3': saveImage(['1', 0], `contract/${stem}b%batch_num%`),
    });
    expect(imagesOf(batch, '2').map((file) => file.filename)).toEqual(
      [1, 2, 3].map((n) => `${stem}_0000${n}_.png`),
    );
    expect(imagesOf(batch, '3').map((file) => file.filename)).toEqual(
      [0, 1, 2].map((n) => `${stem}b${n}_0000${n + 1}_.png`),
    );
  });

  test('folders in the prefix are created', async () => {
    const folder = unique('d');
    const file = await nameOf(`contract/${folder}/deep/x`);
    expect(file).toEqual({ filename: 'x_00001_.png', subfolder: `contract/${folder}/deep`, type: 'output' });
  });

  test('a trailing slash is removed, a path with dot segments is normalised', async () => {
    const name = unique();
    expect(await nameOf(`contract/${name}/`)).toMatchObject({
      filename: `${name}_00001_.png`,
      subfolder: 'contract',
    });
    expect(await nameOf(`contract/x/../${name}`)).toMatchObject({
      filename: `${name}_00002_.png`,
      subfolder: 'contract',
    });
  });

  test('the server expands size and time, and nothing else', async () => {
    const stem = unique();
    const before = new Date();
    const { filename } = await nameOf(
      `contract/${stem}-%width%x%height%-%year%-%month%-%day%-%hour%-%minute%-%second%-%date:yyyy%-%Node.w%`,
    );
    const parts = /^(.*)-(\d+x\d+)-(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)-(.*)_00001_\.png$/.exec(filename);
    expect(parts?.[1]).toBe(stem);
    expect(parts?.[2]).toBe('8x8');
    expect(parts?.[4]).toBe('%date:yyyy%-%Node.w%');
    // The server may be in another time zone, half a day or more in either direction.
    const [year, month, day, hour, minute, second] = (parts?.[3] ?? '').split('-').map(Number);
    const told = new Date(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
    expect(Math.abs(told.getTime() - before.getTime())).toBeLessThan(15 * 3_600_000);
  });

  test.each(['../escape', '/tmp/escape', 'contract/../../escape'])(
    '%s fails when it runs',
    async (prefix) => {
      const item = await run(saveGraph(`${prefix}${unique()}`));
      expect(item.status.messages.at(-1)?.[0]).toBe('execution_error');
    },
  );

  test('names beyond ASCII', async () => {
    const stem = `${unique()}画é`;
    const item = await run(saveGraph(`contract/${stem}`));
    const { file, bytes } = await only(item, '2');
    expect(file.filename).toBe(`${stem}_00001_.png`);
    expect(decodePng(bytes).width).toBe(8);
  });
});

describe('the picture (API notes §7.4)', () => {
  test('three channels are RGB, four RGBA', async () => {
    const rgb = await run({ '1': emptyImage(4, 4, 1), '2': previewImage(['1', 0]) });
    expect(colorTypeOf((await only(rgb, '2')).bytes)).toBe(2);
    const rgba = await run({
      '1': emptyImage(4, 4, 1),
      '3': node('SolidMask', { value: 0.25, width: 4, height: 4 }),
      '4': node('JoinImageWithAlpha', { image: ['1', 0], alpha: ['3', 0] }),
      '2': previewImage(['4', 0]),
    });
    expect(colorTypeOf((await only(rgba, '2')).bytes)).toBe(6);
  });

  test('SaveImage passes its pictures on, on newer servers', () => {
    expect(server.nodes.SaveImage?.output).toEqual(server.does('saveReturnsImages') ? ['IMAGE'] : []);
  });
});
