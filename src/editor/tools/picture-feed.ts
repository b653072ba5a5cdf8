import type { EditorPicture } from '../model/editor-types';
import type { ToolHost } from './tool';

/** Gives the worker the pixels that are on screen, once; shared by the tools that select by them. */
export class PictureFeed {
  /** What the worker was given: a file at the same address may have changed once it is opened again. */
  #picture: EditorPicture | null = null;
  #pixels: Blob | string | null = null;
  #loading: Promise<void> = Promise.resolve();

  /** Resolves when the worker has the pixels that are on screen. */
  ready({ picture, pixels, worker }: ToolHost): Promise<void> {
    const isNew = (): boolean => this.#picture !== picture || this.#pixels !== pixels;
    if (isNew()) {
      this.#picture = picture;
      this.#pixels = pixels;
      this.#loading = bytesOf(pixels).then((blob) => {
        if (!isNew()) {
          worker.setPicture(blob);
        }
      });
      // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
      this.#loading.catch(() => {
        // Asked for again at the next click.
        if (!isNew()) {
          this.#picture = null;
        }
      });
    }
    return this.#loading;
  }

  /** Another picture is coming. */
  forget(): void {
    this.#picture = null;
    this.#pixels = null;
  }
}

/** The bytes of an encoded picture, or of what is at its address. @throws Error when there is nothing. */
export async function bytesOf(source: Blob | string): Promise<Blob> {
  if (typeof source !== 'string') {
    return source;
  }
  const response = await fetch(source);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  return response.blob();
}
