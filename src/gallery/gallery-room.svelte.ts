import { tick, untrack } from 'svelte';
import type { PictureSource } from '../comfy/picture-source';
import type { GalleryItem, JobStore } from '../jobs/job-store.svelte';
import type { ItemList } from '../jobs/library/item-list';
import type { OutputLibrary } from '../jobs/library/output-library.svelte';
import type { JobRecord, Output } from '../jobs/state/job';
import type { ThumbStore } from '../jobs/thumbs/thumb-store.svelte';
import { thumbsOf } from '../jobs/thumbs/thumbs-of';
import { goTo, replaceRoute, routes } from '../ui/routes';
import { viewSuffix } from './gallery-address';
import { GridView } from './grid/grid-view.svelte';
import { Shapes } from './grid/shapes.svelte';
import { ViewSettings } from './grid/view-settings.svelte';
import { ItemActions } from './item-actions';
import type { GallerySearch } from './search/gallery-search.svelte';
import type { Selection } from './selection/selection.svelte';
import { selectionPart } from './selection-part';
import { ShownList } from './shown-list.svelte';
import { StackedList } from './stacked-list.svelte';

/** What the address names: an output of a job, or `sheet` and the id of a sweep. */
export interface OutputParams {
  job?: string | null;
  output?: string | null;
}

/** The gallery: the grid, and above it the picture the address names. */
export class GalleryRoom {
  readonly #jobs: JobStore;
  readonly #params: () => OutputParams | undefined;
  readonly pictures: PictureSource;
  readonly settings = new ViewSettings();
  readonly thumbs: ThumbStore;
  readonly actions: ItemActions;
  readonly shapes: Shapes;
  readonly grid: GridView;
  /** What the grid shows: everything, or what was searched for. */
  readonly shown: ShownList;
  /** The tiles of the grid: what is shown, with the pictures of a large job on one. */
  readonly stacks: StackedList;
  /** The search, once its code is there. */
  search = $state.raw<GallerySearch | null>(null);
  /** What is selected, once its code is there. */
  selection = $state.raw<Selection | null>(null);
  /** Grows whenever somebody wants to type into the search field. */
  searchWishes = $state(0);
  /** What was typed for it before it was there. */
  typedEarly = '';
  /** How many steps of the browser's history lie between the grid and the viewer; null: no grid is there. */
  #aboveGrid: number | null = null;

