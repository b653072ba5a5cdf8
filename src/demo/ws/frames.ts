import { pythonJson } from '../python/json';
import { concatBytes } from '../../comfy/png';

/** Binary event types (API notes §4.4). Type 2 is never sent. */
export const PREVIEW_IMAGE = 1;
export const TEXT = 3;
export const PREVIEW_IMAGE_WITH_METADATA = 4;

const JPEG = 1;

function uint32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(index * 4, value));
  return bytes;
}

/** Type 1: only the picture; the client has to guess the node. */
export function previewFrame(jpeg: Uint8Array): Uint8Array {
  return concatBytes([uint32(PREVIEW_IMAGE, JPEG), jpeg]);
}

/** Type 4: JSON that names node and prompt, then the picture. */
export function previewWithMetadataFrame(jpeg: Uint8Array, metadata: Record<string, unknown>): Uint8Array {
  const json = new TextEncoder().encode(pythonJson({ ...metadata, image_type: 'image/jpeg' }));
  return concatBytes([uint32(PREVIEW_IMAGE_WITH_METADATA, json.length), json, jpeg]);
}

/** Type 3: a line of text for a node. */
export function textFrame(nodeId: string, text: string): Uint8Array {
  const encoder = new TextEncoder();
  const id = encoder.encode(nodeId);
  return concatBytes([uint32(TEXT, id.length), id, encoder.encode(text)]);
}
