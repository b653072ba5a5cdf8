import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyError } from '../comfy/errors';
import type { ExactJson } from '../comfy/exact-json';
import { UserDocument } from './user-document';

describe('a document on the server', () => {
  const written: ExactJson[] = [];
  const client = {
    readUserdata: vi.fn(() => Promise.resolve<ExactJson | null>({ kept: true })),
    writeUserdata: vi.fn((_path: string, document: ExactJson) => {
      written.push(document);
      return Promise.resolve();
    }),
  };

  beforeEach(() => {
    vi.useFakeTimers();
    written.length = 0;
  });
  afterEach(() => vi.useRealTimers());

  it('is read from its path', async () => {
    expect(await new UserDocument(client, 'darkroom/a.json').load()).toEqual({ kept: true });
    expect(client.readUserdata).toHaveBeenCalledWith('darkroom/a.json');
  });

  it('is nothing when the server fails', async () => {
    client.readUserdata.mockRejectedValueOnce(new ComfyError('unreachable', 'gone'));
    expect(await new UserDocument(client, 'a').load()).toBeNull();
  });

  it('sends only the last of many changes', async () => {
    const document = new UserDocument(client, 'a');
    document.save(1);
    document.save(2);
    await vi.runAllTimersAsync();
    document.save(3);
    await vi.runAllTimersAsync();
    expect(written).toEqual([2, 3]);
  });

  it('goes on after a failure that says nothing about the route', async () => {
    const document = new UserDocument(client, 'a');
    client.writeUserdata.mockRejectedValueOnce(new ComfyError('unreachable', 'away'));
    document.save(1);
    await vi.runAllTimersAsync();
    document.save(2);
    await vi.runAllTimersAsync();
    expect(written).toEqual([2]);
  });

  it('stops asking a server that refuses', async () => {
    const document = new UserDocument(client, 'a');
    client.writeUserdata.mockRejectedValueOnce(new ComfyError('http', 'no such route', { status: 405 }));
    document.save(1);
    await vi.runAllTimersAsync();
    document.save(2);
    await vi.runAllTimersAsync();
    expect(written).toEqual([]);
  });
});
