import { expect, test } from '../support/fixtures';
import {
  chooseInpaint,
  colorGraph,
  finishedJobs,
  openInEditor,
  paintStroke,
  patternPng,
  queueElsewhere,
  upload,
} from './pages';

// Each test watches the whole queue, so it needs one of its own.
test.describe.configure({ mode: 'serial' });

const slowSteps = 400;

function slowGraph(image: string, seed: number | string): object {
  return {
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'darkroom-demo-classical.safetensors' },
    },
    '3': { class_type: 'CLIPTextEncode', inputs: { text: `slow ${seed}`, clip: ['2', 1] } },
    '4': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['2', 1] } },
    '5': { class_type: 'VAEEncode', inputs: { pixels: ['1', 0], vae: ['2', 2] } },
    '6': {
      class_type: 'KSampler',
      inputs: {
        model: ['2', 0],
        positive: ['3', 0],
        negative: ['4', 0],
        latent_image: ['5', 0],
        seed,
        steps: slowSteps,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 0.5,
      },
    },
    '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['2', 2] } },
    '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'slow' } },
  };
}

test('another program’s jobs appear, can be cancelled and cleared', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(64, 64), 'queue.png');
  await page.goto('/#/queue');
  for (const seed of [1, 2, 3]) {
    await queueElsewhere(engine, slowGraph(ref.filename, seed));
  }
  const running = page.getByRole('region', { name: /^Running/ });
  const pending = page.getByRole('region', { name: /^Pending/ });
  await expect(running.getByText('slow 1')).toBeVisible();
  await expect(running.getByText('Queued by another client')).toBeVisible();
  await expect(pending.getByRole('listitem')).toHaveCount(2);
  await expect(page.getByText('3 in queue')).toBeVisible();

  await pending.getByRole('button', { name: 'Cancel: slow 2' }).click();
  await expect(pending.getByRole('listitem')).toHaveCount(1);
  await expect(running.getByText('slow 1')).toBeVisible();

  await queueElsewhere(engine, slowGraph(ref.filename, 4));
  await expect(pending.getByRole('listitem')).toHaveCount(2);
  // They could not be put back: they are cleared only when that is asked for once more.
  await page.getByRole('button', { name: 'Clear pending' }).click();
  await expect(
    page.getByText('2 jobs from other clients were left alone: cancelling them cannot be undone.'),
  ).toBeVisible();
  await expect(pending.getByRole('listitem')).toHaveCount(2);
  await page.getByRole('button', { name: 'Cancel them anyway' }).click();
  await expect(pending.getByText('Nothing is waiting.')).toBeVisible();
  await running.getByRole('button', { name: 'Interrupt' }).click();
  await expect(running.getByText('Nothing is running.')).toBeVisible();
  await expect(
    page
      .getByRole('region', { name: /^Finished/ })
      .getByText(/^Cancelled/)
      .first(),
  ).toBeVisible();
});

test('Shift+Escape interrupts the running job', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(64, 64), 'queue.png');
  await page.goto('/#/queue');
  await queueElsewhere(engine, slowGraph(ref.filename, 11));
  const running = page.getByRole('region', { name: /^Running/ });
  await expect(running.getByText('slow 11')).toBeVisible();
  await page.keyboard.press('Shift+Escape');
  await expect(running.getByText('Nothing is running.')).toBeVisible();
});

test('a job that somebody else interrupted says where it stopped', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(64, 64), 'queue.png');
  await page.goto('/#/queue');
  const id = await queueElsewhere(engine, slowGraph(ref.filename, 12));
  await expect(page.getByRole('region', { name: /^Running/ }).getByText('slow 12')).toBeVisible();
  await fetch(`${engine.url}/interrupt`, { method: 'POST', body: JSON.stringify({ prompt_id: id }) });
  const row = page.getByRole('listitem').filter({ hasText: 'slow 12' });
  await expect(row.getByText(/^Stopped from elsewhere at KSampler · /)).toBeVisible();
});

test('a failed job says which node failed and why', async ({ page, engine }) => {
  await page.goto('/#/queue');
  await queueElsewhere(engine, colorGraph(1, '../outside'));
  const finished = page.getByRole('region', { name: /^Finished/ });
  await expect(finished.getByText(/^Failed/).first()).toBeVisible();
  await expect(finished.getByText(/^SaveImage: /).first()).toBeVisible();
});

