import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Channel, TabLeader } from './tab-leader';

/** Tabs of one browser: what one says, all others hear a moment later. */
class Tabs {
  readonly #channels = new Set<Channel>();
  readonly tabs: { leader: TabLeader; stop: () => void; freeze: () => void; thaw: () => void }[] = [];

  open(id: string): TabLeader {
    let frozen = false;
    const channel: Channel = {
      onmessage: null,
      postMessage: (message) => {
        for (const other of frozen ? [] : this.#channels) {
          if (other !== channel) {
            setTimeout(() => other.onmessage?.({ data: structuredClone(message) } as MessageEvent), 1);
          }
        }
      },
      close: () => this.#channels.delete(channel),
    };
    this.#channels.add(channel);
    const leader = new TabLeader({ open: () => channel, id });
    this.tabs.push({
      leader,
      stop: leader.start(),
      freeze: () => {
        frozen = true;
        this.#channels.delete(channel);
      },
      thaw: () => {
        frozen = false;
        this.#channels.add(channel);
      },
    });
    return leader;
  }

  /** A channel of a tab whose messages the test makes up. */
  channel(): Pick<Channel, 'postMessage'> {
    return {
      postMessage: (message) =>
        this.#channels.forEach((other) => other.onmessage?.({ data: message } as MessageEvent)),
    };
  }

  leaders(): string[] {
    return this.tabs.flatMap(({ leader }, i) => (leader.leads ? [String(i)] : []));
  }
}

let tabs: Tabs;

beforeEach(() => {
  vi.useFakeTimers();
  tabs = new Tabs();
});

afterEach(() => {
  tabs.tabs.forEach(({ stop }) => stop());
  vi.useRealTimers();
});

describe('the tab that leads', () => {
  it('is the only one there is, within a second', async () => {
    const only = tabs.open('a');
    expect([only.leads, only.decided]).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([only.leads, only.decided]).toEqual([true, true]);
  });

  it('stays the same when others open, who know at once that somebody leads', async () => {
    tabs.open('a');
    await vi.advanceTimersByTimeAsync(1000);
    const second = tabs.open('b');
    tabs.open('c');
    await vi.advanceTimersByTimeAsync(10);
    expect(second.decided).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tabs.leaders()).toEqual(['0']);
  });

  it('is one when two open at the same time', async () => {
    tabs.open('a');
    tabs.open('b');
    await vi.advanceTimersByTimeAsync(2000);
    expect(tabs.leaders()).toHaveLength(1);
  });

  it('is replaced at once when it is closed, by one', async () => {
    tabs.open('a');
    await vi.advanceTimersByTimeAsync(1000);
    tabs.open('b');
    tabs.open('c');
    await vi.advanceTimersByTimeAsync(1000);
    tabs.tabs[0]?.stop();
    await vi.advanceTimersByTimeAsync(200);
    expect(tabs.leaders()).toHaveLength(1);
    expect(tabs.leaders()).not.toContain('0');
  });

  it('is replaced within two seconds when it goes without a word, and yields when it comes back', async () => {
    tabs.open('a');
    await vi.advanceTimersByTimeAsync(1000);
    tabs.open('b');
    await vi.advanceTimersByTimeAsync(1234);
    tabs.tabs[0]?.freeze();
    await vi.advanceTimersByTimeAsync(2000);
    expect(tabs.leaders()).toEqual(['0', '1']);
    tabs.tabs[0]?.thaw();
    tabs.open('c');
    await vi.advanceTimersByTimeAsync(2000);
    expect(tabs.leaders()).toEqual(['1']);
  });

  it('tells when it changes', async () => {
    const first = tabs.open('a');
    await vi.advanceTimersByTimeAsync(1000);
    const second = tabs.open('b');
    const changes: boolean[] = [];
    second.onChange((leads) => changes.push(leads));
    await vi.advanceTimersByTimeAsync(1000);
    first.resign();
    await vi.advanceTimersByTimeAsync(500);
    expect(changes).toEqual([false, true]);
  });
});

it('does not take over from itself when another that led resigns', async () => {
  const first = tabs.open('a');
  await vi.advanceTimersByTimeAsync(1000);
  const changes: boolean[] = [];
  first.onChange((leads) => changes.push(leads));
  const channel = tabs.channel();
  channel.postMessage({ type: 'resign', from: 'b' });
  await vi.advanceTimersByTimeAsync(500);
  expect([first.leads, changes]).toEqual([true, []]);
});

it('carries messages to all other tabs', async () => {
  const one = tabs.open('a');
  const heard: unknown[] = [];
  tabs.open('b').onMessage((data) => heard.push(data));
  one.onMessage((data) => heard.push(data));
  one.post({ seed: 2n ** 64n - 1n });
  await vi.advanceTimersByTimeAsync(10);
  expect(heard).toEqual([{ seed: 2n ** 64n - 1n }]);
});
