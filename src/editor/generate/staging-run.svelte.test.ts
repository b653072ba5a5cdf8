import { withNewSeeds } from '../../comfy/graph-seeds';
import { describe, expect, it, vi } from 'vitest';
import type { JobGraph } from '../../jobs/state/job';
import type { JobStore, SubmitOptions } from '../../jobs/job-store.svelte';
import type { RecipeSource } from '../../workflows/recipe';
import type { EditorSession } from '../session/editor-session.svelte';
import type { EditorPicture } from '../model/editor-types';
import type { MaskUploader, UploadWishes } from '../upload/mask-upload';
import { complain } from '../../ui/toasts.svelte';
import { StagingRun } from './staging-run.svelte';

vi.mock('../../ui/toasts.svelte', () => ({ complain: vi.fn() }));

const picture = {
  ref: { filename: 'a.png', subfolder: '', type: 'input' },
  width: 8,
  height: 8,
} as EditorPicture;
const source: RecipeSource = { kind: 'masked', ref: { filename: 'm.png', subfolder: '', type: 'input' } };

function graph(seed: number): JobGraph {
  return {
    graph: { '1': { class_type: 'KSampler', inputs: { seed } } },
    pngInfo: { darkroom: { recipe: 'r', values: { seed, steps: 3 } } },
  };
}

interface FakeServer {
  takes: number;
  masks: number;
  wishes: UploadWishes[];
  fails: boolean;
  running: unknown[];
  /** What is painted in colour. */
  paint: object | null;
}

/** A run against a server that takes so many jobs and then fails; `server.takes` can be changed later. */
function runWith(takes = Infinity): {
  run: StagingRun;
  sent: JobGraph[];
  fronts: (boolean | undefined)[];
  server: FakeServer;
  session: { rev: number; painting: boolean };
} {
  const server: FakeServer = { takes, masks: 0, wishes: [], fails: false, running: [], paint: null };
  const session = { rev: 7, painting: false };
  const sent: JobGraph[] = [];
  const fronts: (boolean | undefined)[] = [];
  const jobs = {
    submit: (job: JobGraph, options: SubmitOptions = {}) => {
      if (sent.length >= server.takes) {
        return Promise.reject(new Error('the server is gone'));
      }
      sent.push(job);
      fronts.push(options.front);
      return Promise.resolve(`job ${sent.length}`);
    },
    graph: (id: string) => Promise.resolve(id === 'known' ? graph(5) : null),
    newSeeds: (job: JobGraph) => Promise.resolve(withNewSeeds(job)),
    get running() {
      return server.running;
    },
  } as unknown as JobStore;
  const bring = (_export: unknown, _picture: unknown, wishes: UploadWishes): Promise<object> => {
    server.masks++;
    server.wishes.push(wishes);
    const { rev } = session;
    return server.fails ? Promise.reject(new Error('no')) : Promise.resolve({ mask: { rev }, source });
  };
  const bringPaint = (paint: object): Promise<object> => Promise.resolve({ of: paint });
  const uploader = { bring, bringPaint } as unknown as MaskUploader;
  const run = new StagingRun(
    {
      mask: session,
      edits: session,
      exportPaint: () => Promise.resolve(server.paint),
    } as unknown as EditorSession,
    uploader,
    jobs,
  );
  return { run, sent, fronts, server, session };
}

const seeds = (sent: readonly JobGraph[]): unknown[] => sent.map((job) => job.graph['1']?.inputs['seed']);

