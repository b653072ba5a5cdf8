import type { ExactJson } from '../../comfy/exact-json';
import {
  dropPreset,
  type FieldRef,
  type FormLayout,
  hideGroup,
  isPinned,
  keepPreset,
  move,
  type Pin,
  pin,
  type Preset,
  readLayout,
  rename,
  showGroup,
  unpin,
  writeLayout,
} from '../form/form-layout';
import { type FieldState, fieldKey, textOf } from './field-state.svelte';
import type { FormState } from './form-state.svelte';
import { labelOf } from './words';

/** What an arrangement is of. */
export interface ArrangementSource {
  readonly form: FormState;
  /** The layout document; see `form-layout`. */
  readonly layout: ExactJson | null;
  /** Keeps another one; without it nothing can be arranged. */
  readonly onlayout: ((layout: ExactJson | null) => void) | undefined;
}

/** A pinned input that the graph has. */
export interface PinnedField {
  pin: Pin;
  state: FieldState;
}

/** How a person has arranged a form: what is pinned, named, hidden, and kept as presets. */
export class Arrangement {
  readonly #source: ArrangementSource;
  #editing = $state(false);
  readonly #layout = $derived.by<FormLayout>(() => readLayout(this.#source.layout));
  readonly #sorted = $derived.by(() => {
    const pinned: PinnedField[] = [];
    const aside: Pin[] = [];
    for (const one of this.#layout.pinned) {
      const state = this.#find(one);
      if (state) {
        pinned.push({ pin: one, state });
      } else {
        aside.push(one);
      }
    }
    return { pinned, aside, keys: new Map(pinned.map(({ pin: of, state }) => [state.key, of])) };
  });

  constructor(source: ArrangementSource) {
    this.#source = source;
  }

  /** Whether anything can be changed. */
  get editable(): boolean {
    return this.#source.onlayout !== undefined;
  }

  get editing(): boolean {
    return this.#editing && this.editable;
  }

  set editing(editing: boolean) {
    this.#editing = editing;
  }

  /** Pinned inputs in their order. */
  get pinned(): readonly PinnedField[] {
    return this.#sorted.pinned;
  }

  /** Pinned inputs that the graph no longer has: kept until they are let go. */
  get aside(): readonly Pin[] {
    return this.#sorted.aside;
  }

  get presets(): readonly Preset[] {
    return this.#layout.presets;
  }

  isPinned(field: FieldState): boolean {
    return this.#sorted.keys.has(field.key);
  }

  isHidden(node: string): boolean {
    return this.#layout.hidden.includes(node);
  }

  /** How many groups of this graph are hidden. */
  get hidden(): number {
    return this.#source.form.groups.filter(({ node }) => this.isHidden(node.id)).length;
  }

  /** What a field is called here. */
  labelOf(field: FieldState): string {
    return this.#sorted.keys.get(field.key)?.label ?? labelOf(field, this.#source.form.role(field.node));
  }

  /** Puts an input at the head of the form, or back in its place. */
  togglePin(field: FieldState): void {
    const ref = this.#refOf(field);
    this.#keep(isPinned(this.#layout, ref) ? unpin(this.#layout, ref) : pin(this.#layout, ref));
  }

  /** Lets an input go that the graph no longer has. */
  drop(ref: FieldRef): void {
    this.#keep(unpin(this.#layout, ref));
  }

  rename(field: FieldState, label: string): void {
    // Typing the usual name is no new name.
    const usual = labelOf(field, this.#source.form.role(field.node));
    this.#keep(rename(this.#layout, field, label.trim() === usual ? '' : label));
  }

  /** @param by places towards the end. */
  move(field: FieldState, by: number): void {
    const shown = new Set(this.pinned.map(({ state }) => fieldKey(state.node, state.path)));
    this.#keep(move(this.#layout, field, by, shown));
  }

  toggleGroup(node: string): void {
    this.#keep((this.isHidden(node) ? showGroup : hideGroup)(this.#layout, node));
  }

  /** Keeps the present values of what is pinned, else of what people change most, under a name. */
  keepPreset(name: string): void {
    const { form } = this.#source;
    const fields = this.pinned.length > 0 ? this.pinned : form.first;
    const values = fields.flatMap(({ state }) =>
      state.value === undefined ? [] : [{ ...this.#refOf(state), value: state.value }],
    );
    this.#keep(keepPreset(this.#layout, { name, values }));
  }

  /** Fills in a preset; returns how many of its inputs the graph no longer has. */
  applyPreset(preset: Preset): number {
    let lost = 0;
    for (const { value, ...ref } of preset.values) {
      const field = this.#find(ref);
      if (field) {
        field.set(value);
      } else {
        lost++;
      }
    }
    return lost;
  }

  /** Whether the form holds what a preset says. */
  isApplied(preset: Preset): boolean {
    return preset.values.every(({ value, ...ref }) => textOf(this.#find(ref)?.value) === textOf(value));
  }

  /** Removes a preset; returns the way to have it back. */
  dropPreset(preset: Preset): () => void {
    this.#keep(dropPreset(this.#layout, preset.name));
    return () => this.#keep(keepPreset(this.#layout, preset));
  }

  #find(ref: FieldRef): FieldState | undefined {
    const node = this.#source.form.nodes.get(ref.node);
    const isSame = node !== undefined && (ref.className === '' || ref.className === node.className);
    const field = isSame ? node.fields.find(({ path }) => path === ref.path) : undefined;
    // What is linked now cannot be filled in.
    return field && field.content.kind !== 'link' && field.spec.kind !== 'link' ? field : undefined;
  }

  #refOf(field: FieldState): FieldRef {
    const className = this.#source.form.nodes.get(field.node)?.className ?? '';
    return { node: field.node, path: field.path, className };
  }

  #keep(layout: FormLayout): void {
    if (layout !== this.#layout) {
      this.#source.onlayout?.(writeLayout(layout));
    }
  }
}
