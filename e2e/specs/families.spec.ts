import { PNG } from 'pngjs';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { expectOnlyMaskChanged, maskedShare, openInEditor, paintStroke, upload } from './pages';

/** A picture that says nothing of how it was made. */
function photo(): Buffer {
  const png = new PNG({ width: 320, height: 240 });
  for (let at = 0; at < 320 * 240; at++) {
    png.data.set([(at * 7) % 256, (at >> 8) % 256, (at * 3) % 256, 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

test('a model of the server repaints the mask, with a LoRA, and nothing else', async ({ page, engine }) => {
  const original = await upload(engine, photo(), 'families.png');
  await openInEditor(page, original);
  const field = (name: string) => page.getByLabel(name, { exact: true });
  await field('Recipe').selectOption({ label: 'Z-Image Turbo · 8 steps' });
  await field('Prompt').fill('a door');
  await expect(field('Steps')).toHaveValue('8');
  await page.getByRole('button', { name: 'Add a LoRA' }).click();
  await field('LoRA 1').selectOption({ label: 'demo-warm-light' });
  await page.getByText('More settings').click();
  await expect(field('Text encoder')).toHaveValue('demo-qwen_3_4b.safetensors');
  await page.getByText('Another kind of model?').click();
  await expect(field('Kind of model')).toHaveValue('z-image-turbo');
  await expectAccessible(page);

  await paintStroke(page);
  await maskedShare(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible({ timeout: 60_000 });
  const job = await expectOnlyMaskChanged(engine, original);
  expect(job.darkroom).toMatchObject({
    recipe: 'model-z-image-turbo',
    values: { prompt: 'a door', model: 'demo-z-image-turbo.safetensors' },
  });
  const nodes = Object.values(job.graph);
  expect(nodes.find(({ class_type }) => class_type === 'LoraLoaderModelOnly')?.inputs['lora_name']).toBe(
    'demo-warm-light.safetensors',
  );

  await page.reload();
  await expect(field('Recipe')).toHaveValue('model-z-image-turbo demo-z-image-turbo.safetensors');
});
