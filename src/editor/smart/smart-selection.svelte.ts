import type { Point } from '../../ui/viewport';
import type { SelectionNeed, SelectionWish } from '../../workflows/selection/selection-graph';
import type { MaskSize } from '../mask/coverage';
import type { MaskGrid } from '../mask/mask-grid';
import type { ToolHost } from '../tools/tool';
import { FindFailure, type FindStep, type FindWait, type ObjectFinder } from './finder';
import type { WishName } from './named-wishes';
import {
  type FoundObject,
  type Offered,
  type Prompt,
  type Prompts,
  askedAnew,
  objectAt,
  offered,
  toggled,
  withAnswer,
  withPoint,
  withWish,
} from './prompts';

/** Longer side of what is shown of an object, px. */
const COARSE = 1024;
/** Sliders come to rest before the server is asked again, ms. */
const REST = 400;

/**
 * What a person points at, and the objects a model finds there. Nothing of it is mask until `finish`. One search at
 * a time: what was asked for meanwhile follows, and what became pointless is cancelled.
 */
export class SmartSelection {
  #finder = $state.raw<ObjectFinder | null>(null);
  #host: () => ToolHost | null = () => null;
  #prompts = $state.raw<Prompts>([]);
  /** What `back` goes back to, the newest last. */
  #past: Prompts[] = [];
  #step = $state.raw<FindStep | null>(null);
  #failure = $state.raw<unknown>(null);
  #merging = $state(false);
  #negative = $state(false);
  #search: { prompt: Prompt; abort: AbortController } | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  /** @param host what tools may use now; null without a picture. */
  attach(host: () => ToolHost | null): void {
    this.#host = host;
  }

  /** Says who looks for objects. */
  connect(finder: ObjectFinder): void {
    this.#finder = finder;
  }

  get prompts(): Prompts {
    return this.#prompts;
  }

  get objects(): Offered[] {
    return offered(this.#prompts);
  }

  /** How far the search under way is; null when none is. */
  get step(): FindStep | null {
    return this.#step;
  }

  /** Why the last search brought nothing; null otherwise. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The next point says what is not the object. */
  get negative(): boolean {
    return this.#negative;
  }

  setNegative(negative: boolean): void {
    this.#negative = negative;
  }

  /** Something is kept, and nothing is being looked for. */
  get complete(): boolean {
    return !this.#merging && this.#step === null && this.objects.some(({ kept }) => kept);
  }

  /** What the search under way waits for; null when it runs, or none is under way. Reactive. */
  get wait(): FindWait | null {
    return this.#step?.name === 'queued' ? (this.#finder?.waits(this.#step.id) ?? null) : null;
  }

  /** What the server lacks for a wish; null while that is not known. Reactive. */
  missing(wish: SelectionWish): readonly SelectionNeed[] | null {
    return this.#finder?.missing(wish) ?? null;
  }

  /** Whether the server can do it. Reactive. */
  can(wish: SelectionWish): boolean {
    return this.missing(wish)?.length === 0;
  }

  /**
   * Looks for what words name, what is in a box, or the subject.
   * @param name what a button says that asks for it.
   */
  ask(wish: SelectionWish, name: WishName | null = null): void {
    if (this.can(wish)) {
      this.#change(withWish(this.#prompts, wish, name));
    }
  }

  /**
   * A click on the picture, image px: keeps or drops an object that has a name, else one more point of the object
   * that is pointed at.
   */
  click(point: Point, negative: boolean, size: MaskSize): void {
    const object = objectAt(this.#prompts, point, size);
    const pointed = this.#prompts.some(({ wish }) => wish.kind === 'points');
    if (object && !(negative && pointed)) {
      this.toggle(object);
      return;
    }
    const prompts = withPoint(this.#prompts, point, negative);
    const wish = prompts?.find((one) => one.wish.kind === 'points')?.wish;
    if (prompts && wish && this.can(wish)) {
      this.#change(prompts);
    }
  }

  /** Keeps an object that was dropped, or drops it. */
  toggle({ prompt, index }: Pick<Offered, 'prompt' | 'index'>): void {
    this.#change(toggled(this.#prompts, prompt, index));
  }

  /** The settings have changed: asks for everything anew once they rest. */
  settingsChanged(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#failure = null;
      this.#set(askedAnew(this.#prompts));
    }, REST);
  }

  /** Looks again for what was not found because something failed. */
  retry(): void {
    this.#failure = null;
    this.#look();
  }

  /** Takes back the newest point, box, word or choice. */
  back(): void {
    this.#failure = null;
    this.#set(this.#past.pop() ?? []);
  }

  /** Discards everything; a search under way is cancelled. */
  drop(): void {
    clearTimeout(this.#resting);
    this.#past = [];
    this.#failure = null;
    this.#negative = false;
    this.#set([]);
  }

  /** Other pixels are on screen: what was found in the earlier ones is not in these. */
  pixelsChanged(): void {
    this.drop();
  }

  /** The same as `finish`, for whoever has no host at hand. */
  take(): void {
    const host = this.#host();
    if (host) {
      this.finish(host);
    }
  }

  /** Makes mask of what is kept, in one step. */
  finish(host: ToolHost): void {
    if (!this.complete) {
      return;
    }
    const prompts = this.#prompts;
    this.#merging = true;
    const kept = this.objects.filter((one) => one.kept);
    host.busy(
      merge(
        host,
        kept.map(({ object }) => object),
      )
        .then(() => {
          if (this.#prompts === prompts) {
            this.drop();
          }
        })
        .finally(() => {
          this.#merging = false;
          this.#told();
        }),
    );
  }

  #change(prompts: Prompts): void {
    this.#past.push(this.#prompts);
    this.#failure = null;
    this.#set(prompts);
  }

  #set(prompts: Prompts): void {
    this.#prompts = prompts;
    this.#look();
    this.#told();
  }

