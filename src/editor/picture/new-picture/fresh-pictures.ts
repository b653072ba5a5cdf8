import { type FileRef, fileRefKey } from '../../../comfy/file-ref';

/** Pictures that were made from nothing and not opened yet. */
const fresh = new Set<string>();

/** A picture was made from nothing: the editor begins differently with it. */
export function markFresh(ref: FileRef): void {
  fresh.add(fileRefKey(ref));
}

/** Whether a picture was just made from nothing; true once. */
export function takeFresh(ref: FileRef): boolean {
  return fresh.delete(fileRefKey(ref));
}
