import { describe, expect, it } from 'vitest';
import { Coalesced } from './coalesce';

/** Work that ends when it is told to. */
function manual(): { work: () => Promise<void>; begun: () => number; end: (error?: Error) => Promise<void> } {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let ended = 0;
  return {
    work: () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
    begun: () => ends.length,
    end: async (error) => {
      const run = ends[ended++];
      if (error) {
        run?.reject(error);
      } else {
        run?.resolve();
      }
      // Let every waiting promise have its turn.
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

describe('Coalesced', () => {
  it('runs at once when nothing runs', async () => {
    const { work, begun, end } = manual();
    const coalesced = new Coalesced(work);
    const first = coalesced.run();
    expect(begun()).toBe(1);
    await end();
    await first;
    void coalesced.run();
    expect(begun()).toBe(2);
  });

  it('answers all wishes during a run by one more, which begins after it', async () => {
    const { work, begun, end } = manual();
    const coalesced = new Coalesced(work);
    const order: string[] = [];
    void coalesced.run().then(() => order.push('first'));
    void coalesced.run().then(() => order.push('second'));
    void coalesced.run().then(() => order.push('third'));
    expect(begun()).toBe(1);
    await end();
    expect(order).toEqual(['first']);
    expect(begun()).toBe(2);
    await end();
    expect(order).toEqual(['first', 'second', 'third']);
    expect(begun()).toBe(2);
  });

  it('lets nobody wait longer than the next run, however often it is wished', async () => {
    const { work, begun, end } = manual();
    const coalesced = new Coalesced(work);
    let answered = false;
    void coalesced.run();
    void coalesced.run().then(() => (answered = true));
    await end();
    void coalesced.run();
    await end();
    expect(answered).toBe(true);
    expect(begun()).toBe(3);
  });

  it('never runs twice at a time, also when wished the moment a run ends', async () => {
    let now = 0;
    let most = 0;
    const coalesced = new Coalesced(async () => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
    });
    const wishes: Promise<void>[] = [];
    for (let i = 0; i < 50; i++) {
      wishes.push(coalesced.run().then(() => coalesced.run()));
      await Promise.resolve();
    }
    await Promise.all(wishes);
    expect(most).toBe(1);
  });

  it('fails for those whose run failed, and for nobody else', async () => {
    const { work, end } = manual();
    const coalesced = new Coalesced(work);
    const outcomes: string[] = [];
    const note = (name: string) =>
      [() => outcomes.push(`${name} ok`), () => outcomes.push(`${name} failed`)] as const;
    void coalesced.run().then(...note('first'));
    void coalesced.run().then(...note('second'));
    await end(new Error('no'));
    await end();
    expect(outcomes).toEqual(['first failed', 'second ok']);
    void coalesced.run().then(...note('third'));
    await end();
    expect(outcomes.at(-1)).toBe('third ok');
  });
});
