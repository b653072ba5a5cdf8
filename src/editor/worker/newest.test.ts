import { describe, expect, it } from 'vitest';
import { Newest } from './newest';

describe('only the newest work', () => {
  it('is done, after what is under way', async () => {
    const newest = new Newest();
    const done: string[] = [];
    let release: () => void = () => undefined;
    const first = newest.run(async () => {
      done.push('first');
      await new Promise<void>((resolve) => (release = resolve));
      return 'first';
    });
    await Promise.resolve();
    const others = ['second', 'third'].map((name) =>
      newest.run((isNewest) => {
        done.push(name);
        return Promise.resolve(isNewest() ? name : null);
      }),
    );
    release();
    expect(await Promise.all([first, ...others])).toEqual([null, null, 'third']);
    expect(done).toEqual(['first', 'third']);
  });

  it('goes on after a failure, which its caller is told of', async () => {
    const newest = new Newest();
    const failed = newest.run(() => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(await newest.run(() => Promise.resolve(7))).toBe(7);
  });
});
