import type { FieldState } from '../../form-view/field-state.svelte';
import type { FormState } from '../../form-view/form-state.svelte';
import { labelOf } from '../../form-view/words';

/** What people call the fields, by key: with the title of their node where several have the same name. */
export function fieldNames(form: FormState, fields: readonly FieldState[]): Map<string, string> {
  const labels = fields.map((field) => labelOf(field.field, form.role(field.node)));
  const counts = new Map<string, number>();
  labels.forEach((label) => counts.set(label, (counts.get(label) ?? 0) + 1));
  return new Map(
    fields.map(({ key, node }, index) => {
      const label = labels[index] ?? '';
      const title = form.nodes.get(node)?.title ?? node;
      return [key, (counts.get(label) ?? 0) > 1 ? `${label} (${title})` : label];
    }),
  );
}
