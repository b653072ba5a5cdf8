import { reportingAs } from '../../base/report';
import { ComfyError } from '../../comfy/errors';
import type { FileRef } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import { readVideoCodec } from './video-codec';

/** Why a video or sound does not play. */
export type MediaTrouble =
  /** The server does not have it, or serves no file of that name. */
  | { kind: 'missing' }
  | { kind: 'refused'; error: ComfyError }
  /** This browser has no decoder for it; `codec` as people know it. */
  | { kind: 'codec'; codec: string }
  /** No more is known. */
  | { kind: 'unplayable' };

/** Finds out why the browser's player refused a file. */
export async function troubleWith(
  pictures: PictureSource,
  ref: FileRef,
  signal: AbortSignal,
): Promise<MediaTrouble> {
  try {
    if (!(await pictures.stat(ref, signal))) {
      return { kind: 'missing' };
    }
    return (await codecTrouble(pictures, ref, signal)) ?? { kind: 'unplayable' };
  } catch (error) {
    return error instanceof ComfyError && error.kind === 'refused'
      ? { kind: 'refused', error }
      : { kind: 'unplayable' };
  }
}

/** What is wrong with a video that plays without a picture; `null` when it has none. */
export async function codecTrouble(
  pictures: PictureSource,
  ref: FileRef,
  signal: AbortSignal,
): Promise<MediaTrouble | null> {
  const codec = await readVideoCodec(pictures, ref, signal).catch(reportingAs('viewer.codec', null));
  return codec === null ? null : { kind: 'codec', codec };
}
