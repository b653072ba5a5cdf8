import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuestItem } from '../ports/share-wire';
import { GuestView } from './guest-view.svelte';
import { guestItem } from './testing/stub-link';

describe('the picture a guest looks at', () => {
  let hash: string;
  let pushed: number;
  let items: GuestItem[];
  let view: GuestView;
  let back: () => void;
  let page: EventTarget & { visibilityState: DocumentVisibilityState };

  const turn = (visibilityState: DocumentVisibilityState): void => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event('visibilitychange'));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    hash = '';
    pushed = 0;
    back = vi.fn<() => void>();
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' as const });
    vi.stubGlobal('document', page);
    let state: unknown = null;
    const write = (next: unknown, _: string, address: string): void => {
      state = next;
      hash = address;
    };
    vi.stubGlobal('history', {
      get state() {
        return state;
      },
      pushState: (...step: [unknown, string, string]) => {
        pushed += 1;
        write(...step);
      },
      replaceState: write,
      back,
    });
    vi.stubGlobal('location', { pathname: '/s/public' });
    items = [0, 1, 2].map((at) => guestItem(at));
    view = new GuestView(
      () => items,
      () => items,
    );
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is named in the address, one step above the gallery however many are looked at', () => {
    view.open(guestItem(1));
    view.go(1);
    view.go(1);
    expect([hash, view.index, pushed]).toEqual(['#item-2', 2, 1]);
    view.toFirst();
    expect(view.index).toBe(0);
    view.close();
    expect(back).toHaveBeenCalledOnce();
  });

  it('is left for the gallery where there is no step back', () => {
    history.replaceState({ guest: 'public' }, '', '#item-1');
    view.close();
    expect(back).not.toHaveBeenCalled();
    expect(hash).toBe('/s/public');
    expect(history.state).toEqual({ guest: 'public' });
  });

  it('is looked for among all pictures when the ones shown have lost it', () => {
    let shown = items;
    const favourites = new GuestView(
      () => items,
      () => shown,
    );
    favourites.open(guestItem(1));
    shown = [guestItem(0)];
    expect(favourites.item?.id).toBe('item-1');
  });

  it('changes by itself in a slide show once it has been seen, round and round', () => {
    view.toggle();
    expect(view.index).toBe(0);
    for (const next of [1, 2, 0]) {
      view.stay();
      vi.advanceTimersByTime(5000);
      expect(view.index).toBe(next);
    }
    const leave = view.stay();
    leave?.();
    vi.advanceTimersByTime(60_000);
    expect(view.index).toBe(0);
  });

  it('waits in a slide show while nobody can see it', () => {
    view.toggle();
    const leave = view.stay();
    vi.advanceTimersByTime(4000);
    turn('hidden');
    vi.advanceTimersByTime(60_000);
    expect(view.index).toBe(0);
    turn('visible');
    vi.advanceTimersByTime(4000);
    expect(view.index).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(view.index).toBe(1);
    leave?.();
    turn('visible');
    vi.advanceTimersByTime(60_000);
    expect(view.index).toBe(1);
  });

  it('stays when the slide show is stopped', () => {
    view.toggle();
    view.toggle();
    expect(view.stay()).toBeUndefined();
    expect(view.isPlaying).toBe(false);
  });

  it('is alone in a slide show, but for a while after somebody stirs', () => {
    view.toggle();
    expect(view.isBare).toBe(true);
    view.stir();
    expect(view.isBare).toBe(false);
    vi.advanceTimersByTime(2500);
    expect(view.isBare).toBe(true);
  });

  it('has the size it turned out to have, where the server did not know it', () => {
    const unknown = guestItem(5, { width: 0, height: 0 });
    expect(view.sizeOf(unknown)).toEqual({ width: 1024, height: 1024 });
    view.seen(unknown, { width: 300, height: 200 });
    expect(view.sizeOf(unknown)).toEqual({ width: 300, height: 200 });
    expect(view.sizeOf(guestItem(0))).toEqual({ width: 768, height: 512 });
  });
});
