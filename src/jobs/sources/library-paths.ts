import { reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import type { LibraryPath, LibraryTree } from '../../ports/library-wire';
import type { JobTable } from '../state/job-table.svelte';
import type { FilePlace } from './library-stream';

/** Translates between places in the library and files as ComfyUI names them: on Windows with backslashes. */
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

  /** The file as ComfyUI names it; `null` when it is in none of the folders it writes pictures to. */
  refOf({ tree, folder, name }: FilePlace): FileRef | null {
    return this.#trees().find(({ id }) => id === tree)?.kind === 'output'
      ? { type: 'output', subfolder: this.#windows ? folder.replaceAll('/', '\\') : folder, filename: name }
      : null;
  }

  /** The same by its path below a tree. */
  refOfPath(tree: string, path: string): FileRef | null {
    const cut = path.lastIndexOf('/');
    return this.refOf({ tree, folder: path.slice(0, Math.max(0, cut)), name: path.slice(cut + 1) });
  }

  /** Id of the tree that is ComfyUI's output folder; empty without one, which the server knows none of. */
  get outputTree(): string {
    return this.#trees().find(({ kind }) => kind === 'output')?.id ?? '';
  }

  /** Where a file of ComfyUI's is in the library; `null` when its folder is not indexed. */
  placeOf({ type, subfolder, filename }: FileRef): FilePlace | null {
    const tree = this.#trees().find(({ kind }) => kind === type);
    return tree ? { tree: tree.id, folder: this.#plain(subfolder), name: filename } : null;
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
