import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyText } from '../../comfy/history-text';
import { newJob } from '../fixtures/records';
import { byNewest, type JobGraph, type JobRecord, type Output } from '../state/job';
import { everything as all } from '../fixtures/records';
import { type JobFacts, factsOf } from './job-facts';
import { memoryMirror } from './memory-mirror';
import { type GraphPack, packParts } from './graph-pack';
import type { FactsPage, FactsPlace, JobMirror, MirrorPage, MirrorPlace } from './job-mirror';
import { openMirror } from './mirror';
import type { MirrorSchema } from './mirror-schema';

const GRAPH: JobGraph = {
  graph: {
    '3': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n, noise: 9007199254740993n } },
  },
  pngInfo: { workflow: { nodes: [1, 2] } },
};

/** A job of which GRAPH made one picture. */
function withOutput(id: string): JobRecord {
  const ref = { filename: `${id}.png`, subfolder: '', type: 'output' } as const;
  return newJob(id, 'completed', { outputs: [{ nodeId: '3', index: 0, ref, media: 'image' }] });
}

/** Everything a mirror holds, page by page. */
async function readAll(mirror: JobMirror, outputs: number): Promise<JobRecord[]> {
  const read: JobRecord[] = [];
  let from: MirrorPlace | null = null;
  do {
    const page: MirrorPage = await mirror.page(from, outputs);
    read.push(...page.jobs);
    from = page.next;
  } while (from !== null);
  return read;
}

