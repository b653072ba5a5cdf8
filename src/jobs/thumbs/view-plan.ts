import type { PictureSource } from '../../comfy/picture-source';
import type { FileRef } from '../../comfy/file-ref';
import { chunksBeforePixels, readPngHeader } from '../../comfy/png-header';

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

const MiB = 2 ** 20;
const PLAIN: ViewPlan = { how: 'plain' };

/**
 * A re-encoding runs on the server's event loop and holds up everything, queue events included: half a
 * second for 4096² as JPEG, four times that as WebP. Bytes cost it next to nothing. So files up to these
 * sizes are taken as they are; only larger ones would keep a wireless LAN busy for longer.
 */
const PLAIN_THUMB_LIMIT = 4 * MiB;
const PLAIN_VIEW_LIMIT = 12 * MiB;
/** On the server's own machine bytes are free; and while a job runs, its events come first. */
const PLAIN_THUMB_LIMIT_FREE = 24 * MiB;
const PLAIN_VIEW_LIMIT_FREE = 64 * MiB;

/** Files up to this size, bytes, and this many pixels are shown in a grid as they are: no thumbnail is faster. */
const SMALL_BYTES = MiB;
const SMALL_PIXELS = 640_000;

const PNG = /\.png$/i;
const JPEG = /\.jpe?g$/i;
const HEADER_BYTES = 33;

/** Whether the server runs on the machine of this page, by the page's host name. */
export function isNear(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Whether a file of so many bytes can be one of those. */
export function mayBeSmall(bytes: number): boolean {
  return bytes <= SMALL_BYTES;
}

/** Whether a grid shows a picture as it is, and has its thumbnail made when there is time. */
export function isSmall(bytes: number, size: { width: number; height: number } | null): boolean {
  return size !== null && mayBeSmall(bytes) && size.width * size.height <= SMALL_PIXELS;
}

/**
 * Whether a picture may move: shown as it is in a grid, it would do so without end. The chunk that makes a PNG move
 * comes before its pixels (PNG 3, 11.3.6.1), and ComfyUI's metadata may come before it.
 */
export function mayMove(name: string, file: Uint8Array): boolean {
  return PNG.test(name) ? chunksBeforePixels(file).includes('acTL') : !JPEG.test(name);
}

/** Up to which size, bytes, a thumbnail is made from the file itself; larger ones are re-encoded by the server. */
export function plainLimit(name: string, free: boolean): number {
  return isStill(name) ? (free ? PLAIN_THUMB_LIMIT_FREE : PLAIN_THUMB_LIMIT) : Infinity;
}

/** How to fetch a picture a thumbnail is made from; `free` when bytes cost nothing, or less than time. */
export function planThumb(name: string, probe: Omit<FileProbe, 'tag'>, free: boolean): ViewPlan {
  return plan(name, probe, free ? PLAIN_THUMB_LIMIT_FREE : PLAIN_THUMB_LIMIT, 70);
}

/** How to fetch a picture to look at; beyond 1:1 the original is fetched in any case. */
export function planView(name: string, probe: Omit<FileProbe, 'tag'>, free: boolean): ViewPlan {
  return plan(name, probe, free ? PLAIN_VIEW_LIMIT_FREE : PLAIN_VIEW_LIMIT, 90);
}

/** Everything that may be animated stays as it is: a re-encoding keeps one frame. */
function isStill(name: string): boolean {
  return PNG.test(name) || JPEG.test(name);
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
