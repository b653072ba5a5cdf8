import * as v from 'valibot';

import { deviceFolderOf, isOnDevice } from './device-ref';
import { shownPath } from './tree-ref';

/** The three folders ComfyUI serves files from. `temp` is wiped when the server starts. */
export type FolderType = 'output' | 'input' | 'temp';

/**
 * A file on a ComfyUI server. `subfolder` is kept byte-exact as the server wrote it: on Windows it has
 * backslashes, and combo values must be echoed unchanged (API reference 10.23).
 */
export interface FileRef {
  filename: string;
  subfolder: string;
  type: FolderType;
}

/** What to ask of `GET /view` besides the file itself (API reference 2.2). */
export interface ViewOptions {
  /** Re-encodes at full size, never smaller: `jpeg;70`, `webp;90`. Costs server time on its event loop. */
  preview?: string;
  /** `rgb` drops alpha without blending; `a` answers black with the file's alpha (RGBA files only). */
  channel?: 'rgb' | 'a' | 'rgba';
  /** Cache breaker; the server ignores it. */
  rand?: string;
}

const ANNOTATION = / \[(output|input|temp)\]$/;

/** Untrusted JSON as one of ComfyUI's folders. */
export const folderTypeSchema = v.picklist(['output', 'input', 'temp']);

/** Untrusted JSON as a file that has a name. Unknown keys are left out. */
export const fileRefSchema: v.GenericSchema<unknown, FileRef> = v.object({
  filename: v.pipe(v.string(), v.minLength(1)),
  subfolder: v.string(),
  type: folderTypeSchema,
});

/** Whether the text names one of ComfyUI's folders. */
export function isFolderType(text: unknown): text is FolderType {
  return text === 'output' || text === 'input' || text === 'temp';
}

/** `sub/name.png [output]`: the form LoadImage and LoadImageMask take (API reference 7.1). */
export function toAnnotated(ref: FileRef): string {
  const path = ref.subfolder ? `${ref.subfolder}/${ref.filename}` : ref.filename;
  return `${path} [${ref.type}]`;
}

/**
 * Splits a LoadImage value such as `clipspace/a.png [input]`. Both separators split, because Windows
 * servers write backslashes. Without an annotation the file is looked for in `defaultType`.
 */
export function parseAnnotated(value: string, defaultType: FolderType = 'input'): FileRef {
  const annotation = ANNOTATION.exec(value)?.[1];
  const path = annotation ? value.replace(ANNOTATION, '') : value;
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return {
    filename: path.slice(cut + 1),
    subfolder: cut < 0 ? '' : path.slice(0, cut),
    type: isFolderType(annotation) ? annotation : defaultType,
  };
}

/**
 * The query of `GET /view`. The server reduces `filename` to its base name, so the subfolder always
 * travels in its own parameter (API reference 2.2).
 */
export function viewQuery(ref: FileRef, options: ViewOptions = {}): string {
  const query = new URLSearchParams({ filename: ref.filename, type: ref.type });
  if (ref.subfolder) {
    query.set('subfolder', ref.subfolder);
  }
  for (const [key, value] of Object.entries(options) as [string, string | undefined][]) {
    if (value !== undefined) {
      query.set(key, value);
    }
  }
  return query.toString();
}

/**
 * Why `GET /view` refuses a file whatever is on the disk (API reference 2.2). `dots`: its name has two dots in
 * a row, taken for a way out of the folder. `outside`: it lies outside the folder the server serves.
 */
export type ViewRefusal = 'dots' | 'outside';

/** What about a file's name makes `GET /view` refuse it; `null` when nothing does. */
export function viewRefusal({ filename, subfolder }: FileRef): ViewRefusal | null {
  if (filename.includes('..')) {
    return 'dots';
  }
  const isAbsolute = /^([/\\]|[a-z]:)/i;
  return isAbsolute.test(filename) || isAbsolute.test(subfolder) || leaves(subfolder) ? 'outside' : null;
}

/** Whether a path leads out of the folder it begins in, if only on the way. */
function leaves(path: string): boolean {
  let depth = 0;
  return path.split(/[/\\]/).some((part) => {
    depth += part === '..' ? -1 : part === '' || part === '.' ? 0 : 1;
    return depth < 0;
  });
}

/** A name under which `GET /view` will serve what is stored: uploads take names that it refuses. */
export function servedName(filename: string): string {
  return filename.replace(/\.{2,}/g, '.');
}

/** One string per file, for maps and keyed lists. The separator cannot occur in a file name. */
export function fileRefKey(ref: FileRef): string {
  return `${ref.type}\u0000${ref.subfolder}\u0000${ref.filename}`;
}

/** The path as people read it: forward slashes, no folder type, and no prefix of folders on this device. */
export function displayPath(ref: FileRef): string {
  const path = ref.subfolder.replaceAll('\\', '/');
  const below = shownPath(ref.type === 'input' ? path.replace(/^library:/, 'input:') : path);
  const folder = isOnDevice(ref) ? deviceFolderOf(ref) : below;
  return folder ? `${folder}/${ref.filename}` : ref.filename;
}
