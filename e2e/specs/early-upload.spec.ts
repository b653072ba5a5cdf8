import type { Page, Request } from '@playwright/test';
import type { DemoEngine } from '../../src/demo/index';
import { expect, test } from '../support/fixtures';
import { chooseBlur, openInEditor, paintStroke, patternPng, stageOf, upload } from './pages';

/** Masks and prompts that are posted, and when a mask is read back, in their order. */
function watch(page: Page): string[] {
  const seen: string[] = [];
  page.on('requestfinished', (request: Request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (request.method() === 'POST' && ['/upload/mask', '/prompt'].includes(pathname)) {
      seen.push(pathname);
    } else if (searchParams.get('channel') === 'a') {
      seen.push('read back');
    }
  });
  return seen;
}

/** Nothing is sent early while the server samples, so jobs of other tests must be over. */
async function begin(page: Page, engine: DemoEngine, name: string): Promise<void> {
  await expect
    .poll(async () => (await (await fetch(`${engine.url}/prompt`)).json()) as unknown)
    .toEqual({ exec_info: { queue_remaining: 0 } });
  await openInEditor(page, await upload(engine, patternPng(320, 240), name));
  await chooseBlur(page);
  await paintStroke(page);
}

const SENT = ['/upload/mask', 'read back'];

const button = (page: Page) => page.getByRole('button', { name: /^Generate/ });

test('a mask is sent once the pointer comes near, read back, and used by the press @lan', async ({
  page,
  engine,
}) => {
  await begin(page, engine, 'early.png');
  const seen = watch(page);
  await button(page).hover();
  await expect.poll(() => seen).toEqual(SENT);
  await stageOf(page).hover();
  await button(page).click();
  await expect.poll(() => seen).toEqual([...SENT, '/prompt']);
});

test('a mask that changed since is sent anew, and the prompt waits for that one', async ({
  page,
  engine,
}) => {
  await begin(page, engine, 'early-changed.png');
  const seen = watch(page);
  await button(page).hover();
  await expect.poll(() => seen).toEqual(SENT);
  await paintStroke(page, 0.3, 0.5, 0.3);
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => seen).toEqual([...SENT, ...SENT, '/prompt']);
});

test('Ctrl sends it, another shortcut does not wait, and leaving the prompt sends it', async ({
  page,
  engine,
}) => {
  await begin(page, engine, 'early-keys.png');
  const seen = watch(page);
  await page.keyboard.down('Control');
  await expect.poll(() => seen).toEqual(SENT);
  await page.keyboard.up('Control');
  await paintStroke(page, 0.3, 0.5, 0.3);
  await page.getByLabel('Recipe', { exact: true }).selectOption('inpaint-checkpoint');
  await page.getByLabel('Prompt', { exact: true }).fill('a cat');
  await page.getByLabel('Prompt', { exact: true }).blur();
  await expect.poll(() => seen).toEqual([...SENT, ...SENT]);
});
