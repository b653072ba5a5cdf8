import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { asFileRef, type NodeOutputs } from '../../comfy/schemas';
import type { Media, Output } from './job';

const VIDEO = /\.(mp4|webm|mkv|mov|avi|m4v)$/i;
const AUDIO = /\.(flac|mp3|wav|ogg|opus|m4a)$/i;
const IMAGE = /\.(a?png|jpe?g|webp|gif|avif|bmp|svg)$/i;

/** Decides by the extension: videos arrive under `images` too, and packs invent keys (API reference 6). */
export function mediaOf(ref: FileRef): Media {
  if (IMAGE.test(ref.filename)) {
    return 'image';
  }
  if (VIDEO.test(ref.filename)) {
    return 'video';
  }
  return AUDIO.test(ref.filename) ? 'audio' : 'other';
}

/**
 * The files of a job. Saved outputs come before temporary previews, else the server's order; a file named
 * twice counts once.
 * @param cached nodes that answered from the cache; `null` when the server did not say.
 */
export function collectOutputs(outputs: NodeOutputs, cached: ReadonlySet<string> | null = null): Output[] {
  const found = new Map<string, Output>();
  for (const [nodeId, lists] of Object.entries(outputs)) {
    for (const item of Object.values(lists).flat()) {
      const ref = asFileRef(item);
      if (ref && !found.has(fileRefKey(ref))) {
        const told = cached ? { cached: cached.has(nodeId) } : {};
        found.set(fileRefKey(ref), { nodeId, index: 0, ref, media: mediaOf(ref), ...told });
      }
    }
  }
  const saved = [...found.values()].filter(({ ref }) => ref.type !== 'temp');
  const temporary = [...found.values()].filter(({ ref }) => ref.type === 'temp');
  return [...saved, ...temporary].map((output, index) => ({ ...output, index }));
}
