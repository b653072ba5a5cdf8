import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { FileRef } from '../../../comfy/file-ref';
import { ComfyError } from '../../../comfy/errors';
import { memoryMarks } from '../../fixtures/memory-marks';
import { newJob } from '../../fixtures/records';
import type { MarksBook } from '../../marks/marks';
import type { JobRecord } from '../../state/job';
import type { JobFacts } from '../job-facts';
import type { GalleryItem, Splice } from '../output-index';
import { OutputLibrary } from '../output-library.svelte';
import { parse } from './parse';
import { type Answer, type Question, SearchEngine } from './search-engine';
import { SearchSession } from './search-session.svelte';
import type { Sort } from '../sort';

/** Lets whatever is under way come to its end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function jobWith(id: string, endedAt: number, prompt: string, files = 1): JobRecord {
  const outputs = Array.from({ length: files }, (_, index) => ({
    ...{ nodeId: '9', index, media: 'image' as const },
    ref: { filename: `${id}-${index}.png`, subfolder: '', type: 'output' as const },
  }));
  const unknown = { seed: null, steps: null, cfg: null, sampler: null, scheduler: null, denoise: null };
  const summary = { prompt, negative: null, model: null, loras: [], ...unknown, width: null, height: null };
  return newJob(id, 'completed', { endedAt, outputs, summary });
}

function factsWith(...nodes: string[]): JobFacts {
  return { '9': { nodes, upscaled: false, mask: false, source: false, summary: null } };
}

interface Opened {
  session: SearchSession;
  library: OutputLibrary;
  marks: MarksBook;
  /** Jobs whose facts were asked for, in order. */
  asked: string[];
}

function open(
  jobs: JobRecord[],
  remembered: [string, JobFacts][] = [],
  read: (id: string) => Promise<JobFacts | null> = () => Promise.resolve(null),
  worker = false,
  writtenAt: (item: GalleryItem) => number | null = () => null,
): Opened {
  const library = new OutputLibrary();
  library.change({ removed: [], added: jobs });
  const marks = memoryMarks();
  const asked: string[] = [];
  const session = new SearchSession({
    jobs: {
      items: library,
      factsPage: () => Promise.resolve({ facts: remembered, next: null }),
      facts: (id) => {
        asked.push(id);
        return read(id);
      },
    },
    marks,
    writtenAt,
    client: { worker },
  });
  session.start();
  return { session, library, marks, asked };
}

const keys = ({ session }: Opened): string[] => session.found.slice(0).map(({ key }) => key);

async function search(opened: Opened, text: string, sort: Sort = 'newest'): Promise<string[]> {
  opened.session.search(parse(text).query, sort);
  await settled();
  return keys(opened);
}

/** A worker that takes its time. */
class SlowWorker {
  onmessage: ((event: { data: Answer }) => void) | null = null;
  readonly #engine = new SearchEngine();

  postMessage(question: Question): void {
    const data = this.#engine.answer(question);
    setTimeout(() => this.onmessage?.({ data }));
  }

  terminate(): void {
    this.onmessage = null;
  }
}

