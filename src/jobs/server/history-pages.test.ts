import { afterAll, beforeEach, expect, it, vi } from 'vitest';

/** A worker that does nothing by itself. */
class IdleWorker {
  static newest: IdleWorker | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor() {
    IdleWorker.newest = this;
  }

  postMessage(): void {
    // Nobody answers.
  }

  terminate(): void {
    // Nothing runs.
  }
}

vi.stubGlobal('Worker', IdleWorker);
const { openPages } = await import('./history-pages');
afterAll(() => vi.unstubAllGlobals());

const PAGE = '{"a":{"prompt":[1,"a",{"1":{"class_type":"SaveImage","inputs":{}}},{},["1"]],"outputs":{}}}';
const wish = { ids: new Set(['a']), known: new Map(), clientId: 'me', stopped: new Set<string>() };
const bytes = (): ArrayBuffer => new TextEncoder().encode(PAGE).buffer;

beforeEach(() => {
  IdleWorker.newest = null;
});

it('reads pages itself when the worker does not start', async () => {
  const pages = openPages();
  IdleWorker.newest?.onerror?.();
  const { page, ids } = await pages.names(bytes());
  expect(ids).toEqual(['a']);
  const [entry] = await pages.entries(page, wish);
  expect(entry?.record.id).toBe('a');
});

it('fails what the worker had begun when that breaks down, and goes on without it', async () => {
  const pages = openPages();
  const begun = pages.names(bytes());
  IdleWorker.newest?.onerror?.();
  await expect(begun).rejects.toMatchObject({ kind: 'invalid' });
  const here = await pages.names(bytes());
  // A page that only the worker had, though ours has the same number.
  await expect(pages.entries(1, wish)).rejects.toMatchObject({ kind: 'invalid' });
  expect(await pages.entries(here.page, wish)).toHaveLength(1);
});
