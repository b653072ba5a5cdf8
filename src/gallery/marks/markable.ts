import { isOnDevice } from '../../comfy/device-ref';
import type { FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import { say } from '../../ui/toasts.svelte';
import { MARKS_TOAST } from './step-words';

/** Files that marks can be kept of on the server; says so where some are left out. */
export function markable(files: readonly FileRef[]): readonly FileRef[] {
  const own = files.filter((ref) => !isOnDevice(ref));
  if (own.length < files.length) {
    say(t('organise.notOnDevice'), undefined, MARKS_TOAST);
  }
  return own;
}
