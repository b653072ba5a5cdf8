import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EstimateBook } from '../jobs/estimate/estimate-book';
import { RunWatch } from '../jobs/estimate/run-watch.svelte';
import { FakeComfy } from '../jobs/fixtures/fake-comfy';
import { Tab } from '../jobs/shelf/fixtures/tab';
import { memoryShelf } from '../jobs/shelf/shelf-db';
import { followRuns } from './follow-runs';

let server: FakeComfy;
let stops: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeComfy();
  stops = [];
});

afterEach(() => {
  stops.forEach((stop) => stop());
  vi.useRealTimers();
});

/** Whether the beginning of what runs was seen by a page that is opened now, and looks again after `then`. */
async function sawBeginning(then: () => void): Promise<boolean | undefined> {
  const tab = await Tab.open(server, memoryShelf());
  const watch = new RunWatch({ book: new EstimateBook(), graphOf: () => null });
  const { look, stop } = followRuns(tab.store, watch);
  stops.push(stop, () => tab.close());
  await vi.advanceTimersByTimeAsync(1000);
  then();
  await vi.advanceTimersByTimeAsync(1000);
  look();
  const [job] = tab.store.running;
  return job && watch.sawBeginning(job);
}

it('counts no time of a stranger’s job that ran already when the page was opened', async () => {
  server.enqueueForeign({ clientId: 'somebody' });
  server.begin();
  expect(await sawBeginning(() => undefined)).toBe(false);
});

it('counts the time of a stranger’s job that was seen to begin', async () => {
  server.enqueueForeign({ clientId: 'somebody' });
  expect(await sawBeginning(() => server.begin())).toBe(true);
});

it('counts the time of this tab’s job that was never seen to wait', async () => {
  expect(
    await sawBeginning(() => {
      server.enqueueForeign({ clientId: 'me' });
      server.begin();
    }),
  ).toBe(true);
});
