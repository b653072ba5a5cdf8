import * as v from 'valibot';
import { Stored } from '../../base/stored';
import { type FileRef, fileRefKey, fileRefSchema } from '../../comfy/file-ref';

/** Beyond this many, the oldest are forgotten: that costs an upload, nothing else. */
const LIMIT = 100;

const sentSchema = v.object({
  /** The picture the mask was combined with: `fileRefKey`, and the hash of its bytes as opened. */
  picture: v.string(),
  bytes: v.string(),
  /** Hash of the mask. */
  mask: v.string(),
  /** The combined file on the server, and its tag when it was read back: the tag changes when it is rewritten. */
  ref: fileRefSchema,
  tag: v.string(),
});

/** A mask that the server combined with a picture. */
export type SentMask = v.InferOutput<typeof sentSchema>;

const stored = new Stored<SentMask[]>('darkroom.uploads', {
  read: (kept) =>
    (Array.isArray(kept) ? kept : []).filter((entry): entry is SentMask => v.is(sentSchema, entry)),
});

/**
 * Which masks are on the server, across page reloads. Only a hint where to look: whoever uses it asks the
 * server whether the file is still the one that was read back.
 */
export class UploadMemory {
  /** What was sent for a picture, newest first. Empty where the browser stores nothing. */
  of(picture: FileRef): SentMask[] {
    const key = fileRefKey(picture);
    return stored
      .load()
      .filter((sent) => sent.picture === key)
      .toReversed();
  }

  keep(sent: SentMask): void {
    const place = ({ picture, bytes, mask }: SentMask): string => JSON.stringify([picture, bytes, mask]);
    const others = stored.load().filter((other) => place(other) !== place(sent));
    stored.save([...others, sent].slice(-LIMIT));
  }
}
