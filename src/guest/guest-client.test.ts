import { describe, expect, it, vi } from 'vitest';
import { GuestClient, RefusedError } from './guest-client';

function clientThatHears(answer: () => Promise<Response>): {
  client: GuestClient;
  asked: [string, RequestInit][];
} {
  const asked: [string, RequestInit][] = [];
  const client = new GuestClient('/darkroom/', (address, options) => {
    asked.push([address as string, options ?? {}]);
    return answer();
  });
  return { client, asked };
}

const json =
  (body: unknown, status = 200) =>
  (): Promise<Response> =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));

describe("the guest's client", () => {
  it('sends the secret in the body, never in an address', async () => {
    const { client, asked } = clientThatHears(json({ id: 'p' }));
    await client.open('SECRET', 'letmein');
    expect(asked[0]?.[0]).toBe('/darkroom/s/open');
    expect(asked[0]?.[1]).toMatchObject({ method: 'POST', body: '{"token":"SECRET","password":"letmein"}' });
  });

  it('keeps odd ids inside their part of the path', async () => {
    const { client, asked } = clientThatHears(() => Promise.resolve(new Response(null, { status: 204 })));
    await client.setFavourite('a/b', '../c', true);
    expect(asked[0]?.[0]).toBe('/darkroom/s/a%2Fb/items/..%2Fc/favourite');
    expect(client.picture('p', 'i?', 'thumb')).toBe('/darkroom/s/p/items/i%3F/thumb');
  });

  it.each([
    ['what the server says', json({ reason: 'password' }, 401), { reason: 'password' }],
    [
      'a wait',
      json({ reason: 'too-many-attempts', retryAfter: 30 }, 429),
      { reason: 'too-many-attempts', retryAfter: 30 },
    ],
    ['a wait without words', json({ error: 'slow down' }, 429), { reason: 'too-many-attempts' }],
    ['an unknown reason', json({ reason: 'tuesday' }, 404), { reason: 'gone' }],
    ['an unknown route', json({ error: {} }, 404), { reason: 'gone' }],
    [
      'a proxy without a server',
      () => Promise.resolve(new Response('<h1>Bad gateway', { status: 502 })),
      { reason: 'asleep' },
    ],
    ['a page in place of JSON', () => Promise.resolve(new Response('<h1>Welcome')), { reason: 'gone' }],
    ['silence', () => Promise.reject(new TypeError('Failed to fetch')), { reason: 'asleep' }],
  ])('takes %s for a refusal', async (_, answer, refusal) => {
    const { client } = clientThatHears(answer);
    const error = await client.gallery('p').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).refusal).toEqual(refusal);
  });

  it.each([
    ['original', 'image', 'original'],
    ['clean', 'image', 'clean'],
    ['none', 'image', 'preview'],
    ['original', 'animation', 'preview'],
  ] as const)('with downloads of %s zooms into an %s by its %s', (download, kind, picture) => {
    const item = { id: 'i', kind, width: 1, height: 1, at: null, favourite: false, vote: false };
    expect(new GuestClient('/', vi.fn()).sharpest('p', item, download)).toBe(`/s/p/items/i/${picture}`);
  });
});
