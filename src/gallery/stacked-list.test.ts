import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { newJob } from '../jobs/fixtures/records';
import { OutputLibrary } from '../jobs/library/output-library.svelte';
import type { GalleryItem } from '../jobs/library/output-index';
import { FoundList } from '../jobs/library/search/found-list.svelte';
import { isDated, keepsJobs, type Sort, SORTS } from '../jobs/library/sort';
import type { DarkroomInfo, JobRecord } from '../jobs/state/job';
import { ShownList } from './shown-list.svelte';
import { StackedList } from './stacked-list.svelte';

/** A job that made so many pictures. */
function job(id: string, endedAt: number, pictures: number, more: Partial<JobRecord> = {}): JobRecord {
  const outputs = Array.from({ length: pictures }, (_, index) => ({
    nodeId: '9',
    index,
    ref: { filename: `${id}-${index}.png`, subfolder: '', type: 'output' as const },
    media: 'image' as const,
  }));
  return newJob(id, 'completed', { endedAt, outputs, ...more });
}

/** What a run of a sweep tells of it. */
function runOf(id: string, x: number): DarkroomInfo {
  const axes = [{ name: 'CFG', labels: ['1', '2', '3'] }];
  return { recipe: '', parent: null, mask: null, sweep: { id, x, y: 0, axes } };
}

const keys = (list: { slice: (from: number) => GalleryItem[] }): string[] =>
  list.slice(0).map(({ key }) => key);

describe('pictures of one job', () => {
  let items: OutputLibrary;
  let from: number;
  let stacks: StackedList;
  /** The tiles as somebody has them who only hears what happens to the list. */
  let heard: string[];

  beforeEach(() => {
    items = new OutputLibrary();
    items.change({ removed: [], added: [job('a', 1, 1), job('b', 2, 5), job('c', 3, 2)] });
    from = 5;
    stacks = new StackedList(items, () => from);
    stacks.follow();
    heard = keys(stacks);
    stacks.onSplice((splices) =>
      splices.forEach(({ at, removed, added }) => {
        expect(heard.splice(at, removed.length, ...added.map(({ key }) => key))).toEqual(
          removed.map(({ key }) => key),
        );
      }),
    );
  });

  const item = (key: string): GalleryItem => {
    const found = items.find(key);
    if (!found) {
      throw new Error(`no item ${key}`);
    }
    return found;
  };

  it('share the tile of the first where there are enough of them', () => {
    expect(keys(stacks)).toEqual(['c/0', 'c/1', 'b/0', 'a/0']);
    expect(stacks.of(item('b/0'))?.items.length).toBe(5);
    expect(stacks.of(item('c/0'))).toBeNull();
    expect(stacks.behind(item('b/0')).map(({ key }) => key)).toEqual(['b/0', 'b/1', 'b/2', 'b/3', 'b/4']);
    expect(stacks.picturesIn(1, 4)).toBe(7);
  });

  it('are found at the tile that stands for them', () => {
    expect(stacks.find('b/3')?.key).toBe('b/0');
    expect(stacks.indexOf(item('b/3'))).toBe(2);
    stacks.toggle(item('b/3'));
    expect(stacks.find('b/3')?.key).toBe('b/3');
    expect(stacks.indexOf(item('b/3'))).toBe(5);
  });

  it('open in place, and close again', () => {
    stacks.toggle(item('b/0'));
    expect(heard).toEqual(['c/0', 'c/1', 'b/0', 'b/1', 'b/2', 'b/3', 'b/4', 'a/0']);
    expect(keys(stacks)).toEqual(heard);
    stacks.toggle(item('b/2'));
    expect(heard).toEqual(['c/0', 'c/1', 'b/0', 'a/0']);
    expect(keys(stacks)).toEqual(heard);
  });

  it('become a stack as they come, and stop being one as they go', () => {
    items.change({ removed: [job('c', 3, 2)], added: [job('c', 3, 6)] });
    expect(heard).toEqual(['c/0', 'b/0', 'a/0']);
    items.change({ removed: [job('b', 2, 5)], added: [job('b', 2, 4)] });
    expect(heard).toEqual(['c/0', 'b/0', 'b/1', 'b/2', 'b/3', 'a/0']);
  });

  it('follow the setting', () => {
    from = 2;
    stacks.restack();
    expect(heard).toEqual(['c/0', 'b/0', 'a/0']);
    from = Infinity;
    stacks.restack();
    expect(heard).toEqual(keys(items));
  });
});

