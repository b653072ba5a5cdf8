import { untrack } from 'svelte';
import { report, reportingAs } from '../../base/report';
import { isOnDevice } from '../../comfy/device-ref';
import { headBytes, readPictureSize } from '../../comfy/picture-size';
import type { PictureSource } from '../../comfy/picture-source';
import { readFromFile } from '../file-graph';
import { breathe } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { GalleryItem } from '../library/output-index';
import type { JobRecord } from '../state/job';
import { type DeviceFiles, deviceFilesOf } from './device-files';
import { deviceRecord, withContent } from './device-record';
import type { FolderFile } from './walk-folder';

/** Pictures of one folder; each takes a few kilobytes of memory. */
export const MOST_FILES = 20_000;
/** Files read at once, and shown at once: the first few soon, then some rows at a time. */
const AT_ONCE = 4;
const FIRST = 24;
const BATCH = 100;
/** Pictures of the same name whose size is asked for. */
const MOST_NAMESAKES = 4;

export interface DeviceFolderOptions {
  /** Under which its pictures are in the gallery: no other folder that is open may have it. */
  name: string;
  items: Pick<OutputLibrary, 'slice' | 'change'>;
  pictures: PictureSource;
  /** Pictures of one folder at most. */
  most?: number;
}

/**
 * A folder of this device whose pictures are in the gallery of this page until it is closed, or the page is. Nothing of
 * it is written anywhere but its thumbnails.
 */
export class DeviceFolder {
  readonly name: string;
  readonly #options: DeviceFolderOptions;
  readonly #files: DeviceFiles;
  readonly #stopping = new AbortController();
  readonly #records: JobRecord[] = [];
  #state = $state<'listing' | 'reading' | 'read'>('listing');
  #total = $state(0);
  #done = $state(0);
  #shown = $state(0);
  #isCut = $state(false);
  #isClosed = false;

  constructor(options: DeviceFolderOptions) {
    this.name = options.name;
    this.#options = options;
    this.#files = deviceFilesOf(options.pictures);
  }

  /** `listing`: its files are looked for. `reading`: those found are looked into, and shown. */
  get state(): 'listing' | 'reading' | 'read' {
    return this.#state;
  }

  /** Files that were found. */
  get total(): number {
    return this.#total;
  }

  /** Files that were looked into. */
  get done(): number {
    return this.#done;
  }

  /** Pictures in the gallery. */
  get shown(): number {
    return this.#shown;
  }

  /** Pictures that are in the gallery anyway, from the server. */
  get known(): number {
    return this.#done - this.#shown;
  }

  /** Whether there are more than are shown of one folder. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Shows the pictures there are, the newest first. Resolves when all are shown, or it was stopped. */
  async read(found: AsyncIterable<FolderFile> | Iterable<FolderFile>): Promise<void> {
    const files = await this.#list(found);
    files.sort((a, b) => b.file.lastModified - a.file.lastModified);
    this.#state = 'reading';
    const namesakes = untrack(() => this.#namesakes(files));
    const { signal } = this.#stopping;
    for (let at = 0; at < files.length && !signal.aborted;) {
      const batch = files.slice(at, at + (at === 0 ? FIRST : BATCH));
      await this.#show(batch, namesakes);
      at += batch.length;
      await breathe();
    }
    this.#state = 'read';
  }

  /** Reads no further; what is shown stays. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Takes its pictures out of the gallery. */
  close(): void {
    this.stop();
    this.#isClosed = true;
    const removed = this.#records.splice(0);
    this.#options.items.change({ removed, added: [] });
    removed.forEach(({ id }) => this.#files.remove(id));
    this.#shown = 0;
  }

  async #list(found: AsyncIterable<FolderFile> | Iterable<FolderFile>): Promise<FolderFile[]> {
    const { most = MOST_FILES } = this.#options;
    const files: FolderFile[] = [];
    for await (const file of found) {
      if (this.#stopping.signal.aborted) {
        break;
      }
      if (files.length === most) {
        this.#isCut = true;
        break;
      }
      files.push(file);
      this.#total = files.length;
    }
    return files;
  }

  /** Pictures of the gallery that may be the same files. */
  #namesakes(files: readonly FolderFile[]): Map<string, GalleryItem[]> {
    const found = new Map<string, GalleryItem[]>(files.map(({ file }) => [file.name, []]));
    for (const item of this.#options.items.slice(0)) {
      const same = found.get(item.output.ref.filename);
      // Inputs are not among the pictures that are seen.
      if (same && item.output.ref.type === 'output' && same.length < MOST_NAMESAKES) {
        same.push(item);
      }
    }
    return found;
  }

  async #show(batch: readonly FolderFile[], namesakes: ReadonlyMap<string, GalleryItem[]>): Promise<void> {
    const due = [...batch];
    const added: JobRecord[] = [];
    const work = async (): Promise<void> => {
      for (let next = due.shift(); next && !this.#stopping.signal.aborted; next = due.shift()) {
        const record = await this.#readOne(next, namesakes.get(next.file.name) ?? []);
        this.#done += 1;
        if (record) {
          added.push(record);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (this.#isClosed) {
      added.forEach(({ id }) => this.#files.remove(id));
      return;
    }
    this.#records.push(...added);
    this.#options.items.change({ removed: [], added });
    this.#shown = this.#records.length;
  }

  /** `null`: the gallery has it. */
  async #readOne({ file, folder }: FolderFile, namesakes: readonly GalleryItem[]): Promise<JobRecord | null> {
    for (const item of namesakes) {
      if ((await this.#bytesOf(item)) === file.size) {
        return null;
      }
    }
    const record = deviceRecord(folder === '' ? this.name : `${this.name}/${folder}`, file);
    const [output] = record.outputs;
    if (!output) {
      return null;
    }
    this.#files.add(record.id, output.ref, file);
    const { pictures } = this.#options;
    const [size, job] = await Promise.all([
      sizeOf(file),
      readFromFile(pictures, output.ref, this.#stopping.signal),
    ]);
    return withContent(record, size, job);
  }

  async #bytesOf({ output }: GalleryItem): Promise<number | null> {
    const known = output.file?.bytes;
    if (known !== undefined || isOnDevice(output.ref)) {
      return known ?? null;
    }
    const { pictures } = this.#options;
    const found = await pictures
      .stat(output.ref, this.#stopping.signal)
      .catch(reportingAs('device-folder.stat', null));
    return found?.bytes ?? null;
  }
}

async function sizeOf(file: File): Promise<ReturnType<typeof readPictureSize>> {
  const bytes = headBytes(file.name);
  if (bytes === null) {
    return null;
  }
  try {
    return readPictureSize(new Uint8Array(await file.slice(0, bytes).arrayBuffer()));
  } catch (error) {
    // Gone, or not to be read: its tile will say so.
    report(error, 'device-folder.size');
    return null;
  }
}
