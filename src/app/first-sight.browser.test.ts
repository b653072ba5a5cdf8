import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FirstSight } from './first-sight.svelte';

const DOT = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

describe('the first sight of the page', () => {
  let sight: FirstSight;
  let main: HTMLElement;
  let detach: () => void;

  beforeEach(() => {
    main = document.createElement('main');
    document.body.append(main);
    sight = new FirstSight();
    detach = sight.attach(main) as () => void;
  });

  afterEach(() => {
    detach();
    main.remove();
    vi.useRealTimers();
  });

  it('lasts until a picture anywhere in it is loaded', async () => {
    main.innerHTML = '<p>Waiting</p>';
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sight.over).toBe(false);
    main.innerHTML = `<p><a href="#x"><img alt="" src="${DOT}" /></a></p>`;
    await vi.waitFor(() => expect(sight.over).toBe(true));
  });

  it('ends at once where no picture is expected', async () => {
    sight.end();
    await vi.waitFor(() => expect(sight.over).toBe(true), { timeout: 2000 });
  });

  it('ends after a while without pictures', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    sight = new FirstSight();
    const stop = sight.attach(main) as () => void;
    vi.advanceTimersByTime(2500);
    expect(sight.over).toBe(false);
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(sight.over).toBe(true));
    stop();
  });

  it('does not end on a page that was left', async () => {
    sight.end();
    detach();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(sight.over).toBe(false);
  });
});
