import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  MOST_TRIES,
  REPACK_DELAY,
  RETRY_DELAY,
  SAVE_DELAY,
  SAVING_TIME,
  SaveLoop,
  type SaveTarget,
  writeWithRoom,
} from './save-loop.svelte';

const full = (): Error => Object.assign(new Error('no room'), { name: 'QuotaExceededError' });

/** Storage for one document that records what is written and fails when told to. */
class Storage {
  /** `urgent` of every write, in order. */
  readonly writes: boolean[] = [];
  readonly recovered: boolean[] = [];
  open: 'yes' | 'nowhere' | 'no' = 'yes';
  renews = false;
  hurried = false;
  freed = 0;
  /** How the next write ends; the one after that succeeds again. */
  next: Promise<unknown> | null = null;
  /** How every write ends for which `next` says nothing. */
  always: Error | null = null;
  #document = 0;
  readonly loop: SaveLoop = new SaveLoop({
    target: () => (this.open === 'no' ? null : this.open === 'nowhere' ? 'nowhere' : this.#target()),
    renew: () => Promise.resolve(this.renews),
    changed: () => undefined,
  });

  /** Another document replaces the open one. */
  switch(): void {
    this.#document++;
  }

  #target(): SaveTarget {
    const document = this.#document;
    return {
      current: () => this.#document === document,
      write: (urgent) => {
        this.writes.push(urgent);
        this.loop.taken();
        const { next } = this;
        this.next = null;
        return next ?? (this.always ? Promise.reject(this.always) : Promise.resolve());
      },
      makeRoom: () => Promise.resolve(++this.freed > 0),
      saved: (recovered) => {
        this.recovered.push(recovered);
        return this.hurried;
      },
    };
  }
}

let storage: Storage;
let loop: SaveLoop;

beforeEach(() => {
  vi.useFakeTimers();
  storage = new Storage();
  ({ loop } = storage);
});

afterEach(() => {
  loop.stop();
  vi.useRealTimers();
});

