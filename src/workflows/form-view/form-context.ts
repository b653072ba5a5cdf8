import { createContext, type Snippet } from 'svelte';
import type { PromptRole } from '../form/prompt-roles';
import type { Arrangement } from './arrangement.svelte';
import type { FieldState } from './field-state.svelte';
import type { FormPorts } from './form-ports';
import type { FormState } from './form-state.svelte';

/** What a prompt editor is given. */
export interface PromptProps {
  /** Whose prompt it is. */
  field: FieldState;
  /** Which side of the guidance it is on, where that can be told. */
  role: PromptRole | null;
  /** Of the text field, for its label. */
  id: string;
  value: string;
  onchange: (value: string) => void;
  placeholder: string | undefined;
  /** Id of what explains a mistake. */
  describedBy: string | undefined;
  invalid: boolean;
}

/** What every part of an open form needs. */
export interface FormContext {
  readonly form: FormState;
  readonly ports: FormPorts;
  readonly arrangement: Arrangement;
  /** In place of a plain text field for prompts. */
  readonly prompt: Snippet<[PromptProps]> | undefined;
}

const [getForm, setForm] = createContext<FormContext>();

/** `setForm` belongs to `WorkflowForm`. */
export { getForm, setForm };
