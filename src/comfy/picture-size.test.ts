import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { headBytes, readPictureSize } from './picture-size';

const picture = () => sharp({ create: { width: 300, height: 170, channels: 3, background: '#7a5' } });

describe('the size of a picture', () => {
  it.each([
    ['a.png', () => picture().png()],
    ['a.jpg', () => picture().jpeg()],
    ['progressive.JPEG', () => picture().jpeg({ progressive: true })],
    ['profile.jpg', () => picture().withIccProfile('p3').jpeg()],
    ['a.gif', () => picture().gif()],
    ['lossy.webp', () => picture().webp()],
    ['lossless.webp', () => picture().webp({ lossless: true })],
    ['alpha.webp', () => picture().ensureAlpha(0.5).webp()],
  ])('is in the first bytes of %s', async (name, make) => {
    const bytes = new Uint8Array(await make().toBuffer());
    const head = bytes.subarray(0, headBytes(name) ?? 0);
    expect(readPictureSize(head)).toEqual({ width: 300, height: 170 });
  });

  it('is not guessed for a photo that a tag may turn', async () => {
    const turned = await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(readPictureSize(new Uint8Array(turned))).toBeNull();
  });

  it('is unknown for other files, and for bytes that break off anywhere', async () => {
    expect(headBytes('a.mp4')).toBeNull();
    expect(headBytes('png')).toBeNull();
    expect(readPictureSize(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull();
    for (const made of [picture().png(), picture().jpeg(), picture().gif(), picture().webp()]) {
      const bytes = new Uint8Array(await made.toBuffer());
      for (let length = 0; length < 10; length++) {
        expect(readPictureSize(bytes.subarray(0, length))).toBeNull();
      }
    }
  });
});
