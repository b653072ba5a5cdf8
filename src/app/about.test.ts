import { beforeEach, expect, it, vi } from 'vitest';
import { readAbout } from './about';

const PAGE = 'http://localhost:8198';
const kept = new Map<string, string>();
const fetched = vi.fn<() => Promise<Response>>();
const answer =
  (body: BodyInit | null, status = 200): (() => Promise<Response>) =>
  () =>
    Promise.resolve(new Response(body, { status }));
const OURS = answer(JSON.stringify({ name: 'comfy-darkroom', comfyUrl: 'http://127.0.0.1:8188' }));
const silent = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));

beforeEach(() => {
  kept.clear();
  fetched.mockReset();
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

/** What a new page learns of the server that serves it. */
async function visit(): Promise<string | null> {
  const about = readAbout(PAGE);
  await vi.runAllTimersAsync();
  return (await about)?.comfyUrl ?? null;
}

it.each([
  ['fails once', silent],
  ['is busy once', answer('busy', 503)],
])('believes a server that %s', async (_, trouble) => {
  fetched.mockImplementationOnce(trouble).mockImplementation(OURS);
  expect(await visit()).toBe('http://127.0.0.1:8188');
});

it.each([
  ['silent', silent],
  ['a proxy without it', answer('<h1>Bad gateway</h1>', 502)],
])('remembers what the server was while it is %s', async (_, trouble) => {
  fetched.mockImplementation(trouble);
  expect(await visit()).toBeNull();
  fetched.mockImplementation(OURS);
  await visit();
  fetched.mockImplementation(trouble);
  expect(await visit()).toBe('http://127.0.0.1:8188');
});

it.each([
  ['has no such route', answer('not found', 404)],
  ['answers a page', answer('<!doctype html>')],
  ['answers something else', answer('{}')],
])('asks once where the server %s, and forgets what it was', async (_, other) => {
  fetched.mockImplementation(OURS);
  await visit();
  fetched.mockClear();
  fetched.mockImplementation(other);
  expect(await visit()).toBeNull();
  expect(fetched).toHaveBeenCalledTimes(1);
  fetched.mockImplementation(silent);
  expect(await visit()).toBeNull();
});
