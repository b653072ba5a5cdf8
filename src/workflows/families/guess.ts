import { FAMILIES } from './family-table';

/** What a file is taken for: a family's id, `CHECKPOINT`, `NO_PICTURE` or `UNKNOWN`. */
export type Guess = string;

/** A checkpoint that needs no special treatment: Stable Diffusion 1.5, 2 or XL. */
export const CHECKPOINT = 'checkpoint';
/** A model for something else, or a part of one. */
export const NO_PICTURE = 'no-picture';
/** Nothing in its name says what it is. */
export const UNKNOWN = 'unknown';

/** A file of a model, and where it was found. */
export interface ModelFile {
  /** As its loader lists it, folders included. */
  file: string;
  /** It is in a list of checkpoints: model, text encoder and VAE in one. */
  whole: boolean;
}

/** Models for video, sound, depth and others, and parts of models. What remains is guessed by family. */
const NO_PICTURES = new RegExp(
  [
    /(^|[/-])wan-?(2|animate|vace|\d)/,
    /ltx-?(v|-?\d|-?2)/,
    /hunyuan-?(video|3d|world)/,
    /(^|[/-])(mochi|cosmos|svd|humo|seedvr\d?|capybara|phantom|skyreels|framepack|longcat-(video|avatar))(-|$)/,
    /stable-(video|audio|zero123)/,
    /ace-?step|(^|[/-])minimax|chatterbox|(^|[/-])sam-?[23]|rt-?detr|lotus|marigold|depth-?anything/,
    /chrono-?edit|(^|[/-])pid-flux|uncond|sdpose|xl-refiner|cascade|layered|kandinsky-?5.*(i2v|t2v|v2v)/,
    /flux.*(canny|depth|redux)/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

const ENDING = /\.(safetensors|sft|ckpt|pth?|bin|gguf)$/;

/**
 * A file's path in lower case, with `/` between folders, `-` for every space, dot, dash and underscore, and without
 * its ending: what names are compared by.
 */
export function cleanName(file: string): string {
  return file
    .replaceAll('\\', '/')
    .toLowerCase()
    .replace(ENDING, '')
    .replaceAll(/[\s_.,()[\]+-]+/g, '-');
}

/**
 * The family of a model's file: by its own name, else by the folders it lies in, else by the type its text encoder
 * is loaded with.
 * @param clipType as a graph has it, where a graph is known.
 */
export function guessFamily({ file, whole }: ModelFile, clipType: string | null = null): Guess {
  const path = cleanName(file);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (NO_PICTURES.test(name)) {
    return NO_PICTURE;
  }
  const known = FAMILIES.filter(({ onlyWhole }) => whole || !onlyWhole);
  // Folders are read from the innermost outwards; that of other models says more than nothing.
  const parts = path.split('/').toReversed();
  for (const part of parts) {
    if (NO_PICTURES.test(part)) {
      return NO_PICTURE;
    }
    const found = known.find(({ names }) => names.test(part));
    if (found) {
      return found.id;
    }
  }
  const typed = whole ? undefined : known.find(({ text }) => clipType !== null && text.type === clipType);
  return typed?.id ?? (whole ? CHECKPOINT : UNKNOWN);
}