describe('queueing a batch', () => {
  it('sends the mask once and the jobs in their order', async () => {
    const { run, sent } = runWith();
    const ids = await run.tryQueue(picture, () => [graph(1), graph(2), graph(3)]);
    expect(ids).toEqual(['job 1', 'job 2', 'job 3']);
    expect(seeds(sent)).toEqual([1, 2, 3]);
    expect([run.step, run.uploadedRev, run.batch]).toEqual(['idle', 7, { queued: 3, wanted: 3 }]);
  });

  it('has them start from what is painted', async () => {
    const { run, server } = runWith();
    const sources: unknown[] = [];
    const made = (from: unknown): JobGraph[] => {
      sources.push(from);
      return [];
    };
    await run.tryQueue(picture, made);
    server.paint = { blob: 'red' };
    await run.tryQueue(picture, made);
    expect(sources[0]).not.toHaveProperty('paint');
    expect(sources[1]).toMatchObject({ paint: { of: { blob: 'red' } } });
  });

  it('sends them backwards when each goes to the front, so that they run in their order', async () => {
    const { run, sent, fronts } = runWith();
    await run.tryQueue(picture, () => [graph(1), graph(2), graph(3)], { front: true });
    expect(seeds(sent)).toEqual([3, 2, 1]);
    expect(fronts).toEqual([true, true, true]);
  });

  it('says how far it got when the server fails in the middle', async () => {
    const { run } = runWith(2);
    expect(await run.tryQueue(picture, () => [graph(1), graph(2), graph(3)])).toEqual(['job 1', 'job 2']);
    expect(run.batch).toEqual({ queued: 2, wanted: 3 });
    expect(run.failure).toBeInstanceOf(Error);
    expect(run.step).toBe('idle');
  });

  it.each([
    ['in their order', false, [1, 2, 3, 4]],
    ['to the front', true, [4, 3, 2, 1]],
  ])('sends the rest of a batch that failed, %s, each job once', async (_how, front, order) => {
    const { run, sent, fronts, server } = runWith(1);
    await run.tryQueue(picture, () => [graph(1), graph(2), graph(3), graph(4)], { front });
    expect([run.left, run.batch]).toEqual([3, { queued: 1, wanted: 4 }]);
    server.takes = 2;
    expect(await run.sendRest()).toEqual(['job 2']);
    expect([run.left, run.batch]).toEqual([2, { queued: 2, wanted: 4 }]);
    expect(run.failure).toBeInstanceOf(Error);
    server.takes = Infinity;
    expect(await run.sendRest()).toEqual(['job 3', 'job 4']);
    expect(seeds(sent)).toEqual(order);
    expect(new Set(fronts)).toEqual(new Set([front]));
    expect([run.left, run.failure, run.step, server.masks]).toEqual([0, null, 'idle', 1]);
  });

  it('has no rest when nothing was sent, after another batch, or on another picture', async () => {
    const { run, server } = runWith(0);
    await run.tryQueue(picture, () => [graph(1), graph(2)]);
    expect(run.left).toBe(0);
    server.takes = 1;
    await run.tryQueue(picture, () => [graph(1), graph(2)]);
    expect(run.left).toBe(1);
    run.reset();
    expect([run.left, run.failure]).toEqual([0, null]);
    expect(await run.sendRest()).toEqual([]);
    server.takes = Infinity;
    await run.tryQueue(picture, () => [graph(5)]);
    expect([run.left, run.batch]).toEqual([0, { queued: 1, wanted: 1 }]);
  });

  it('does one thing at a time', async () => {
    const { run, sent } = runWith();
    const first = run.tryQueue(picture, () => [graph(1)]);
    expect(await run.tryQueue(picture, () => [graph(2)])).toEqual([]);
    await first;
    expect(seeds(sent)).toEqual([1]);
  });
});

describe('a mask sent before Generate is pressed', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  it('is sent once for each change of the mask, as one nobody waits for', async () => {
    const { run, server, session } = runWith();
    run.prepare(picture);
    run.prepare(picture);
    await settle();
    run.prepare(picture);
    expect([server.masks, run.uploadedRev, run.step]).toEqual([1, 7, 'idle']);
    expect(server.wishes[0]?.early).toBe(true);
    session.rev = 8;
    run.prepare(picture);
    await settle();
    expect([server.masks, run.uploadedRev]).toEqual([2, 8]);
  });

  it('is not sent when the server has it, during a stroke, or while the server samples', async () => {
    const { run, server, session } = runWith();
    session.painting = true;
    run.prepare(picture);
    session.painting = false;
    server.running = [{}];
    run.prepare(picture);
    server.running = [];
    expect(server.masks).toBe(0);
    await run.queue(picture, () => [graph(1)]);
    run.prepare(picture);
    expect(server.masks).toBe(1);
  });

  it('is left to finish for a wish for the same mask, and ended by one for another', async () => {
    const { run, server, session } = runWith();
    run.prepare(picture);
    await run.queue(picture, () => [graph(1)]);
    expect(server.wishes[0]?.signal?.aborted).toBe(false);
    session.rev = 8;
    run.prepare(picture);
    session.rev = 9;
    await run.queue(picture, () => [graph(2)]);
    expect(server.wishes[2]?.signal?.aborted).toBe(true);
    expect(server.masks).toBe(4);
  });

  it('is ended with the picture, and when it turns out not to be wanted', () => {
    const { run, server, session } = runWith();
    run.prepare(picture);
    run.reset();
    session.rev = 8;
    run.prepare(picture);
    run.dropEarly();
    expect(server.wishes.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
    run.prepare(picture);
    expect(server.masks).toBe(3);
  });

  it('fails in silence, is not tried again by itself, and is by the wish', async () => {
    const { run, server, sent } = runWith();
    vi.mocked(complain).mockClear();
    server.fails = true;
    run.prepare(picture);
    await settle();
    run.prepare(picture);
    expect([server.masks, run.failure, run.uploadedRev]).toEqual([1, null, null]);
    expect(complain).not.toHaveBeenCalled();
    server.fails = false;
    await run.queue(picture, () => [graph(1)]);
    expect([server.masks, sent.length]).toEqual([2, 1]);
  });
});