describe('the results of a search', () => {
  it('asked while pictures are still being described count as answered only once all are searched', async () => {
    vi.stubGlobal('Worker', SlowWorker);
    const opened = open([jobWith('a', 1, 'cat')], [], undefined, true);
    opened.session.search(parse('cat').query, 'newest');
    while (!opened.session.indexed || !opened.session.answered) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(keys(opened)).toEqual(['a/0']);
    vi.unstubAllGlobals();
  });

  it('are what the list has of it, in either order', async () => {
    const opened = open([jobWith('a', 1, 'cat'), jobWith('b', 2, 'dog'), jobWith('c', 3, 'a cat', 2)]);
    await settled();
    expect(await search(opened, 'cat')).toEqual(['c/0', 'c/1', 'a/0']);
    expect(await search(opened, 'cat', 'oldest')).toEqual(['a/0', 'c/1', 'c/0']);
    expect(await search(opened, '', 'oldest')).toEqual(['a/0', 'b/0', 'c/1', 'c/0']);
  });

  it('follow what comes, changes and goes, splice by splice', async () => {
    const [cat, dog] = [jobWith('a', 1, 'cat'), jobWith('b', 2, 'dog')];
    const opened = open([cat, dog]);
    await search(opened, 'cat');
    const shown = keys(opened);
    opened.session.found.onSplice((splices: readonly Splice[]) => {
      for (const { at, removed, added } of splices) {
        shown.splice(at, removed.length, ...added.map(({ key }) => key));
      }
    });
    opened.library.change({ removed: [], added: [jobWith('c', 3, 'cat'), jobWith('d', 4, 'dog')] });
    await settled();
    expect(keys(opened)).toEqual(['c/0', 'a/0']);
    const newWords = jobWith('b', 2, 'now a cat');
    opened.library.change({ removed: [dog, cat], added: [newWords] });
    await settled();
    expect(keys(opened)).toEqual(['c/0', 'b/0']);
    expect(shown).toEqual(['c/0', 'b/0']);
  });

  it('keep a picture of which only other things change', async () => {
    const job = jobWith('a', 1, 'cat');
    const opened = open([job]);
    await search(opened, 'cat');
    opened.library.change({ removed: [job], added: [{ ...job, mine: true }] });
    // At once, not only when the engine has answered.
    expect(keys(opened)).toEqual(['a/0']);
    expect(opened.session.found.at(0)?.job.mine).toBe(true);
  });

  it('have a picture that came into the place of one that went while the search was asked', async () => {
    const [cat, dog] = [jobWith('a', 1, 'cat'), jobWith('b', 2, 'dog')];
    const opened = open([cat, dog]);
    await settled();
    opened.library.change({ removed: [dog], added: [] });
    expect(await search(opened, '-cat')).toEqual([]);
    opened.library.change({ removed: [], added: [jobWith('c', 3, 'bird')] });
    await settled();
    expect(keys(opened)).toEqual(['c/0']);
  });

  it('are right whatever happens in whatever order', async () => {
    const word = fc.constantFrom('cat', 'dog', 'cat dog', '');
    const step = fc.oneof(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd'),
        time: fc.integer({ min: 5, max: 9 }),
        from: fc.integer({ min: 1, max: 4 }),
        word,
      }),
      fc.record({ gone: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({
        query: fc.constantFrom('cat', '-cat', 'dog OR cat', '', 'nothing'),
        order: fc.constantFrom<Sort>('oldest', 'slowest', 'fastest', 'best'),
      }),
      fc.record({ rated: fc.constantFrom('a', 'b', 'c'), rating: fc.integer({ min: 0, max: 3 }) }),
      fc.constant('wait' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const opened = open([jobWith('a', 1, 'cat', 2), jobWith('b', 2, 'dog')]);
        const jobs = new Map(['a', 'b'].map((id) => [id, opened.library.find(`${id}/0`)?.job as JobRecord]));
        let query = 'cat';
        let order: Sort = 'oldest';
        const ratings: [FileRef, number][] = [];
        opened.session.search(parse(query).query, 'oldest');
        for (const each of steps) {
          if (each === 'wait') {
            await new Promise((resolve) => setTimeout(resolve));
          } else if ('query' in each) {
            query = each.query;
            order = each.order;
            opened.session.search(parse(query).query, order);
          } else if ('rated' in each) {
            const ref = { filename: `${each.rated}-0.png`, subfolder: '', type: 'output' as const };
            ratings.push([ref, each.rating]);
            opened.marks.change([ref], { rating: each.rating });
          } else {
            const id = 'gone' in each ? each.gone : each.id;
            const removed = [jobs.get(id) ?? []].flat();
            const added =
              'gone' in each ? [] : [{ ...jobWith(id, each.time, each.word), startedAt: each.from }];
            opened.library.change({ removed, added });
            jobs.delete(id);
            added.forEach((job) => jobs.set(id, job));
          }
        }
        await settled();
        const fresh = open([...jobs.values()]);
        ratings.forEach(([ref, rating]) => {
          fresh.marks.change([ref], { rating });
        });
        expect(keys(opened)).toEqual(await search(fresh, query, order));
      }),
      { numRuns: 60 },
    );
  });

  it('are in the order of how long each took, those of which nobody knows last', async () => {
    const took = (id: string, endedAt: number, startedAt: number | null): JobRecord => ({
      ...jobWith(id, endedAt, 'cat'),
      startedAt,
    });
    const opened = open([
      took('short', 100, 90),
      took('long', 200, 50),
      took('unknown', 300, null),
      took('short too', 80, 70),
      { ...took('from the cache', 400, 0), unchanged: true },
    ]);
    const slowest = ['long/0', 'short/0', 'short too/0', 'from the cache/0', 'unknown/0'];
    expect(await search(opened, 'cat', 'slowest')).toEqual(slowest);
    opened.library.change({ removed: [], added: [took('longer', 500, 100)] });
    await settled();
    expect(keys(opened)).toEqual(['longer/0', ...slowest]);
    expect(await search(opened, '', 'fastest')).toEqual([
      ...['short/0', 'short too/0', 'long/0', 'longer/0', 'from the cache/0', 'unknown/0'],
    ]);
    expect(opened.session.found.sort).toBe('fastest');
  });

  it('move when they are rated, in the order of ratings', async () => {
    const opened = open(['a', 'b', 'c'].map((id, at) => jobWith(id, at, 'cat')));
    const rate = (key: string, rating: number): void => {
      const ref = opened.library.find(key)?.output.ref;
      opened.marks.change(ref ? [ref] : [], { rating });
    };
    rate('b/0', 3);
    expect(await search(opened, '', 'best')).toEqual(['b/0', 'c/0', 'a/0']);
    rate('a/0', 5);
    rate('b/0', 0);
    expect(keys(opened)).toEqual(['a/0', 'c/0', 'b/0']);
  });

  it('are in the order in which their files were written, as far as that is known', async () => {
    const written = new Map([['b/0', 500]]);
    const opened = open(
      ['a', 'b', 'c'].map((id, at) => jobWith(id, at * 100, 'cat')),
      [],
      undefined,
      false,
      ({ key }) => written.get(key) ?? null,
    );
    expect(await search(opened, '', 'file')).toEqual(['b/0', 'c/0', 'a/0']);
    written.set('a/0', 600);
    opened.session.refresh([opened.library.find('a/0')].flatMap((item) => item ?? []));
    expect(keys(opened)).toEqual(['a/0', 'b/0', 'c/0']);
    written.set('c/0', 700);
    opened.session.refresh('all');
    await settled();
    expect(keys(opened)).toEqual(['c/0', 'a/0', 'b/0']);
  });

  it('know marks as soon as they are made', async () => {
    const opened = open([jobWith('a', 1, 'cat'), jobWith('b', 2, 'cat')]);
    expect(await search(opened, 'is:favourite')).toEqual([]);
    const ref = opened.library.find('a/0')?.output.ref;
    opened.marks.change(ref ? [ref] : [], { favourite: true, rating: 4 });
    await settled();
    expect(keys(opened)).toEqual(['a/0']);
    expect(await search(opened, 'rating:>3')).toEqual(['a/0']);
  });
});

