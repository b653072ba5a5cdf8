import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fileRefKey, type FileRef } from '../../comfy/file-ref';
import type { JobRecord, JobState } from '../../jobs/state/job';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import { Staging } from './staging.svelte';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

const base: FileRef = { filename: 'base.png', subfolder: '', type: 'input' };

function job(id: string, parent: FileRef | null, state: JobState = 'completed'): JobRecord {
  return {
    id,
    state,
    number: null,
    mine: true,
    createdAt: null,
    startedAt: null,
    endedAt: null,
    outputs: [
      {
        nodeId: '1',
        index: 0,
        media: 'image',
        ref: { filename: `${id}.png`, subfolder: '', type: 'output' },
      },
    ],
    error: null,
    problems: [],
    summary: null,
    darkroom: parent && { recipe: 'blur', parent, mask: null },
  };
}

/** A job that ended like this, without a picture. */
function failed(id: string, state: JobState, parent: FileRef | null = base): JobRecord {
  return { ...job(id, parent, state), outputs: [] };
}

/** A store that knows these jobs, newest first, as the real one lists them. */
function store(finished: JobRecord[], pending: JobRecord[] = [], more: Partial<JobStore> = {}): JobStore {
  const items = {
    byParent: (ref: FileRef) =>
      finished.filter(({ darkroom }) => darkroom?.parent && fileRefKey(darkroom.parent) === fileRefKey(ref)),
    of: (record: JobRecord) =>
      record.outputs.map((output): GalleryItem => ({
        key: `${record.id}/0`,
        job: record,
        output,
        repeats: [],
        replaced: false,
      })),
  };
  const here = { witnessed: () => true, cancelledHere: () => false };
  return { items, running: [], pending, ...here, ...more } as unknown as JobStore;
}

function staged(): Staging {
  const other: FileRef = { ...base, filename: 'other.png' };
  return new Staging(
    store([job('c', base), job('x', other), job('b', base), job('y', null), job('a', base)]),
    () => base,
  );
}

const keys = (staging: Staging): string[] => staging.results.map(({ key }) => key);

beforeEach(() => stored.clear());

describe('the results in the strip', () => {
  it('are those of the picture being worked on, in the order they arrived', () => {
    expect(keys(staged())).toEqual(['a/0', 'b/0', 'c/0']);
  });

  it('are none without a picture, and its running jobs are separate', () => {
    const pending = [job('p', base, 'pending'), job('q', { ...base, subfolder: 's' }, 'pending')];
    expect(new Staging(store([], pending), () => base).active.map(({ id }) => id)).toEqual(['p']);
    expect(new Staging(store([job('a', base)], pending), () => null).results).toEqual([]);
  });

  it('are stepped through in a circle, the original between last and first', () => {
    const staging = staged();
    const seen = Array.from({ length: 5 }, () => {
      staging.step(1);
      return staging.shown?.key ?? null;
    });
    expect(seen).toEqual(['a/0', 'b/0', 'c/0', null, 'a/0']);
    staging.step(-1);
    staging.step(-1);
    expect(staging.shown?.key).toBe('c/0');
    expect(staging.number).toBe(3);
  });

  it('can be discarded for good, and restored', () => {
    const staging = staged();
    staging.show('b/0');
    staging.discard('b/0');
    expect(keys(staging)).toEqual(['a/0', 'c/0']);
    expect(staging.shown?.key).toBe('c/0');
    expect(keys(staged())).toEqual(['a/0', 'c/0']);
    staging.discard('c/0');
    expect(staging.shown?.key).toBe('a/0');
    staging.discard('a/0');
    expect(staging.shown).toBeNull();
    staging.restore('b/0');
    expect(keys(staging)).toEqual(['b/0']);
  });
});

describe('a new result', () => {
  /** A picture whose results arrive one by one. */
  function arriving(more: Partial<JobStore> = {}): { staging: Staging; arrive: (record: JobRecord) => void } {
    let finished = $state.raw<JobRecord[]>([]);
    const known = store([], [], more);
    Object.assign(known.items, { byParent: () => finished });
    const staging = new Staging(known, () => base);
    return { staging, arrive: (record) => (finished = [record, ...finished]) };
  }

  it('is shown at once when the stage is free, and the next ones wait to be looked at', () => {
    const { staging, arrive } = arriving();
    arrive(job('a', base));
    staging.announce(true);
    expect([staging.shown?.key, staging.news]).toEqual(['a/0', []]);
    arrive(job('b', base));
    arrive(job('c', base));
    staging.announce(true);
    expect(staging.shown?.key).toBe('a/0');
    expect(staging.news.map(({ key }) => key)).toEqual(['b/0', 'c/0']);
    staging.step(1);
    expect(staging.news.map(({ key }) => key)).toEqual(['c/0']);
    staging.dropNews();
    expect(staging.news).toEqual([]);
    expect(keys(staging)).toEqual(['a/0', 'b/0', 'c/0']);
  });

  it('waits while somebody paints, and does not come up when they stop', () => {
    const { staging, arrive } = arriving();
    arrive(job('a', base));
    staging.announce(false);
    staging.announce(true);
    expect([staging.shown, staging.news.length]).toEqual([null, 1]);
    arrive(job('b', base));
    staging.announce(true);
    expect(staging.shown?.key).toBe('b/0');
  });

  it('is none from an earlier visit, from elsewhere, or a merge that opens by itself', () => {
    const { staging, arrive } = arriving({ witnessed: (id) => id !== 'old' });
    arrive(job('old', base));
    arrive({ ...job('theirs', base), mine: false });
    arrive({ ...job('merged', base), darkroom: { recipe: 'merge', parent: base, mask: null } });
    expect(staging.news).toEqual([]);
    expect(staging.results).toHaveLength(3);
  });
});

