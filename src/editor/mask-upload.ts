import type { ComfyClient } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import { type FileRef, fileRefKey } from '../comfy/file-ref';
import { readPngHeader } from '../comfy/png';
import type { MaskExport } from './editor-types';
import { maskHash, xxh32 } from './mask/hash';
import { decodeMaskPng } from './mask/png-read';

/** Above this many px the server needs seconds to send the alpha back, so only the size is compared. */
const FULL_CHECK_PIXELS = 16_000_000;
const HEADER_BYTES = 32;

/** What the upload is doing, for the button. */
export type UploadStep = 'uploading' | 'verifying';

/**
 * Brings masks to the server: one upload for each mask and picture, none when the server has it already,
 * and never trusted before it was read back, because `/upload/mask` answers 200 even when it wrote nothing
 * (API reference 2.2).
 */
export class MaskUploader {
  readonly #client: ComfyClient;
  readonly #hashOf: (png: Uint8Array) => Promise<string>;
  readonly #stored = new Map<string, FileRef>();

  /** @param hashOf reads a stored mask; the session does it in its worker. */
  constructor(client: ComfyClient, hashOf: (png: Uint8Array) => Promise<string> = hashHere) {
    this.#client = client;
    this.#hashOf = hashOf;
  }

  /**
   * Resolves with the masked picture: the original's pixels with the mask as their alpha.
   * @throws ComfyError `not-written` when the server did not store what it confirmed, `http` with status
   *   500 when mask and picture differ in size, and the transport's errors.
   */
  async upload(
    mask: MaskExport,
    original: FileRef,
    options: { signal?: AbortSignal; onStep?: (step: UploadStep) => void } = {},
  ): Promise<FileRef> {
    const name = maskName(mask, original);
    const stored = this.#stored.get(name);
    if (stored && (await this.#client.stat(stored, options.signal))) {
      return stored;
    }
    options.onStep?.('uploading');
    const ref = await this.#client.uploadMask(mask.blob, original, {
      filename: name,
      subfolder: 'clipspace',
      type: 'input',
      // The name stands for the content, so an older file of that name is the same or a broken one.
      overwrite: true,
      signal: options.signal,
    });
    options.onStep?.('verifying');
    await this.#verify(ref, mask, options.signal);
    this.#stored.set(name, ref);
    return ref;
  }

  async #verify(ref: FileRef, mask: MaskExport, signal: AbortSignal | undefined): Promise<void> {
    if (!(await this.#client.stat(ref, signal))) {
      throw notWritten();
    }
    const small = mask.width * mask.height <= FULL_CHECK_PIXELS;
    const matches = small
      ? await this.#sameAlpha(ref, mask, signal)
      : await this.#sameSize(ref, mask, signal);
    if (!matches) {
      throw notWritten();
    }
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

function notWritten(): ComfyError {
  return new ComfyError('not-written', 'the server confirmed the mask but does not have it', {
    path: '/upload/mask',
  });
}
