import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newJob } from '../fixtures/records';
import type { JobRecord, Output } from '../state/job';
import { type GalleryItem, OutputIndex, type Splice } from './output-index';

function output(filename: string, index = 0, cached?: boolean, type: 'output' | 'temp' = 'output'): Output {
  const ref = { filename, subfolder: '', type };
  return { nodeId: '9', index, ref, media: 'image', ...(cached === undefined ? {} : { cached }) };
}

function job(id: string, endedAt: number, outputs: Output[], more: Partial<JobRecord> = {}): JobRecord {
  return newJob(id, 'completed', { endedAt, outputs, ...more });
}

function indexOf(...jobs: JobRecord[]): OutputIndex {
  const index = new OutputIndex();
  index.change([], jobs);
  return index;
}

const keys = (index: OutputIndex): string[] => index.items.map(({ key }) => key);

describe('the files of all jobs', () => {
  it('are listed newest first, in the order of their job, without temporary ones', () => {
    const index = indexOf(
      job('old', 1, [output('a.png'), output('b.png', 1), output('t.png', 2, undefined, 'temp')]),
      job('new', 2, [output('c.png')]),
      newJob('waits', 'pending', { outputs: [output('d.png')] }),
    );
    expect(keys(index)).toEqual(['new/0', 'old/0', 'old/1']);
  });

  it('stand at the top while their job runs', () => {
    const running = newJob('run', 'running', { startedAt: 1, outputs: [output('r.png')] });
    const index = indexOf(job('new', 5, [output('c.png')]), running);
    expect(keys(index)).toEqual(['run/0', 'new/0']);
    const ended = { ...running, state: 'completed' as const, endedAt: 6 };
    expect(index.change([running], [ended])).toMatchObject([{ at: 0, added: [{ key: 'run/0' }] }]);
  });

  it('are found by key and by file, and keep their objects when others change', () => {
    const kept = job('kept', 1, [output('a.png')]);
    const index = indexOf(kept, job('goes', 2, [output('b.png')]));
    const item = index.find('kept/0');
    index.change([job('goes', 2, [output('b.png')])], [job('comes', 3, [output('c.png')])]);
    expect(index.find('kept/0')).toBe(item);
    expect(index.byFile({ filename: 'a.png', subfolder: '', type: 'output' })).toBe(item);
    expect(index.find('goes/0')).toBeUndefined();
    expect(index.indexOf(item as GalleryItem)).toBe(1);
    expect(index.indexOf({ ...(item as GalleryItem) })).toBe(-1);
  });
});

