import type { InputSpec, UploadKind } from '../../../comfy/object-info';

/** What is shown of a file, and what a phone can make. */
export type MediaKind = 'image' | 'video' | 'audio' | 'file';

/** What a file input is for. */
export function mediaKind(spec: InputSpec): MediaKind {
  const upload: UploadKind | undefined = 'upload' in spec ? spec.upload : undefined;
  switch (upload) {
    case 'image':
    case 'animated-image':
      return 'image';
    case 'video':
    case 'audio':
      return upload;
    default:
      return 'file';
  }
}

/** For the browser's file chooser. */
export function acceptOf(kind: MediaKind): string | undefined {
  return kind === 'file' ? undefined : `${kind}/*`;
}

/** Whether a file may go into an input. Without a type, the server will say. */
export function suits(kind: MediaKind, file: { type: string }): boolean {
  // A GIF is a picture, but video nodes read it as well.
  return (
    kind === 'file' ||
    file.type === '' ||
    file.type.startsWith(`${kind}/`) ||
    (kind === 'video' && file.type === 'image/gif') ||
    (kind === 'audio' && file.type.startsWith('video/'))
  );
}
