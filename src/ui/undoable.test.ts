import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { offerUndo } from './undoable';

interface Action {
  label: string;
  run: () => void;
}

const said: [message: string, action: Action | undefined][] = [];
vi.mock('./toasts.svelte', () => ({
  UNDO_TIME: 8000,
  say: (message: string, action?: Action) => said.push([message, action]),
  complain: (message: string, action?: Action) => said.push([message, action]),
}));

const WORDS = { done: 'Removed', undo: 'Undo', retry: 'Try again', failed: () => 'It did not work' };

describe('a change that can be undone', () => {
  const commit = vi.fn(() => Promise.resolve());
  const undo = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    said.length = 0;
    commit.mockClear();
    undo.mockClear();
  });
  afterEach(() => vi.useRealTimers());

  it('is made once the offer has passed', async () => {
    offerUndo({ commit, undo }, WORDS);
    await vi.advanceTimersByTimeAsync(7999);
    expect(commit).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(commit).toHaveBeenCalledOnce();
    expect(undo).not.toHaveBeenCalled();
    expect(said.map(([message]) => message)).toEqual(['Removed']);
  });

  it('is never made when it is undone in time', async () => {
    offerUndo({ commit, undo }, WORDS);
    said[0]?.[1]?.run();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(undo).toHaveBeenCalledOnce();
    expect(commit).not.toHaveBeenCalled();
  });

  it('is taken back when it fails, and can be tried again', async () => {
    commit.mockRejectedValueOnce(new Error('no'));
    offerUndo({ commit, undo }, WORDS);
    await vi.advanceTimersByTimeAsync(8000);
    expect(undo).toHaveBeenCalledOnce();
    expect(said[1]?.[0]).toBe('It did not work');
    said[1]?.[1]?.run();
    await vi.advanceTimersByTimeAsync(0);
    expect(commit).toHaveBeenCalledTimes(2);
    expect(undo).toHaveBeenCalledOnce();
  });
});
