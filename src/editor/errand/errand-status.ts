import { t } from '../../i18n/index.svelte';
import type { MaskErrands } from './mask-errands.svelte';

/** How far the mask for a form is, or what is missing, in one sentence; empty when it only has to be sent. */
export function errandStatus({ run, empty }: Pick<MaskErrands, 'run' | 'empty'>): string {
  if (run.step !== 'idle') {
    return t(`editor.generate.${run.step}`);
  }
  return empty ? t('errand.empty') : '';
}
