import type { FileRef } from './file-ref';

/** Which folder of Darkroom's library a file is in, and where there: `/` between names. */
export interface TreePlace {
  tree: string;
  folder: string;
}

/**
 * Where files of further folders of Darkroom's library are in place of a folder of ComfyUI's, which knows none of them.
 * The colon cannot be part of a name on Windows, and nobody makes one elsewhere.
 */
const IN_TREE = /^library:([\w-]+)(?:\/(.*))?$/s;

/** What people call the folders that have a root of their own (see `rootOf`), by that root. */
export const rootNames = new Map<string, string>();

/** Where a file is that only Darkroom's server can give; `null` for files that ComfyUI knows. */
export function treePlaceOf({ subfolder }: Pick<FileRef, 'subfolder'>): TreePlace | null {
  const [, tree, folder = ''] = IN_TREE.exec(subfolder) ?? [];
  return tree === undefined ? null : { tree, folder };
}

/** The folder of the library that a file is in, if any. */
export function treeOf<T extends { id: string; kind: string }>(
  trees: readonly T[],
  ref: Pick<FileRef, 'type' | 'subfolder'>,
): T | undefined {
  const place = treePlaceOf(ref);
  return trees.find(({ id, kind }) => (place ? id === place.tree : kind === ref.type));
}

/** A path of `folderPath` as people read it. */
export function shownPath(path: string): string {
  return path.replace(/^(library|input):[\w-]*(?=\/|$)/, (root, sort: string) => rootNames.get(root) ?? sort);
}