  readonly #openKey = $derived.by(() => {
    const { job, output } = this.#params() ?? {};
    return job ? `${job}/${output ?? '0'}` : null;
  });
  readonly #open = $derived.by(() => this.#find(this.#openKey));

  constructor(pictures: PictureSource, jobs: JobStore, params: () => OutputParams | undefined) {
    this.#jobs = jobs;
    this.#params = params;
    this.pictures = pictures;
    this.thumbs = thumbsOf(pictures);
    jobs.items.knowTags((claim) => this.thumbs.facts(claim)?.tag);
    this.actions = new ItemActions(pictures, jobs, this.thumbs);
    this.shapes = new Shapes(pictures, this.thumbs);
    this.shown = new ShownList(jobs.items);
    this.stacks = new StackedList(this.shown, () => this.settings.stackFrom);
    this.grid = new GridView({
      items: this.stacks,
      thumbs: this.thumbs,
      shapes: this.shapes,
      settings: this.settings,
    });
    jobs.setVisible(
      () => untrack(() => this.grid.onScreen.flatMap(({ tiles }) => tiles.map(({ item }) => item.job.id))),
      this.grid.isCalm,
    );
  }

  /** Every saved output, newest first. */
  get items(): OutputLibrary {
    return this.#jobs.items;
  }

  /** What the viewer steps through: the results, unless the open picture is none of them; never what is hidden. */
  get beside(): ItemList {
    return this.#open && this.shown.indexOf(this.#open) < 0 ? this.shown.all : this.shown;
  }

  get jobs(): JobStore {
    return this.#jobs;
  }

  /** `<job id>/<output index>` of the address, or `sheet/<sweep id>`; `null` when it names none. */
  get openKey(): string | null {
    return this.#openKey;
  }

  /** The output the address names; `undefined` when it is not known, or not yet. */
  get open(): GalleryItem | undefined {
    return this.#open;
  }

  /** Keys of the pictures to be shared: the open one, else those selected, else what the tile at hand stands for. */
  get picked(): readonly string[] {
    if (!this.#open && this.selection?.active) {
      return this.selection.items().map(({ key }) => key);
    }
    const { current } = this.grid;
    const items = this.#open ? [this.#open] : current ? this.stacks.behind(current) : [];
    return items.map(({ key }) => key);
  }

  /** Shows another picture in the viewer, in place of the present one. */
  step(item: GalleryItem): void {
    replaceRoute(routes.output(item.job.id, item.output.index) + viewSuffix());
  }

  /** Closes the viewer: back to the grid it was opened from, however many links were followed since. */
  close(): void {
    if (this.#aboveGrid === null) {
      replaceRoute(routes.gallery() + viewSuffix());
    } else {
      history.go(-this.#aboveGrid);
    }
  }

  /** Opens a picture in the viewer. */
  view(item: GalleryItem): void {
    goTo(routes.output(item.job.id, item.output.index) + viewSuffix());
  }

  /** Changes the selection, whose code loads first if need be. */
  async select(change: (selection: Selection) => void): Promise<void> {
    await selectionPart.load();
    await tick();
    if (this.selection) {
      change(this.selection);
    }
  }

  /** Follows the address: after the viewer closes, the grid shows the picture looked at last. */
  followAddress(): void {
    // Before the grid is there, which lays out what it finds.
    $effect.pre(() => untrack(() => this.stacks.follow()));
    $effect.pre(() => {
      void this.settings.stackFrom;
      untrack(() => this.stacks.restack());
    });
    $effect(() => this.thumbs.onFacts((items) => this.items.recheck(items)));
    let last: string | null = null;
    let first = true;
    $effect(() => {
      const key = this.#openKey;
      if (key !== null) {
        // From a picture of a sheet the way back leads to the sheet.
        this.#aboveGrid = aboveGrid(first ? null : last === null || isSheet(last) ? 0 : this.#aboveGrid);
      } else if (last !== null) {
        void this.grid.reveal(this.stacks.firstOf(last)?.key ?? last);
      }
      last = key;
      first = false;
    });
  }

  #find(key: string | null): GalleryItem | undefined {
    if (key === null) {
      return undefined;
    }
    const listed = this.#jobs.items.find(key);
    if (listed) {
      return listed;
    }
    // Temporary previews are not in the list, yet links may lead to them.
    const [id = '', index] = key.split('/');
    const job = this.#jobs.job(id);
    const output = job?.outputs.find((candidate) => String(candidate.index) === index);
    return job && output && itemOf(job, output);
  }
}

/** Whether what the address names is the sheet of a sweep. */
export function isSheet(key: string): boolean {
  return key.startsWith('sheet/');
}

/** An output that is not in the list, as an item of it. */
export function itemOf(job: JobRecord, output: Output): GalleryItem {
  return { key: `${job.id}/${output.index}`, job, output, repeats: [], replaced: false };
}

/**
 * How many steps the present entry of the browser's history lies above the grid. Kept with the entry, so that
 * it holds after going back, after a reload, and when another picture takes the place of this one.
 * @param before the same of the entry it was reached from: 0 for the grid, null for somewhere else.
 */
function aboveGrid(before: number | null): number | null {
  const kept: unknown = (history.state as { aboveGrid?: unknown } | null)?.aboveGrid;
  if (typeof kept === 'number') {
    return kept;
  }
  const steps = before === null ? null : before + 1;
  history.replaceState({ ...history.state, aboveGrid: steps }, '');
  return steps;
}
