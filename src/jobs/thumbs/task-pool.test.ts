import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskPool } from './task-pool';

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const never = new AbortController().signal;

describe('the task pool', () => {
  it('never runs more tasks of a lane than allowed, and runs them all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ lane: fc.constantFrom('a' as const, 'b' as const), ticks: fc.nat(4) })),
        fc.integer({ min: 1, max: 4 }),
        async (tasks, limit) => {
          const pool = new TaskPool({ a: limit, b: 1 });
          const running = { a: 0, b: 0 };
          const most = { a: 0, b: 0 };
          let done = 0;
          await Promise.all(
            tasks.map(({ lane, ticks }) =>
              pool.run(
                lane,
                () => 0,
                never,
                async () => {
                  running[lane] += 1;
                  most[lane] = Math.max(most[lane], running[lane]);
                  for (let i = 0; i < ticks; i++) {
                    await Promise.resolve();
                  }
                  running[lane] -= 1;
                  done += 1;
                },
              ),
            ),
          );
          expect(done).toBe(tasks.length);
          expect(most.a).toBeLessThanOrEqual(limit);
          expect(most.b).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('asks for the ranks when a place becomes free', async () => {
    const pool = new TaskPool({ a: 1 });
    const first = deferred();
    const ranks: Record<string, number> = { x: 1, y: 2, z: 3 };
    const order: string[] = [];
    const runs = ['x', 'y', 'z'].map((name) =>
      pool.run(
        'a',
        () => ranks[name] ?? 0,
        never,
        async () => {
          order.push(name);
          await (name === 'x' ? first.promise : Promise.resolve());
        },
      ),
    );
    ranks['z'] = 0;
    first.resolve();
    await Promise.all(runs);
    expect(order).toEqual(['x', 'z', 'y']);
  });

  it('never starts a task that was given up while it waited', async () => {
    const pool = new TaskPool({ a: 1 });
    const first = deferred();
    const running = pool.run(
      'a',
      () => 0,
      never,
      () => first.promise,
    );
    const control = new AbortController();
    let started = false;
    const waiting = pool.run(
      'a',
      () => 0,
      control.signal,
      () => {
        started = true;
        return Promise.resolve();
      },
    );
    control.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    first.resolve();
    await running;
    await settle();
    expect(started).toBe(false);
  });

  it('rejects at once when a running task is given up, yet frees its place only at its end', async () => {
    const pool = new TaskPool({ a: 1 });
    const first = deferred();
    const control = new AbortController();
    const running = pool.run(
      'a',
      () => 0,
      control.signal,
      () => first.promise,
    );
    let started = false;
    const next = pool.run(
      'a',
      () => 0,
      never,
      () => {
        started = true;
        return Promise.resolve();
      },
    );
    control.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await settle();
    expect(started).toBe(false);
    first.resolve();
    await next;
    expect(started).toBe(true);
  });

  it('goes on after a task failed', async () => {
    const pool = new TaskPool({ a: 1 });
    const failing = pool.run(
      'a',
      () => 0,
      never,
      () => Promise.reject(new Error('no')),
    );
    const next = pool.run(
      'a',
      () => 0,
      never,
      () => Promise.resolve(7),
    );
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe(7);
  });

  it('holds a lane back while its limit is 0', async () => {
    const pool = new TaskPool({ a: 0 });
    let done = false;
    const run = pool.run(
      'a',
      () => 0,
      never,
      () => {
        done = true;
        return Promise.resolve();
      },
    );
    await settle();
    expect(done).toBe(false);
    pool.setLimit('a', 1);
    await run;
    expect(done).toBe(true);
  });

  it('takes no task whose signal is aborted already', async () => {
    const pool = new TaskPool({ a: 1 });
    const run = pool.run(
      'a',
      () => 0,
      AbortSignal.abort(),
      () => Promise.resolve(),
    );
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });
});
