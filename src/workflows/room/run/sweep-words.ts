import { t } from '../../../i18n/index.svelte';
import { MOST_RUNS, type SweepFault } from './sweep';

/** The fault as one sentence. */
export function describeSweepFault(fault: SweepFault): string {
  switch (fault.kind) {
    case 'no-values':
      return t('workflows.sweep.fault.noValues');
    case 'bad-step':
      return t('workflows.sweep.fault.badStep');
    case 'not-a-number':
      return t('workflows.sweep.fault.notANumber', { value: fault.value });
    case 'out-of-range':
      return t('workflows.sweep.fault.outOfRange', { value: fault.value });
    case 'not-a-choice':
      return t('workflows.sweep.fault.notAChoice', { value: fault.value });
    case 'too-many':
      return t('workflows.sweep.fault.tooMany', { count: fault.count, most: MOST_RUNS });
  }
}
