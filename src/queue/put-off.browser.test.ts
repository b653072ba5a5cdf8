import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toast, Toaster } from 'svelte-sonner';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage, pastJobs } from '../jobs/fixtures/comfy-page';
import { queueVariations } from '../workflows/variations';
import { QueueActions } from './queue-actions';
import QueueWatch from './QueueWatch.svelte';

let comfy: ComfyPage;
let actions: QueueActions;
let past: string;

const toasts = (): string[] =>
  [...document.querySelectorAll('[data-sonner-toast] [data-title]')].map(
    (title) => title.textContent?.trim() ?? '',
  );

beforeEach(async () => {
  localStorage.clear();
  await Promise.all([loadWords('queue'), loadWords('lineage')]);
  const jobs = pastJobs(1);
  past = jobs[0]?.id ?? '';
  comfy = await ComfyPage.open(jobs);
  actions = new QueueActions(comfy.jobs);
  await comfy.jobs.steering();
  await render(Toaster);
  await comfy.mount(QueueWatch);
});

afterEach(() => {
  toast.dismiss();
  comfy.close();
  // The tests that follow in this browser would find the queue paused.
  localStorage.clear();
});

const verbs = {
  'run again': () => actions.runAgain(past, 'same'),
  'run several times': () => actions.runTimes(past, 1),
  'retry all that failed': () => actions.retryAll([past]),
  'make room and retry': () => actions.freeAndRetry(past),
  'run with fewer pixels': () => {
    const size = { width: 1024, height: 1024 };
    const graph = { latent: { class_type: 'EmptyLatentImage', inputs: size } };
    vi.spyOn(comfy.jobs, 'graph').mockResolvedValue({ graph, pngInfo: {} });
    return actions.runSmaller(past);
  },
  variations: () => queueVariations(comfy.jobs, past, 1),
};

for (const [name, verb] of Object.entries(verbs)) {
  it(`${name}: says that a job is queued when the server has taken it`, async () => {
    await verb();
    await expect.poll(() => toasts()).toHaveLength(1);
    expect(toasts()[0]).toMatch(/queued/i);
  });

  it(`${name}: says of a job whose sending broke off that it is sent later, and nothing else`, async () => {
    comfy.server.before('POST /prompt', () => (comfy.server.down = true));
    await verb();
    await expect.poll(toasts).toEqual(['ComfyUI did not answer. 1 job will be sent as soon as it does.']);
  });

  it(`${name}: says of a job that a pause keeps that it waits, and nothing else`, async () => {
    await (await comfy.jobs.pausing()).begin('finish');
    await verb();
    await expect.poll(toasts).toEqual(['The queue is paused. The new job waits until you resume.']);
  });
}

it('does not repeat that jobs are sent later once the first of them is', async () => {
  comfy.server.before('POST /prompt', () => (comfy.server.down = true));
  await actions.runTimes(past, 1);
  await expect.element(page.getByText(/^ComfyUI did not answer\. 1 job/)).toBeVisible();
  await actions.runTimes(past, 1);
  await expect.element(page.getByText(/^ComfyUI did not answer\. 2 jobs/)).toBeVisible();
  toast.dismiss();
  await expect.poll(toasts).toEqual([]);
  const steering = await comfy.jobs.steering();
  await steering.cancel([comfy.jobs.pending[0]?.id ?? '']);
  await expect.poll(() => steering.unsent).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(toasts()).toEqual([]);
});