describe('a change', () => {
  it('is saved soon, however many follow', async () => {
    loop.changed();
    expect([loop.state, loop.dirty, loop.unsaved]).toEqual(['saving', true, true]);
    await vi.advanceTimersByTimeAsync(SAVE_DELAY - 1);
    loop.changed();
    expect(storage.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(storage.writes).toEqual([false]);
    expect([loop.state, loop.dirty, loop.unsaved]).toEqual(['saved', false, false]);
  });

  it('during a save is saved next', async () => {
    let end = (): void => undefined;
    storage.next = new Promise<void>((resolve) => (end = resolve));
    loop.changed();
    await vi.advanceTimersByTimeAsync(SAVE_DELAY);
    loop.changed();
    end();
    await vi.advanceTimersByTimeAsync(0);
    expect([loop.state, loop.dirty]).toEqual(['saving', true]);
    await vi.advanceTimersByTimeAsync(SAVE_DELAY);
    expect([loop.state, storage.writes.length]).toEqual(['saved', 2]);
  });
});

describe('an urgent save', () => {
  it('is handed over before it returns, and replaces the planned one', async () => {
    loop.changed();
    const saved = loop.save(true);
    expect(storage.writes).toEqual([true]);
    expect(await saved).toBe(true);
    await vi.advanceTimersByTimeAsync(SAVE_DELAY);
    expect(storage.writes).toEqual([true]);
  });

  it('is packed later when it was written in a hurry', async () => {
    storage.hurried = true;
    loop.changed();
    await loop.save(true);
    storage.hurried = false;
    await vi.advanceTimersByTimeAsync(REPACK_DELAY);
    expect(storage.writes).toEqual([true, false]);
  });
});

describe('a save that fails', () => {
  it('leaves the change unsaved and is tried again until it succeeds', async () => {
    storage.always = new Error('disk');
    loop.changed();
    expect(await loop.save(false)).toBe(false);
    expect([loop.state, loop.dirty]).toEqual(['unavailable', true]);
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect([storage.writes.length, loop.state]).toEqual([2, 'unavailable']);
    storage.always = null;
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect([storage.writes.length, loop.state, loop.dirty]).toEqual([3, 'saved', false]);
    expect(storage.recovered).toEqual([true]);
    await vi.advanceTimersByTimeAsync(10 * RETRY_DELAY);
    expect(storage.writes).toHaveLength(3);
  });

  it('is tried a limited number of times between two changes', async () => {
    storage.always = new Error('disk');
    loop.changed();
    await vi.advanceTimersByTimeAsync(SAVE_DELAY + (MOST_TRIES + 5) * RETRY_DELAY);
    expect(storage.writes).toHaveLength(1 + MOST_TRIES);
    loop.changed();
    expect(loop.state).toBe('unavailable');
    await vi.advanceTimersByTimeAsync(SAVE_DELAY + RETRY_DELAY);
    expect(storage.writes).toHaveLength(1 + MOST_TRIES + 2);
  });

  it('is one that does not end in time', async () => {
    storage.next = new Promise(() => undefined);
    const saved = loop.save(false);
    await vi.advanceTimersByTimeAsync(SAVING_TIME);
    expect(await saved).toBe(false);
    expect(loop.state).toBe('unavailable');
  });

  it('of a document closed meanwhile does not affect the next', async () => {
    let fail = (): void => undefined;
    storage.next = new Promise((_, reject) => (fail = () => reject(new Error('disk'))));
    loop.changed();
    const saved = loop.save(true);
    storage.switch();
    loop.reset();
    fail();
    expect(await saved).toBe(false);
    expect([loop.state, loop.dirty]).toEqual(['none', false]);
  });
});

describe('storage that is full', () => {
  it('is freed, and written to once more, no longer in a hurry', async () => {
    storage.next = Promise.reject(full());
    loop.changed();
    expect(await loop.save(true)).toBe(true);
    expect([storage.writes, storage.freed, loop.state]).toEqual([[true, false], 1, 'saved']);
  });

  it('is not freed after another failure, nor for a closed document', async () => {
    storage.always = new Error('disk');
    expect(await loop.save(false)).toBe(false);
    expect(storage.freed).toBe(0);
    const makeRoom = vi.fn(() => Promise.resolve(true));
    const write = vi.fn(() => Promise.reject(full()));
    await expect(writeWithRoom(write, { current: () => false, makeRoom })).rejects.toThrow('no room');
    expect([write.mock.calls.length, makeRoom.mock.calls.length]).toEqual([1, 0]);
  });

  it('stays a failure when nothing can be freed', async () => {
    const write = vi.fn(() => Promise.reject(full()));
    const makeRoom = (): Promise<boolean> => Promise.resolve(false);
    await expect(writeWithRoom(write, { current: () => true, makeRoom })).rejects.toThrow('no room');
    expect(write).toHaveBeenCalledTimes(1);
  });
});

describe('without storage', () => {
  it('storage is tried again, and receives what changed meanwhile', async () => {
    storage.open = 'nowhere';
    loop.show('unavailable');
    loop.changed();
    expect(await loop.save(false)).toBe(false);
    storage.open = 'yes';
    storage.renews = true;
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect([storage.writes, loop.state]).toEqual([[false], 'saved']);
  });

  it('nothing is written when it comes back and nothing has changed', async () => {
    storage.open = 'nowhere';
    loop.show('unavailable');
    expect(await loop.save(false)).toBe(true);
    storage.open = 'yes';
    storage.renews = true;
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect([storage.writes, loop.state]).toEqual([[], 'none']);
  });

  it('nothing is tried when no document is open', async () => {
    storage.open = 'no';
    expect(await loop.save(true)).toBe(true);
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect(storage.writes).toEqual([]);
  });
});

describe('stopping', () => {
  it('waits for saves in progress, and starts no other', async () => {
    let end = (): void => undefined;
    storage.next = new Promise<void>((resolve) => (end = resolve));
    void loop.save(false);
    loop.changed();
    loop.stop();
    const ended = vi.fn();
    void loop.ended.then(ended);
    await vi.advanceTimersByTimeAsync(SAVING_TIME / 2);
    expect([ended.mock.calls.length, storage.writes.length]).toEqual([0, 1]);
    end();
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toHaveBeenCalledTimes(1);
  });
});
