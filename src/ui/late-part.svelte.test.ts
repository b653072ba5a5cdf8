import { beforeEach, describe, expect, it, vi } from 'vitest';
import { resetReports } from '../base/report';
import { LatePart } from './late-part.svelte';

/** What each attempt to load the part does, in order; the last one repeats. */
function partOf(...attempts: (string | Error)[]): { part: LatePart<string>; asked: () => number } {
  let asked = 0;
  const part = new LatePart(() => {
    const outcome = attempts[Math.min(asked++, attempts.length - 1)];
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome ?? '');
  });
  return { part, asked: () => asked };
}

const gone = new TypeError('Failed to fetch dynamically imported module');

beforeEach(() => resetReports());

describe('a part that loads on demand', () => {
  it('is asked for once, however many want it', async () => {
    const { part, asked } = partOf('viewer');
    expect(part.state.status).toBe('waiting');
    const both = [part.load(), part.load()];
    expect(part.state.status).toBe('loading');
    await Promise.all(both);
    await part.load();
    expect(part.state).toEqual({ status: 'ready', value: 'viewer' });
    expect(asked()).toBe(1);
  });

  it('says that it failed, and does not take that back before the next attempt has succeeded', async () => {
    const { part } = partOf(gone, 'viewer');
    await part.load();
    expect(part.state).toEqual({ status: 'failed', error: gone });
    const again = part.load();
    expect(part.state.status).toBe('failed');
    await again;
    expect(part.state.status).toBe('ready');
  });
});

describe('another try', () => {
  const reload = vi.fn();
  beforeEach(() => reload.mockReset());

  it('does not reload the page when the part comes', async () => {
    const { part } = partOf(gone, 'viewer');
    await part.load();
    await part.retry({ answers: () => Promise.resolve(true), reload });
    expect(part.state.status).toBe('ready');
    expect(reload).not.toHaveBeenCalled();
  });

  it('reloads the page when its server answers and does not have the part any more', async () => {
    const { part } = partOf(gone);
    await part.load();
    await part.retry({ answers: () => Promise.resolve(true), reload });
    expect(reload).toHaveBeenCalledOnce();
  });

  it('never reloads the page while its server is silent', async () => {
    const { part } = partOf(gone);
    await part.load();
    await part.retry({ answers: () => Promise.resolve(false), reload });
    expect(part.state.status).toBe('failed');
    expect(reload).not.toHaveBeenCalled();
  });
});
