import { untrack } from 'svelte';
import { on } from 'svelte/events';
import * as v from 'valibot';
import { report } from '../../base/report';
import { ComfyError } from '../../comfy/errors';
import { type ExactJson, parseExact, stringifyExact } from '../../comfy/exact-json';
import { type ApiGraph, type ApiInput, isLink } from '../../comfy/graph';
import type { NodeInfo } from '../../comfy/object-info';
import { hasSeed } from '../../comfy/graph-seeds';
import { randomUuid } from '../../comfy/uuid';
import { describeError } from '../../i18n/describe-error';
import type { JobStore } from '../../jobs/job-store.svelte';
import { isFinished, type JobGraph } from '../../jobs/state/job';
import { complain } from '../../ui/toasts.svelte';
import { CONTROLS, type Control } from '../form/value-control';
import type { FieldContent } from '../form/node-form';
import { FormState } from '../form-view/form-state.svelte';
import { isPrompt } from '../form-view/widget-kind';
import { GraphPrompts, type PromptPlace } from '../prompt/graph-prompts';
import type { PromptBook } from '../prompt-view/prompt-book.svelte';
import type { PromptKind } from '../prompt-view/prompt-history';
import type { Desk, DeskRecord, RunNote, SweepNote } from './desk/desk-db';
import { applyDifference, type Difference } from '../graph-diff';
import { sweepRecord } from '../sheet/sheet';
import { expandSweep, labelsOf, type SweepAxis } from './run/sweep';

/** What becomes of seeds when a form is run several times. */
export type SeedMode =
  /** As each seed's own setting says: kept, drawn, one up, one down. */
  | 'rule'
  /** A new one for every run. */
  | 'new';

/** What a run or a sweep needs beside the form. */
export interface FormServices {
  jobs: JobStore;
  desk: Desk;
  infos: ReadonlyMap<string, NodeInfo>;
  /** What fills in choices and lists of prompts, and remembers them. */
  book: Pick<PromptBook, 'expansion' | 'roll' | 'reroll' | 'use'>;
}

/** What the form is compared with. */
export interface Compared {
  /** What it is called: a time or a file. */
  title: string;
  /** Its job, where it has one. */
  job: string | null;
  /** As it was typed; `null` when nobody knows it any more. */
  graph: ApiGraph | null;
}

/** How long after the last change the desk has it, ms. */
const SAVE_DELAY = 300;
/** Runs remembered with a form. */
const MOST_NOTES = 300;

const controlsSchema = v.fallback(v.array(v.tuple([v.string(), v.picklist(CONTROLS)])), []);

/** A workflow open as a form: what is filled in, and what was run with it. Kept on the desk as it changes. */
export class OpenForm {
  readonly #services: FormServices;
  readonly #record: DeskRecord;
  readonly #origin: ApiGraph;
  readonly #pngInfo: Record<string, ExactJson>;
  #state = $state.raw() as FormState;
  #title = $state('');
  #layout = $state.raw<ExactJson | null>(null);
  #version = $state<string | null>(null);
  #runs = $state.raw<readonly RunNote[]>([]);
  #sweeps = $state.raw<readonly SweepNote[]>([]);
  /** What the form is compared with, if anything. */
  compared = $state.raw<Compared | null>(null);
  #sending = $state(0);
  #keptText = $state('');
  #isKept = $state(true);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the orders to stop: what was begun before the last one sends nothing more. */
  #stops = 0;

