import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readOrientation } from '../mask/exif';
import { withoutOrientation } from './straight-png';

const turned = sharp({
  create: { width: 12, height: 9, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 0.3 } },
}).withMetadata({ orientation: 6 });

describe('a file without its orientation', () => {
  it.each([
    ['PNG', () => turned.clone().png().toBuffer()],
    ['WebP', () => turned.clone().webp({ lossless: true }).toBuffer()],
  ])('is the same picture as it is stored: %s', async (_name, make) => {
    const file = await make();
    expect(readOrientation(file)).toBe(6);
    const flat = new Uint8Array(await withoutOrientation(file).arrayBuffer());
    expect(readOrientation(flat)).toBe(1);
    const pixels = (of: Uint8Array): Promise<Buffer> => sharp(of).raw().toBuffer();
    expect((await pixels(flat)).equals(await pixels(file))).toBe(true);
  });
});
