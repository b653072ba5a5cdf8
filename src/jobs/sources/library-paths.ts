import { reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import { folderPath, placeOfPath, rootOf, treeRef } from '../../comfy/folder-path';
import { treeOf, treePlaceOf } from '../../comfy/tree-ref';
import type { LibraryPath, LibraryTree } from '../../ports/library-wire';
import type { JobTable } from '../state/job-table.svelte';
import type { FilePlace } from './library-stream';

/**
 * Translates between places in the library and files as the gallery names them: those of ComfyUI's own folders as ComfyUI
 * does, on Windows with backslashes, those of others by their tree.
 */
export class LibraryPaths {
  readonly #table: JobTable;
  readonly #trees: () => readonly LibraryTree[];
  #windows = false;

  constructor(table: JobTable, trees: () => readonly LibraryTree[]) {
    this.#table = table;
    this.#trees = trees;
  }

  /**
   * Learns how the server writes paths. Where it does not answer, what its jobs named before tells.
   * @returns whether that is another way than was known.
   */
  async ask(comfy: Pick<ComfyClient, 'systemStats'>): Promise<boolean> {
    const before = this.#windows;
    const stats = await comfy.systemStats().catch(reportingAs('library.stats', null));
    this.#windows = stats?.system.os ? /^(nt|win)/i.test(stats.system.os) : this.#hasBackslashes();
    return this.#windows !== before;
  }

  #hasBackslashes(): boolean {
    for (const { record } of this.#table.all()) {
      if (record.outputs.some(({ ref }) => ref.subfolder.includes('\\'))) {
        return true;
      }
    }
    return false;
  }

  /** The file as the gallery names it; `null` when it is in no tree there is now. */
  refOf({ tree, folder, name }: FilePlace): FileRef | null {
    const kind = this.#trees().find(({ id }) => id === tree)?.kind;
    switch (kind) {
      case 'output':
      case 'input':
        return {
          type: kind,
          subfolder: this.#windows ? folder.replaceAll('/', '\\') : folder,
          filename: name,
        };
      case 'other':
      case 'other-input':
        return treeRef(kind === 'other' ? 'output' : 'input', { tree, folder }, name);
      default:
        return null;
    }
  }

  /** The same by its path below a tree. */
  refOfPath(tree: string, path: string): FileRef | null {
    const cut = path.lastIndexOf('/');
    return this.refOf({ tree, folder: path.slice(0, Math.max(0, cut)), name: path.slice(cut + 1) });
  }

  /** Where a file of the gallery's is in the library; `null` when its folder is not indexed. */
  placeOf(ref: FileRef): FilePlace | null {
    const tree = treeOf(this.#trees(), ref);
    const folder = treePlaceOf(ref)?.folder ?? this.#plain(ref.subfolder);
    return tree ? { tree: tree.id, folder, name: ref.filename } : null;
  }

  /** The path of a file or folder among all there are (see `folderPath`), by that below its tree. */
  pathIn(tree: string, path: string): string {
    const ref = this.refOf({ tree, folder: path, name: '' });
    return ref ? folderPath(ref) : path;
  }

  /** The same for the server; of a tree it knows none of where there is none. */
  placeOfPath(path: string): LibraryPath {
    const { tree, folder } = placeOfPath(path);
    const own = rootOf(path) === '' ? 'output' : 'input';
    return { tree: tree || (this.#trees().find(({ kind }) => kind === own)?.id ?? ''), path: folder };
  }

  /** The same for the server, which says itself what it has none of. */
  pathOf(ref: FileRef): LibraryPath {
    const { tree = '', folder = '', name = '' } = this.placeOf(ref) ?? {};
    return { tree, path: folder === '' ? name : `${folder}/${name}` };
  }

  #plain(subfolder: string): string {
    return this.#windows ? subfolder.replaceAll('\\', '/') : subfolder;
  }
}