  constructor(record: DeskRecord, services: FormServices) {
    this.#services = services;
    this.#record = record;
    this.#origin = parseExact(record.origin) as unknown as ApiGraph;
    this.#pngInfo = parseExact(record.pngInfo) as Record<string, ExactJson>;
    this.#state = new FormState(parseExact(record.graph) as unknown as ApiGraph, services.infos, {
      controls: new Map(v.parse(controlsSchema, JSON.parse(record.controls))),
    });
    this.#keptText = record.graph;
    this.#title = record.title;
    this.#layout = record.layout === null ? null : parseExact(record.layout);
    this.#version = record.version;
    this.#runs = record.runs;
    this.#sweeps = record.sweeps;
  }

  /** Its route. */
  get key(): string {
    return this.#record.key;
  }

  get state(): FormState {
    return this.#state;
  }

  get title(): string {
    return this.#title;
  }

  set title(title: string) {
    this.#title = title;
  }

  get layout(): ExactJson | null {
    return this.#layout;
  }

  set layout(layout: ExactJson | null) {
    this.#layout = layout;
  }

  /** Of the saved form it is; `null` when it is not saved under a name. */
  get version(): string | null {
    return this.#version;
  }

  set version(version: string | null) {
    this.#version = version;
  }

  /** What was run, newest first. */
  get runs(): readonly RunNote[] {
    return this.#runs;
  }

  /** Newest first. */
  get sweeps(): readonly SweepNote[] {
    return this.#sweeps;
  }

  /** How many jobs are still to be sent. */
  get sending(): number {
    return this.#sending;
  }

  /** Jobs of this form that wait or run. */
  get active(): readonly string[] {
    const { jobs } = this.#services;
    return this.#runs.flatMap(({ job }) => {
      const record = jobs.job(job);
      return record && !isFinished(record.state) ? [job] : [];
    });
  }

  /** The graph as the desk has it: a moment behind what is typed, so that typing costs nothing. */
  get keptText(): string {
    return this.#keptText;
  }

  /** Whether what is typed outlives the page, as far as the last attempt tells. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Keeps the desk in step while the component that calls it lives. */
  follow(): void {
    $effect(() => {
      const { graph, controls } = this.#state;
      void [graph, controls, this.#title, this.#layout, this.#version, this.#runs, this.#sweeps];
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), SAVE_DELAY);
    });
    $effect(() => {
      // Also when the page goes within the delay.
      const unlisten = on(window, 'pagehide', () => this.flush());
      return () => {
        unlisten();
        this.flush();
      };
    });
  }

  /** Writes what is not on the desk yet, as before the form is left. */
  flush(): void {
    clearTimeout(this.#timer);
    const record = untrack(() => this.#snapshot());
    this.#keptText = record.graph;
    void this.#keep({ ...record, usedAt: Date.now() });
  }

  async #keep(record: DeskRecord): Promise<void> {
    const { desk } = this.#services;
    try {
      await desk.write(record);
      this.#isKept = desk.lasts;
    } catch (error) {
      this.#isKept = false;
      report(error, 'workflows.desk');
    }
  }

  /**
   * Runs the form.
   * @param count how many times.
   * @returns whether the server took all of them.
   */
  async run(count: number, seeds: SeedMode): Promise<boolean> {
    if (seeds === 'new') {
      const typed = this.#state.graph;
      return this.#send(count, async () => {
        const drawn = await this.#services.jobs.newSeeds({ graph: typed, pngInfo: {} });
        return this.#job(drawn?.graph ?? typed);
      });
    }
    const prepared = this.#state.prepare(count);
    let taken = 0;
    const all = await this.#send(
      count,
      (index) => Promise.resolve(this.#job(prepared.graphs[index] ?? this.#state.graph)),
      () => prepared.accepted(++taken),
    );
    return all;
  }

  /**
   * Runs the form with every combination of values; seeds stay as they are. Each run tells its place and all values,
   * so that whoever has one of them can lay out the sheet.
   */
  async sweep(axes: readonly (SweepAxis & { name: string })[]): Promise<boolean> {
    const cells = expandSweep(this.#state.graph, axes);
    const id = randomUuid().slice(0, 8);
    const note: SweepNote = {
      id,
      at: Date.now(),
      axes: axes.map(({ name, values }) => ({ name, labels: labelsOf(values) })),
    };
    this.#sweeps = [note, ...this.#sweeps];
    return this.#send(
      cells.length,
      (index) => {
        const { x = 0, y = 0, graph = this.#state.graph } = cells[index] ?? {};
        const { pngInfo } = this.#job(graph);
        const darkroom = sweepRecord({ id, x, y, axes: note.axes });
        return Promise.resolve({ graph, pngInfo: { ...pngInfo, darkroom } });
      },
      () => undefined,
      (index) => ({ id, x: cells[index]?.x ?? 0, y: cells[index]?.y ?? 0 }),
    );
  }

  /** Sends none of the runs that are still to be sent. */
  stopSending(): void {
    this.#stops++;
  }

  /** Takes one difference over from the run the form is compared with. */
  apply(difference: Difference): void {
    if (difference.kind !== 'input') {
      return;
    }
    const { node, input, there } = difference;
    if (this.#state.find(node, input)) {
      this.#state.nodes.get(node)?.write(input, contentOf(there));
    } else {
      this.replace(applyDifference(this.#state.graph, difference));
    }
  }

  /** Puts another graph into the form. */
  replace(graph: ApiGraph): void {
    const { controls } = this.#state;
    this.#state = new FormState(graph, this.#services.infos, { controls });
  }

  /** Puts a copy on the desk under another route, as when it gets a name. */
  async moveTo(key: string, title: string, version: string): Promise<void> {
    const graph = stringifyExact(this.#state.graph);
    await this.#services.desk.write({
      ...this.#snapshot(),
      ...{ key, title, version, origin: graph, usedAt: Date.now() },
    });
  }

  async #send(
    count: number,
    jobOf: (index: number) => Promise<JobGraph>,
    accepted: () => void = () => undefined,
    placeOf: (index: number) => RunNote['sweep'] = () => undefined,
  ): Promise<boolean> {
    const { jobs, book } = this.#services;
    const fields = this.#prompts();
    const prompts = new GraphPrompts(fields, book);
    this.#state.showProblems([]);
    this.#sending += count;
    let left = count;
    const stops = this.#stops;
    try {
      for (let index = 0; index < count && stops === this.#stops; index++) {
        const job = await jobs.submit(prompts.next(await jobOf(index), index), { again: true });
        const sweep = placeOf(index);
        this.#runs = [{ job, at: Date.now(), ...(sweep ? { sweep } : {}) }, ...this.#runs].slice(
          0,
          MOST_NOTES,
        );
        accepted();
        this.#sending -= 1;
        left -= 1;
        // Outputs the server left out of a job it took all the same.
        const problems = jobs.job(job)?.problems ?? [];
        if (index === 0 && problems.length > 0) {
          this.#state.showProblems(problems);
        }
      }
      fields.forEach(({ kind, text }) => book.use(kind, text));
      if (!hasSeed(this.#state.graph)) {
        book.reroll();
      }
      return true;
    } catch (error) {
      report(error, 'workflows.run');
      if (error instanceof ComfyError && error.kind === 'rejected') {
        this.#state.showProblems(error.problems);
      }
      complain(describeError(error));
      return false;
    } finally {
      this.#sending -= left;
    }
  }

  /** The fields that hold prompts. */
  #prompts(): (PromptPlace & { kind: PromptKind; text: string })[] {
    const state = this.#state;
    return [...state.nodes.values()].flatMap(({ fields }) =>
      fields
        .filter((field) => typeof field.value === 'string' && isPrompt(field.spec, state.useOf(field)))
        .map(({ node, path, text }) => {
          const kind = state.role(node) === 'negative' ? 'negative' : 'prompt';
          return { node, input: path, kind, text };
        }),
    );
  }

  /**
   * The editor's own workflow goes along only while it says the same as the graph, and what Darkroom recorded of the
   * run this one was made of never: its mask and area are not this one's.
   */
  #job(graph: ApiGraph): JobGraph {
    const isSame = stringifyExact(graph) === stringifyExact(this.#origin);
    const { workflow, darkroom: _, ...rest } = this.#pngInfo;
    return { graph, pngInfo: { ...rest, ...(isSame && workflow !== undefined ? { workflow } : {}) } };
  }

  #snapshot(): DeskRecord {
    return {
      ...this.#record,
      title: this.#title,
      graph: stringifyExact(this.#state.graph),
      controls: JSON.stringify([...this.#state.controls] satisfies [string, Control][]),
      layout: this.#layout === null ? null : stringifyExact(this.#layout),
      version: this.#version,
      runs: [...this.#runs],
      sweeps: [...this.#sweeps],
    };
  }
}

function contentOf(input: ApiInput | undefined): FieldContent {
  if (input === undefined) {
    return { kind: 'unset' };
  }
  return isLink(input) ? { kind: 'link', link: input } : { kind: 'value', value: input };
}
