import type { PictureSize } from '../../comfy/picture-size';

/**
 * Has the page load a picture, without its bytes passing through a script. It stays at hand for as long as the element
 * lives; `null` where none could be loaded.
 */
export type LoadImage = (url: string) => Promise<(PictureSize & { element: unknown }) | null>;

export const loadImage: LoadImage = (url) =>
  new Promise((resolve) => {
    const element = new Image();
    element.onload = () => resolve({ width: element.naturalWidth, height: element.naturalHeight, element });
    element.onerror = () => resolve(null);
    element.src = url;
  });
