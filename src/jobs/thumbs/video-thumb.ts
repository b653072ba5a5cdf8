import { isAbort } from '../../comfy/errors';
import type { PictureSource } from '../../comfy/picture-source';
import type { Output } from '../state/job';
import { type MadeThumb, makeThumb } from './make-thumb';
import type { ThumbMaker } from './thumb-maker';
import { videoFrame } from './video-frame';

/**
 * Makes the thumbnail of a video: of a frame, or of its poster where this browser cannot play it.
 * @throws what `videoFrame` throws, without a poster.
 */
export async function videoThumb(
  pictures: Pick<PictureSource, 'url' | 'read'>,
  maker: Pick<ThumbMaker, 'make'>,
  { ref, poster }: Pick<Output, 'ref' | 'poster'>,
  signal: AbortSignal,
): Promise<MadeThumb> {
  try {
    return await makeThumb(await videoFrame(pictures.url(ref), signal));
  } catch (error) {
    if (!poster || isAbort(error)) {
      throw error;
    }
    return maker.make(await pictures.read(poster, { signal }));
  }
}
