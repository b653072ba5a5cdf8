import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { IdleThumbs, type IdleThumbsParts } from './idle-thumbs';

/** Files by their numbers, the newest the largest. */
class Folder {
  readonly files: number[] = [];
  readonly thumbs = new Set<string>();
  readonly made: string[] = [];
  walks = 0;
  isIdle = true;
  isFull = false;
  readonly idle: IdleThumbs;

  constructor(count: number) {
    this.files = Array.from({ length: count }, (_, i) => count - i);
    const parts: IdleThumbsParts = {
      newest: (after, count) => {
        this.walks += 1;
        const rest = this.files.filter((file) => !after || file < after.modified);
        const keys = rest.slice(0, count);
        const last = keys.at(-1);
        const next = last !== undefined && rest.length > count ? { modified: last, id: last } : null;
        return Promise.resolve({ keys: keys.map(String), next });
      },
      make: (key) => {
        if (this.thumbs.has(key)) {
          return Promise.resolve(false);
        }
        this.thumbs.add(key);
        this.made.push(key);
        return Promise.resolve(true);
      },
      isIdle: () => Promise.resolve(this.isIdle),
      isFull: () => this.isFull,
      rest: 1000,
    };
    this.idle = new IdleThumbs(parts);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('thumbnails that nobody has asked for', () => {
  it('are made after a rest, newest first, and not all at once', async () => {
    const folder = new Folder(250);
    folder.idle.news();
    await vi.advanceTimersByTimeAsync(999);
    expect(folder.made).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(folder.made.slice(0, 3)).toEqual(['250', '249', '248']);
    expect(folder.made.length).toBeLessThan(20);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(folder.made).toHaveLength(250);
  });

  it('wait while the machine is needed', async () => {
    const folder = new Folder(3);
    folder.isIdle = false;
    folder.idle.news();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(folder.made).toEqual([]);
    folder.isIdle = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(folder.made).toEqual(['3', '2', '1']);
  });

  it('of files that came later do not look at all the others again', async () => {
    const folder = new Folder(1000);
    folder.idle.news();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(folder.made).toHaveLength(1000);
    folder.walks = 0;
    folder.files.unshift(1001);
    folder.idle.news();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(folder.made.at(-1)).toBe('1001');
    expect(folder.walks).toBe(2);
  });

  it('never drive out what people looked at, and end with the server', async () => {
    const folder = new Folder(100);
    folder.idle.news();
    await vi.advanceTimersByTimeAsync(1500);
    const { length } = folder.made;
    expect(length).toBeGreaterThan(0);
    folder.isFull = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(folder.made.length).toBeLessThanOrEqual(length + 1);
    folder.isFull = false;
    folder.idle.stop();
    folder.idle.news();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(folder.made.length).toBeLessThanOrEqual(length + 1);
  });
});
