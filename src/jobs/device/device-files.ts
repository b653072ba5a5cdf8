import { isOnDevice } from '../../comfy/device-ref';
import { ComfyError } from '../../comfy/errors';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';

interface Held {
  file: File;
  /** Object URL; made when somebody shows the file by its address. */
  url: string | null;
}

/** Files by the addresses they are shown under: a page may show what it may not fetch again. */
const shown = new Map<string, File>();

/** The file that an address of `DeviceFiles.url` leads to. */
export function deviceFileAt(address: string): File | undefined {
  return shown.get(address.replace(/#.*/, ''));
}

/** Files of this device that pictures of the gallery come from, beside those of the server. */
export class DeviceFiles {
  readonly #held = new Map<string, Held>();
  readonly #refs = new Map<string, FileRef>();

  /** @param id of the record that stands for the file. */
  add(id: string, ref: FileRef, file: File): void {
    this.#held.set(fileRefKey(ref), { file, url: null });
    this.#refs.set(id, ref);
  }

  /** Lets go of a file, and of its address. */
  remove(id: string): void {
    const ref = this.#refs.get(id);
    const key = ref ? fileRefKey(ref) : '';
    const url = this.#held.get(key)?.url;
    if (url) {
      URL.revokeObjectURL(url);
      shown.delete(url);
    }
    this.#held.delete(key);
    this.#refs.delete(id);
  }

  /** The file that a record stands for. */
  refOf(id: string): FileRef | undefined {
    return this.#refs.get(id);
  }

  file(ref: FileRef): File | null {
    return this.#held.get(fileRefKey(ref))?.file ?? null;
  }

  /** Address of a file, until it is let go; one that leads nowhere for what is not held. */
  url(ref: FileRef): string {
    const held = this.#held.get(fileRefKey(ref));
    if (!held) {
      return 'blob:';
    }
    if (held.url === null) {
      held.url = URL.createObjectURL(held.file);
      shown.set(held.url, held.file);
    }
    // Whoever adds to the query of a server's address adds to a fragment here, which browsers leave out.
    return `${held.url}#`;
  }
}

const sources = new WeakMap<PictureSource, DeviceFiles>();

/** The files of this device that a source has beside the server's, if it has any. */
export function deviceFilesIn(pictures: PictureSource): DeviceFiles | undefined {
  return sources.get(pictures);
}

/** Has a source give the files of this device too, from now on; the same ones for the same source. */
export function deviceFilesOf(pictures: PictureSource): DeviceFiles {
  const known = sources.get(pictures);
  if (known) {
    return known;
  }
  const files = new DeviceFiles();
  const server = { ...pictures };
  const fileOf = (ref: FileRef): File => {
    const file = files.file(ref);
    if (!file) {
      throw new ComfyError('invalid', 'the folder of this file was closed');
    }
    return file;
  };
  Object.assign(pictures, {
    url: (ref, options) => (isOnDevice(ref) ? files.url(ref) : server.url(ref, options)),
    read: async (ref, options) => {
      if (!isOnDevice(ref)) {
        return server.read(ref, options);
      }
      options?.signal?.throwIfAborted();
      const file = fileOf(ref);
      const [from, to] = options?.range ?? [0, file.size - 1];
      return options?.range ? file.slice(from, to + 1, file.type) : file;
    },
    readUpTo: async (ref, limit, signal) => {
      if (!isOnDevice(ref)) {
        return server.readUpTo(ref, limit, signal);
      }
      const file = files.file(ref);
      return file && { file: file.size <= limit ? file : null, bytes: file.size, tag: tagOf(file) };
    },
    stat: async (ref, signal) => {
      if (!isOnDevice(ref)) {
        return server.stat(ref, signal);
      }
      const file = files.file(ref);
      return file && { bytes: file.size, tag: tagOf(file) };
    },
  } satisfies Pick<PictureSource, 'url' | 'read' | 'readUpTo' | 'stat'>);
  sources.set(pictures, files);
  return files;
}

/** As servers make it: time of the last change in ns, and size (API reference 2.2). */
export function tagOf({ lastModified, size }: Pick<File, 'lastModified' | 'size'>): string {
  const time = BigInt(Math.max(0, Math.floor(lastModified))) * 1_000_000n;
  return `"${time.toString(16)}-${size.toString(16)}"`;
}
