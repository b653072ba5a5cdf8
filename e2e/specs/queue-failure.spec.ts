import type { Locator, Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { ApiGraph, ApiInput } from '../../src/comfy/graph';
import { DEMO_CHECKPOINTS } from '../../src/demo/checkpoints';
import { expect, test } from '../support/fixtures';
import { chooseInpaint, openInEditor, paintStroke, patternPng, queueElsewhere, upload } from './pages';

/** Fails when it runs: four pixels are too few to encode. `inputs` in the order in which the blame is sought. */
function tooSmall(...inputs: ('pixels' | 'vae')[]): ApiGraph {
  const links: Record<string, ApiInput> = { pixels: ['tiny', 0], vae: ['ckpt', 2] };
  return {
    ckpt: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: DEMO_CHECKPOINTS[0] ?? '' } },
    tiny: { class_type: 'EmptyImage', inputs: { width: 4, height: 4, batch_size: 1, color: 0 } },
    encode: {
      class_type: 'VAEEncode',
      inputs: Object.fromEntries(inputs.map((name) => [name, links[name] ?? null])),
    },
    decode: { class_type: 'VAEDecode', inputs: { samples: ['encode', 0], vae: ['ckpt', 2] } },
    save: { class_type: 'SaveImage', inputs: { images: ['decode', 0], filename_prefix: 'too-small' } },
  };
}

/** A picture with nothing in its upper half, where it is to be repainted. */
function halfMasked(width: number, height: number): Buffer {
  const png = PNG.sync.read(patternPng(width, height));
  for (let at = 0; at < (width * height) / 2; at++) {
    png.data[at * 4 + 3] = 0;
  }
  return PNG.sync.write(png);
}

/** What has the focus in a field of a form. */
const focused = (page: Page, field: string): Locator => page.locator(`[data-field="${field}"] :focus`);

test('a job that failed leads to the input that is to blame', async ({ page, engine }) => {
  const id = await queueElsewhere(engine, tooSmall('pixels', 'vae'));
  await page.goto('/#/queue');
  const row = page.getByRole('listitem').filter({ hasText: 'too small to encode: 4x4' }).first();
  await row.getByRole('button', { name: /^Go to / }).click();
  await expect(page).toHaveURL(new RegExp(`job\\?id=${id}&node=tiny&input=width$`));
  await expect(focused(page, 'width')).toBeVisible();
});

test('a job of the editor that failed leads to the field of its form', async ({ page, engine }) => {
  const parent = await upload(engine, patternPng(96, 64), 'failed.png');
  const mask = await upload(engine, halfMasked(96, 64), 'failed-mask.png');
  const values = { ckpt_name: DEMO_CHECKPOINTS[0] ?? '' };
  const darkroom = { recipe: 'inpaint-checkpoint', parent, mask, values };
  const extra = { extra_data: { extra_pnginfo: { darkroom } } };
  const id = await queueElsewhere(engine, tooSmall('vae', 'pixels'), extra);
  await page.goto('/#/queue');
  const row = page.getByRole('listitem').filter({ hasText: 'too small to encode: 4x4' }).first();
  await row.getByRole('button', { name: /^Go to / }).click();
  await expect(page).toHaveURL(new RegExp(`#/edit\\?.*job=${id}&field=ckpt_name$`));
  await expect(focused(page, 'ckpt_name')).toBeVisible();
});

test('a form that the server refuses leads to the field that is wrong', async ({ page, engine }) => {
  await openInEditor(page, await upload(engine, patternPng(200, 150), 'wrong.png'));
  await chooseInpaint(page);
  await paintStroke(page);
  await page.route('**/prompt', async (route) => {
    const sent = route.request().postData();
    await (sent
      ? route.continue({ postData: sent.replace(/"steps":\s*\d+/, '"steps":0') })
      : route.continue());
  });
  await page.getByRole('button', { name: /^Generate/ }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('steps');
  await alert.getByRole('button', { name: 'Go to Steps' }).click();
  await expect(focused(page, 'steps')).toBeVisible();
});