describe('a file that several jobs name', () => {
  const first = job('first', 1, [output('a.png', 0, false)]);
  const again = job('again', 2, [output('a.png', 0, true)]);
  const third = job('third', 3, [output('a.png', 0, true)]);

  it('is one item, made by the first, whichever becomes known first', () => {
    for (const order of [
      [first, again, third],
      [third, first, again],
      [again, third, first],
    ]) {
      const index = new OutputIndex();
      order.forEach((each) => index.change([], [each]));
      expect(keys(index)).toEqual(['first/0']);
      expect(index.items[0]?.repeats.map(({ key }) => key)).toEqual(['again/0', 'third/0']);
      expect(index.find('third/0')).toBe(index.items[0]);
    }
  });

  it('stays in the list, under the next job, when the first is forgotten', () => {
    const index = indexOf(first, again);
    index.change([first], []);
    expect(keys(index)).toEqual(['again/0']);
    expect(index.items[0]).toMatchObject({ repeats: [], replaced: false });
    index.change([again], []);
    expect(keys(index)).toEqual([]);
    expect(index.find('again/0')).toBeUndefined();
  });

  it('is two items when a later job really wrote it: the older one is replaced', () => {
    const writer = job('writer', 3, [output('a.png', 0, false)]);
    const index = indexOf(first, again, writer);
    expect(index.items.map(({ key, replaced }) => [key, replaced])).toEqual([
      ['writer/0', false],
      ['first/0', true],
    ]);
    expect(index.byFile({ filename: 'a.png', subfolder: '', type: 'output' })?.key).toBe('writer/0');
    index.change([writer], []);
    expect(index.items.map(({ key, replaced }) => [key, replaced])).toEqual([['first/0', false]]);
  });

  it('is one item where a library has it: the last that was written', () => {
    const held = new Set<string>();
    const writer = job('writer', 3, [output('a.png', 0, false)]);
    const index = new OutputIndex(
      () => undefined,
      ({ filename }) => held.has(filename),
    );
    const { ref } = output('a.png');
    index.change([], [first, again, writer]);
    expect(keys(index)).toEqual(['writer/0', 'first/0']);
    held.add('a.png');
    index.setGone([ref], false);
    expect(keys(index)).toEqual(['writer/0']);
    expect([index.isMade(ref), index.find('first/0')]).toEqual([true, undefined]);
    // It went, and another job writes one of the same name.
    index.setGone([ref], true);
    const next = job('next', 4, [output('a.png', 0, false)]);
    index.change([], [next]);
    index.setGone([ref], false);
    expect(keys(index)).toEqual(['next/0']);
    index.change([next], []);
    expect(keys(index)).toEqual(['writer/0']);
    held.clear();
    index.recheck('all');
    expect(keys(index)).toEqual(['writer/0', 'first/0']);
  });

  it('is one item where the server does not tell, until the file is seen to be another', () => {
    const index = tagged({ 'a/0': '"1-a"' }, job('a', 1, [output('x.png')]), job('b', 2, [output('x.png')]));
    expect(keys(index)).toEqual(['a/0']);
    index.setSeenTag(index.items[0] as GalleryItem, '"2-a"');
    expect(keys(index)).toEqual(['a/0']);
    index.setSeenTag(index.items[0] as GalleryItem, '"2-b"');
    expect(index.items.map(({ key, replaced }) => [key, replaced])).toEqual([
      ['b/0', false],
      ['a/0', true],
    ]);
  });

  it('is one item where both had the same ETag, although the later node ran', () => {
    const tags: Record<string, string> = { 'first/0': '"1-a"' };
    const index = tagged(tags, first, job('writer', 3, [output('a.png', 0, false)]));
    expect(keys(index)).toEqual(['writer/0', 'first/0']);
    tags['writer/0'] = '"1-a"';
    index.recheck('all');
    expect(keys(index)).toEqual(['first/0']);
    tags['writer/0'] = '"2-a"';
    index.recheck([index.items[0] as GalleryItem]);
    expect(keys(index)).toEqual(['writer/0', 'first/0']);
  });
});

describe('a file that somebody else has written over', () => {
  it('is replaced once it is seen with another size, but not where only its time is another', () => {
    const index = tagged({ 'a/0': '"1-a"' }, job('a', 1, [output('x.png')]));
    const replaced = (): boolean | undefined => index.items[0]?.replaced;
    index.setSeenTag(index.items[0] as GalleryItem, '"9-a"');
    expect(replaced()).toBe(false);
    expect(index.setSeenTag(index.items[0] as GalleryItem, '"9-b"')).toHaveLength(1);
    expect(replaced()).toBe(true);
  });
});

function tagged(tags: Record<string, string>, ...jobs: JobRecord[]): OutputIndex {
  const index = new OutputIndex(({ key }) => tags[key]);
  index.change([], jobs);
  return index;
}

/** Jobs of few ids, files and times, so that they meet. */
const aJob = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    state: fc.constantFrom('completed' as const, 'running' as const, 'failed' as const, 'pending' as const),
    at: fc.integer({ min: 1, max: 5 }),
    number: fc.integer({ min: 0, max: 2 }),
    files: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5'), { maxLength: 3 }),
    cached: fc.constantFrom(true, false, undefined),
    found: fc.constantFrom(false, false, false, true),
  })
  .map(({ id, state, at, number, files, cached, found }) =>
    newJob(id, state, {
      ...{ endedAt: at, number, outputs: files.map((file, i) => output(file, i, cached)) },
      ...(found && { found }),
    }),
  );

