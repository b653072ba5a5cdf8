import { describe, expect, it } from 'vitest';
import { DEFAULT_RIGHTS } from '../ports/share-wire';
import { ShareClient, ShareError } from './share-client';

function clientThatHears(answer: () => Promise<Response>): { client: ShareClient; asked: string[] } {
  const asked: string[] = [];
  const client = new ShareClient('http://darkroom.test/prefix/', (address, options = {}) => {
    const { method, body } = options;
    asked.push(`${method} ${address as string} ${typeof body === 'string' ? body : ''}`.trim());
    return answer();
  });
  return { client, asked };
}

const json =
  (body: unknown, status = 200) =>
  (): Promise<Response> =>
    Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));

describe('the client for share links', () => {
  it('asks below the folder of the page, and keeps odd ids inside their part of the path', async () => {
    const { client, asked } = clientThatHears(json(null, 204));
    await client.stop('a/b');
    expect(asked).toEqual(['DELETE http://darkroom.test/prefix/darkroom/shares/a%2Fb']);
    expect(client.liveUrl).toBe('ws://darkroom.test/prefix/darkroom/shares/live');
  });

  it('sends what a link is to be', async () => {
    const { client, asked } = clientThatHears(json({ id: 's' }));
    await client.make({
      title: 'T',
      scope: { kind: 'new' },
      items: [],
      expiresAt: null,
      rights: DEFAULT_RIGHTS,
    });
    expect(asked[0]).toContain('"scope":{"kind":"new"}');
  });

  it.each([
    ['a server without links', json({ error: {} }, 404), 'absent'],
    ['a page in place of an answer', () => Promise.resolve(new Response('<!doctype html>')), 'absent'],
    ['silence', () => Promise.reject(new TypeError('Failed to fetch')), 'silent'],
    ['a refusal', json({ error: {} }, 403), 'refused'],
    ['a fault', json({ error: {} }, 500), 'refused'],
    ['a server without a database', json({ error: { type: 'no_database' } }, 503), 'storeless'],
  ])('takes %s for that', async (_, answer, kind) => {
    const { client } = clientThatHears(answer);
    const error = await client.list().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ShareError);
    expect((error as ShareError).kind).toBe(kind);
  });

  it('does not take one missing link for a server without links', async () => {
    const { client } = clientThatHears(json({ error: {} }, 404));
    await expect(client.stop('gone')).rejects.toMatchObject({ kind: 'refused' });
  });
});
