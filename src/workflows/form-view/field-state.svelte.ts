import { type ExactJson, stringifyExact } from '../../comfy/exact-json';
import type { InputSpec } from '../../comfy/object-info';
import { defaultOf } from '../input-values';
import { checkField, type FieldFault } from '../form/check-field';
import type { FieldContent, FormField } from '../form/node-form';
import type { Control } from '../form/value-control';

/** Where a field writes what is put into it. */
interface Owner {
  write(path: string, content: FieldContent): void;
}

/** One input of a node, with a state of its own: changing it redraws nothing else. */
export class FieldState {
  readonly #owner: Owner;
  /** Its node's id. */
  readonly node: string;
  readonly path: string;
  #field = $state.raw() as FormField;
  #refusal = $state.raw<string | null>(null);
  #control = $state.raw<Control | null>(null);
  readonly #fault = $derived(checkField(this.#field));

  constructor(owner: Owner, node: string, field: FormField, control: Control | null) {
    this.#owner = owner;
    this.node = node;
    this.path = field.path;
    this.#field = field;
    this.#control = control;
  }

  /** Unique in the form, and the same as long as the graph has the input. */
  get key(): string {
    return fieldKey(this.node, this.path);
  }

  get spec(): InputSpec {
    return this.#field.spec;
  }

  get content(): FieldContent {
    return this.#field.content;
  }

  /** The field as the pure form model has it. */
  get field(): FormField {
    return this.#field;
  }

  /** What it holds; `undefined` when the graph says nothing of it, or links it. */
  get value(): ExactJson | undefined {
    return this.#field.content.kind === 'value' ? this.#field.content.value : undefined;
  }

  /** What it holds, as text; empty when it holds nothing. */
  get text(): string {
    return textOf(this.value);
  }

  /** What the class starts with; `undefined` when it says nothing. */
  get preset(): ExactJson | undefined {
    return defaultOf(this.#field.spec);
  }

  /** Why the server would refuse what it holds, as far as can be known here. */
  get fault(): FieldFault | null {
    return this.#fault;
  }

  /** What the server said against it, in words; goes when the field is changed. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** What becomes of the value after each run; `null` where that is not for the form to say. */
  get control(): Control | null {
    return this.#control;
  }

  set(value: ExactJson): void {
    this.#owner.write(this.path, { kind: 'value', value });
  }

  /** Takes the input out of the graph: the server then uses its own default. */
  clear(): void {
    this.#owner.write(this.path, { kind: 'unset' });
  }

  setControl(control: Control): void {
    this.#control = control;
  }

  /** For the form alone: says what the server has against it. */
  refuse(words: string | null): void {
    this.#refusal = words;
  }

  /** For its node alone: takes in what has been written. */
  adopt(field: FormField): void {
    if (field !== this.#field) {
      if (field.content !== this.#field.content) {
        this.#refusal = null;
      }
      this.#field = field;
    }
  }
}

/** A value as text: texts as they are, anything else as JSON. */
export function textOf(value: ExactJson | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : stringifyExact(value);
}

/** See {@link FieldState.key}. */
export function fieldKey(node: string, path: string): string {
  return `${node}\0${path}`;
}
