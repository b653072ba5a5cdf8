import type { PictureSource } from '../../comfy/picture-source';
import type { JobStore } from '../job-store.svelte';
import { DeviceFolder } from './device-folder.svelte';
import type { FolderFile } from './walk-folder';

/**
 * What came of opening a folder. `closed` again before it was read; `empty`: it has no pictures; `known`: the gallery
 * has them all.
 */
export type Opened = { outcome: 'shown' | 'closed' | 'empty' } | { outcome: 'known'; count: number };

/** The folders of this device whose pictures are in the gallery of this page. */
export class DeviceFolders {
  readonly #jobs: Pick<JobStore, 'items'>;
  readonly #pictures: PictureSource;
  #all = $state.raw<readonly DeviceFolder[]>([]);

  constructor(jobs: Pick<JobStore, 'items'>, pictures: PictureSource) {
    this.#jobs = jobs;
    this.#pictures = pictures;
  }

  /** Those that are open, in the order they were opened. */
  get all(): readonly DeviceFolder[] {
    return this.#all;
  }

  /** Shows the pictures of a folder, unless there are none to show. */
  async open(name: string, files: AsyncIterable<FolderFile> | Iterable<FolderFile>): Promise<Opened> {
    const { items } = this.#jobs;
    const folder = new DeviceFolder({ name: this.#freeName(name), items, pictures: this.#pictures });
    this.#all = [...this.#all, folder];
    await folder.read(files);
    if (!this.#all.includes(folder)) {
      return { outcome: 'closed' };
    }
    if (folder.shown > 0) {
      return { outcome: 'shown' };
    }
    this.close(folder);
    return folder.total === 0 ? { outcome: 'empty' } : { outcome: 'known', count: folder.total };
  }

  /** Takes the pictures of a folder out of the gallery. */
  close(folder: DeviceFolder): void {
    folder.close();
    this.#all = this.#all.filter((each) => each !== folder);
  }

  #freeName(name: string): string {
    const taken = new Set(this.#all.map((each) => each.name));
    for (let count = 2, free = name; ; count++) {
      if (!taken.has(free)) {
        return free;
      }
      free = `${name} (${count})`;
    }
  }
}

const known = new WeakMap<PictureSource, DeviceFolders>();

/** The same for as long as the page lives: its pictures outlive the room. */
export function deviceFoldersOf(jobs: Pick<JobStore, 'items'>, pictures: PictureSource): DeviceFolders {
  const folders = known.get(pictures) ?? new DeviceFolders(jobs, pictures);
  known.set(pictures, folders);
  return folders;
}
