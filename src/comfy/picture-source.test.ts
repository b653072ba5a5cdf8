import { describe, expect, it } from 'vitest';
import { ComfyClient } from './client';
import type { FileRef } from './file-ref';
import { serverPictures } from './picture-source';

/** A server that notes what was asked for. */
function server(): { client: ComfyClient; asked: string[] } {
  const asked: string[] = [];
  const client = new ComfyClient({
    baseUrl: 'http://comfy.test',
    fetch: (_, init) => {
      asked.push(init?.method ?? 'GET');
      return Promise.resolve(new Response('', { headers: { 'content-length': '0' } }));
    },
  });
  return { client, asked };
}

const cat: FileRef = { filename: 'cat.png', subfolder: '', type: 'output' };

describe('pictures of the server', () => {
  it('are asked for at once, before the page goes on', () => {
    const { client, asked } = server();
    const pictures = serverPictures(client);
    void pictures.stat(cat);
    expect(asked).toEqual(['HEAD']);
    void pictures.read(cat);
    void pictures.readUpTo(cat, 10);
    expect(asked).toEqual(['HEAD', 'GET', 'GET']);
  });

  it('of a further folder are asked for once the library is there', async () => {
    const { client, asked } = server();
    const pictures = serverPictures(client);
    let ready = (): void => undefined;
    pictures.readyLibrary = () => new Promise((resolve) => (ready = resolve));
    const stat = pictures.stat({ ...cat, subfolder: 'library:archive' });
    expect(asked).toEqual([]);
    ready();
    await stat;
    expect(asked).toEqual(['HEAD']);
  });
});
