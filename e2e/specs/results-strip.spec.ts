import type { DemoEngine } from '../../src/demo/index';
import { expect, test } from '../support/fixtures';
import { colorGraph, openInEditor, patternPng, queueElsewhere, upload } from './pages';
import type { FileRef } from '../../src/comfy/file-ref';

/** Has results of a picture made, and waits for the last of them. */
async function makeResults(engine: DemoEngine, parent: FileRef, count: number): Promise<void> {
  const darkroom = { recipe: 'blur', parent, mask: null };
  let last = '';
  for (let at = 0; at < count; at++) {
    const extra = { extra_data: { extra_pnginfo: { darkroom } } };
    last = await queueElsewhere(engine, colorGraph(0x204060 + at * 0x101010, `strip-${at}`), extra);
  }
  await expect
    .poll(async () => Object.keys((await (await fetch(`${engine.url}/history/${last}`)).json()) as object))
    .toEqual([last]);
}

test('a fresh profile on a link to the editor shows every result', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(640, 480), 'seven.png');
  await makeResults(engine, ref, 7);
  await openInEditor(page, ref);
  const strip = page.getByRole('region', { name: 'Results' });
  await expect(strip.getByRole('button', { name: /^Result \d/ })).toHaveCount(7);
  for (let number = 1; number <= 7; number++) {
    await expect(
      strip.getByRole('button', { name: `Result ${number}`, exact: true }).locator('img'),
    ).toBeVisible();
  }
});
