import type { ComfyClient, ViewedFile } from './client';
import type { FileRef, ViewOptions } from './file-ref';
import { treePlaceOf } from './tree-ref';

/** What is asked of a file besides the view. `range` is an inclusive byte range; previews ignore it. */
export interface ReadOptions extends ViewOptions {
  signal?: AbortSignal;
  range?: [number, number];
}

/** What is known of a file: by Darkroom's server, which indexes its folder, or because it is on this device. */
export interface FileFacts {
  /** Content key: the same for copies, and after a move. Empty for files of this device, which have none. */
  key: string;
  bytes: number;
  /** Upright px; 0 where it has none or they are not known. */
  width: number;
  height: number;
}

/** The indexed folders of Darkroom's server. */
export interface PictureLibrary {
  /** What is known of a file; `null` when it is not indexed. */
  of(ref: FileRef): FileFacts | null;
  /** Resolves once `of` can tell about the file, which takes a while when what this browser keeps is still being read. */
  toKnow?(output: { ref: FileRef; file?: FileFacts }): Promise<void>;
  /** Whether the folder of a file cannot be read just now, as while its drive is offline. */
  isAway(ref: FileRef): boolean;
  /** A thumbnail by content key; `null` when the server has none of that file, as of most sounds. */
  readThumb(key: string, signal: AbortSignal): Promise<Blob | null>;
}

/**
 * Where pictures and other files come from. Every address shown, fetched or downloaded is made here, so that
 * a guest's page can put its share link's addresses in place of the server's.
 */
export interface PictureSource {
  /** Address of a file, or of a re-encoded view of it, for `<img>`, `<video>` and links. */
  url(ref: FileRef, options?: ViewOptions): string;
  /** The bytes. @throws ComfyError when they do not come. */
  read(ref: FileRef, options?: ReadOptions): Promise<Blob>;
  /** See `ComfyClient.viewUpTo`; `null` when the file is gone. */
  readUpTo(ref: FileRef, limit: number, signal?: AbortSignal): Promise<ViewedFile | null>;
  /** See `ComfyClient.stat`; `null` when the file is gone. */
  stat(ref: FileRef, signal?: AbortSignal): Promise<{ bytes: number | null; tag: string | null } | null>;
  /** Set while Darkroom's server indexes the folders these pictures are in. */
  library?: PictureLibrary;
  /**
   * Set where it is known that a library will follow: has what this browser knows of it put in place until then.
   * Resolves when that is done, or cannot be; may be called again.
   */
  readyLibrary?: () => Promise<void>;
}

type Viewing = Pick<ComfyClient, 'viewUrl' | 'view' | 'viewUpTo' | 'stat'>;

const sources = new WeakMap<Viewing, PictureSource>();

/** Pictures straight from the server; the same object for the same client. */
export function serverPictures(client: Viewing): PictureSource {
  const known = sources.get(client) ?? filesOf(client);
  sources.set(client, known);
  return known;
}

function filesOf(client: Viewing): PictureSource {
  const known = async (ref: FileRef): Promise<void> => {
    await source.readyLibrary?.();
    await source.library?.toKnow?.({ ref });
  };
  // All others are requested at once: even a resolved promise would put the request behind everything the page does now.
  const whenKnown = <T>(ref: FileRef, ask: () => Promise<T>): Promise<T> =>
    treePlaceOf(ref) ? known(ref).then(ask) : ask();
  const source: PictureSource = {
    url: (ref, options) => client.viewUrl(ref, options),
    read: (ref, options) => whenKnown(ref, () => client.view(ref, options)),
    readUpTo: (ref, limit, signal) => whenKnown(ref, () => client.viewUpTo(ref, limit, signal)),
    stat: (ref, signal) => whenKnown(ref, () => client.stat(ref, signal)),
  };
  return source;
}
