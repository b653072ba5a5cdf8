import * as v from 'valibot';
import { type FileRef, fileRefKey, isFolderType } from '../../comfy/file-ref';

const KEY = 'darkroom.uploads';
/** Beyond this many, the oldest are forgotten: that costs an upload, nothing else. */
const LIMIT = 100;

const refSchema = v.object({
  filename: v.string(),
  subfolder: v.string(),
  type: v.custom<FileRef['type']>(isFolderType),
});

const sentSchema = v.object({
  /** The picture the mask was combined with: `fileRefKey`, and the hash of its bytes as opened. */
  picture: v.string(),
  bytes: v.string(),
  /** Hash of the mask. */
  mask: v.string(),
  /**
   * The combined file on the server, and its tag when it was read back: the tag changes when the file is
   * rewritten.
   */
  ref: refSchema,
  tag: v.string(),
});

/** A mask that the server combined with a picture. */
export type SentMask = v.InferOutput<typeof sentSchema>;

/**
 * Which masks are on the server, across page reloads. Only a hint where to look: whoever uses it asks the
 * server whether the file is still the one that was read back.
 */
export class UploadMemory {
  /** What was sent for a picture, newest first. Empty where the browser stores nothing. */
  of(picture: FileRef): SentMask[] {
    const key = fileRefKey(picture);
    return read()
      .filter((sent) => sent.picture === key)
      .toReversed();
  }

  keep(sent: SentMask): void {
    const place = ({ picture, bytes, mask }: SentMask): string => JSON.stringify([picture, bytes, mask]);
    const others = read().filter((other) => place(other) !== place(sent));
    try {
      localStorage.setItem(KEY, JSON.stringify([...others, sent].slice(-LIMIT)));
    } catch {
      // Storage can be full or forbidden; the mask is then sent again after a reload.
    }
  }
}

function read(): SentMask[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return (Array.isArray(kept) ? kept : []).filter((entry): entry is SentMask => v.is(sentSchema, entry));
  } catch {
    return [];
  }
}
