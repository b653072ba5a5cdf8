import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { FileRef } from '../../comfy/file-ref';

/**
 * Stores a file from the person's disk on the server; returns it as the server named it.
 * @throws ComfyError `too-large` before anything is sent, if the server stated its limit.
 */
export async function importFile(client: ComfyClient, file: File): Promise<FileRef> {
  const limit = client.server.current.maxUploadBytes;
  if (limit !== null && file.size > limit) {
    throw new ComfyError('too-large', 'the file is too large for the server', { path: '/upload/image' });
  }
  return client.uploadImage(file, { filename: file.name || 'pasted.png', subfolder: 'darkroom' });
}
