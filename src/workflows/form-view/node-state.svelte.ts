import type { ApiNode } from '../../comfy/graph';
import type { InputSpec, NodeInfo } from '../../comfy/object-info';
import { checkField } from '../form/check-field';
import {
  type FieldContent,
  type FormField,
  type NodeForm,
  readNodeForm,
  withContent,
  withoutRow,
  withRow,
  writeNodeForm,
} from '../form/node-form';
import { rawInfo } from '../form/raw-info';
import { type Control, startingControl } from '../form/value-control';
import { FieldState } from './field-state.svelte';

/** The heading of a group that grows. */
export type GrowingField = FieldState & { readonly spec: Extract<InputSpec, { kind: 'autogrow' }> };

/** One node of the graph. What is written into a field touches this node and no other. */
export class NodeState {
  readonly id: string;
  /** What the server says of its class; `null` when it does not have it. */
  readonly info: NodeInfo | null;
  readonly #onReshape: () => void;
  #form = $state.raw() as NodeForm;
  #fields = $state.raw<readonly FieldState[]>([]);
  readonly #written = $derived(writeNodeForm(this.#form));
  readonly #faulty = $derived(this.#form.fields.some((field) => checkField(field) !== null));

  /** @param onReshape called when fields came or went. */
  constructor(id: string, node: ApiNode, info: NodeInfo | null, onReshape: () => void) {
    this.id = id;
    this.info = info;
    this.#onReshape = onReshape;
    this.#form = readNodeForm(node, info ?? rawInfo(node));
    this.#fields = this.#statesOf(this.#form);
  }

  get title(): string {
    return this.#form.title || this.info?.displayName || this.#form.className;
  }

  get className(): string {
    return this.#form.className;
  }

  /** The node as the pure form model has it. */
  get form(): NodeForm {
    return this.#form;
  }

  /** The node as it is sent. */
  get written(): ApiNode {
    return this.#written;
  }

  /** Every field, those filled by links included. Changes only when fields come or go. */
  get fields(): readonly FieldState[] {
    return this.#fields;
  }

  /** Its groups of inputs that can be typed and that grow. */
  get growing(): readonly GrowingField[] {
    return this.#fields.filter(
      (field): field is GrowingField =>
        field.spec.kind === 'autogrow' && field.spec.inputs.some(({ kind }) => kind !== 'link'),
    );
  }

  /** Whether any input is as the server would refuse it, or a required one is missing. */
  get faulty(): boolean {
    return this.#faulty;
  }

  /** Changes what a field holds. Another choice in a dynamic list brings other fields. */
  write(path: string, content: FieldContent): void {
    this.#adopt(withContent(this.#form, path, content));
  }

  /** One more row in a group that grows. */
  addRow(name: string): void {
    this.#adopt(withRow(this.#form, name));
  }

  /** Takes the last row of a group away. */
  removeRow(name: string): void {
    this.#adopt(withoutRow(this.#form, name));
  }

  #adopt(next: NodeForm): void {
    const last = this.#form;
    this.#form = next;
    if (sameShape(last, next)) {
      next.fields.forEach((field, i) => this.#fields[i]?.adopt(field));
    } else {
      this.#fields = this.#statesOf(next);
      this.#onReshape();
    }
  }

  #statesOf(form: NodeForm): FieldState[] {
    const known = new Map(this.#fields.map((state) => [state.path, state]));
    return form.fields.map((field) => {
      const state = known.get(field.path);
      state?.adopt(field);
      return state ?? new FieldState(this, this.id, field, controlOf(field));
    });
  }
}

function controlOf({ path, spec }: FormField): Control | null {
  return startingControl(path, spec, null);
}

/** Whether the same inputs are there and are filled in the same way: a link is not typed. */
function sameShape(a: NodeForm, b: NodeForm): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i];
      return (
        other !== undefined &&
        field.path === other.path &&
        (field.spec === other.spec || field.spec.kind === other.spec.kind) &&
        (field.content.kind === 'link') === (other.content.kind === 'link')
      );
    })
  );
}