describe('jobs without a result', () => {
  const ids = (staging: Staging): string[] => staging.failures.map(({ id }) => id);

  it('are listed when they failed, were lost, were stopped elsewhere or made nothing, oldest first', () => {
    const jobs = [
      failed('empty', 'completed'),
      failed('stopped', 'cancelled'),
      failed('lost', 'lost'),
      failed('memory', 'failed'),
      job('fine', base),
      failed('other', 'failed', { ...base, filename: 'other.png' }),
    ];
    const staging = new Staging(store(jobs), () => base);
    expect(ids(staging)).toEqual(['memory', 'lost', 'stopped', 'empty']);
    expect(keys(staging)).toEqual(['fine/0']);
  });

  it('are not listed when the person stopped them, nor from an earlier visit', () => {
    const jobs = [failed('mine', 'cancelled'), failed('theirs', 'cancelled'), failed('old', 'failed')];
    const known = store(jobs, [], {
      cancelledHere: (id) => id === 'mine',
      witnessed: (id) => id !== 'old',
    });
    expect(ids(new Staging(known, () => base))).toEqual(['theirs']);
  });

  it('disappear when dismissed or queued again, but not when that is refused', async () => {
    const runAgain = vi.fn((id: string) =>
      id === 'b' ? Promise.reject(new Error('no')) : Promise.resolve('x'),
    );
    const jobs = [failed('c', 'failed'), failed('b', 'failed'), failed('a', 'failed')];
    const staging = new Staging(store(jobs, [], { runAgain }), () => base);
    staging.dismiss('a');
    expect(ids(staging)).toEqual(['b', 'c']);
    await staging.retry('c');
    await expect(staging.retry('b')).rejects.toThrow('no');
    expect(runAgain.mock.calls).toEqual([['c'], ['b']]);
    expect(ids(staging)).toEqual(['b']);
  });
});

describe('comparing', () => {
  it('takes the newest result when none is shown, and ends on the second press', () => {
    const staging = staged();
    staging.toggleMode('slider');
    expect([staging.mode, staging.shown?.key]).toEqual(['slider', 'c/0']);
    staging.toggleMode('slider');
    expect([staging.mode, staging.shown?.key]).toEqual(['plain', 'c/0']);
  });

  it('continues in the same way with the next result, and ends at the original', () => {
    const staging = staged();
    staging.show('a/0');
    staging.toggleMode('difference');
    staging.step(1);
    expect([staging.mode, staging.shown?.key]).toEqual(['difference', 'b/0']);
    staging.show(null);
    expect(staging.mode).toBe('plain');
  });

  it('ends when the mask is to be shown, which it would hide', () => {
    const staging = staged();
    staging.show('a/0');
    staging.toggleMode('blink');
    staging.setUnderMask(true);
    expect([staging.mode, staging.underMask]).toEqual(['plain', true]);
    staging.step(1);
    expect(staging.underMask).toBe(false);
  });

  it('shows the original while held, and over the original the newest result', () => {
    const staging = staged();
    staging.hold(true);
    expect([staging.front?.key, staging.showsOriginal]).toEqual(['c/0', false]);
    staging.hold(false);
    expect(staging.front).toBeNull();
    staging.show('a/0');
    staging.hold(true);
    expect([staging.front?.key, staging.showsOriginal]).toEqual(['a/0', true]);
  });

  it('alternates between the two while blinking', () => {
    const staging = staged();
    staging.toggleMode('blink');
    const seen = [0, 1, 2].map(() => {
      staging.flip();
      return staging.showsOriginal;
    });
    expect(seen).toEqual([true, false, true]);
  });

  it('keeps the divider on the picture', () => {
    const staging = staged();
    staging.setSplit(-3);
    expect(staging.split).toBe(0);
    staging.setSplit(7);
    expect(staging.split).toBe(1);
  });
});
