import { describe, expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import type { ComfyContext } from '../../jobs/context';
import { isFinished, type JobRecord } from '../../jobs/state/job';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { Acceptance, type AcceptingRoom } from './acceptance.svelte';

/** Ends the awaited job; effects, which would notice its end, do not run without a page. */
let tellEnd: (job: JobRecord) => void = () => undefined;
vi.mock('../../jobs/job-ended.svelte', () => ({
  jobEnded: () => new Promise<JobRecord>((resolve) => (tellEnd = resolve)),
}));
vi.mock('../../ui/routes', () => ({ goTo: vi.fn(), routes: { edit: () => '/edit' } }));

const ref: FileRef = { filename: 'a.png', subfolder: '', type: 'input' };
const merged: FileRef = { filename: 'merge_1.png', subfolder: '', type: 'output' };
const item = { job: { id: 'result' }, output: { ref: { ...ref, filename: 'r.png' } } } as GalleryItem;

/** A room with a masked picture, on a server that merges when told to. */
class Merging {
  #job = $state.raw<JobRecord | undefined>();
  running = $state.raw<string[]>([]);
  cancelled = false;
  readonly opened: FileRef[] = [];
  /** Whether what was painted meanwhile was painted on the picture that opened. */
  readonly painted: boolean[] = [];
  readonly accepting: Acceptance;

  constructor() {
    const file = { blob: new Blob(), hash: '', width: 8, height: 8, empty: false, bounds: null, rev: 1 };
    const room: AcceptingRoom = {
      ref,
      opening: false,
      session: {
        picture: { ref, source: '', width: 8, height: 8 },
        mask: { empty: false },
        pointers: { hold: () => (paint) => void this.painted.push(paint) },
        status: 'ready',
        exportMask: () => Promise.resolve(file),
        loadMask: () => Promise.resolve(),
      },
      choices: { now: { keepMask: false } },
      run: { queue: () => Promise.resolve(['merge']) },
      open: (next: FileRef) => Promise.resolve(this.opened.push(next) > 0),
    };
    const jobs = {
      graph: () => Promise.resolve(null),
      job: () => this.#job,
      items: { byFile: () => undefined },
      cancelledHere: () => this.cancelled,
    };
    Object.defineProperty(jobs, 'running', { get: () => this.running });
    this.accepting = new Acceptance(room, { jobs } as unknown as ComfyContext);
  }

  set(state: JobRecord['state'], files: FileRef[] = []): void {
    const job = { id: 'merge', state, outputs: files.map((made) => ({ ref: made })) } as JobRecord;
    this.#job = job;
    if (isFinished(state)) {
      tellEnd(job);
    }
  }
}

async function begun(server: Merging): Promise<{ end: Promise<string> }> {
  server.set('pending');
  const end = server.accepting.acceptInMask(item);
  await vi.waitFor(() => expect(server.accepting.merging?.id).toBe('merge'));
  return { end };
}

describe('accepting inside the mask', () => {
  it('waits for the running job, then for its own, and opens what came of it', async () => {
    const server = new Merging();
    server.running = ['other'];
    const { end } = await begun(server);
    expect(server.accepting.mergeWaits).toBe(true);
    server.running = ['merge'];
    server.set('running');
    expect([server.accepting.mergeWaits, server.accepting.merging?.state]).toEqual([false, 'running']);
    server.set('completed', [merged]);
    expect(await end).toBe('accepted');
    expect([server.opened, server.accepting.merging, server.painted]).toEqual([[merged], null, [true]]);
  });

  it('waits for nothing when nothing runs', async () => {
    const server = new Merging();
    const { end } = await begun(server);
    expect(server.accepting.mergeWaits).toBe(false);
    server.set('failed');
    expect(await end).toBe('failed');
  });

  it('is no failure when the person cancelled it, but is one when somebody else did', async () => {
    for (const [here, expected] of [
      [true, 'left'],
      [false, 'failed'],
    ] as const) {
      const server = new Merging();
      const { end } = await begun(server);
      server.cancelled = here;
      server.set('cancelled');
      expect(await end).toBe(expected);
      expect([server.opened, server.accepting.merging]).toEqual([[], null]);
    }
  });
});
