import type { FileRef } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import { readPngHeader } from '../../comfy/png-header';
import { isStill, JPEG, MiB, PLAIN_THUMB_LIMIT, PLAIN_THUMB_LIMIT_FREE, PNG } from './view-plan';

/** What is known of a file before it is fetched. */
export interface FileProbe {
  /** Size of the file; `null` when the server does not tell. */
  bytes: number | null;
  /** Whether the picture has no transparency; `null` when that was not looked at. */
  opaque: boolean | null;
  /** ETag; `null` when the server gives none. */
  tag: string | null;
}

/** What to ask of `/view`: the file as it is, or the server's re-encoding of it at full size. */
export type ViewPlan = { how: 'plain' } | { how: 'preview'; preview: string };

const PLAIN: ViewPlan = { how: 'plain' };
/** As the limits of thumbnails, for pictures to look at. */
const PLAIN_VIEW_LIMIT = 12 * MiB;
const PLAIN_VIEW_LIMIT_FREE = 64 * MiB;
const HEADER_BYTES = 33;

/** How to fetch a picture a thumbnail is made from; `free` when bytes cost nothing, or less than time. */
export function planThumb(name: string, probe: Omit<FileProbe, 'tag'>, free: boolean): ViewPlan {
  return plan(name, probe, free ? PLAIN_THUMB_LIMIT_FREE : PLAIN_THUMB_LIMIT, 70);
}

/** How to fetch a picture to look at; beyond 1:1 the original is fetched in any case. */
export function planView(name: string, probe: Omit<FileProbe, 'tag'>, free: boolean): ViewPlan {
  return plan(name, probe, free ? PLAIN_VIEW_LIMIT_FREE : PLAIN_VIEW_LIMIT, 90);
}

function plan(
  name: string,
  { bytes, opaque }: Omit<FileProbe, 'tag'>,
  limit: number,
  quality: number,
): ViewPlan {
  if (!isStill(name) || bytes === null || bytes <= limit) {
    return PLAIN;
  }
  // JPEG costs the server a quarter of WebP, but has no transparency.
  return { how: 'preview', preview: opaque === true ? `jpeg;${quality}` : `webp;${quality}` };
}

/**
 * Looks at a file without fetching it: its size and, for a large PNG, whether it has transparency.
 * `null` when the server does not have the file.
 */
export async function probeFile(
  pictures: PictureSource,
  ref: FileRef,
  signal: AbortSignal,
): Promise<FileProbe | null> {
  const found = await pictures.stat(ref, signal);
  if (!found) {
    return null;
  }
  const { bytes, tag } = found;
  if (JPEG.test(ref.filename)) {
    return { bytes, opaque: true, tag };
  }
  if (!PNG.test(ref.filename) || bytes === null || bytes <= PLAIN_THUMB_LIMIT) {
    return { bytes, opaque: null, tag };
  }
  const head = await pictures.read(ref, { signal, range: [0, HEADER_BYTES - 1] });
  const header = readPngHeader(new Uint8Array(await head.arrayBuffer()));
  return { bytes, opaque: header && (header.colorType === 0 || header.colorType === 2), tag };
}
