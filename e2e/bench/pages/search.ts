/** The search over a grid in a page of their own, for the bench to drive. */
import '../../../src/app.css';

import { flushSync, mount } from 'svelte';

import { ComfyClient } from '../../../src/comfy/client';
import { serverPictures } from '../../../src/comfy/picture-source';
import Grid from '../../../src/gallery/grid/Grid.svelte';
import { GridView } from '../../../src/gallery/grid/grid-view.svelte';
import { Shapes } from '../../../src/gallery/grid/shapes.svelte';
import { ViewSettings } from '../../../src/gallery/grid/view-settings.svelte';
import { ShownList } from '../../../src/gallery/shown-list.svelte';
import { OutputLibrary } from '../../../src/jobs/library/output-library.svelte';
import { memoryMarks } from '../../../src/jobs/fixtures/memory-marks';
import { parse } from '../../../src/jobs/library/search/parse';
import { SearchSession } from '../../../src/jobs/library/search/search-session.svelte';
import { ThumbStore } from '../../../src/jobs/thumbs/thumb-store.svelte';
import { manyJobs } from '../support/many-jobs';

/** What is typed, letter by letter. Queries that find much, little and nothing, of every kind. */
const TYPED = [
  'portrait',
  '黑猫',
  'ikat gold -rain',
  'model:flux steps:>30',
  'lora:grain size:portrait date:2026-10',
  'cat OR sea',
  'zzz',
];

let session: SearchSession;
/** The list the grid shows is swapped once, as in the gallery. */
let shown: ShownList;

/** Nothing serves pictures here: what is measured is the search and the rows it leads to. */
const nothing: typeof fetch = () => Promise.resolve(new Response('', { status: 404 }));

const bench = {
  /** Opens the grid and the search on so many pictures; resolves when all of them are described. */
  async open(count: number): Promise<void> {
    const client = new ComfyClient({ baseUrl: location.origin, fetch: nothing });
    const pictures = serverPictures(client);
    const thumbs = new ThumbStore({ pictures, near: true });
    const shapes = new Shapes(pictures, thumbs);
    const items = new OutputLibrary();
    items.change({ removed: [], added: manyJobs(count) });
    shown = new ShownList(items);
    const grid = new GridView({ items: shown, thumbs, shapes, settings: new ViewSettings() });
    mount(Grid, { target: document.body, props: { grid, thumbs, mode: 'justified' } });
    flushSync();
    session = new SearchSession({
      jobs: {
        items,
        facts: () => Promise.resolve(null),
        factsPage: () => Promise.resolve({ facts: [], next: null }),
      },
      marks: memoryMarks(),
    });
    session.start();
    while (!session.indexed) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  /** Types each query; ms from each key stroke until the page has the rows of what was found. */
  async type(): Promise<number[]> {
    const times: number[] = [];
    for (const typed of TYPED) {
      for (let length = 1; length <= typed.length; length++) {
        times.push(await press(typed.slice(0, length)));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      session.search(parse('').query, 'newest');
      shown.show(null);
      flushSync();
    }
    return times;
  },
};

async function press(text: string): Promise<number> {
  const start = performance.now();
  const { query } = parse(text);
  if (query.kind === 'all') {
    shown.show(null);
    flushSync();
    return performance.now() - start;
  }
  session.search(query, 'newest');
  await new Promise<void>((resolve) => {
    const stop = session.found.onReset(() => {
      stop();
      resolve();
    });
  });
  shown.show(session.found);
  flushSync();
  return performance.now() - start;
}

declare global {
  var searchBench: typeof bench;
}
globalThis.searchBench = bench;
