import type { FieldState } from '../../form-view/field-state.svelte';
import type { FormState } from '../../form-view/form-state.svelte';
import type { RunPlan } from '../run/run-plan.svelte';

/** Goes to the input an address names, or sets up the sweep it asks for. */
export function followAddress(
  query: URLSearchParams,
  state: FormState,
  plan: Pick<RunPlan, 'sweeping'>,
): void {
  if (query.get('sweep') === '1') {
    plan.sweeping = true;
  }
  const node = query.get('node');
  if (node !== null) {
    const isTyped = ({ spec, content }: FieldState): boolean =>
      spec.kind !== 'link' && content.kind !== 'link';
    const named = state.find(node, query.get('input') ?? '');
    const field = named && isTyped(named) ? named : state.nodes.get(node)?.fields.find(isTyped);
    if (field) {
      state.show(field);
    }
  }
}
