import { chunksBeforePixels } from '../../comfy/png-header';

export const MiB = 2 ** 20;

/**
 * A re-encoding runs on the server's event loop and holds up everything, queue events included: half a
 * second for 4096² as JPEG, four times that as WebP. Bytes cost it next to nothing. So files up to these
 * sizes are taken as they are; only larger ones would keep a wireless LAN busy for longer.
 */
export const PLAIN_THUMB_LIMIT = 4 * MiB;
/** On the server's own machine bytes are free; and while a job runs, its events come first. */
export const PLAIN_THUMB_LIMIT_FREE = 24 * MiB;

/** Files up to this size, bytes, and this many pixels are shown in a grid as they are: no thumbnail is faster. */
const SMALL_BYTES = MiB;
const SMALL_PIXELS = 640_000;

export const PNG = /\.png$/i;
export const JPEG = /\.jpe?g$/i;

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

/** Everything that may be animated stays as it is: a re-encoding keeps one frame. */
export function isStill(name: string): boolean {
  return PNG.test(name) || JPEG.test(name);
}
