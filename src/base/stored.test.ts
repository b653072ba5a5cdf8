import { beforeEach, describe, expect, it } from 'vitest';
import { reports, resetReports } from './report';
import { readObject, Stored } from './stored';

class MemoryStorage {
  readonly items = new Map<string, string>();
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
}

describe('a value kept in the browser', () => {
  let storage: MemoryStorage;
  const sizeIn = (where: () => Storage): Stored<number> =>
    new Stored('size', {
      read: (stored) => {
        if (stored !== null && typeof stored !== 'number') {
          throw new TypeError('not a number');
        }
        return stored ?? 7;
      },
      storage: where,
    });
  const size = (): Stored<number> => sizeIn(() => storage as unknown as Storage);

  beforeEach(() => {
    storage = new MemoryStorage();
    resetReports();
  });

  it('is its default at first, and what was saved afterwards', () => {
    expect(size().load()).toBe(7);
    expect(size().save(12)).toBe(true);
    expect(size().load()).toBe(12);
    size().clear();
    expect(size().load()).toBe(7);
    expect(reports()).toEqual([]);
  });

  it.each(['{', '"text"'])('is its default when %j is stored, and says so', (text) => {
    storage.items.set('size', text);
    expect(size().load()).toBe(7);
    expect(reports()).toMatchObject([{ context: 'stored.load' }]);
  });

  it('lasts as long as the page where storage is forbidden', () => {
    const forbidden = sizeIn(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(forbidden.load()).toBe(7);
    expect(forbidden.save(1)).toBe(false);
    forbidden.clear();
    expect(reports().map(({ context }) => context)).toEqual(['stored.load', 'stored.save', 'stored.clear']);
  });

  it('can be written in a form of its own', () => {
    const exact = new Stored<bigint>('seed', {
      read: (stored) => (typeof stored === 'bigint' ? stored : 0n),
      parse: BigInt,
      stringify: String,
      storage: () => storage as unknown as Storage,
    });
    exact.save(2n ** 64n - 1n);
    expect(exact.load()).toBe(2n ** 64n - 1n);
  });
});

it.each([[null], [[1]], ['x'], [3]])('%j read as an object is empty', (stored) => {
  expect(readObject(stored)).toEqual({});
});