test('a finished job is removed with undo, and for good once the undo has expired', async ({
  page,
  engine,
}) => {
  const id = await queueElsewhere(engine, colorGraph(7, 'to-forget'));
  await page.goto('/#/queue');
  const row = page.getByRole('listitem').filter({ hasText: 'to-forget' });
  await row.getByRole('button', { name: /^Remove from the list/ }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toHaveCount(1);
  await row.getByRole('button', { name: /^Remove from the list/ }).click();
  await expect
    .poll(async (): Promise<unknown> => (await fetch(`${engine.url}/history/${id}`)).json(), {
      timeout: 15_000,
    })
    .toEqual({});
  await page.reload();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await expect(row).toHaveCount(0);
});

test('the largest seeds come back from history and run again unchanged @lan', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(32, 32), 'seeds.png');
  const historyText = async (): Promise<string> => (await fetch(`${engine.url}/history`)).text();
  for (const seed of ['18446744073709551615', '9007199254740993']) {
    const count = async (): Promise<number> => (await historyText()).split(`"seed": ${seed},`).length - 1;
    const before = await count();
    const graph = { ...slowGraph(ref.filename, seed) } as Record<string, { inputs: Record<string, unknown> }>;
    const sampler = graph['6'];
    if (sampler) {
      sampler.inputs['steps'] = 1;
    }
    await queueElsewhere(engine, graph);
    await page.goto('/#/queue');
    const row = page.getByRole('listitem').filter({ hasText: `slow ${seed}` });
    await expect(row.first()).toBeVisible();
    await row
      .first()
      .getByRole('button', { name: /^New or same seed/ })
      .click();
    await page.getByRole('menuitem', { name: 'Run again with the same seed' }).click();
    await expect(row).toHaveCount(2);
    await expect.poll(count).toBe(before + 2);
    expect(await historyText()).not.toMatch(/18446744073709552|9007199254740992\b/);
  }
});

test('run again makes something new; with the same seed it says that there is nothing to make', async ({
  page,
  engine,
}) => {
  const ref = await upload(engine, patternPng(32, 32), 'again.png');
  const graph = slowGraph(ref.filename, 21) as Record<string, { inputs: Record<string, unknown> }>;
  Object.assign(graph['6']?.inputs ?? {}, { steps: 1 });
  await queueElsewhere(engine, graph);
  const rows = page.getByRole('listitem').filter({ hasText: 'slow 21' });
  const files = async (): Promise<number> => {
    const jobs = (await finishedJobs(engine)).filter(
      ({ graph: made }) => made['3']?.inputs['text'] === 'slow 21',
    );
    return new Set(jobs.flatMap(({ outputs }) => JSON.stringify(outputs))).size;
  };
  await page.goto('/#/queue');
  await expect(rows).toHaveCount(1);
  await rows.getByRole('button', { name: /^Run again with a new seed/ }).click();
  await expect(page.getByText('Queued again with a new seed.')).toBeVisible();
  await expect(rows).toHaveCount(2);
  await expect.poll(files).toBe(2);

  // By keyboard: the menu opens, Escape closes nothing but it.
  const more = rows.last().getByRole('button', { name: /^New or same seed/ });
  await more.press('Enter');
  await expect(page.getByRole('menuitem')).toHaveText([
    /seed/,
    /seed/,
    /seeds/,
    'Open as a form',
    'Open in the editor',
    /several values/,
  ]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menuitem')).toHaveCount(0);
  await expect(more).toBeFocused();
  await more.press('Enter');
  await page.getByRole('menuitem', { name: 'Run again with the same seed' }).press('Enter');
  const unchanged = rows.filter({ hasText: 'Same inputs, so ComfyUI made nothing new' });
  await expect(unchanged).toHaveCount(1);
  await expect(page.locator('[data-sonner-toast]', { hasText: 'Same inputs' })).toBeVisible();
  expect(await files()).toBe(2);

  await unchanged.getByRole('button', { name: 'New seed', exact: true }).click();
  await expect.poll(files).toBe(3);
});

test('the editor’s own job shows its prompt in the queue', async ({ page, engine }) => {
  await openInEditor(page, await upload(engine, patternPng(128, 96), 'own.png'));
  await paintStroke(page);
  await chooseInpaint(page, 'a cup of tea');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('progressbar')).toBeVisible();
  await page.goto('/#/queue');
  await expect(page.getByText('a cup of tea').first()).toBeVisible();
});
