import type { FileRef } from '../../comfy/file-ref';

/** The folder of a file, `/` between names. */
export function folderOf({ subfolder }: FileRef): string {
  return subfolder.replaceAll('\\', '/').replace(/^\/+|\/+$/g, '');
}

/** A path from a folder and a name in it. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder that a path lies in, and its name there. */
export function splitPath(path: string): [folder: string, name: string] {
  const cut = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, cut)), path.slice(cut + 1)];
}

/** A path as people type it, `/` between names and none at its ends. */
export function typedPath(typed: string): string {
  return typed
    .replaceAll('\\', '/')
    .split('/')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .join('/');
}