  /** What is drawn over the picture, or whether it is complete, may have changed. */
  #told(): void {
    this.#host()?.overlayChanged();
  }

  #look(): void {
    if (this.#search && this.#prompts.includes(this.#search.prompt)) {
      return;
    }
    this.#search?.abort.abort();
    this.#search = null;
    this.#step = null;
    const prompt = this.#prompts.find(({ answered }) => !answered);
    const host = this.#host();
    const finder = this.#finder;
    if (!prompt || !host || !finder || this.#failure !== null) {
      return;
    }
    const search = { prompt, abort: new AbortController() };
    this.#search = search;
    this.#step = { name: 'sending' };
    this.#find(finder, host, search)
      .then((found) => {
        if (this.#search === search) {
          this.#search = null;
          this.#step = null;
          this.#set(withAnswer(this.#prompts, prompt.id, found));
        }
      })
      .catch((error: unknown) => {
        if (this.#search === search) {
          this.#search = null;
          this.#step = null;
          this.#failure = error;
          this.#told();
        }
      });
  }

  async #find(
    finder: ObjectFinder,
    { pixels, document, settings, worker }: ToolHost,
    search: { prompt: Prompt; abort: AbortController },
  ): Promise<FoundObject[]> {
    const { signal } = search.abort;
    const { threshold, refine } = settings.smart;
    const request = { pixels, wish: search.prompt.wish, threshold, refine };
    const files = await finder.find(request, signal, (step) => {
      if (this.#search === search) {
        this.#step = step;
        this.#told();
      }
    });
    const { width, height } = document;
    const scale = Math.min(1, COARSE / Math.max(width, height));
    const coarse = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
      fit: 'stretch' as const,
    };
    const found: FoundObject[] = [];
    for (const file of files) {
      const { grid, sourceWidth, sourceHeight } = await worker.importMask(file, coarse, 'luma');
      if (sourceWidth !== width || sourceHeight !== height) {
        throw new FindFailure('size');
      }
      if (!grid.empty) {
        found.push({ file, coarse: grid });
      }
    }
    return found;
  }
}

let merges = 0;

/** Puts objects into the mask that is painted on, as its tool is set. All of it happens off the main thread. */
async function merge(host: ToolHost, objects: readonly FoundObject[]): Promise<void> {
  const { document, mask, settings, worker } = host;
  const { id } = document.active;
  const { combine: mode, opacity } = settings.smart;
  const { width, height } = document;
  const together = `smart ${++merges}`;
  let union: MaskGrid | null = null;
  try {
    for (const { file } of objects) {
      const { grid }: { grid: MaskGrid } = await worker.importMask(
        file,
        { width, height, fit: null },
        'luma',
      );
      if (union) {
        const more = await worker.combine({ id: together, grid: union }, grid, { mode: 'add', opacity: 1 });
        for (const { index, tile } of more) {
          union.put(index, tile);
        }
      } else {
        union = grid;
      }
    }
    if (union) {
      const changes = await worker.combine(mask, union, { mode, opacity });
      host.edit((now) => now.active.id === id && now.change('smart', changes));
    }
  } finally {
    worker.dropMask(together);
  }
}
