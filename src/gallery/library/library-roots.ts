import { rootOfTree } from '../../comfy/folder-path';
import { libraryPort } from '../../ports/library.svelte';

/** The indexed folders: what the paths in each begin with (see `folderPath`), and its name. Reactive. */
export function libraryRoots(): { path: string; name: string }[] {
  const { status } = libraryPort;
  return (status?.on ? status.trees : []).map((tree) => ({ path: rootOfTree(tree), name: tree.name }));
}
