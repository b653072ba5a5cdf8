import { describe, expect, it, vi } from 'vitest';
import { deviceRef, isOnDevice } from '../../comfy/device-ref';
import type { FileRef } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import { insertPngText, PNG_SIGNATURE, pngChunk, concatBytes } from '../../comfy/png';
import { OutputLibrary } from '../library/output-library.svelte';
import { foundRecord } from '../sources/found-record';
import { deviceFileAt, deviceFilesOf } from './device-files';
import { DeviceFolder } from './device-folder.svelte';
import { DeviceFolders } from './device-folders.svelte';
import type { FolderFile } from './walk-folder';

const GRAPH = {
  '1': { class_type: 'CLIPTextEncode', inputs: { text: 'a harbour at dawn', clip: ['9', 1] } },
  '2': {
    class_type: 'KSampler',
    inputs: { seed: 7, steps: 4, cfg: 1, sampler_name: 'euler', positive: ['1', 0], negative: ['1', 0] },
  },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'copied' } },
};

function png(name: string, { prompt = false, modified = 1000, padding = 0 } = {}): File {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, 320);
  new DataView(header.buffer).setUint32(4, 200);
  header.set([8, 2], 8);
  const bytes = concatBytes([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', new Uint8Array(padding)),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
  const whole = prompt ? insertPngText(bytes, [['prompt', JSON.stringify(GRAPH)]]) : bytes;
  return new File([new Uint8Array(whole)], name, { lastModified: modified, type: 'image/png' });
}

/** A server whose files all have so many bytes. */
function server(bytes = 0): PictureSource & { asked: string[] } {
  const asked: string[] = [];
  const ask = <T>(ref: FileRef, answer: T): T => {
    asked.push(ref.filename);
    return answer;
  };
  return {
    asked,
    url: (ref) => ask(ref, `/view?filename=${ref.filename}`),
    read: (ref) => Promise.resolve(ask(ref, new Blob(['server']))),
    readUpTo: (ref) => Promise.resolve(ask(ref, null)),
    stat: (ref) => Promise.resolve(ask(ref, { bytes, tag: null })),
  };
}

const files = (...list: File[]): FolderFile[] => list.map((file) => ({ file, folder: '' }));

describe('a folder of this device', () => {
  it('shows its pictures with what their files tell, the newest first', async () => {
    const items = new OutputLibrary();
    const pictures = server();
    const folder = new DeviceFolder({ name: 'holiday', items, pictures });
    await folder.read([
      ...files(png('old.png', { modified: 1000 })),
      { file: png('made.png', { prompt: true, modified: 2000 }), folder: 'day' },
    ]);
    const [made, old] = items.slice(0);
    expect(made?.output).toMatchObject({
      nodeId: '3',
      ref: { subfolder: 'device:holiday/day', filename: 'made.png' },
      file: { width: 320, height: 200 },
    });
    expect(made?.job).toMatchObject({ device: true, found: true, endedAt: 2000 });
    expect(made?.job.summary).toMatchObject({
      prompt: 'a harbour at dawn',
      seed: expect.anything() as unknown,
    });
    expect(old?.job.summary).toBeNull();
    expect([folder.state, folder.total, folder.done, folder.shown, folder.known]).toEqual([
      'read',
      2,
      2,
      2,
      0,
    ]);
    expect(pictures.asked).toEqual([]);
  });

  it('takes them away again when it is closed, with their addresses', async () => {
    const items = new OutputLibrary();
    const pictures = server();
    const folder = new DeviceFolder({ name: 'holiday', items, pictures });
    await folder.read(files(png('a.png'), png('b.png')));
    const ref = deviceRef('holiday', 'a.png');
    const url = pictures.url(ref);
    expect(deviceFileAt(`${url}&rand=1`)?.name).toBe('a.png');
    folder.close();
    expect(items.slice(0)).toEqual([]);
    expect(deviceFileAt(url)).toBeUndefined();
    await expect(pictures.read(ref)).rejects.toThrow('closed');
    expect(await pictures.stat(ref)).toBeNull();
  });

  it('leaves out what the gallery has: the same name and as many bytes', async () => {
    const file = png('same.png');
    const items = new OutputLibrary();
    const there = (filename: string): void =>
      items.change({
        removed: [],
        added: [foundRecord({ type: 'output', subfolder: 'x', filename }, 1)],
      });
    there('same.png');
    there('other.png');
    const pictures = server(file.size);
    const folder = new DeviceFolder({ name: 'holiday', items, pictures });
    await folder.read(files(file, png('other.png', { padding: 5 }), png('new.png')));
    const own = items.slice(0).filter(({ output }) => isOnDevice(output.ref));
    expect(own.map(({ output }) => output.ref.filename).sort()).toEqual(['new.png', 'other.png']);
    expect([folder.shown, folder.known]).toEqual([2, 1]);
    // Only of names that are there already the size is asked for.
    expect(pictures.asked.sort()).toEqual(['other.png', 'same.png']);
  });

  it('can be closed while it is read, and shows nothing afterwards', async () => {
    const items = new OutputLibrary();
    const folder = new DeviceFolder({ name: 'holiday', items, pictures: server() });
    const change = items.change.bind(items);
    let done = NaN;
    vi.spyOn(items, 'change').mockImplementationOnce((news) => {
      change(news);
      done = folder.done;
      folder.close();
    });
    const reading = folder.read(files(...Array.from({ length: 300 }, (_, i) => png(`${i}.png`))));
    await reading;
    expect(done).toBeGreaterThan(0);
    expect(folder.done).toBeLessThan(300);
    expect(items.slice(0)).toEqual([]);
  });

  it('takes no more than so many files', async () => {
    const items = new OutputLibrary();
    const folder = new DeviceFolder({ name: 'holiday', items, pictures: server(), most: 2 });
    await folder.read(files(png('a.png'), png('b.png'), png('c.png')));
    expect([folder.isCut, folder.shown]).toEqual([true, 2]);
  });
});

describe('the folders that are open', () => {
  it('have names of their own, so that their files do too', async () => {
    const items = new OutputLibrary();
    const folders = new DeviceFolders({ items }, server());
    await folders.open('holiday', files(png('a.png')));
    await folders.open('holiday', files(png('a.png', { padding: 9 })));
    expect(folders.all.map(({ name }) => name)).toEqual(['holiday', 'holiday (2)']);
    expect(items.length).toBe(2);
  });

  it('tell why there is nothing to show', async () => {
    const items = new OutputLibrary();
    const folders = new DeviceFolders({ items }, server());
    expect(await folders.open('holiday', [])).toEqual({ outcome: 'empty' });
    expect(await folders.open('holiday', files(png('a.png')))).toEqual({ outcome: 'shown' });
    expect(await folders.open('again', files(png('a.png')))).toEqual({ outcome: 'known', count: 1 });
    const closed = folders.open('more', files(...Array.from({ length: 50 }, (_, i) => png(`${i}.png`))));
    folders.all.at(-1)?.close();
    const [, more] = folders.all;
    if (more) {
      folders.close(more);
    }
    expect(await closed).toEqual({ outcome: 'closed' });
    expect(folders.all.map(({ name }) => name)).toEqual(['holiday']);
  });
});

describe('files of this device', () => {
  it('are read from the device, in parts where parts are asked for, and all others from the server', async () => {
    const pictures = server();
    const held = deviceFilesOf(pictures);
    expect(deviceFilesOf(pictures)).toBe(held);
    const ref = deviceRef('x', 'a.txt');
    held.add('device-1', ref, new File(['0123456789'], 'a.txt', { lastModified: 1_700_000_000_000 }));
    expect(await (await pictures.read(ref, { range: [2, 4] })).text()).toBe('234');
    expect(await (await pictures.read(ref)).text()).toBe('0123456789');
    expect(await pictures.stat(ref)).toEqual({ bytes: 10, tag: '"17979cfe362a0000-a"' });
    expect(await pictures.readUpTo(ref, 5)).toMatchObject({ file: null, bytes: 10 });
    expect(pictures.asked).toEqual([]);
    expect(await (await pictures.read({ ...ref, subfolder: '' })).text()).toBe('server');
    expect(pictures.url({ ...ref, subfolder: '' })).toBe('/view?filename=a.txt');
  });

  it('have one address each', () => {
    const made = vi.spyOn(URL, 'createObjectURL');
    const pictures = server();
    const ref = deviceRef('x', 'a.txt');
    deviceFilesOf(pictures).add('device-1', ref, new File(['0'], 'a.txt'));
    expect(pictures.url(ref)).toBe(pictures.url(ref));
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
  });
});