describe('a wish that ends when another picture is open', () => {
  it('sends its jobs, and shows nothing of them on that picture', async () => {
    const { run, sent } = runWith();
    const asked = run.tryQueue(picture, () => [graph(1), graph(2)]);
    run.reset();
    expect(await asked).toEqual(['job 1', 'job 2']);
    expect(seeds(sent)).toEqual([1, 2]);
    expect([run.uploadedRev, run.batch, run.left]).toEqual([null, { queued: 0, wanted: 0 }, 0]);
    expect([run.failure, run.step]).toEqual([null, 'idle']);
  });

  it('says in passing that it failed', async () => {
    const { run } = runWith(1);
    const asked = run.tryQueue(picture, () => [graph(1), graph(2)]);
    run.reset();
    expect(await asked).toEqual(['job 1']);
    expect([run.failure, run.left]).toEqual([null, 0]);
    expect(complain).toHaveBeenCalledOnce();
  });

  it('goes on with the rest of a batch', async () => {
    const { run, sent, server } = runWith(1);
    await run.tryQueue(picture, () => [graph(1), graph(2), graph(3)]);
    server.takes = Infinity;
    const asked = run.sendRest();
    run.reset();
    expect(await asked).toEqual(['job 2', 'job 3']);
    expect(seeds(sent)).toEqual([1, 2, 3]);
    expect([run.left, run.batch]).toEqual([0, { queued: 0, wanted: 0 }]);
  });
});

describe('again with a new seed', () => {
  it('changes the seed in graph and record alike, and nothing else', async () => {
    const { run, sent } = runWith();
    await run.again('known');
    const [seed] = seeds(sent);
    expect(seed).not.toBe(5);
    expect(sent[0]?.pngInfo).toEqual({ darkroom: { recipe: 'r', values: { seed, steps: 3 } } });
  });

  it('is refused when the graph is not known any more', async () => {
    const { run } = runWith();
    await expect(run.again('lost')).rejects.toThrow('not known');
    expect(await run.seeded('lost')).toBe(false);
    expect(await run.seeded('known')).toBe(true);
  });
});

describe('bringing a mask for somebody else', () => {
  it('gives the masked file, and queues nothing', async () => {
    const { run, sent, server } = runWith();
    expect(await run.bringMasked(picture)).toEqual({ filename: 'm.png', subfolder: '', type: 'input' });
    expect(server.wishes).toMatchObject([{ lane: 'mask' }]);
    expect([sent, run.step, run.uploadedRev]).toEqual([[], 'idle', 7]);
  });

  it('keeps a failure to be shown, and can be tried again', async () => {
    const { run, server } = runWith();
    server.fails = true;
    expect(await run.bringMasked(picture)).toBeNull();
    expect([run.step, run.failure]).toEqual(['idle', expect.any(Error)]);
    server.fails = false;
    expect(await run.bringMasked(picture)).not.toBeNull();
    expect(run.failure).toBeNull();
  });

  it('gives nothing when another picture was opened meanwhile', async () => {
    const { run } = runWith();
    const brought = run.bringMasked(picture);
    run.reset();
    expect(await brought).toBeNull();
  });
});
