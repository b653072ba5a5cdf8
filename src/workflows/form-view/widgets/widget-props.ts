import type { FieldState } from '../field-state.svelte';

/** What the control of a field is given. */
export interface WidgetProps {
  field: FieldState;
  /** For the control that the label belongs to. */
  id: string;
  label: string;
  /** Ids of what explains it, or a mistake in it. */
  describedBy: string | undefined;
  invalid: boolean;
}

/** The look of a text field. */
export const INPUT_LOOK =
  'w-full min-w-0 rounded border bg-raised px-2 text-text placeholder:text-text-muted';
