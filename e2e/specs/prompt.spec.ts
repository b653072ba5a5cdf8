import type { FileRef } from '../../src/comfy/file-ref';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  chooseInpaint,
  finishedJobs,
  maskedShare,
  openInEditor,
  paintStroke,
  patternPng,
  upload,
} from './pages';

const TYPED = '{red|blue} door // later: its handle';

test('a choice in the prompt falls anew for each seed, and what was typed stays known @lan', async ({
  page,
  engine,
}) => {
  const ref = await upload(engine, patternPng(256, 192), 'prompt.png');
  await openInEditor(page, ref);
  await paintStroke(page);
  await maskedShare(page);
  await chooseInpaint(page);
  const prompt = page.getByLabel('Prompt', { exact: true });
  await prompt.pressSequentially(TYPED);
  await page.getByLabel('Steps').fill('1');
  await page.getByLabel('Seed', { exact: true }).fill('500');
  await page.getByLabel('How many').fill('4');
  await page.getByLabel('How many').press('Enter');
  const promised = (await page.getByTestId('sent').first().textContent()) ?? '';
  expect(promised).toMatch(/^(red|blue) door $/);
  await expectAccessible(page);
  await prompt.press('Control+Enter');

  const ours = async () =>
    (await finishedJobs(engine)).filter(
      ({ darkroom }) => (darkroom['parent'] as FileRef | undefined)?.filename === ref.filename,
    );
  await expect.poll(async () => (await ours()).length, { timeout: 60_000 }).toBe(4);
  const jobs = await ours();
  const sent = jobs.map(({ graph }) =>
    Object.values(graph)
      .map(({ inputs }) => inputs['text'])
      .find((text) => String(text).includes('door')),
  );
  expect(sent[0]).toBe(promised);
  expect(sent.toSorted()).toEqual(['blue door ', 'blue door ', 'red door ', 'red door ']);
  jobs.forEach(({ darkroom }, at) => {
    expect(darkroom).toMatchObject({
      values: { prompt: TYPED },
      prompts: [{ typed: TYPED, sent: sent[at] }],
    });
  });

  // What was typed can be chosen again.
  await page.getByRole('button', { name: 'Recent prompts and favourites' }).first().click();
  await expect(page.getByRole('dialog').getByRole('button', { name: TYPED })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.goto('/#/gallery');
  await page.locator('[role="gridcell"] a').first().click();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByText('Prompt as typed', { exact: true })).toBeVisible();
  await expect(details.getByText(TYPED, { exact: true })).toBeVisible();
  await expect(details.getByText(/^(red|blue) door\s*$/).first()).toBeVisible();
  await details.getByRole('link', { name: 'Edit again' }).click();
  await expect(prompt).toHaveValue(TYPED);
});

test('wildcard lists are edited from the palette and the settings, without a prompt in sight', async ({
  page,
}) => {
  await page.goto('/#/queue');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('wildcard');
  await page.keyboard.press('Enter');
  const lists = page.getByRole('dialog', { name: 'Wildcard lists' });
  await expect(lists.getByRole('button', { name: 'New list' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(lists).toBeHidden();
  await page.keyboard.press('Control+,');
  await page
    .getByRole('dialog', { name: 'Settings' })
    .getByRole('button', { name: 'Edit wildcard lists' })
    .click();
  await expect(lists.getByRole('button', { name: 'New list' })).toBeVisible();
});