describe('pictures of a sweep', () => {
  const run = (id: string, endedAt: number, sweep: string, x: number): JobRecord =>
    job(id, endedAt, 1, { darkroom: runOf(sweep, x) });
  let items: OutputLibrary;
  let stacks: StackedList;

  beforeEach(() => {
    items = new OutputLibrary();
    items.change({ removed: [], added: [run('a', 1, 's', 0), job('b', 2, 1), run('c', 3, 's', 1)] });
    stacks = new StackedList(items, () => Infinity);
    stacks.follow();
  });

  it('share the tile of the newest, also with others between them and where jobs are not stacked', () => {
    expect(keys(stacks)).toEqual(['c/0', 'b/0']);
    const [newest, other] = stacks.slice(0);
    expect(newest && stacks.of(newest)?.sheet?.id).toBe('s');
    expect(newest && stacks.behind(newest).map(({ key }) => key)).toEqual(['c/0', 'a/0']);
    expect(other && stacks.of(other)).toBeNull();
  });

  it('open to their places in the list, and close again', () => {
    const sheet = items.find('a/0') as GalleryItem;
    stacks.toggle(sheet);
    expect(keys(stacks)).toEqual(['c/0', 'b/0', 'a/0']);
    stacks.toggle(sheet);
    expect(keys(stacks)).toEqual(['c/0', 'b/0']);
  });

  it('are apart from those of another sweep, and from a job that has its name', () => {
    items.change({ removed: [], added: [run('d', 4, 't', 0), run('e', 5, 't', 1), job('s', 6, 1)] });
    expect(keys(stacks)).toEqual(['s/0', 'e/0', 'c/0', 'b/0']);
  });

  it('join the sheet when it becomes known that they are of it', () => {
    const sketch = job('f', 7, 1);
    items.change({ removed: [], added: [sketch] });
    expect(keys(stacks)).toEqual(['f/0', 'c/0', 'b/0']);
    items.change({ removed: [sketch], added: [run('f', 7, 's', 2)] });
    expect(keys(stacks)).toEqual(['f/0', 'b/0']);
  });
});

/** By what a picture shares a tile. */
function idIn(sort: Sort, { job: { id, darkroom } }: GalleryItem): string {
  return isDated(sort) && darkroom?.sweep ? `sheet ${darkroom.sweep.id}` : id;
}

/** What an order-by-order reading of the whole list would show. */
function expected(
  list: readonly GalleryItem[],
  sort: Sort,
  from: number,
  open: ReadonlySet<string>,
): string[] {
  const counts = new Map<string, number>();
  list.forEach((item) => counts.set(idIn(sort, item), (counts.get(idIn(sort, item)) ?? 0) + 1));
  const seen = new Set<string>();
  return list.flatMap((item) => {
    const id = idIn(sort, item);
    const least = id === item.job.id ? from : 2;
    const isRest = seen.has(id) && (counts.get(id) ?? 0) >= least && !open.has(id);
    seen.add(id);
    return isRest ? [] : [item.key];
  });
}

const step = fc.oneof(
  fc.record({
    does: fc.constant('put' as const),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    pictures: fc.nat(7),
    endedAt: fc.nat(4),
    took: fc.option(fc.nat(3)),
    runs: fc.boolean(),
    sweep: fc.option(fc.constantFrom('s', 't')),
  }),
  fc.record({ does: fc.constant('toggle' as const), at: fc.nat(30) }),
  fc.record({ does: fc.constant('stack' as const), from: fc.constantFrom(2, 5, Infinity) }),
  fc.record({ does: fc.constant('search' as const), sort: fc.constantFrom(...SORTS), odd: fc.boolean() }),
  fc.record({ does: fc.constant('all' as const) }),
);

it('are what reading the whole list anew would give, whatever happens to it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const items = new OutputLibrary();
      const jobs = new Map<string, JobRecord>();
      const shown = new ShownList(items);
      const open = new Set<string>();
      const found = new FoundList((key) => items.find(key));
      let odd = false;
      let from = 5;
      const matches = ({ output }: GalleryItem): boolean => !odd || output.index % 2 === 1;
      items.onSplice((splices) =>
        found.change(
          splices.flatMap(({ removed }) => removed),
          splices.flatMap(({ added }) => added.filter(matches)),
        ),
      );
      const stacks = new StackedList(shown, () => from);
      stacks.follow();
      let heard: string[] = [];
      stacks.onReset(() => (heard = keys(stacks)));
      stacks.onSplice((splices) => {
        for (const { at, removed, added } of splices) {
          const gone = heard.splice(at, removed.length, ...added.map(({ key }) => key));
          expect(gone).toEqual(removed.map(({ key }) => key));
        }
      });
      for (const each of steps) {
        if (each.does === 'put') {
          const { id, pictures, endedAt, took, runs, sweep } = each;
          const before = jobs.get(id);
          const after = job(id, endedAt, pictures, {
            startedAt: took === null ? null : endedAt - took,
            ...(sweep !== null && { darkroom: runOf(sweep, 0) }),
            ...(runs && { state: 'running' as const, endedAt: null }),
          });
          jobs.set(id, after);
          items.change({ removed: before ? [before] : [], added: [after] });
        } else if (each.does === 'toggle') {
          const item = stacks.at(each.at % Math.max(1, stacks.length));
          if (item && stacks.of(item)) {
            const id = idIn(shown.sort, item);
            open[open.has(id) ? 'delete' : 'add'](id);
            stacks.toggle(item);
          }
        } else if (each.does === 'stack') {
          from = each.from;
          stacks.restack();
        } else if (each.does === 'search') {
          odd = each.odd;
          found.reset(items.slice(0).filter(matches), each.sort);
          shown.show(found);
        } else {
          shown.show(null);
        }
        const tiles = keepsJobs(shown.sort) ? expected(shown.slice(0), shown.sort, from, open) : keys(shown);
        expect(keys(stacks)).toEqual(tiles);
        expect(heard).toEqual(tiles);
        stacks.slice(0).forEach((item, at) => expect(stacks.indexOf(item)).toBe(at));
        for (const item of shown.slice(0)) {
          const at = stacks.indexOf(item);
          expect(stacks.behind(stacks.at(at) as GalleryItem)).toContain(item);
        }
      }
    }),
    { numRuns: 100 },
  );
});
