import { untrack } from 'svelte';
import type { ExactJson } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import type { NodeInfo } from '../../comfy/object-info';
import type { PromptProblem } from '../../comfy/prompt-problems';
import { describeProblem } from '../../i18n/describe-error';
import { arrangeForm, type FieldUse, type GraphForm, searchForm } from '../form/graph-form';
import { type PromptRole, promptRoles } from '../form/prompt-roles';
import { type Control, nextValue, startingControl } from '../form/value-control';
import { type FieldState, fieldKey } from './field-state.svelte';
import { NodeState } from './node-state.svelte';
import { searchText } from './words';

/** A field in its place in the form. */
export interface ShownField {
  state: FieldState;
  use: FieldUse | null;
}

/** Fields of one node that are not in the first part. */
export interface ShownGroup {
  node: NodeState;
  fields: readonly FieldState[];
  /** Fields the class marks as advanced: folded away until asked for. */
  advanced: readonly FieldState[];
}

/** The graphs of some runs, and what becomes of the form when they have been queued. */
export interface PreparedRuns {
  /** One for each run, in order: the first as the form shows it, the next with seeds and the like moved on. */
  graphs: readonly ApiGraph[];
  /**
   * To be called when so many of them were accepted, as often as that is known: the form then shows the values
   * of the run after them.
   */
  accepted: (count: number) => void;
}

/** What a form may start with besides its graph. */
export interface FormOptions {
  /** What becomes of values after each run, by `FieldState.key`, where it is known from before. */
  controls?: ReadonlyMap<string, Control>;
}

/**
 * A graph in API format, open as a form. Each field has its own state; `graph` is what to submit.
 *
 * ```ts
 * const form = new FormState(graph, infos);
 * const { graphs, accepted } = form.prepare(4);
 * // submit each of them; when the server refuses one: form.showProblems(error.problems)
 * accepted(4);
 * ```
 */
export class FormState {
  #nodes = $state.raw<ReadonlyMap<string, NodeState>>(new Map());
  #infos = $state.raw<ReadonlyMap<string, NodeInfo>>(new Map());
  /** Counts how often fields came or went. */
  #shape = $state(0);
  #other = $state.raw<readonly string[]>([]);
  #wanted = $state.raw<FieldState | null>(null);

