import { describeStop } from '../../../i18n/describe-error';
import { t } from '../../../i18n/index.svelte';
import { errorSentence, isOutOfMemory, type JobRecord } from '../../../jobs/state/job';

/** What became of a job without a result. */
export interface FailedJobWords {
  /** In a word or two. */
  title: string;
  /** What happened, and what to do where that is known. */
  sentence: string;
}

/** Puts into words why a job made no picture, from what the server said. */
export function describeFailedJob({ state, error, stop }: JobRecord): FailedJobWords {
  if (state === 'completed') {
    return { title: t('inpaint.failed.emptyTitle'), sentence: t('inpaint.failed.empty') };
  }
  const title = t(`queue.state.${state}`);
  if (stop && !stop.here) {
    return { title, sentence: describeStop(stop) };
  }
  if (state === 'lost' || state === 'cancelled') {
    return { title, sentence: t(`inpaint.failed.${state}`) };
  }
  const reason = error && errorSentence(error);
  const hint = error && isOutOfMemory(error) ? t('inpaint.failed.memory') : null;
  return { title, sentence: [hint, reason || t('inpaint.failed.noReason')].filter(Boolean).join(' ') };
}
