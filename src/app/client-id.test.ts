import { beforeEach, describe, expect, it } from 'vitest';
import { tabClientId } from './client-id';

class MemoryStorage {
  readonly items: Map<string, string>;
  constructor(from?: MemoryStorage) {
    this.items = new Map(from?.items);
  }
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
}

describe('the client id of a tab', () => {
  let storage: MemoryStorage;
  let page: EventTarget;
  const idOf = (from: MemoryStorage, target: EventTarget = page): string =>
    tabClientId(from as unknown as Storage, target);

  beforeEach(() => {
    storage = new MemoryStorage();
    page = new EventTarget();
  });

  it('stays over a reload', () => {
    const first = idOf(storage);
    page.dispatchEvent(new Event('pagehide'));
    expect(idOf(storage, new EventTarget())).toBe(first);
  });

  it('is another one in a duplicated tab', () => {
    const first = idOf(storage);
    expect(idOf(new MemoryStorage(storage), new EventTarget())).not.toBe(first);
  });

  it('is another one in a tab duplicated after the page came back from the cache', () => {
    const first = idOf(storage);
    page.dispatchEvent(new Event('pagehide'));
    page.dispatchEvent(new Event('pageshow'));
    expect(idOf(new MemoryStorage(storage), new EventTarget())).not.toBe(first);
  });
});
