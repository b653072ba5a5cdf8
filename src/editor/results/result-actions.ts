import { t } from '../../i18n/index.svelte';
import type { JobRecord } from '../../jobs/state/job';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import { complain, say } from '../../ui/toasts.svelte';
import { describeEditorError } from '../model/describe-editor-error';
import type { StagingRun } from '../generate/staging-run.svelte';
import type { Acceptance } from './acceptance.svelte';
import type { EditAgain } from './edit-again.svelte';
import type { Staging } from './staging.svelte';

/*
 * What a person does with a result, by button or key, and the message about it. The room does the work; here
 * it is worded and made undoable.
 */

/** Makes the result the picture to work on. */
export async function acceptResult(accepting: Acceptance, item: GalleryItem): Promise<void> {
  await saying(async () => {
    if (await accepting.accept(item.output.ref)) {
      sayAccepted(accepting);
    }
  });
}

/** Accepts the result inside the mask. */
export async function acceptResultInMask(accepting: Acceptance, item: GalleryItem): Promise<void> {
  await saying(async () => {
    const end = await accepting.acceptInMask(item);
    if (end === 'accepted') {
      sayAccepted(accepting);
    } else if (end === 'failed') {
      complain(t('inpaint.mergeFailed'));
    }
  });
}

/** Runs the same job again with another seed, and shows on the stage how far it is. */
export async function againWithNewSeed(
  run: Pick<StagingRun, 'again'>,
  staging: Staging,
  item: GalleryItem,
): Promise<void> {
  await saying(async () => {
    await run.again(item.job.id);
    staging.show(null);
  });
}

/** Removes the result from the strip. */
export function discardResult(staging: Staging, item: GalleryItem): void {
  staging.discard(item.key);
  say(t('inpaint.discarded'), {
    label: t('inpaint.undo'),
    run: () => {
      staging.restore(item.key);
    },
  });
}

/** Runs a failed job again, unchanged, in its place in the strip. */
export async function retryFailed(staging: Staging, job: JobRecord): Promise<void> {
  await saying(
    () => staging.retry(job.id),
    () => void retryFailed(staging, job),
  );
}

/** Removes a waiting job from the queue, or interrupts a running one: the same as in the queue. */
export async function cancelJob(jobs: JobStore, id: string): Promise<void> {
  await saying(
    () => jobs.queue.cancel(id),
    () => void cancelJob(jobs, id),
  );
}

/** Goes back to the picture the present one was made from. */
export async function goBack(accepting: Acceptance): Promise<void> {
  await saying(() => accepting.back());
}

/** Restores the previous picture's mask. */
export async function bringMaskBack(accepting: Acceptance): Promise<void> {
  await saying(() => accepting.restoreMask());
}

/** Takes up again the edit that made this picture. */
export async function editAgain(again: EditAgain): Promise<void> {
  await saying(async () => {
    if (await again.start()) {
      say(t('inpaint.origin.restored'));
    } else if (again.failed) {
      complain(t('inpaint.origin.gone'));
    }
  });
}

function sayAccepted(accepting: Acceptance): void {
  say(t('inpaint.accepted'), { label: t('inpaint.strip.back'), run: () => void goBack(accepting) });
}

/** @param again what to offer when it failed. */
async function saying(work: () => Promise<void>, again?: () => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    complain(describeEditorError(error), again && { label: t('common.retry'), run: again });
  }
}
