import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PNG } from 'pngjs';
import { markFresh, takeFresh } from './fresh-pictures';
import { NewPicture, readForm } from './new-picture.svelte';

const values = new Map<string, string>();

describe('NewPicture', () => {
  const files: File[] = [];
  const store = vi.fn((file: File) => {
    files.push(file);
    return Promise.resolve({ filename: file.name, subfolder: 'darkroom', type: 'input' as const });
  });

  beforeEach(() => {
    files.length = 0;
    values.clear();
    vi.clearAllMocks();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => values.set(key, value),
    });
  });

  it('becomes a file of the wished size and colour on the server', async () => {
    const picture = new NewPicture(store);
    picture.set({ width: 80, height: 64, color: '#102030' });
    const making = picture.create();
    expect(picture.busy).toBe(true);
    const ref = await making;
    expect(picture.busy).toBe(false);
    expect(ref?.filename).toMatch(/^new-80x64-[0-9a-f]{8}\.png$/);
    const png = PNG.sync.read(Buffer.from(await (files[0] as File).arrayBuffer()));
    expect([png.width, png.height]).toEqual([80, 64]);
    expect([...png.data.subarray(0, 4)]).toEqual([0x10, 0x20, 0x30, 255]);
  });

  it('never has the name of an earlier one, whose masks would come with it', async () => {
    const picture = new NewPicture(store);
    picture.set({ width: 64, height: 64 });
    const names = [(await picture.create())?.filename, (await picture.create())?.filename];
    expect(new Set(names).size).toBe(2);
  });

  it('is not made of a size that cannot be used, and says why', async () => {
    const picture = new NewPicture(store);
    picture.set({ width: 63 });
    expect(picture.problem('width')).toBe('small');
    expect(picture.problem('height')).toBeNull();
    expect(picture.valid).toBe(false);
    expect(picture.nearest).toBeNull();
    expect(await picture.create()).toBeNull();
    expect(store).not.toHaveBeenCalled();
    picture.set({ width: 9000 });
    expect(picture.problem('width')).toBe('large');
  });

  it('names the nearest size that models take', () => {
    const picture = new NewPicture(store);
    expect(picture.nearest).toBeNull();
    picture.set({ width: 1001 });
    expect(picture.nearest).toEqual({ width: 1000, height: 1024 });
    picture.turn();
    expect(picture.nearest).toEqual({ width: 1024, height: 1000 });
  });

  it('says why it did not reach the server, and can be made again', async () => {
    const picture = new NewPicture(store);
    picture.set({ width: 64, height: 64 });
    store.mockRejectedValueOnce(new Error('off'));
    expect(await picture.create()).toBeNull();
    expect(picture.failure).toEqual(new Error('off'));
    expect(picture.busy).toBe(false);
    expect(await picture.create()).not.toBeNull();
    expect(picture.failure).toBeNull();
  });

  it('comes back as it was last made', async () => {
    const picture = new NewPicture(store);
    picture.set({ width: 96, height: 64, gradient: true, to: '#00ff00', direction: 'round' });
    await picture.create();
    expect(new NewPicture(store).form).toEqual(picture.form);
    expect(new NewPicture(store).picture.gradient).toEqual({ to: '#00ff00', direction: 'round' });
  });

  it('reads whatever another version stored', () => {
    const form = readForm({ width: 3, height: '5', color: 'red', direction: 'up', gradient: 1 });
    expect(form).toEqual(readForm(null));
  });
});

describe('a fresh picture', () => {
  it('is one until it is opened', () => {
    const ref = { filename: 'new.png', subfolder: 'darkroom', type: 'input' as const };
    expect(takeFresh(ref)).toBe(false);
    markFresh(ref);
    expect(takeFresh({ ...ref })).toBe(true);
    expect(takeFresh(ref)).toBe(false);
  });
});
