import { isAbort } from '../../comfy/errors';
import { headBytes, type PictureSize, readPictureSize } from '../../comfy/picture-size';
import type { PictureSource } from '../../comfy/picture-source';
import { deviceFileAt, tagOf } from '../device/device-files';
import type { Output } from '../state/job';
import { planThumb, probeFile } from './fetch-plan';
import type { MadeThumb } from './make-thumb';
import type { Task } from './task-pool';
import { ThumbMaker } from './thumb-maker';
import { isSmall, mayBeSmall, mayMove, plainLimit } from './view-plan';

/** A graph that tells of more pixels makes a file that may be too large to be fetched as it is. */
const MAYBE_LARGE = 2_000_000;

let own: ThumbMaker | null = null;

/** The page's own; its worker starts with the first picture. */
export function maker(): ThumbMaker {
  return (own ??= new ThumbMaker());
}

/** What a thumbnail is made with, and the lanes in which that is done. */
export interface Making {
  pictures: PictureSource;
  maker: Pick<ThumbMaker, 'make'>;
  /** Whether bytes cost nothing, or less than the server's time. */
  free: boolean;
  run: <T>(lane: 'look' | 'plain' | 'make' | 'preview', task: Task<T>) => Promise<T>;
}

/** A thumbnail, with the tag of the file it was made from. */
export interface TaggedThumb {
  made: MadeThumb;
  tag: string | null;
}

/** A file so small that it is shown as it is, with its natural size, px. */
export interface SmallFile {
  file: Blob;
  tag: string | null;
  size: PictureSize;
}

/**
 * Fetches a picture: small ones as they are, of others the thumbnail; `null` when the file is gone.
 * @param pixels as its graph tells, 0 when it does not.
 */
export async function thumbOfPicture(
  output: Output,
  pixels: number,
  making: Making,
): Promise<SmallFile | TaggedThumb | null> {
  const { ref } = output;
  const { pictures, maker, free, run } = making;
  const limit = plainLimit(ref.filename, free);
  if (pixels > MAYBE_LARGE && limit !== Infinity) {
    return thumbOfLarge(output, making);
  }
  const found = await run('plain', (signal) => pictures.readUpTo(ref, limit, signal));
  if (!found) {
    return null;
  }
  const { file, tag } = found;
  if (!file) {
    return thumbOfLarge(output, making);
  }
  const data = found.data ?? (mayBeSmall(file.size) ? new Uint8Array(await file.arrayBuffer()) : null);
  const size = data && readPictureSize(data.subarray(0, headBytes(ref.filename) ?? 0));
  return data && size && isSmall(file.size, size) && !mayMove(ref.filename, data)
    ? { file, tag, size }
    : { made: await run('make', () => maker.make(file)), tag };
}

async function thumbOfLarge(
  { ref }: Output,
  { pictures, maker, free, run }: Making,
): Promise<TaggedThumb | null> {
  const probe = await run('look', (signal) => probeFile(pictures, ref, signal));
  if (!probe) {
    return null;
  }
  const plan = planThumb(ref.filename, probe, free);
  const view = plan.how === 'preview' ? { preview: plan.preview } : {};
  const file = await run(plan.how, (signal) => pictures.read(ref, { ...view, signal }));
  return { made: await run('make', () => maker.make(file)), tag: probe.tag };
}

/** The file of a picture that the page has loaded, from the browser's cache where it still is. */
export async function readLoaded(url: string): Promise<Pick<SmallFile, 'file' | 'tag'>> {
  const own = deviceFileAt(url);
  if (own) {
    return { file: own, tag: tagOf(own) };
  }
  const response = await fetch(url, { cache: 'force-cache' });
  if (!response.ok) {
    throw new Error(`${response.status} at ${url}`);
  }
  return { file: await response.blob(), tag: response.headers.get('etag') };
}

/** Whether a picture moves that was shown as it is before anybody looked into its file. */
export async function doesMove(filename: string, file: Blob): Promise<boolean> {
  return mayMove(filename, new Uint8Array(await file.arrayBuffer()));
}

/** The thumbnail of a video: one of its frames, else the poster beside it; `null` when the file is gone. */
export async function thumbOfVideo(output: Output, making: Making): Promise<TaggedThumb | null> {
  const { pictures, run } = making;
  const found = await run('look', (signal) => pictures.stat(output.ref, signal));
  return found && { made: await run('plain', (signal) => frameOf(output, making, signal)), tag: found.tag };
}

async function frameOf(
  { ref, poster }: Output,
  { pictures, maker }: Making,
  signal: AbortSignal,
): Promise<MadeThumb> {
  const [{ makeThumb }, { videoFrame }] = await Promise.all([
    import('./make-thumb'),
    import('./video-frame'),
  ]);
  try {
    return await makeThumb(await videoFrame(pictures.url(ref), signal));
  } catch (error) {
    if (!poster || isAbort(error)) {
      throw error;
    }
    return maker.make(await pictures.read(poster, { signal }));
  }
}
