import { Readable } from 'node:stream';

import type { FileRef } from '../../comfy/file-ref';
import { treePlaceOf } from '../../comfy/tree-ref';
import type { Library } from './library';
import { openFound } from './open-found';

/**
 * A file that only the library can give, as ComfyUI's `/view` would answer for one of its own: whole, with its size and
 * what tells it from a later one of its name; 404 where the library has none, or its drive is away.
 * @returns `null` for files of ComfyUI.
 */
export async function libraryAnswer(
  library: Pick<Library, 'findAt'> | null,
  ref: FileRef,
  method: 'GET' | 'HEAD',
): Promise<Response | null> {
  const place = treePlaceOf(ref);
  if (!place) {
    return null;
  }
  const path = place.folder === '' ? ref.filename : `${place.folder}/${ref.filename}`;
  const opened = await openFound((await library?.findAt({ tree: place.tree, path })) ?? []);
  if (!opened) {
    return new Response(null, { status: 404 });
  }
  const { handle, file } = opened;
  const headers = {
    ETag: `"${file.modified.toString(16)}-${file.size.toString(16)}"`,
    'Content-Length': String(file.size),
  };
  if (method === 'HEAD') {
    await handle.close();
    return new Response(null, { headers });
  }
  return new Response(Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>, { headers });
}
