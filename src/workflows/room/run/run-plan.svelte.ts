import { report } from '../../../base/report';
import { describeError } from '../../../i18n/describe-error';
import type { JobStore } from '../../../jobs/job-store.svelte';
import { complain } from '../../../ui/toasts.svelte';
import type { FieldState } from '../../form-view/field-state.svelte';
import type { OpenForm, SeedMode } from '../open-form.svelte';
import { fieldNames } from './field-names';
import { canSweep, countRuns, MOST_RUNS, readValues, type SweepValues, typedText } from './sweep';

/** How often a form is run at once, at most. */
export const MOST_TIMES = 100;

/** One input of a sweep as it is being chosen. */
export class AxisDraft {
  readonly #form: OpenForm;
  #key = $state('');
  text = $state('');

  readonly #field = $derived.by(() => this.#fields().find(({ key }) => key === this.#key));
  readonly #read = $derived.by((): SweepValues | null =>
    this.#field ? readValues(this.#field.spec, this.text) : null,
  );

  readonly #names = $derived.by(() => fieldNames(this.#form.state, this.#fields()));

  constructor(form: OpenForm) {
    this.#form = form;
  }

  /** What people call a field of the choices. */
  nameOf({ key, path }: FieldState): string {
    return this.#names.get(key) ?? path;
  }

  /** The inputs that can be swept, what people change most first. */
  get choices(): readonly FieldState[] {
    return this.#fields();
  }

  get field(): FieldState | undefined {
    return this.#field;
  }

  /** Key of the field; empty for none. */
  get key(): string {
    return this.#key;
  }

  /** Takes another input, beginning with the value it has. */
  choose(key: string): void {
    this.#key = key;
    const value = this.#field?.value;
    this.text = value === undefined || value === null ? '' : typedText(value);
  }

  /** The values listed, or why there are none; `null` while no input is chosen. */
  get read(): SweepValues | null {
    return this.#read;
  }

  #fields(): readonly FieldState[] {
    const { first, groups } = this.#form.state;
    const all = [
      ...first.map(({ state }) => state),
      ...groups.flatMap(({ fields, advanced }) => [...fields, ...advanced]),
    ];
    return all.filter(({ spec, content }) => content.kind !== 'link' && canSweep(spec));
  }
}

/** How the form is to be run: how often, with which seeds, or as a sweep. */
export class RunPlan {
  readonly #form: OpenForm;
  count = $state(1);
  seeds = $state<SeedMode>('rule');
  /** Whether the sweep is being set up. */
  sweeping = $state(false);
  readonly across: AxisDraft;
  readonly down: AxisDraft;

  constructor(form: OpenForm) {
    this.#form = form;
    this.across = new AxisDraft(form);
    this.down = new AxisDraft(form);
  }

  /** How many runs the sweep has; 0 while it cannot start. */
  get sweepRuns(): number {
    const axes = [this.across.read, this.down.read].filter((read) => read !== null);
    const lists = axes.flatMap((read) => (read.ok ? [read] : []));
    return lists.length < axes.length ? 0 : countRuns(lists);
  }

  get canSweep(): boolean {
    return this.sweepRuns > 0 && this.sweepRuns <= MOST_RUNS;
  }

  run(): Promise<boolean> {
    return this.#form.run(this.count, this.seeds);
  }

  /** Starts the sweep and puts its settings away. */
  async startSweep(): Promise<void> {
    const axes = [this.across, this.down].flatMap((axis) => {
      const { field, read } = axis;
      return field && read?.ok
        ? [{ node: field.node, path: field.path, name: axis.nameOf(field), values: read.values }]
        : [];
    });
    if (await this.#form.sweep(axes)) {
      this.sweeping = false;
    }
  }

  /** Takes every waiting run of this form out of the queue and interrupts the running one. */
  async stopAll(jobs: JobStore): Promise<void> {
    this.#form.stopSending();
    const results = await Promise.allSettled(this.#form.active.map((id) => jobs.queue.cancel(id)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      report(failed.reason, 'workflows.stop');
      complain(describeError(failed.reason));
    }
  }
}
