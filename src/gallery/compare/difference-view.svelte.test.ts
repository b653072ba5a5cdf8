import { beforeEach, expect, it, vi } from 'vitest';
import { reports, resetReports } from '../../base/report';
import { DifferenceView } from './difference-view.svelte';

/** Heat maps that were freed, each as often as it was. */
const freed: ImageBitmap[] = [];

function bitmap(): ImageBitmap {
  const heat: ImageBitmap = { width: 1, height: 1, close: () => void freed.push(heat) };
  return heat;
}

const client = {
  compare: vi.fn(() =>
    Promise.resolve({
      fit: { kind: 'same' as const, width: 1, height: 1 },
      histogram: new Uint32Array(256),
    }),
  ),
  paint: vi.fn((_threshold: number) => Promise.resolve<ImageBitmap | null>(bitmap())),
};

function shown(): DifferenceView {
  const view = new DifferenceView(client as unknown as ConstructorParameters<typeof DifferenceView>[0]);
  view.show(new Blob(['a']), new Blob(['b']));
  return view;
}

beforeEach(() => {
  resetReports();
  freed.length = 0;
  client.paint.mockClear();
  client.paint.mockImplementation(() => Promise.resolve(bitmap()));
});

it('frees each heat map once another takes its place, and the last when it is closed', async () => {
  const view = shown();
  await vi.waitUntil(() => view.heat !== null);
  const first = view.heat;
  view.setThreshold(20);
  await vi.waitUntil(() => view.heat !== first);
  expect(freed).toEqual([first]);
  const last = view.heat;
  view.close();
  expect(view.heat).toBeNull();
  expect(freed).toEqual([first, last]);
});

it('frees a heat map that comes once it is closed', async () => {
  let arrive: (heat: ImageBitmap) => void = () => undefined;
  client.paint.mockImplementation(() => new Promise((resolve) => (arrive = resolve)));
  const view = shown();
  await vi.waitUntil(() => client.paint.mock.calls.length > 0);
  view.close();
  const late = bitmap();
  arrive(late);
  await vi.waitUntil(() => freed.includes(late));
  expect(view.heat).toBeNull();
});

it('keeps what it shows when another heat map cannot be painted', async () => {
  const view = shown();
  await vi.waitUntil(() => view.heat !== null);
  const before = view.heat;
  client.paint.mockRejectedValueOnce(new Error('no memory'));
  view.setThreshold(30);
  await vi.waitUntil(() => reports().some(({ context }) => context === 'compare.paint'));
  expect(view.heat).toBe(before);
  view.setThreshold(40);
  await vi.waitUntil(() => view.heat !== before);
  expect(view.state.status).toBe('ready');
});
