import type { FileRef } from '../../comfy/file-ref';
import { maskHash } from '../mask/hash';
import { importMaskPng } from '../mask/mask-import';
import { maskTiles } from '../mask/mask-tiles';
import { encodeMaskPng } from '../mask/png-write';
import type { EditorPicture, MaskExport } from '../model/editor-types';

/** Reads a file's alpha channel as an RGBA mask file; null when every pixel is opaque. */
export type AlphaReader = (file: Blob) => Promise<MaskExport | null>;

/**
 * Finds the files on the server from which a graph takes the transparency of pictures. Each picture's alpha is
 * decoded once, because many files have an alpha channel without a transparent pixel, and those shall be
 * treated as opaque.
 */
export class PictureAlpha {
  readonly #read: AlphaReader;
  readonly #known = new WeakMap<EditorPicture, Promise<MaskExport | null>>();

  constructor(read: AlphaReader = readPngAlpha) {
    this.#read = read;
  }

  /**
   * The file whose alpha is the picture's; null for an opaque picture. That is the picture itself where
   * LoadImageMask reads it exactly, else a file of the alpha alone.
   * @param store brings that file to the server
   * @throws what reading and storing throw; asked again, it tries again.
   */
  async fileOf(
    picture: EditorPicture,
    store: (alpha: MaskExport) => Promise<FileRef>,
  ): Promise<FileRef | null> {
    const alpha = await this.#alphaOf(picture);
    if (!alpha) {
      return null;
    }
    return picture.readable === true ? picture.ref : store(alpha);
  }

  #alphaOf(picture: EditorPicture): Promise<MaskExport | null> {
    const file = picture.alpha;
    const known = this.#known.get(picture);
    if (!file || known) {
      return known ?? Promise.resolve(null);
    }
    const reading = this.#read(file);
    this.#known.set(picture, reading);
    // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
    reading.catch(() => this.#known.delete(picture));
    return reading;
  }
}

/** Reads PNGs in place. @throws PngError */
async function readPngAlpha(file: Blob): Promise<MaskExport | null> {
  const { grid } = await importMaskPng(new Uint8Array(await file.arrayBuffer()), null, 'alpha');
  if (grid.empty) {
    return null;
  }
  const tiles = maskTiles(grid);
  const { width, height } = grid;
  const blob = new Blob([await encodeMaskPng(tiles, 'rgba')], { type: 'image/png' });
  return { blob, hash: maskHash(tiles), width, height, empty: false, bounds: grid.bounds(), rev: 0 };
}
