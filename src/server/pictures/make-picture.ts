import sharp, { type Sharp } from 'sharp';

/** Longest side of a thumbnail, px: rows of a gallery are about half as high, on screens of double density. */
export const THUMB_SIDE = 512;
/** Longest side of a preview, px. */
export const PREVIEW_SIDE = 2_048;
/** Longest side of a thumbnail in the owner's gallery, px. */
export const TILE_SIDE = 320;
/** Longest side of a moving preview, px. */
const MOVING_SIDE = 768;
/** Pixels that are decoded at most, all frames together: a file of a few kB can claim to have billions. */
export const MOST_PIXELS = 160_000_000;
const LONGEST_S = 60;

// sharp would keep the files it has read open, and Windows removes no file that is open.
sharp.cache(false);

export type Size = 'thumb' | 'preview' | 'clean';

export interface Measured {
  width: number;
  height: number;
  isMoving: boolean;
}

/** Reads the size of a picture from its header. @throws when it is no picture, or has too many pixels. */
export async function measurePicture(source: string | Buffer): Promise<Measured> {
  const { width, height, pages = 1, pageHeight = height } = await open(source, true).metadata();
  if (width * pageHeight > MOST_PIXELS) {
    throw new Error('The picture has too many pixels.');
  }
  return { width, height: pageHeight, isMoving: pages > 1 && width * pageHeight * pages <= MOST_PIXELS };
}

/**
 * Makes a picture for guests. All are encoded anew, which leaves out whatever else the file holds: prompt,
 * workflow, camera, place. Thumbnails and previews are WebP; a clean copy has the format of its source.
 * @throws when the source is no picture, or has too many pixels.
 */
export async function makePicture(from: string, to: string, size: Size): Promise<void> {
  const { isMoving } = await measurePicture(from);
  switch (size) {
    case 'thumb':
      await fit(open(from, false), THUMB_SIDE).webp({ quality: 78, effort: 2 }).toFile(to);
      return;
    case 'preview':
      await (
        isMoving
          ? fit(open(from, true), MOVING_SIDE).webp({ quality: 75, effort: 1 })
          : fit(open(from, false), PREVIEW_SIDE).webp({ quality: 86, effort: 3 })
      ).toFile(to);
      return;
    case 'clean':
      await encodeAlike(open(from, isMoving).autoOrient(), to).toFile(to);
  }
}

/**
 * Makes a thumbnail for the owner's gallery, WebP.
 * @param source a file by its path, or its bytes.
 * @throws when the source is no picture, or has too many pixels: that is known before any is decoded.
 */
export async function makeTile(source: string | Buffer): Promise<Buffer> {
  await measurePicture(source);
  return fit(open(source, false), TILE_SIDE).webp({ quality: 78, effort: 2 }).toBuffer();
}

function open(source: string | Buffer, isAnimated: boolean): Sharp {
  return sharp(source, {
    animated: isAnimated,
    limitInputPixels: MOST_PIXELS,
    sequentialRead: true,
    failOn: 'error',
  }).timeout({ seconds: LONGEST_S });
}

function fit(picture: Sharp, side: number): Sharp {
  return picture.autoOrient().resize(side, side, { fit: 'inside', withoutEnlargement: true });
}

function encodeAlike(picture: Sharp, to: string): Sharp {
  const [extension = ''] = /\.(?:png|jpg|gif|webp|avif)(?=\.|$)/.exec(to) ?? [];
  switch (extension) {
    case '.jpg':
      return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
    case '.gif':
      return picture.gif();
    case '.webp':
      return picture.webp({ quality: 95, effort: 3 });
    case '.avif':
      return picture.avif({ quality: 80, effort: 3 });
    default:
      return picture.png();
  }
}