/** What is kept of the graphs, page by page, by id. */
async function everyFact(mirror: JobMirror, count: number): Promise<[string, JobFacts][]> {
  const read: [string, JobFacts][] = [];
  let from: FactsPlace | null = null;
  do {
    const page: FactsPage = await mirror.factsPage(from, count);
    read.push(...page.facts);
    from = page.next;
  } while (from !== null);
  return read.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** The graphs of these jobs, packed as those of a page of the history. */
function packed(...ids: string[]): Promise<GraphPack> {
  return packParts(ids.map((id) => [id, encode(historyText(GRAPH.graph, GRAPH.pngInfo, id))]));
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe.each([
  ['in the database', () => openMirror('http://a')],
  ['in memory', () => Promise.resolve(memoryMirror())],
])('%s', (_name, open) => {
  let mirror: JobMirror;

  beforeEach(async () => {
    mirror = await open();
  });

  it('is empty at first', async () => {
    expect(await all(mirror)).toEqual([]);
    expect(await mirror.graph('a')).toBeNull();
    expect(await mirror.isComplete()).toBe(false);
  });

  it('keeps jobs and graphs, every digit of a seed', async () => {
    const record = newJob('a', 'completed', {
      summary: {
        prompt: '猫',
        negative: null,
        model: null,
        loras: [{ name: 'x', strength: null }],
        seed: 18446744073709551615n,
        steps: 1,
        cfg: 2,
        sampler: null,
        scheduler: null,
        denoise: null,
        width: null,
        height: null,
      },
    });
    await mirror.put([
      { record, graph: GRAPH },
      { record: newJob('b', 'lost'), graph: null },
    ]);
    expect((await all(mirror)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      record,
      newJob('b', 'lost'),
    ]);
    expect(await mirror.graph('a')).toEqual(GRAPH);
    expect(await mirror.graph('b')).toBeNull();
  });

  it('replaces a record and keeps its graph when none is given', async () => {
    await mirror.put([{ record: newJob('a', 'lost'), graph: GRAPH }]);
    await mirror.put([{ record: newJob('a', 'completed'), graph: null }]);
    expect((await all(mirror)).map(({ state }) => state)).toEqual(['completed']);
    expect(await mirror.graph('a')).toEqual(GRAPH);
  });

  it('forgets jobs with their graphs, known or not', async () => {
    await mirror.put([
      { record: newJob('a', 'completed'), graph: GRAPH },
      { record: newJob('b', 'completed'), graph: GRAPH },
    ]);
    await mirror.forget(['a', 'unknown']);
    expect((await all(mirror)).map(({ id }) => id)).toEqual(['b']);
    expect(await mirror.graph('a')).toBeNull();
    await mirror.forget([]);
    await mirror.put([]);
    expect(await mirror.graph('b')).toEqual(GRAPH);
  });

  it('gives its jobs page by page, newest first, and none in two parts', async () => {
    const outputs = (count: number): Output[] =>
      Array.from({ length: count }, (_, index) => ({
        nodeId: '9',
        index,
        ref: { filename: `${index}.png`, subfolder: '', type: 'output' },
        media: 'image',
      }));
    const jobs = Array.from({ length: 25 }, (_, i) =>
      newJob(`job ${i}`, 'completed', { endedAt: (i * 7) % 25, number: i, outputs: outputs(i % 4) }),
    );
    await mirror.put(jobs.map((record) => ({ record, graph: null })));
    expect(await readAll(mirror, 5)).toEqual(jobs.toSorted(byNewest));
  });

  it('tells which jobs other devices do not have yet', async () => {
    const job = (id: string, more: Partial<JobRecord> = {}): JobRecord =>
      newJob(id, 'completed', { endedAt: 5, ...more });
    await mirror.put([
      { record: job('a'), graph: GRAPH },
      { record: job('b'), graph: null },
      { record: job('c'), graph: null, saved: true, facts: {} },
      { record: job('d', { sketch: true }), graph: null },
      { record: newJob('e', 'lost'), graph: null },
    ]);
    expect(await mirror.unsaved()).toEqual([
      { id: 'a', gone: false, time: 5 },
      { id: 'b', gone: false, time: 5 },
    ]);
    expect((await mirror.facts(['c'])).get('c')).toEqual({});
    await mirror.setSaved(['a']);
    await mirror.forget(['b', 'unknown']);
    expect(await mirror.unsaved()).toEqual([{ id: 'b', gone: true, time: 5 }]);
    await mirror.put([{ record: job('d'), graph: null }]);
    expect((await mirror.unsaved()).map(({ id }) => id)).toEqual(['b', 'd']);
  });

  it('knows what it was told of day files', async () => {
    await mirror.setSeenDay('a', '1');
    await mirror.setSeenDay('b', '2');
    await mirror.setSeenDay('a', '3');
    expect(new Map(await mirror.seenDays())).toEqual(
      new Map([
        ['a', '3'],
        ['b', '2'],
      ]),
    );
  });

  it('gives single jobs, as far as they are known', async () => {
    await mirror.put([
      { record: newJob('a', 'completed'), graph: null },
      { record: newJob('ab', 'failed'), graph: null },
    ]);
    expect((await mirror.jobs(['ab', 'a', 'b'])).map(({ id }) => id)).toEqual(['ab', 'a']);
    expect(await mirror.jobs([])).toEqual([]);
  });

  it('knows what the graphs of its jobs tell, and forgets that with them', async () => {
    const facts = factsOf(withOutput('a'), GRAPH);
    expect(facts).toEqual({ '3': { ...facts['3'], nodes: ['KSampler'] } });
    await mirror.put([
      { record: withOutput('b'), graph: GRAPH },
      { record: withOutput('a'), graph: GRAPH },
      { record: withOutput('c'), graph: null },
    ]);
    expect(await mirror.facts(['c', 'a', 'x'])).toEqual(new Map([['a', facts]]));
    expect(await everyFact(mirror, 1)).toEqual([
      ['a', facts],
      ['b', facts],
    ]);
    await mirror.putFacts(new Map([...['c', 'x'].map((id): [string, JobFacts] => [id, facts])]));
    expect((await everyFact(mirror, 9)).map(([id]) => id)).toEqual(['a', 'b', 'c']);
    await mirror.putFacts(new Map([['a', {}]]));
    expect((await everyFact(mirror, 9))[0]).toEqual(['a', {}]);
    await mirror.forget(['a', 'c']);
    expect((await everyFact(mirror, 9)).map(([id]) => id)).toEqual(['b']);
  });

  it('takes graphs that came packed, some of them or all', async () => {
    const pack = await packed('a', 'b', 'c');
    await mirror.put(['a', 'c'].map((id) => ({ record: newJob(id, 'completed'), graph: null, pack })));
    await mirror.put([{ record: newJob('c', 'completed', { number: 7 }), graph: null }]);
    expect(await mirror.graph('a')).toEqual(GRAPH);
    expect(await mirror.graph('b')).toBeNull();
    expect(await mirror.graph('c')).toEqual(GRAPH);
    await mirror.forget(['a']);
    expect(await mirror.graph('a')).toBeNull();
    expect(await mirror.graph('c')).toEqual(GRAPH);
  });

  it('keeps of a job written twice the later graph and facts', async () => {
    const later = { graph: { '9': { class_type: 'SaveImage', inputs: {} } }, pngInfo: {} };
    await mirror.put([
      { record: newJob('a', 'lost'), graph: null, facts: {}, pack: await packed('a', 'b') },
      { record: newJob('b', 'lost'), graph: GRAPH },
    ]);
    await mirror.put(['a', 'b'].map((id) => ({ record: withOutput(id), graph: later })));
    expect([await mirror.graph('a'), await mirror.graph('b')]).toEqual([later, later]);
    expect((await everyFact(mirror, 9)).map(([id, facts]) => [id, Object.keys(facts)])).toEqual([
      ['a', ['3']],
      ['b', ['3']],
    ]);
  });

  it('notes whether it holds everything', async () => {
    await mirror.setComplete(true);
    expect(await mirror.isComplete()).toBe(true);
    await mirror.setComplete(false);
    expect(await mirror.isComplete()).toBe(false);
  });
});

describe('the database', () => {
  it('is there again after a reload, and another one for another server', async () => {
    await (await openMirror('http://a')).put([{ record: newJob('a', 'completed'), graph: GRAPH }]);
    expect(await (await openMirror('http://a')).graph('a')).toEqual(GRAPH);
    expect(await all(await openMirror('http://b'))).toEqual([]);
  });

  it('is read by two tabs at once', async () => {
    const [one, two] = await Promise.all([openMirror('http://a'), openMirror('http://a')]);
    await one.put([{ record: newJob('a', 'completed'), graph: null }]);
    expect((await all(two)).map(({ id }) => id)).toEqual(['a']);
  });

  it('tells of a page of facts about as many jobs as it is asked for, however many were written together', async () => {
    const mirror = await openMirror('http://a');
    const ids = Array.from({ length: 300 }, (_, i) => `j${i}`);
    await mirror.put(ids.map((id) => ({ record: newJob(id, 'completed'), graph: null, facts: {} })));
    expect((await mirror.factsPage(null, 64)).facts).toHaveLength(64);
    expect((await everyFact(mirror, 64)).map(([id]) => id).sort()).toEqual(ids.sort());
  });

  it('takes over what its first version kept', async () => {
    const old = await openDB('darkroom-jobs http://a', 1, {
      upgrade(database) {
        database.createObjectStore('jobs', { keyPath: 'id' });
        database.createObjectStore('graphs');
      },
    });
    await old.put('jobs', newJob('old', 'completed'));
    await old.put('graphs', GRAPH, 'old');
    old.close();
    const mirror = await openMirror('http://a');
    expect((await all(mirror)).map(({ id }) => id)).toEqual(['old']);
    expect(await mirror.graph('old')).toEqual(GRAPH);
    expect(await mirror.isComplete()).toBe(false);
  });

  it('takes over what its third version kept, which read the graphs of no job', async () => {
    const old = await openDB('darkroom-jobs http://a', 3, {
      upgrade(database) {
        ['rows', 'jobs', 'facts'].forEach((name) => database.createObjectStore(name));
      },
    });
    const { outputs, ...job } = withOutput('old');
    const place = [-0, -0, 'old', 0];
    await old.put('rows', { id: 'old', output: outputs[0], of: 1, job }, place);
    await old.put('jobs', { place, graph: GRAPH }, 'old');
    await old.put('facts', true, 'complete');
    old.close();
    const mirror = await openMirror('http://a');
    expect(await all(mirror)).toEqual([withOutput('old')]);
    expect(await mirror.graph('old')).toEqual(GRAPH);
    expect(await mirror.isComplete()).toBe(true);
    expect(await mirror.facts(['old'])).toEqual(new Map());
    const facts = factsOf(withOutput('old'), GRAPH);
    await mirror.putFacts(new Map([['old', facts]]));
    expect(await (await openMirror('http://a')).facts(['old'])).toEqual(new Map([['old', facts]]));
  });

  it('takes over what its fourth version kept, of which other devices know nothing', async () => {
    const old = await openDB('darkroom-jobs http://a', 4, {
      upgrade(db) {
        ['rows', 'jobs', 'making', 'facts'].forEach((name) => db.createObjectStore(name));
      },
    });
    const place = [-7, -1, 'a', 0];
    const { outputs, ...job } = withOutput('a');
    await old.put(
      'rows',
      { id: 'a', output: outputs[0], of: 1, job: { ...job, endedAt: 7, number: 1 } },
      place,
    );
    await old.put('jobs', { place, graph: GRAPH }, 'a');
    await old.put('making', { '3': {} }, 'a');
    old.close();
    const mirror = await openMirror('http://a');
    expect((await all(mirror)).map(({ id }) => id)).toEqual(['a']);
    expect(await everyFact(mirror, 9)).toEqual([['a', { '3': {} }]]);
    expect(await mirror.unsaved()).toEqual([{ id: 'a', gone: false, time: 7 }]);
  });

  it('takes over what its fifth version kept, and what other devices are still to be told', async () => {
    const old = await openDB('darkroom-jobs http://a', 5, {
      upgrade(db) {
        ['rows', 'jobs', 'making', 'unsaved', 'facts'].forEach((name) => db.createObjectStore(name));
      },
    });
    const two = withOutput('two');
    const second = { ...two.outputs[0], index: 1 } as Output;
    const jobs = [
      { ...two, endedAt: 9, outputs: [...two.outputs, second] },
      newJob('none', 'failed', { endedAt: 8 }),
    ];
    for (const { outputs, ...job } of jobs) {
      const place = (index: number): IDBValidKey => [-(job.endedAt ?? 0), -0, job.id, index];
      const rows = outputs.length > 0 ? outputs : [null];
      for (const [index, output] of rows.entries()) {
        await old.put('rows', { id: job.id, output, of: rows.length, job }, place(index));
      }
      await old.put('jobs', { place: place(0), graph: GRAPH }, job.id);
    }
    const gone = { id: 'gone', gone: true, time: 3 };
    await old.put('unsaved', gone, 'gone');
    await old.put('facts', true, 'complete');
    old.close();
    const mirror = await openMirror('http://a');
    expect(await all(mirror)).toEqual(jobs);
    expect(await mirror.graph('none')).toEqual(GRAPH);
    expect(await mirror.unsaved()).toEqual([gone]);
    expect(await mirror.isComplete()).toBe(true);
  });

  it('reads what its sixth version kept, also of jobs that the server has forgotten', async () => {
    const old = await openDB('darkroom-jobs http://a', 6, {
      upgrade(db) {
        ['jobs', 'making', 'facts'].forEach((name) => db.createObjectStore(name));
        db.createObjectStore('blocks').createIndex('ids', 'ids', { multiEntry: true, unique: true });
        db.createObjectStore('unsaved', { autoIncrement: true }).createIndex('ids', 'ids', {
          multiEntry: true,
        });
      },
    });
    const jobs = ['a', 'b', 'c'].map((id, i) => ({ ...withOutput(id), endedAt: 9 - i }));
    const [first] = jobs as [JobRecord];
    await old.put('blocks', { ids: ['a', 'b', 'c'], jobs }, [-9, -0, 'a']);
    const facts = factsOf(first, GRAPH);
    for (const { id } of jobs) {
      await old.put('jobs', { graph: GRAPH }, id);
      await old.put('making', facts, id);
    }
    await old.put('unsaved', { ids: ['b'], jobs: [{ id: 'b', gone: false, time: 8 }] });
    await old.put('facts', true, 'complete');
    old.close();

    const mirror = await openMirror('http://a');
    expect(await all(mirror)).toEqual(jobs);
    expect(await Promise.all(jobs.map(({ id }) => mirror.graph(id)))).toEqual([GRAPH, GRAPH, GRAPH]);
    expect(await mirror.facts(['a', 'b'])).toEqual(
      new Map([
        ['a', facts],
        ['b', facts],
      ]),
    );
    expect((await everyFact(mirror, 2)).map(([id]) => id)).toEqual(['a', 'b', 'c']);
    expect((await mirror.unsaved()).map(({ id }) => id)).toEqual(['b']);
    expect(await mirror.isComplete()).toBe(true);

    // What is written from now on takes the place of what was kept, and what is forgotten goes from both.
    await mirror.put([{ record: { ...first, number: 7 }, graph: null, facts: {}, pack: await packed('a') }]);
    await mirror.forget(['b']);
    expect(await mirror.graph('a')).toEqual(GRAPH);
    expect(await mirror.graph('b')).toBeNull();
    expect(await everyFact(mirror, 9)).toEqual([
      ['a', {}],
      ['c', facts],
    ]);
    const now = await openDB('darkroom-jobs http://a');
    expect([await now.getAllKeys('jobs'), await now.getAllKeys('making')]).toEqual([['c'], ['c']]);
    now.close();
  });

  it('leaves no trace of a forgotten job in what is kept of its neighbours', async () => {
    const mirror = await openMirror('http://a');
    const pack = await packParts(
      ['a', 'b', 'c'].map((id) => [id, encode(historyText(GRAPH.graph, { secret: `of ${id}` }, id))]),
    );
    await mirror.put(
      pack.ids.map((id) => ({ record: newJob(id, 'completed'), graph: null, pack, facts: {} })),
    );
    await mirror.forget(['b']);
    const db = await openDB<MirrorSchema>('darkroom-jobs http://a');
    const [kept] = await db.getAll('graphs');
    db.close();
    expect(kept?.ids).toEqual(['a', 'c']);
    const text = await new Response(
      new Blob([kept?.bytes ?? '']).stream().pipeThrough(new DecompressionStream('deflate-raw')),
    ).text();
    expect([text.includes('of a'), text.includes('of b'), text.includes('of c')]).toEqual([
      true,
      false,
      true,
    ]);
    expect((await mirror.graph('c'))?.pngInfo).toEqual({ secret: 'of c' });
    await mirror.forget(['a', 'c']);
    const empty = await openDB('darkroom-jobs http://a');
    expect(await empty.count('graphs')).toBe(0);
    expect(await empty.count('told')).toBe(0);
    empty.close();
  });

  it('takes jobs in that another tab has written meanwhile, and keeps those beside them', async () => {
    const mirror = await openMirror('http://a');
    const jobs = ['a', 'b', 'c'].map((id, i) => newJob(id, 'lost', { endedAt: 9 - i }));
    await mirror.put(jobs.map((record) => ({ record, graph: null, isNew: true })));
    const ended = newJob('a', 'completed', { endedAt: 9 });
    await mirror.put([
      { record: ended, graph: GRAPH, isNew: true },
      { record: newJob('d', 'completed', { endedAt: 1 }), graph: null, isNew: true },
    ]);
    expect((await all(mirror)).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'a completed',
      'b lost',
      'c lost',
      'd completed',
    ]);
    expect((await mirror.unsaved()).map(({ id }) => id)).toEqual(['a', 'd']);
  });

  it('keeps the rest when a job is forgotten and comes again', async () => {
    const mirror = await openMirror('http://a');
    const entries = ['a', 'b', 'c'].map((id, i) => ({
      record: newJob(id, 'completed', { endedAt: 9 - i }),
      graph: null,
      isNew: true,
    }));
    await mirror.put(entries);
    await mirror.forget(['a']);
    await mirror.put(entries.slice(0, 1));
    expect((await all(mirror)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('writes jobs that end one by one, or in pages, into few values', async () => {
    const mirror = await openMirror('http://a');
    for (let i = 0; i < 100; i++) {
      await mirror.put([{ record: newJob(`live ${i}`, 'completed', { endedAt: 1000 + i }), graph: null }]);
    }
    const older = Array.from({ length: 200 }, (_, i) => newJob(`older ${i}`, 'completed', { endedAt: i }));
    await mirror.put(older.map((record) => ({ record, graph: null, isNew: true })));
    const db = await openDB('darkroom-jobs http://a');
    expect(await db.count('blocks')).toBeLessThan(8);
    db.close();
    const page = await mirror.page(null, 10);
    expect(page.jobs.slice(0, 10).map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, i) => `live ${99 - i}`),
    );
    expect((await all(mirror)).length).toBe(300);
  });

  it('holds after any writing and forgetting what a mirror in memory holds', async () => {
    const id = fc.integer({ min: 0, max: 150 });
    const job = fc.tuple(id, fc.integer({ min: 0, max: 9 }), fc.boolean());
    const step = fc.oneof(
      fc.record({ put: fc.uniqueArray(job, { selector: ([n]) => n, maxLength: 100 }) }),
      fc.record({ forget: fc.uniqueArray(id, { maxLength: 40 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        globalThis.indexedDB = new IDBFactory();
        const mirrors = [await openMirror('http://a'), memoryMirror()] as const;
        for (const each of steps) {
          for (const mirror of mirrors) {
            await ('put' in each
              ? mirror.put(
                  each.put.map(([n, endedAt, isNew]) => ({
                    record: newJob(`job ${n}`, 'completed', { endedAt, number: n }),
                    graph: n % 3 === 0 ? GRAPH : null,
                    isNew,
                  })),
                )
              : mirror.forget(each.forget.map((n) => `job ${n}`)));
          }
        }
        const [held, wanted] = await Promise.all(
          mirrors.map(async (mirror) => ({
            jobs: (await readAll(mirror, 7)).sort(byNewest),
            unsaved: (await mirror.unsaved()).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
            graph: await mirror.graph('job 3'),
          })),
        );
        expect(held).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });

  it('does not stand in the way of a later version in another tab', async () => {
    const mirror = await openMirror('http://a');
    const later = await openDB('darkroom-jobs http://a', 99);
    expect(later.version).toBe(99);
    later.close();
    await expect(all(mirror)).rejects.toThrow();
  });
});

describe('without a database', () => {
  const real = globalThis.indexedDB;

  afterEach(() => {
    globalThis.indexedDB = real;
  });

  it('remembers as long as the page', async () => {
    globalThis.indexedDB = {
      open: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    } as never;
    const mirror = await openMirror('http://a');
    await mirror.put([{ record: newJob('a', 'completed'), graph: GRAPH }]);
    expect(await mirror.graph('a')).toEqual(GRAPH);
  });
});
