import { report } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { PictureSource } from '../../comfy/picture-source';
import { stripMetadata } from '../../comfy/strip-metadata';
import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { goTo, routes } from '../../ui/routes';
import { saveFile } from '../../ui/save-file';
import { complain, say } from '../../ui/toasts.svelte';

/** Files a clean copy can be made of without decoding them. */
const CLEANABLE = /\.(png|jpe?g|webp)$/i;

/** Whether a copy without metadata can be made of a file. */
export function canClean({ output, replaced }: GalleryItem): boolean {
  return !replaced && CLEANABLE.test(output.ref.filename);
}

/** Downloads a picture without its prompt, graph and other metadata; its pixels stay as they are, to the last bit. */
export async function downloadClean(pictures: PictureSource, { output }: GalleryItem): Promise<void> {
  try {
    const file = await pictures.read(output.ref);
    const clean = stripMetadata(new Uint8Array(await file.arrayBuffer()));
    if (!clean) {
      complain(t('lineage.notClean'));
      return;
    }
    saveFile(new Blob([clean], { type: file.type }), output.ref.filename);
    say(t('lineage.cleaned'));
  } catch (error) {
    report(error, 'viewer.clean-copy');
    complain(describeError(error));
  }
}

/** Uploads the frame that a video shows, and opens it in the editor. */
export async function editFrame(
  client: Pick<ComfyClient, 'uploadImage'>,
  video: HTMLVideoElement,
  { output }: GalleryItem,
): Promise<void> {
  video.pause();
  const picture = await frameOf(video);
  if (!picture) {
    complain(t('lineage.frameFailed'));
    return;
  }
  try {
    const at = Math.round(video.currentTime * 1000);
    const name = `${output.ref.filename.replace(/\.[^.]*$/, '')}-${at}ms.png`;
    goTo(routes.edit(await client.uploadImage(picture, { filename: name })));
  } catch (error) {
    report(error, 'viewer.frame');
    complain(describeError(error));
  }
}

/** The frame that is shown, as PNG at the video's own size; `null` when there is none. */
export function frameOf(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.width > 0 ? canvas.getContext('2d') : null;
  if (!context || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
    return Promise.resolve(null);
  }
  context.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
