import { type FSWatcher, lstatSync, statfsSync, watch } from 'node:fs';

import { systemCode } from '../errors';
import type { DiskPath } from './disk-file';
import { below, type DiskName, nameOf } from './disk-names';
import type { Tree } from './library-tree';

/** Told that something happened to a name in a folder; to anything in it where the name is not known. */
export type OnHint = (tree: string, folder: DiskName, name: DiskName | null) => void;

/** File systems that other machines or the host of a container change unheard, by their number in Linux's statfs. */
const UNHEARD: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x65735546, // FUSE: sshfs, virtiofs and the shared folders of containers
  0x01021997, // 9p: WSL
  0x786f4256, // VirtualBox
]);

/** One handle watches a folder and all below it: FSEvents and ReadDirectoryChangesW do, inotify does not. */
const IS_DEEP = process.platform === 'darwin' || process.platform === 'win32';

interface Watched {
  handle: FSWatcher | null;
  inode: number;
}

/**
 * Hears what happens in folders. Events are hints, nothing more: the scanner looks for itself. A tree whose folders
 * cannot be watched, or would not tell, is polled: see `pollOnce`.
 *
 * On the packages for this: chokidar opens a handle for every file, which is a hundred thousand here; @parcel/watcher
 * has a script that npm asks about at installation, and lists the tree a second time.
 */
export class FolderWatch {
  readonly #onHint: OnHint;
  readonly #watched = new Map<string, Watched>();
  readonly #polled = new Map<string, Map<string, number>>();

  constructor(onHint: OnHint) {
    this.#onHint = onHint;
  }

  /** Ids of the trees that are polled. */
  get polled(): string[] {
    return [...this.#polled.keys()];
  }

  /** Watches a folder of a tree. */
  add(tree: Tree, root: string, folder: DiskName): void {
    if (this.#polled.has(tree.id) || (IS_DEEP && folder.name !== '')) {
      return;
    }
    if (folder.name === '' && isUnheard(root)) {
      this.poll(tree.id);
      return;
    }
    const path = below(root, folder.name, folder.raw);
    const key = keyOf(tree, folder.name);
    const inode = lstatSync(path).ino;
    const known = this.#watched.get(key);
    if (known?.inode === inode) {
      return;
    }
    known?.handle?.close();
    try {
      this.#watched.set(key, { inode, handle: this.#open(tree, folder, path) });
    } catch (error) {
      // Most often the system's limit of watches (ENOSPC, EMFILE).
      if (systemCode(error) !== 'ENOENT') {
        this.poll(tree.id);
      }
    }
  }

  /** Lets go of a folder that is gone, and of all below it. */
  remove(tree: Tree, folder: string): void {
    const key = keyOf(tree, folder);
    if (!this.#watched.has(key)) {
      return;
    }
    for (const [other, { handle }] of this.#watched) {
      if (other === key || other.startsWith(`${key}/`)) {
        handle?.close();
        this.#watched.delete(other);
      }
    }
  }

  /** From now on, a tree is polled. */
  poll(tree: string): void {
    if (!this.#polled.has(tree)) {
      this.#polled.set(tree, new Map());
      for (const [key, { handle }] of this.#watched) {
        if (key.startsWith(`${tree}:`)) {
          handle?.close();
          this.#watched.delete(key);
        }
      }
    }
  }

  /**
   * Looks at the times of all folders of a polled tree: they change when a file comes, goes, or is renamed. What is
   * overwritten in place is found by the next comparison of the whole tree.
   */
  pollOnce(tree: string, root: string, folders: readonly DiskName[]): void {
    const times = this.#polled.get(tree);
    if (!times) {
      return;
    }
    for (const folder of folders) {
      const now = lstatSync(below(root, folder.name, folder.raw), { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const before = times.get(folder.name);
      times.set(folder.name, now);
      if (before !== undefined && before !== now) {
        this.#onHint(tree, folder, null);
      }
    }
  }

  close(): void {
    this.#watched.forEach(({ handle }) => handle?.close());
    this.#watched.clear();
  }

  #open(tree: Tree, folder: DiskName, path: DiskPath): FSWatcher {
    const handle = watch(path, { encoding: 'buffer', recursive: IS_DEEP }, (_event, name) => {
      this.#heard(tree.id, folder, name);
    });
    handle.on('error', () => {
      // Windows says so when the folder is removed.
      handle.close();
      this.#watched.delete(keyOf(tree, folder.name));
    });
    return handle;
  }

  #heard(tree: string, folder: DiskName, bytes: Buffer | null): void {
    if (!bytes) {
      this.#onHint(tree, folder, null);
      return;
    }
    const { name, raw } = nameOf(bytes);
    const parts = IS_DEEP ? name.split(/[/\\]/) : [name];
    const last = parts.pop() ?? '';
    this.#onHint(tree, parts.length > 0 ? { name: parts.join('/'), raw: null } : folder, { name: last, raw });
  }
}

function keyOf(tree: Tree, folder: string): string {
  return folder === '' ? `${tree.id}:` : `${tree.id}:/${folder}`;
}

function isUnheard(root: string): boolean {
  try {
    return process.platform === 'linux' && UNHEARD.has(statfsSync(root).type);
  } catch {
    // Listing the folder will tell what is wrong with it.
    return false;
  }
}
