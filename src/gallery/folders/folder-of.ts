import { rootOf } from '../../comfy/folder-path';

/** Whether a path is that of a folder with all there is in a tree: it has no name to change, and stays where it is. */
export function isRoot(path: string): boolean {
  return path === rootOf(path);
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
