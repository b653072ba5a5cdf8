import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { newRecord } from '../state/records';
import type { JobRecord } from '../state/job';
import { type JobProgress, NO_PROGRESS } from '../state/progress';
import { EstimateBook } from './estimate-book';
import { WaitingTime } from './waiting-time';
import { RunWatch } from './run-watch.svelte';

let now: number;
let watch: RunWatch;
let kept: Map<string, string>;
/** The graph of every job; dropped when a run ends. */
let shown: ApiGraph | null;
const graph = {
  '0': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  '1': { class_type: 'KSampler', inputs: { seed: 1, steps: 10, model: ['0', 0] } },
} as ApiGraph;

function job(id: string, state: JobRecord['state'] = 'running'): JobRecord {
  const record = newRecord(id, { graph, pngInfo: {} }, 0);
  return { ...record, state, summary: record.summary && { ...record.summary, model: 'a' } };
}

const at = (value: number, fraction = value / 20): JobProgress => ({
  ...NO_PROGRESS,
  ...{ nodeId: '1', value, max: 10, fraction },
});

/** A run: `before` ms until the first of ten steps of `each` ms, then `after` ms. */
function play(id: string, before: number, each: number, after: number, stop = 10): JobRecord {
  watch.observe(job(id), NO_PROGRESS);
  now += before;
  for (let step = 1; step <= stop; step++) {
    now += step === 1 ? 0 : each;
    watch.observe(job(id), at(step));
  }
  if (stop === 10) {
    now += after;
    shown = null;
    watch.ended(job(id, 'completed'));
    shown = graph;
  }
  return job(id);
}

beforeEach(() => {
  now = 1_000_000;
  shown = graph;
  kept = new Map();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
  watch = new RunWatch({ book: new EstimateBook(() => storage), graphOf: () => shown, now: () => now });
});

describe('a watched run', () => {
  it('teaches how long the next one takes, its loading apart', () => {
    play('cold', 5000, 1000, 300);
    play('warm', 200, 1000, 300);
    expect(watch.estimate(job('next', 'pending'), job('warm'))?.likely).toBe(200 + 9000 + 300);
    const other = job('other');
    const before = { ...other, summary: other.summary && { ...other.summary, model: 'b' } };
    expect(watch.estimate(job('next', 'pending'), before)?.likely).toBe(5000 + 9000 + 300);
  });

  it('goes by its own speed', () => {
    play('a', 100, 1000, 300);
    const slow = play('b', 100, 2000, 0, 5);
    expect(watch.sawBeginning(slow)).toBe(true);
    expect(watch.sight(slow)?.steps).toEqual({ done: 5, all: 10, each: 2000 });
    expect(watch.left(slow)?.likely).toBe(5 * 2000 + 300);
  });

  it('teaches nothing when it was not seen whole, failed, or was somebody else’s', () => {
    watch.observe(job('late'), at(6));
    expect(watch.sawBeginning(job('late'))).toBe(false);
    watch.ended(job('late', 'completed'));
    watch.observe(job('silent'), NO_PROGRESS, false);
    expect(watch.sawBeginning(job('silent'))).toBe(false);
    watch.ended(job('silent', 'completed'));
    watch.observe(job('failed'), NO_PROGRESS);
    watch.ended(job('failed', 'failed'));
    watch.observe({ ...job('foreign'), mine: false }, NO_PROGRESS);
    watch.ended({ ...job('foreign', 'completed'), mine: false });
    watch.observe(job('cached'), NO_PROGRESS);
    watch.ended({ ...job('cached', 'completed'), unchanged: true });
    expect(watch.estimate(job('next', 'pending'), undefined)).toBeNull();
  });
});

it('says when the whole queue is done, once all its kinds are known', () => {
  play('a', 100, 1000, 400);
  play('b', 100, 1000, 400);
  const waiting = ['c', 'd'].map((id) => job(id, 'pending'));
  expect(new WaitingTime(watch).of(waiting, undefined)?.likely).toBe(2 * 9500);
  expect(watch.allLeft([], new WaitingTime(watch).of(waiting, undefined))?.likely).toBe(2 * 9500);
  expect(new WaitingTime(watch).of([], undefined)?.likely).toBe(0);
  const unknown = new RunWatch({ book: new EstimateBook(), graphOf: () => null, now: () => now });
  expect(new WaitingTime(unknown).of(waiting, undefined)).toBeNull();
  expect(unknown.allLeft([], null)).toBeNull();
});

it('records how well it guessed', () => {
  for (let run = 0; run < 8; run++) {
    play(`run ${run}`, 100, 1000, 400);
  }
  expect(watch.usualError).toBeLessThan(0.05);
});
