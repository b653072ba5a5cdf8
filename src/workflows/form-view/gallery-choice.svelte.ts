import type { FileRef } from '../../comfy/file-ref';
import type { UploadKind } from '../../comfy/object-info';
import type { GalleryItem } from '../../jobs/job-store.svelte';

interface Asked {
  kind: UploadKind;
  answer: (ref: FileRef | null) => void;
}

/** A file asked for from the gallery. Whoever owns it shows a `GalleryPicker` while `asked` is set. */
export class GalleryChoice {
  #asked = $state.raw<Asked | null>(null);

  /** What is asked for; `null` while nothing is. */
  get asked(): Asked | null {
    return this.#asked;
  }

  /** For `FormPorts.chooseFromGallery`. A second question takes the place of the first. */
  readonly ask = (kind: UploadKind): Promise<FileRef | null> => {
    this.#asked?.answer(null);
    return new Promise((resolve) => {
      this.#asked = {
        kind,
        answer: (ref) => {
          this.#asked = null;
          resolve(ref);
        },
      };
    });
  };
}

/** Whether a file of the gallery may go into such an input. Inputs themselves are on the input's own list. */
export function isFor(
  kind: UploadKind,
  { output, replaced }: Pick<GalleryItem, 'output' | 'replaced'>,
): boolean {
  if (replaced || output.ref.type === 'input') {
    return false;
  }
  switch (kind) {
    case 'file':
      return true;
    case 'audio':
      return output.media === 'audio' || output.media === 'video';
    case 'video':
      return output.media === 'video';
    default:
      return output.media === 'image';
  }
}
