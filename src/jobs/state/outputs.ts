import { type FileRef, fileRefKey, parseAnnotated } from '../../comfy/file-ref';
import { AUDIO_NAME, IMAGE_NAME, MODEL_NAME, VIDEO_NAME } from '../../comfy/media-names';
import { asFileRef, type NodeOutputs } from '../../comfy/schemas';
import type { Media, Output, TextOutput } from './job';

/** Under these keys a string is words to be read, even if they are a file's name. */
const TEXT_KEYS = new Set(['text', 'texts', 'string', 'strings', 'caption', 'captions', 'prompt', 'tags']);

/** Decides by the extension: videos arrive under `images` too, and packs invent keys (API reference 6). */
export function mediaOf(ref: FileRef): Media {
  if (IMAGE_NAME.test(ref.filename)) {
    return 'image';
  }
  if (VIDEO_NAME.test(ref.filename)) {
    return 'video';
  }
  return AUDIO_NAME.test(ref.filename) ? 'audio' : 'other';
}

/**
 * The files of a job. Saved outputs come before temporary previews, else the server's order; a file named
 * twice counts once.
 * @param cached nodes that answered from the cache; `null` when the server did not say.
 */
export function collectOutputs(outputs: NodeOutputs, cached: ReadonlySet<string> | null = null): Output[] {
  const found = new Map<string, Output>();
  for (const [nodeId, lists] of Object.entries(outputs)) {
    for (const { ref, poster } of Object.entries(lists).flatMap(([key, items]) => filesIn(key, items))) {
      if (!found.has(fileRefKey(ref))) {
        const told = { ...(poster && { poster }), ...(cached && { cached: cached.has(nodeId) }) };
        found.set(fileRefKey(ref), { nodeId, index: 0, ref, media: mediaOf(ref), ...told });
      }
    }
  }
  const saved = [...found.values()].filter(({ ref }) => ref.type !== 'temp');
  const temporary = [...found.values()].filter(({ ref }) => ref.type === 'temp');
  return [...saved, ...temporary].map((output, index) => ({ ...output, index }));
}

/** How much text is kept of a job: lists hold thousands of jobs, and a language model writes pages. */
const MAX_TEXTS = 20;
const MAX_LENGTH = 8000;

/** The words a job made, in the server's order. */
export function collectTexts(outputs: NodeOutputs): TextOutput[] {
  return Object.entries(outputs)
    .flatMap(([nodeId, lists]) =>
      Object.entries(lists)
        .filter(([key]) => TEXT_KEYS.has(key))
        .flatMap(([, items]) => wordsIn(items))
        .map((text) => ({
          nodeId,
          text: text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text,
        })),
    )
    .slice(0, MAX_TEXTS);
}

function wordsIn(items: readonly unknown[]): string[] {
  const texts = items.filter((item) => typeof item === 'string');
  // A node that answers a bare string has it taken for a list of its characters (API reference 6).
  const whole = texts.length > 1 && texts.every((text) => [...text].length === 1) ? [texts.join('')] : texts;
  return whole.map((text) => text.trim()).filter((text) => text !== '');
}

interface NamedFile {
  ref: FileRef;
  poster: FileRef | null;
}

function filesIn(key: string, items: readonly unknown[]): NamedFile[] {
  return items.flatMap((item) => {
    const ref = asFileRef(item) ?? (TEXT_KEYS.has(key) ? null : asPath(item));
    return ref ? [{ ref, poster: posterOf(item, ref) }] : [];
  });
}

/** The video helper suite saves the first frame beside a video, to keep the workflow in it (API reference 6). */
function posterOf(item: unknown, ref: FileRef): FileRef | null {
  const filename = (item as { workflow?: unknown } | null)?.workflow;
  return mediaOf(ref) === 'video' && typeof filename === 'string' && IMAGE_NAME.test(filename)
    ? { ...ref, filename }
    : null;
}

/** The 3D nodes name their file by its path in the output folder, alone in a list of other things (API reference 6). */
function asPath(item: unknown): FileRef | null {
  if (typeof item !== 'string' || /[\n\r]/.test(item)) {
    return null;
  }
  const ref = parseAnnotated(item, 'output');
  const isFile = [MODEL_NAME, IMAGE_NAME, VIDEO_NAME, AUDIO_NAME].some((kind) => kind.test(ref.filename));
  return isFile && !ref.filename.startsWith('.') ? ref : null;
}
