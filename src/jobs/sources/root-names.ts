import { rootOfTree } from '../../comfy/folder-path';
import { rootNames } from '../../comfy/tree-ref';
import { keptNames } from '../../ports/library.svelte';
import type { LibraryTree } from '../../ports/library-wire';

/** Notes what the folders of the library are called, for this visit and the next. */
export function nameRoots(trees: readonly LibraryTree[]): void {
  const names = trees
    .map((tree): [string, string] => [rootOfTree(tree), tree.name])
    .filter(([root]) => root !== '');
  if (names.length !== rootNames.size || names.some(([root, name]) => rootNames.get(root) !== name)) {
    rootNames.clear();
    names.forEach(([root, name]) => rootNames.set(root, name));
    keptNames.save(names);
  }
}
