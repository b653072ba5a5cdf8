import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JournalState } from './journal/journal-state';
import { TILE_BYTES, makeTile } from '../mask/mask-grid';
import { TilePacker } from '../mask/tile-packer';
import { type LeftDraft, LeftDrafts } from './left-drafts';

const codec = { deflate: vi.fn(), inflate: vi.fn() };

/** A document of one tile, and a history of another. */
function draft(picture: string): LeftDraft {
  const box = { x0: 0, y0: 0, x1: 256, y1: 256 };
  const state: JournalState = {
    width: 256,
    height: 256,
    masks: [{ id: 'm', tiles: [makeTile()] }],
    meta: null,
    extra: null,
    history: {
      steps: [
        {
          id: 1,
          label: { tool: 'brush', box },
          kind: 'tiles',
          mask: 'm',
          state: null,
          tiles: [{ index: 0, tile: makeTile() }],
        },
      ],
      present: 1,
    },
    pending: [],
    coverage: 0,
  };
  return { picture, state, packer: new TilePacker(codec), writer: null, store: null };
}

const failed = (): Promise<void> => Promise.reject(new Error('full'));
const steps = (left: LeftDraft | null): number | undefined => left?.state.history.steps.length;

afterEach(() => {
  vi.useRealTimers();
});

describe('documents left in memory', () => {
  it('lose the history of the oldest when memory is short, never masks', async () => {
    const left = new LeftDrafts(failed, () => undefined, 3 * TILE_BYTES);
    left.hold(draft('a'), failed());
    left.hold(draft('b'), failed());
    left.hold(draft('c'), failed());
    expect(steps(await left.take('c', 256, 256))).toBe(1);
    const first = await left.take('a', 256, 256);
    expect([steps(first), first?.state.masks[0]?.tiles.length]).toEqual([0, 1]);
    left.stop();
  });

  it('are given out once, to a picture of their size', async () => {
    const left = new LeftDrafts(failed, () => undefined);
    left.hold(draft('a'), failed());
    expect(await left.take('b', 256, 256)).toBeNull();
    expect(await left.take('a', 256, 300)).toBeNull();
    expect(await left.take('a', 256, 256)).not.toBeNull();
    expect(await left.take('a', 256, 256)).toBeNull();
    expect(left.size).toBe(0);
    left.stop();
  });

  it('are dropped once saved, at once or on a retry', async () => {
    vi.useFakeTimers();
    let room = false;
    const keep = vi.fn((): Promise<void> => (room ? Promise.resolve() : failed()));
    const sizes: number[] = [];
    const left: LeftDrafts = new LeftDrafts(keep, () => {
      sizes.push(left.size);
    });
    left.hold(draft('a'), Promise.resolve());
    left.hold(draft('b'), failed());
    await vi.advanceTimersByTimeAsync(40_000);
    expect(keep).toHaveBeenCalledTimes(2);
    expect(sizes).toEqual([1, 2, 1]);
    room = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sizes).toEqual([1, 2, 1, 0]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(keep).toHaveBeenCalledTimes(3);
  });

  it('do not wait forever for storage that does not answer', async () => {
    vi.useFakeTimers();
    const left = new LeftDrafts(failed, () => undefined);
    left.hold(draft('a'), new Promise(() => undefined));
    const taken = left.take('a', 256, 256);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await taken).not.toBeNull();
    left.stop();
  });
});
