import { reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { readPngHeader } from '../../comfy/png';
import type { PaintedOver, RecipeSource } from '../../workflows/recipe';
import type { PaintExport } from '../paint/paint-png';
import type { EditorPicture, MaskExport } from '../model/editor-types';
import { fileHash } from './file-hash';
import { maskHash, xxh32 } from '../mask/hash';
import { decodeMaskPng } from '../mask/png-read';
import { type AlphaReader, PictureAlpha } from './picture-alpha';
import { UploadMemory } from './upload-memory';

/** Above this many px the server needs seconds to send the alpha back, so only the size is compared. */
const FULL_CHECK_PIXELS = 16_000_000;
const HEADER_BYTES = 32;
/** From this many px on the server's re-encoding of the picture is felt, so that the mask goes alone. */
export const FAST_LANE_PIXELS = 8_000_000;
/** A mask file of up to so many bytes is read back whole, a larger one compared by its length. */
const FULL_READ_BYTES = 4_000_000;

/** What the upload is doing, for the button. */
export type UploadStep = 'uploading' | 'verifying';

/**
 * How a mask travels. `mask`: combined with the original by the server. `fast`: alone, for a recipe that
 * loads the original beside it. `beside`: the first mask of a picture as with `mask`; further ones alone,
 * beside the file of the first, whose colours are the original's to the bit. `auto`: for large pictures
 * `fast` where LoadImage reads the original as it is shown, else `beside`.
 */
export type MaskLane = 'auto' | 'mask' | 'fast' | 'beside';

/** Writes the mask as a file; `rgba` is what the fast lane needs. */
export type MaskExporter = (variant: 'indexed' | 'rgba') => Promise<MaskExport>;

/** What a recipe works on, and the mask that was sent for it. */
export interface BroughtMask {
  source: RecipeSource;
  mask: MaskExport;
}

/** The picture a mask belongs to, as it was opened; without its bytes nothing of it is remembered. */
export type MaskedPicture = Pick<EditorPicture, 'ref'> & Partial<Pick<EditorPicture, 'source' | 'clear'>>;

export interface UploadWishes {
  signal?: AbortSignal;
  onStep?: (step: UploadStep) => void;
  /** Nobody waits for it yet: when the same mask is on its way already and fails, it is not sent once more. */
  early?: boolean;
}

/** The lane `auto` takes for a picture. */
export function laneFor({ width, height, readable }: EditorPicture): Exclude<MaskLane, 'auto'> {
  if (width * height < FAST_LANE_PIXELS) {
    return 'mask';
  }
  return readable === true ? 'fast' : 'beside';
}

/**
 * Brings masks to the server: one upload for each mask and picture, none when the server has it already, not
 * even after a reload, and never trusted before it was read back, because `/upload/mask` answers 200 even when
 * it wrote nothing (API reference 2.2).
 */
export class MaskUploader {
  readonly #client: ComfyClient;
  readonly #hashOf: (png: Uint8Array) => Promise<string>;
  /** Masks alone, by file name: that stands for their pixels. */
  readonly #alone = new Map<string, FileRef>();
  /** Masked files of each picture, by mask hash. Opened anew, a picture of the same name may be another. */
  readonly #masked = new WeakMap<MaskedPicture, Map<string, FileRef>>();
  /** A masked file of each picture that went by `beside`. */
  readonly #carriers = new WeakMap<EditorPicture, FileRef>();
  /** What was combined with pictures of these very bytes, also before this page was loaded. */
  readonly #memory = new UploadMemory();
  readonly #hashes = new WeakMap<MaskedPicture, Promise<string | null>>();
  /** Masks of each picture that are on their way, by lane and hash. */
  readonly #underWay = new WeakMap<EditorPicture, Map<string, Promise<RecipeSource>>>();

  readonly #alpha: PictureAlpha;

  /** @param hashOf reads a stored mask, `readAlpha` a picture's alpha; the session does both in its worker. */
  constructor(
    client: ComfyClient,
    hashOf: (png: Uint8Array) => Promise<string> = hashHere,
    readAlpha?: AlphaReader,
  ) {
    this.#client = client;
    this.#hashOf = hashOf;
    this.#alpha = new PictureAlpha(readAlpha);
  }

  /**
   * Brings the mask of a picture to the server by a lane, `auto` unless asked otherwise, and with it the
   * picture's own alpha, unless that is opaque or the server can take it from the picture. The mask is asked for
   * before this returns, so that it is the one of the picture that is open now. A mask that is on its way already is
   * waited for; when that fails, it is sent again.
   * @throws ComfyError as `upload` does, and what `exportMask` and the alpha's reader throw.
   */
  async bring(
    exportMask: MaskExporter,
    picture: EditorPicture,
    options: UploadWishes & { lane?: MaskLane } = {},
  ): Promise<BroughtMask> {
    const { lane = 'auto', ...wishes } = options;
    const [brought, alpha] = await Promise.all([
      this.#bring(exportMask, picture, lane, wishes),
      this.#alpha.fileOf(picture, (file) => this.uploadAlone(file, wishes)),
    ]);
    return alpha ? { ...brought, source: { ...brought.source, alpha } } : brought;
  }

  async #bring(
    exportMask: MaskExporter,
    picture: EditorPicture,
    lane: MaskLane,
    wishes: UploadWishes,
  ): Promise<BroughtMask> {
    const way = lane === 'auto' ? laneFor(picture) : lane;
    const carrier = way === 'beside' ? this.#carriers.get(picture) : undefined;
    const perhaps = way === 'beside' && this.#memory.of(picture.ref).length > 0;
    const [mask, image] = await Promise.all([
      // The server combines either kind with a picture, should the carrier be gone.
      exportMask(way === 'fast' || carrier || perhaps ? 'rgba' : 'indexed'),
      way === 'fast' ? picture.ref : this.#stillThere(carrier, wishes),
    ]);
    const underWay = this.#underWay.get(picture) ?? new Map<string, Promise<RecipeSource>>();
    this.#underWay.set(picture, underWay);
    const key = `${way} ${mask.hash}`;
    for (let other = underWay.get(key); other; other = underWay.get(key)) {
      wishes.onStep?.('uploading');
      // eslint-disable-next-line local/no-silent-catch -- whoever began it is told of its failure
      const source = await (wishes.early ? other : other.catch(() => null));
      if (source) {
        return { mask, source };
      }
    }
    const placing = this.#place(mask, image, picture, way, wishes).finally(() => underWay.delete(key));
    underWay.set(key, placing);
    return { mask, source: await placing };
  }

  /** @param image the file the mask is laid beside, where that is known already. */
  async #place(
    mask: MaskExport,
    image: FileRef | null,
    picture: EditorPicture,
    way: MaskLane,
    wishes: UploadWishes,
  ): Promise<RecipeSource> {
    const known = way === 'fast' ? null : await this.#known(mask, picture, wishes);
    if (known) {
      return { kind: 'masked', ref: known };
    }
    const beside = image ?? (way === 'beside' ? await this.#recall(picture, null, wishes) : null);
    if (beside) {
      if (way === 'beside') {
        this.#carriers.set(picture, beside);
      }
      return { kind: 'apart', image: beside, mask: await this.uploadAlone(mask, wishes) };
    }
    const ref = await this.#send(mask, picture, wishes);
    this.#carriers.set(picture, ref);
    return { kind: 'masked', ref };
  }

  /** Brings paint to the server, under a name that stands for its content, unless it is there already. */
  async bringPaint({ blob, box }: PaintExport, options: UploadWishes = {}): Promise<PaintedOver> {
    const filename = `darkroom-paint-${await fileHash(blob)}.png`;
    const expected: FileRef = { filename, subfolder: 'clipspace', type: 'input' };
    const area = { x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 };
    if (await this.#sameFile(expected, blob, options.signal)) {
      return { file: expected, box: area };
    }
    options.onStep?.('uploading');
    const { signal } = options;
    const file = await this.#client.uploadImage(blob, { ...expected, overwrite: true, signal });
    options.onStep?.('verifying');
    if (!(await this.#sameFile(file, blob, signal))) {
      throw notWritten('/upload/image');
    }
    return { file, box: area };
  }

  async #stillThere(ref: FileRef | undefined, { signal }: UploadWishes): Promise<FileRef | null> {
    return ref && (await this.#client.stat(ref, signal)) ? ref : null;
  }

  /**
   * Stores an RGBA mask as a file of its own. The name stands for the pixels, so that a mask the server has
   * is never sent again, not even after a reload or for another picture.
   * @throws ComfyError `not-written` when the server has something else afterwards, and the transport's.
   */
  async uploadAlone(mask: MaskExport, options: UploadWishes = {}): Promise<FileRef> {
    const filename = `darkroom-mask-${mask.hash}.png`;
    const known = this.#alone.get(filename);
    if (known && (await this.#client.stat(known, options.signal))?.bytes === mask.blob.size) {
      return known;
    }
    const expected: FileRef = { filename, subfolder: 'clipspace', type: 'input' };
    if (!known && (await this.#sameFile(expected, mask.blob, options.signal))) {
      this.#alone.set(filename, expected);
      return expected;
    }
    options.onStep?.('uploading');
    const { signal } = options;
    const ref = await this.#client.uploadImage(mask.blob, { ...expected, overwrite: true, signal });
    options.onStep?.('verifying');
    if (!(await this.#sameFile(ref, mask.blob, signal))) {
      throw notWritten('/upload/image');
    }
    this.#alone.set(filename, ref);
    return ref;
  }

  /**
   * Resolves with the masked picture: the original's pixels with the mask as their alpha. Asked again for the
   * very same object it is the same file, as long as the server has it.
   * @throws ComfyError `not-written` when the server did not store what it confirmed, `http` with status
   *   500 when mask and picture differ in size, and the transport's errors.
   */
  async upload(mask: MaskExport, picture: MaskedPicture, options: UploadWishes = {}): Promise<FileRef> {
    return (await this.#known(mask, picture, options)) ?? this.#send(mask, picture, options);
  }

  /** The masked picture of an earlier upload, if the server still has it. */
  async #known(mask: MaskExport, picture: MaskedPicture, options: UploadWishes): Promise<FileRef | null> {
    const stored = this.#masked.get(picture)?.get(mask.hash);
    if (stored) {
      return this.#stillThere(stored, options);
    }
    const recalled = await this.#recall(picture, mask.hash, options);
    if (recalled) {
      this.#note(picture, mask.hash, recalled);
    }
    return recalled;
  }

  /**
   * The masked picture that was made of these very bytes before the page was loaded, with this mask or with any
   * (null). The tag tells that the file was not written since it was read back: its name alone does not, as
   * another picture may have taken the place of the original.
   */
  async #recall(
    picture: MaskedPicture,
    hash: string | null,
    { signal }: UploadWishes,
  ): Promise<FileRef | null> {
    const candidates = this.#memory.of(picture.ref).filter(({ mask }) => hash === null || mask === hash);
    const bytes = candidates.length > 0 ? await this.#bytesOf(picture) : null;
    for (const sent of candidates) {
      if (sent.bytes === bytes && (await this.#client.stat(sent.ref, signal))?.tag === sent.tag) {
        return sent.ref;
      }
    }
    return null;
  }

  #bytesOf(picture: MaskedPicture): Promise<string | null> {
    const known = this.#hashes.get(picture);
    if (known) {
      return known;
    }
    const file = picture.source instanceof Blob ? picture.source : picture.clear;
    // Bytes that cannot be read any more are only not remembered.
    const hash = file ? fileHash(file).catch(reportingAs('upload.hash', null)) : Promise.resolve(null);
    this.#hashes.set(picture, hash);
    return hash;
  }

  #note(picture: MaskedPicture, hash: string, ref: FileRef): void {
    const masked = this.#masked.get(picture) ?? new Map<string, FileRef>();
    this.#masked.set(picture, masked.set(hash, ref));
  }

  async #send(mask: MaskExport, picture: MaskedPicture, options: UploadWishes): Promise<FileRef> {
    options.onStep?.('uploading');
    const ref = await this.#client.uploadMask(mask.blob, picture.ref, {
      filename: maskName(mask, picture.ref),
      subfolder: 'clipspace',
      type: 'input',
      // An older file of that name is the same, a broken one, or of a picture this one took the place of.
      overwrite: true,
      signal: options.signal,
    });
    options.onStep?.('verifying');
    const tag = await this.#verify(ref, mask, options.signal);
    this.#note(picture, mask.hash, ref);
    const bytes = tag === null ? null : await this.#bytesOf(picture);
    if (tag !== null && bytes !== null) {
      this.#memory.keep({ picture: fileRefKey(picture.ref), bytes, mask: mask.hash, ref, tag });
    }
    return ref;
  }

  /** Resolves with the file's tag, taken before it was read. @throws ComfyError `not-written` */
  async #verify(ref: FileRef, mask: MaskExport, signal: AbortSignal | undefined): Promise<string | null> {
    const stat = await this.#client.stat(ref, signal);
    if (!stat) {
      throw notWritten();
    }
    const small = mask.width * mask.height <= FULL_CHECK_PIXELS;
    const matches = small
      ? await this.#sameAlpha(ref, mask, signal)
      : await this.#sameSize(ref, mask, signal);
    if (!matches) {
      throw notWritten();
    }
    return stat.tag;
  }

  /** `/upload/image` keeps bytes as they are (API reference 2.2), so equal bytes are an equal mask. */
  async #sameFile(ref: FileRef, sent: Blob, signal: AbortSignal | undefined): Promise<boolean> {
    const stat = await this.#client.stat(ref, signal);
    if (!stat || (stat.bytes !== null && stat.bytes !== sent.size)) {
      return false;
    }
    if (stat.bytes !== null && sent.size > FULL_READ_BYTES) {
      return true;
    }
    const stored = new Uint8Array(await (await this.#client.view(ref, { signal })).arrayBuffer());
    const bytes = new Uint8Array(await sent.arrayBuffer());
    return stored.length === bytes.length && bytes.every((byte, at) => stored[at] === byte);
  }

  async #sameAlpha(ref: FileRef, mask: MaskExport, signal: AbortSignal | undefined): Promise<boolean> {
    const alpha = await this.#client.view(ref, { channel: 'a', signal });
    return (await this.#hashOf(new Uint8Array(await alpha.arrayBuffer()))) === mask.hash;
  }

  async #sameSize(ref: FileRef, mask: MaskExport, signal: AbortSignal | undefined): Promise<boolean> {
    const head = await this.#client.view(ref, { range: [0, HEADER_BYTES], signal });
    const header = readPngHeader(new Uint8Array(await head.slice(0, HEADER_BYTES + 1).arrayBuffer()));
    return header?.width === mask.width && header.height === mask.height;
  }
}

async function hashHere(png: Uint8Array): Promise<string> {
  return maskHash(await decodeMaskPng(png));
}

/** One name per mask and original: the same mask on two pictures makes two files. */
function maskName(mask: MaskExport, original: FileRef): string {
  const key = new TextEncoder().encode(fileRefKey(original));
  const picture = (xxh32(key) >>> 0).toString(16).padStart(8, '0');
  return `darkroom-${picture}-${mask.hash}.png`;
}

function notWritten(path = '/upload/mask'): ComfyError {
  return new ComfyError('not-written', 'the server confirmed the mask but does not have it', { path });
}