describe('what graphs tell', () => {
  it('is taken from what is remembered, and asked for of the rest, visible ones first', async () => {
    const opened = open(
      ['a', 'b', 'c', 'd'].map((id, at) => jobWith(id, at, 'x')),
      [['b', factsWith('FromMirror')]],
      () => Promise.resolve(factsWith('FromGraph')),
    );
    opened.session.visible = () => ['a'];
    await settled();
    expect(opened.asked).toEqual(['a', 'd', 'c']);
    expect(await search(opened, 'node:FromMirror')).toEqual(['b/0']);
    expect(await search(opened, 'node:FromGraph')).toEqual(['d/0', 'c/0', 'a/0']);
  });

  it('is asked for of two jobs at a time', async () => {
    let [now, most] = [0, 0];
    open(
      ['a', 'b', 'c', 'd', 'e'].map((id, at) => jobWith(id, at, 'x')),
      [],
      async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now -= 1;
        return null;
      },
    );
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(most).toBe(2);
  });

  it('is not asked for while the page has no time', async () => {
    const opened = open(
      ['a', 'b', 'c'].map((id, at) => jobWith(id, at, 'x')),
      [],
      () => Promise.resolve(factsWith('FromGraph')),
    );
    let calm = false;
    opened.session.calm = () => calm;
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(opened.asked).toEqual([]);
    calm = true;
    await vi.waitFor(() => expect(opened.asked).toEqual(['c', 'b', 'a']));
  });

  it('waits for a server that does not answer, and asks no more until then', async () => {
    let down = true;
    const opened = open(
      ['a', 'b', 'c', 'd'].map((id, at) => jobWith(id, at, 'x')),
      [],
      () =>
        down ? Promise.reject(new ComfyError('unreachable', 'away')) : Promise.resolve(factsWith('Late')),
    );
    await settled();
    expect(opened.asked.length).toBeLessThanOrEqual(2);
    down = false;
    opened.session.resume();
    await settled();
    expect(await search(opened, 'node:Late')).toEqual(['d/0', 'c/0', 'b/0', 'a/0']);
  });
});
