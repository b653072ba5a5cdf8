import { UndecodableError } from './undecodable-error';

/** Where in a video the frame is taken, s: the first one is often black. */
const AT = 0.5;
const PATIENCE = 10_000;

/**
 * One frame of a video, for its thumbnail. The browser asks the server only for the parts it needs.
 * @throws UndecodableError when the browser cannot play the file; the signal's AbortError.
 */
export async function videoFrame(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.preload = 'auto';
  try {
    video.src = url;
    await once(video, 'loadeddata', signal);
    const time = Math.min(AT, Number.isFinite(video.duration) ? video.duration / 2 : AT);
    if (time > 0) {
      video.currentTime = time;
      await once(video, 'seeked', signal);
    }
    return await createImageBitmap(video);
  } finally {
    // Without a source the browser stops loading.
    video.removeAttribute('src');
    video.load();
  }
}

function once(video: HTMLVideoElement, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new UndecodableError(video.error?.message ?? 'the video does not load'));
    const options = { once: true, signal };
    video.addEventListener(event, () => resolve(), options);
    video.addEventListener('error', fail, options);
    signal.addEventListener('abort', () => reject(new DOMException('given up', 'AbortError')), {
      once: true,
    });
    setTimeout(fail, PATIENCE);
  });
}
