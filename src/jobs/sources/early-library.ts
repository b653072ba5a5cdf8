import { report } from '../../base/report';
import { fileRefKey } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import { libraryPort } from '../../ports/library.svelte';
import { LibraryClient } from './library-client';
import { type LibraryDb, openLibraryDb } from './library-db';
import { unpackNewest } from './newest-files';
import type { LibraryHost } from './start';

/**
 * What this browser knows of a library before the library itself is read: the content of the newest files, and where
 * thumbnails are. Stands in for it until then.
 */
export async function openEarlyLibrary(
  pictures: Pick<PictureSource, 'library'>,
  { base, kept }: Pick<LibraryHost, 'base' | 'kept'>,
  db: LibraryDb | Promise<LibraryDb> = openLibraryDb(kept),
): Promise<void> {
  if (pictures.library) {
    return;
  }
  const client = new LibraryClient(base);
  const { newest } = await (await db).state();
  const files = new Map(readNewest(newest).map(([ref, facts]) => [fileRefKey(ref), facts]));
  pictures.library ??= {
    of: (ref) => files.get(fileRefKey(ref)) ?? null,
    isAway: (ref) => libraryPort.isAway(ref),
    readThumb: (key, signal) => client.readThumb(key, signal),
  };
}

/** An earlier version kept none. */
function readNewest(text = '[]'): ReturnType<typeof unpackNewest> {
  try {
    return unpackNewest(text);
  } catch (error) {
    report(error, 'library.newest');
    return [];
  }
}
