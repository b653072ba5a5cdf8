import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { FileRef } from '../../comfy/file-ref';
import type { RemoteOptions, UploadKind } from '../../comfy/object-info';
import type { PictureSource } from '../../comfy/picture-source';
import type { FieldState } from './field-state.svelte';

/** What a form needs from outside itself. What is left out is not offered. */
export interface FormPorts {
  /** Where files are shown from. */
  pictures: PictureSource;
  /** Stores a file on the server; returns it as the server named it. */
  upload: (file: File) => Promise<FileRef>;
  /** The choices of a list that the server keeps apart from its node classes. */
  loadOptions?: (remote: RemoteOptions) => Promise<readonly string[]>;
  /** Lets the person choose a file from the gallery; `null` when they did not. */
  chooseFromGallery?: (kind: UploadKind) => Promise<FileRef | null>;
  /**
   * Opens the editor to paint a mask on the file of a field. The room sees to it that the result, such as
   * `clipspace/… [input]`, is put into the field when it comes back: `form.set(node, path, value)`.
   */
  editMask?: (field: FieldState, file: FileRef) => void;
}

/** The ports that a server alone can fill. */
export function serverPorts(
  client: Pick<ComfyClient, 'uploadImage' | 'url' | 'server'>,
  pictures: PictureSource,
): Pick<FormPorts, 'pictures' | 'upload' | 'loadOptions'> {
  return {
    pictures,
    upload: (file) => uploadFile(client, file),
    loadOptions: (remote) => loadOptions(client, remote),
  };
}

/**
 * Into the input folder itself, as ComfyUI's front end does it: many node packs list only that, and the server
 * compares what they are given with their list.
 */
async function uploadFile(client: Pick<ComfyClient, 'uploadImage' | 'server'>, file: File): Promise<FileRef> {
  const limit = client.server.current.maxUploadBytes;
  if (limit !== null && file.size > limit) {
    throw new ComfyError('too-large', 'the file is too large for the server', { path: '/upload/image' });
  }
  return client.uploadImage(file, { filename: file.name || 'pasted.png' });
}

async function loadOptions(
  client: Pick<ComfyClient, 'url'>,
  { route }: RemoteOptions,
): Promise<readonly string[]> {
  const path = route.startsWith('/') ? route : `/${route}`;
  let response: Response;
  try {
    response = await fetch(client.url(path));
  } catch (cause) {
    throw new ComfyError('unreachable', 'nothing answers', { path, cause });
  }
  if (!response.ok) {
    throw new ComfyError('http', 'the list did not come', { path, status: response.status });
  }
  let list: unknown;
  try {
    list = await response.json();
  } catch (cause) {
    throw new ComfyError('invalid', 'not JSON', { path, cause });
  }
  if (!Array.isArray(list)) {
    throw new ComfyError('invalid', 'not a list', { path });
  }
  return list.filter((item) => typeof item === 'string');
}
