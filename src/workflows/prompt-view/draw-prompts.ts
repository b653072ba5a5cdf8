import type { ComfyClient } from '../../comfy/client';
import { seedPlaces } from '../../comfy/graph-seeds';
import { randomUuid } from '../../comfy/uuid';
import type { JobGraph } from '../../jobs/state/job';
import { readRecord } from '../darkroom-record';
import { withNewPrompts } from '../prompt/typed-prompts';
import { promptBook } from './prompt-book.svelte';

/** The job with the choices in its prompts made anew, as its seed decides, from the lists as they are now. */
export async function drawPrompts(client: ComfyClient, job: JobGraph): Promise<JobGraph> {
  const prompts = readRecord(job.pngInfo['darkroom'])?.prompts ?? [];
  const book = promptBook(client);
  await book.load();
  const seed = seedPlaces(job.graph)[0]?.value ?? randomUuid();
  return withNewPrompts(job, prompts, String(seed), book.expansion);
}