describe('a file that was found', () => {
  const found = job('file-a', 9, [output('a.png')], { found: true });
  const made = job('made', 1, [output('a.png', 0, false)]);

  it('is the picture of the job that made it, whichever is known first, also for links from before', () => {
    for (const order of [
      [found, made],
      [made, found],
    ]) {
      const index = new OutputIndex();
      order.forEach((each) => index.change([], [each]));
      expect(keys(index)).toEqual(['made/0']);
      expect(index.items[0]?.repeats).toEqual([]);
      index.change([found], []);
      expect(index.find('file-a/0')).toBe(index.items[0]);
    }
  });
});

describe('a file that is gone', () => {
  const first = job('first', 1, [output('a.png', 0, false), output('b.png', 1)]);
  const again = job('again', 2, [output('a.png', 0, true)]);
  const { ref } = output('a.png');

  it('leaves the list until it is back, whatever becomes of the jobs that name it', () => {
    const index = indexOf(first);
    expect(index.setGone([ref], true)).toMatchObject([{ at: 0, removed: [{ key: 'first/0' }], added: [] }]);
    expect(index.setGone([ref], true)).toEqual([]);
    expect([index.byFile(ref), index.isMade(ref)]).toEqual([undefined, true]);
    index.change([], [again]);
    expect(keys(index)).toEqual(['first/1']);
    index.change([first], []);
    index.setGone([ref], false);
    expect(keys(index)).toEqual(['again/0']);
    index.setGone([ref], true);
    index.change([again], []);
    expect(index.isMade(ref)).toBe(false);
  });
});

it('takes neighbours off the list in one piece', () => {
  const jobs = Array.from({ length: 50 }, (_, i) => job(`j${i}`, i, [output(`${i}.png`)]));
  const index = indexOf(...jobs);
  const splices = index.change([...jobs.slice(10, 30), ...jobs.slice(40)], []);
  expect(splices.map(({ at, removed }) => [at, removed.length])).toEqual([
    [20, 20],
    [0, 10],
  ]);
  expect(keys(index)).toHaveLength(20);
});

it('is the same after any changes as if it had been made at once, and its splices tell all of it', () => {
  const aStep = fc.record({
    jobs: fc.array(aJob, { maxLength: 4 }),
    drops: fc.boolean(),
    gone: fc.array(fc.constantFrom('1', '2', '3'), { maxLength: 1 }),
  });
  const open = (): OutputIndex =>
    new OutputIndex(
      () => undefined,
      ({ filename }) => filename === '1' || filename === '4',
    );
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 12 }), (steps) => {
      const index = open();
      const missing = new Set<string>();
      const listed = new Map<string, JobRecord>();
      const followed: GalleryItem[] = [];
      const follow = (splices: readonly Splice[]): void =>
        splices.forEach(({ at, removed, added }) => {
          expect(followed.splice(at, removed.length, ...added)).toEqual(removed);
        });
      for (const step of steps) {
        const come = new Map(step.jobs.map((each) => [each.id, each]));
        const gone = [...come.keys()].flatMap((id) => listed.get(id) ?? []);
        come.forEach((each, id) => (step.drops ? listed.delete(id) : listed.set(id, each)));
        follow(index.change(gone, step.drops ? [] : [...come.values()]));
        for (const name of step.gone) {
          const isGone = !missing.delete(name);
          if (isGone) {
            missing.add(name);
          }
          follow(index.setGone([output(name).ref], isGone));
        }
        expect(followed).toEqual(index.items);
        const fresh = open();
        fresh.setGone(
          [...missing].map((name) => output(name).ref),
          true,
        );
        fresh.change([], [...listed.values()]);
        expect(index.items).toEqual(fresh.items);
        index.items.forEach((item, at) => {
          expect(index.indexOf(item)).toBe(at);
          [item, ...item.repeats].forEach(({ key }) => expect(index.find(key)).toBe(item));
        });
      }
    }),
  );
});
