/** The job store and the grid in a page of their own, for the bench to drive. */
import '../../../src/app.css';

import { flushSync, mount, unmount } from 'svelte';

import { ComfyClient } from '../../../src/comfy/client';
import { serverPictures } from '../../../src/comfy/picture-source';
import { ComfySocket } from '../../../src/comfy/socket';
import Grid from '../../../src/gallery/grid/Grid.svelte';
import { GridView } from '../../../src/gallery/grid/grid-view.svelte';
import { Shapes } from '../../../src/gallery/grid/shapes.svelte';
import { ViewSettings } from '../../../src/gallery/grid/view-settings.svelte';
import { JobStore } from '../../../src/jobs/job-store.svelte';
import { openMirror } from '../../../src/jobs/library/mirror';
import { fromHistory } from '../../../src/jobs/state/records';
import { ThumbStore } from '../../../src/jobs/thumbs/thumb-store.svelte';
import { watch } from './watch.svelte';
import { jobId, jobsFor, LongHistory } from '../support/long-history';

const MIRROR = 'bench';

interface Opened {
  store: JobStore;
  server: LongHistory;
}

let opened: Opened | undefined;
let close: () => void = () => undefined;
/** Names new jobs; the mirror remembers those of earlier visits. */
let made = Date.now() % 1_000_000_000;

/**
 * What stands on the store: nothing, the grid without its elements, which is what a change costs us, or the
 * whole page with what the browser makes of it.
 */
type Shown = 'nothing' | 'grid' | 'page';

/** Opens the store on the mirror. */
async function open(jobs: number, shown: Shown, lists = true): Promise<Opened> {
  const server = new LongHistory(jobs, lists);
  const client = new ComfyClient({ baseUrl: location.origin, fetch: server.fetch });
  const socket = new ComfySocket({ clientId: 'me', url: () => 'ws://bench', open: server.openSocket });
  const store = new JobStore({ client, socket, mirror: await openMirror(MIRROR) });
  const stop = store.start();
  const pictures = serverPictures(client);
  const thumbs = new ThumbStore({ pictures, near: true });
  const shapes = new Shapes(pictures, thumbs);
  const grid = new GridView({ items: store.items, thumbs, shapes, settings: new ViewSettings() });
  if (shown === 'page') {
    const component = mount(Grid, { target: document.body, props: { grid, thumbs, mode: 'justified' } });
    close = () => void unmount(component);
  } else if (shown === 'grid') {
    close = standIn(grid);
  }
  flushSync();
  const closeGrid = close;
  close = () => {
    stop();
    closeGrid();
  };
  return { store, server };
}

/** A scroller whose grid has all its rows worked out, and none of them drawn. */
function standIn(grid: GridView): () => void {
  const scroller = document.createElement('div');
  const content = document.createElement('div');
  scroller.dataset['testid'] = 'gallery-scroller';
  scroller.style.cssText = 'width: 1440px; height: 900px; overflow-y: auto';
  scroller.append(content);
  document.body.append(scroller);
  const stop = watch(() => grid.attach(scroller));
  const stopShowing = watch(() => {
    void [grid.rows, grid.tabStop, grid.held, grid.floatingDay];
    content.style.height = `${grid.layout.height}px`;
  });
  return () => {
    stopShowing();
    stop();
    scroller.remove();
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const bench = {
  /**
   * Takes the list of so many jobs into an empty mirror, grid shown; ms from the server's answer until all of it is
   * in the gallery and in the mirror.
   */
  async list(jobs: number): Promise<number> {
    const mirror = await openMirror(MIRROR);
    const { store, server } = await open(jobs, 'page');
    let answered = 0;
    server.onPage = (when) => {
      answered = when === 'answered' ? performance.now() : answered;
    };
    const id = jobId(0);
    await until(() => store.job(id) !== undefined);
    while (!(await mirror.isComplete())) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return performance.now() - answered;
  },

  /**
   * Walks a history of so many jobs into an empty mirror, grid shown. Returns what each page took from its
   * answer to the next question, ms: what the server takes is not ours.
   */
  async walk(jobs: number): Promise<number[]> {
    const { store, server } = await open(jobs, 'page', false);
    const pages: number[] = [];
    let answered = performance.now();
    server.onPage = (when) => {
      const now = performance.now();
      if (when === 'asked') {
        pages.push(now - answered);
      }
      answered = now;
    };
    const id = jobId(0);
    await until(() => store.job(id) !== undefined);
    return pages;
  },

  /** Fills the mirror with the jobs of so many outputs, as a walk would, but without their graphs. */
  async fill(outputs: number): Promise<void> {
    const jobs = jobsFor(outputs);
    const server = new LongHistory(jobs);
    const client = new ComfyClient({ baseUrl: location.origin, fetch: server.fetch });
    const mirror = await openMirror(MIRROR);
    for (let offset = 0; offset < jobs; offset += 500) {
      const items = await client.history({ offset, maxItems: 500 });
      const entries = items.map((item) => ({ record: fromHistory(item, undefined, 'me'), graph: null }));
      await mirror.put(entries);
    }
    await mirror.setComplete(true);
  },

  /** Opens the filled mirror; ms until its newest 60 outputs are in the grid's list. */
  async firstPage(outputs: number): Promise<number> {
    const start = performance.now();
    const { store } = await open(jobsFor(outputs), 'nothing');
    await until(() => store.items.length >= 60);
    return performance.now() - start;
  },

  /** Opens the filled mirror and waits until all of it is loaded. */
  async load(outputs: number, shown: Shown): Promise<void> {
    opened = await open(jobsFor(outputs), shown);
    const { store } = opened;
    await until(() => store.items.length >= outputs);
    await until(() => store.loaded);
  },

  /** Takes in the event of a new output, `count` times; ms each until the page shows it. */
  async executed(count: number): Promise<number[]> {
    const { store, server } = opened as Opened;
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      made += 1;
      const id = jobId(1_000_000_000 + made);
      server.begin(id);
      await store.refresh();
      flushSync();
      const before = store.items.length;
      const start = performance.now();
      server.executed(id, `new_${made}_.png`);
      flushSync();
      times.push(performance.now() - start);
      if (store.items.length !== before + 1) {
        throw new Error('the output did not come in');
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return times;
  },

  /** Scrolls as a wheel does, a notch a frame; ms each until the rows are there. */
  async scroll(count: number): Promise<number[]> {
    const scroller = document.querySelector<HTMLElement>('[data-testid="gallery-scroller"]');
    if (!scroller) {
      throw new Error('there is no grid');
    }
    const times: number[] = [];
    scroller.scrollTop = scroller.scrollHeight / 2;
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      scroller.scrollTop += 53;
      const start = performance.now();
      scroller.dispatchEvent(new Event('scroll'));
      flushSync();
      times.push(performance.now() - start);
    }
    return times;
  },

  close: () => {
    close();
  },
};

declare global {
  var jobsBench: typeof bench;
}
globalThis.jobsBench = bench;
