import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright';
import { openStage } from './stage';
import { findBrowser } from './find-browser';
import { loopbackArgs } from './browser-args';
import { upload, patternPng } from '../specs/pages';
mkdirSync('/tmp/n', { recursive: true });
const { executablePath, args } = findBrowser();
const stage = await openStage({});
const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
const url = stage.darkroom.url;
const photo = await upload(stage.engine, patternPng(640, 420), 'photo.png');
const G = {
  '1': { inputs: { image: photo.filename }, class_type: 'LoadImage', _meta: { title: 'Photo' } },
  '2': { inputs: { mask: ['1', 1] }, class_type: 'MaskToImage' },
  '3': { inputs: { filename_prefix: 'mask', images: ['2', 0] }, class_type: 'SaveImage' },
};
async function shot(name: string, w: number, h: number, scheme: 'dark' | 'light', locale: string, touch = false) {
  const ctx = await browser.newContext({ viewport: { width: w, height: h }, colorScheme: scheme, locale, hasTouch: touch, isMobile: touch });
  const page: Page = await ctx.newPage();
  await page.goto(url + '/#/workflows');
  await page.waitForTimeout(1500);
  await page.evaluate((t) => { const d = new DataTransfer(); d.setData('text/plain', t); window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })); }, JSON.stringify(G)).catch(console.error);
  await page.evaluate((t) => { const d = new DataTransfer(); d.setData('text/plain', t); document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })); }, JSON.stringify(G)).catch(console.error);
  await page.waitForTimeout(1800);
  await page.screenshot({ path: `/tmp/n/${name}-form.png` });
  await page.getByRole('button', { name: /Paint a mask|绘制蒙版/ }).click();
  await page.getByRole('application').waitFor();
  await page.waitForTimeout(1500);
  const box = (await page.getByRole('application').boundingBox())!;
  if (touch) { await page.touchscreen.tap(box.x + box.width * 0.5, box.y + box.height * 0.5); }
  else {
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5); await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.55, { steps: 8 }); await page.mouse.up();
  }
  await page.waitForTimeout(700);
  await page.screenshot({ path: `/tmp/n/${name}-errand.png` });
  await page.getByRole('button', { name: /^(Use this mask|使用此蒙版)/ }).filter({ visible: true }).first().click();
  await page.waitForTimeout(2000);
  await page.screenshot({ path: `/tmp/n/${name}-back.png` });
  await ctx.close();
}
await shot('d1440', 1440, 900, 'dark', 'en-US');
await shot('p390', 390, 844, 'light', 'zh-CN', true);
await shot('t820', 820, 1180, 'light', 'en-US', true);
await browser.close();
await stage.stop();