  readonly #graph = $derived<ApiGraph>(
    Object.fromEntries([...this.#nodes].map(([id, node]) => [id, node.written])),
  );
  readonly #arranged = $derived.by(() => this.#arrange());
  readonly #faults = $derived([...this.#nodes.values()].filter((node) => node.faulty).length);

  /**
   * @param graph not changed, whatever is done to the form.
   * @param infos what the server says of its node classes; those it lacks show their inputs as they are.
   */
  constructor(graph: ApiGraph, infos: ReadonlyMap<string, NodeInfo>, options: FormOptions = {}) {
    this.#open(graph, infos);
    this.#setControls(options.controls ?? new Map());
  }

  /** The graph as the form has it now: what to submit. */
  get graph(): ApiGraph {
    return this.#graph;
  }

  get nodes(): ReadonlyMap<string, NodeState> {
    return this.#nodes;
  }

  get infos(): ReadonlyMap<string, NodeInfo> {
    return this.#infos;
  }

  /** What people change most, in that order. */
  get first(): readonly ShownField[] {
    return this.#arranged.first;
  }

  /** The rest, by node. */
  get groups(): readonly ShownGroup[] {
    return this.#arranged.groups;
  }

  /** Classes the server does not have. */
  get unknownClasses(): readonly string[] {
    return this.#arranged.unknown;
  }

  /** In how many nodes something is as the server would refuse it. */
  get faultyNodes(): number {
    return this.#faults;
  }

  /** What the server said against the graph that belongs to no field, in words. */
  get otherProblems(): readonly string[] {
    return this.#other;
  }

  /** The field that is to be shown and focused next. */
  get wanted(): FieldState | null {
    return this.#wanted;
  }

  find(node: string, path: string): FieldState | undefined {
    return this.#nodes.get(node)?.fields.find((field) => field.path === path);
  }

  /** Which side of the guidance a node's prompt is on. */
  role(node: string): PromptRole | null {
    return this.#arranged.roles.get(node) ?? null;
  }

  /** What a field is for, as far as it is among what people change most. */
  useOf(field: FieldState): FieldUse | null {
    return this.#arranged.uses.get(field.key) ?? null;
  }

  /** Fields that contain every word of a query in name, label, title or value. */
  search(query: string): readonly FieldState[] {
    const found = searchForm(this.#plain(), query, ({ node, field }) => searchText(field, this.role(node)));
    return found.flatMap(({ node, field }) => this.find(node, field.path) ?? []);
  }

  /** Brings a field into view and puts the focus into it. */
  show(field: FieldState): void {
    this.#wanted = field;
  }

  /** For the view: the field has been shown. */
  shown(): void {
    this.#wanted = null;
  }

  /** Changes one input; what the form does not have is left alone. */
  set(node: string, path: string, value: ExactJson): void {
    this.#nodes.get(node)?.write(path, { kind: 'value', value });
  }

  /** Takes in what the server offers now, for example after a model was added. Values stay as they are. */
  setInfos(infos: ReadonlyMap<string, NodeInfo>): void {
    const controls = this.controls;
    this.#open(this.#graph, infos);
    this.#setControls(controls);
  }

  /** What becomes of values after each run, by `FieldState.key`. */
  get controls(): ReadonlyMap<string, Control> {
    const fields = [...this.#nodes.values()].flatMap((node) => node.fields);
    return new Map(fields.flatMap(({ key, control }) => (control === null ? [] : [[key, control]])));
  }

  /**
   * Shows what the server has against the graph at the fields it names, and goes to the first of them. An empty
   * list takes it all away.
   * @param problems of a `ComfyError` of kind `rejected`, or of a prompt that was accepted in part.
   */
  showProblems(problems: readonly PromptProblem[]): void {
    for (const node of this.#nodes.values()) {
      node.fields.forEach((field) => field.refuse(null));
    }
    const other: string[] = [];
    const named: FieldState[] = [];
    for (const problem of problems) {
      const field = this.find(problem.nodeId ?? '', problem.inputName ?? '');
      if (field && field.content.kind !== 'link' && field.spec.kind !== 'link') {
        field.refuse(describeProblem(problem));
        named.push(field);
      } else {
        other.push(describeProblem(problem));
      }
    }
    this.#other = [...new Set(other)];
    const inOrder = [...this.first.map(({ state }) => state), ...named];
    this.#wanted = inOrder.find((field) => named.includes(field)) ?? null;
  }

  /** The graphs of the next runs. Nothing changes until they are accepted. */
  prepare(count: number): PreparedRuns {
    const moving = [...this.#nodes.values()]
      .flatMap((node) => node.fields)
      .filter(({ control, value }) => control !== null && control !== 'fixed' && value !== undefined);
    let graph = this.#graph;
    const values = new Map(moving.map((field) => [field, field.value as ExactJson]));
    const steps: { graph: ApiGraph; values: ReadonlyMap<FieldState, ExactJson> }[] = [];
    for (let run = 0; run <= count; run++) {
      steps.push({ graph, values: new Map(values) });
      graph = { ...graph };
      for (const field of moving) {
        const next = nextValue(field.spec, values.get(field) ?? null, field.control ?? 'fixed');
        values.set(field, next);
        const node = graph[field.node];
        if (node) {
          graph[field.node] = { ...node, inputs: { ...node.inputs, [field.path]: next } };
        }
      }
    }
    let shown = 0;
    return {
      graphs: steps.slice(0, count).map((step) => step.graph),
      accepted: (accepted) => {
        const before = steps[shown]?.values;
        shown = Math.min(accepted, count);
        for (const [field, value] of steps[shown]?.values ?? []) {
          // What was typed while the runs were being queued is meant for the next.
          if (field.value === before?.get(field)) {
            field.set(value);
          }
        }
      },
    };
  }

  #open(graph: ApiGraph, infos: ReadonlyMap<string, NodeInfo>): void {
    const reshaped = (): void => {
      this.#shape++;
    };
    this.#infos = infos;
    this.#nodes = new Map(
      Object.entries(graph).map(([id, node]) => [
        id,
        new NodeState(id, node, infos.get(node.class_type) ?? null, reshaped),
      ]),
    );
    // Numbers of their own that are used as seeds: only the whole graph tells.
    for (const { state, use } of this.first) {
      if (use === 'seed' && state.control === null) {
        const control = startingControl(state.path, state.spec, use);
        if (control) {
          state.setControl(control);
        }
      }
    }
  }

  #setControls(controls: ReadonlyMap<string, Control>): void {
    for (const node of this.#nodes.values()) {
      for (const field of node.fields) {
        const control = controls.get(field.key);
        if (control !== undefined && field.control !== null) {
          field.setControl(control);
        }
      }
    }
  }

  #plain(): GraphForm {
    return new Map([...this.#nodes].map(([id, node]) => [id, node.form]));
  }

  /** Depends on which fields there are, and on nothing they hold. */
  #arrange() {
    void this.#shape;
    const nodes = this.#nodes;
    return untrack(() => {
      const { first, groups } = arrangeForm(this.#plain());
      const states = new Map<string, FieldState>();
      for (const node of nodes.values()) {
        node.fields.forEach((field) => states.set(field.key, field));
      }
      const stateOf = (node: string, path: string): FieldState[] => {
        const state = states.get(fieldKey(node, path));
        return state ? [state] : [];
      };
      const uses = new Map(
        first.flatMap(({ node, field, use }) => (use ? [[fieldKey(node, field.path), use] as const] : [])),
      );
      const unknown = [...nodes.values()].filter(({ info }) => info === null);
      const rest = new Map(groups.map(({ node, fields }) => [node, fields]));
      return {
        first: first.flatMap(({ node, field, use }) =>
          stateOf(node, field.path).map((state): ShownField => ({ state, use })),
        ),
        groups: [...nodes].flatMap(([id, node]): ShownGroup[] => {
          const fields = (rest.get(id) ?? []).flatMap(({ field }) => stateOf(id, field.path));
          return fields.length > 0 || node.growing.length > 0
            ? [
                {
                  node,
                  fields: fields.filter(({ spec }) => !spec.advanced),
                  advanced: fields.filter(({ spec }) => spec.advanced),
                },
              ]
            : [];
        }),
        uses,
        roles: promptRoles(this.#graph),
        unknown: [...new Set(unknown.map(({ className }) => className))],
      };
    });
  }
}
