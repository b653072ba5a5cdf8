import * as v from 'valibot';

import { type ExactJson, parseExact } from '../../comfy/exact-json';
import { fileRefSchema, toAnnotated } from '../../comfy/file-ref';
import { summarizeGraph } from '../../comfy/graph-summary';
import { readMediaText } from '../../comfy/media-text';
import { readMediaHead } from '../../comfy/metadata/media-head';
import { concatBytes } from '../../comfy/png';
import { savingNode } from '../../comfy/saving-node';
import { apiGraphSchema } from '../../comfy/schemas';
import type { LibraryMaking } from '../../ports/library-wire';
import type { DiskFile } from './disk-file';
import type { FileFormat } from './file-format';

/** What made a file, with its texts in words. */
export type FileMaking = Omit<LibraryMaking, 'p' | 'n' | 'm' | 'l' | 'sa' | 'sc'> & {
  p?: string;
  n?: string;
  m?: string;
  l?: string[];
  sa?: string;
  sc?: string;
};

const CARRIERS: ReadonlySet<FileFormat> = new Set(['png', 'jpeg', 'webp', 'mp4', 'webm']);
/** Longer texts are no prompts, and nobody searches them; the file has them whole. */
const LONGEST_TEXT = 8_000;
const MOST_LORAS = 32;

const darkroomSchema = v.object({
  recipe: v.string(),
  parent: v.optional(v.nullable(fileRefSchema), null),
});

/** The texts a file carries, by lower-case key. Only the parts of it that can hold them are read. */
export async function textsOf(file: DiskFile, format: FileFormat): Promise<Map<string, string>> {
  if (!CARRIERS.has(format)) {
    return new Map();
  }
  const head = await readMediaHead(file);
  const texts = head ? await readMediaText(head) : new Map<string, string>();
  if (format === 'png' && !texts.has('prompt')) {
    const late = textsAfterPixels(file);
    for (const [key, text] of late ? await readMediaText(late) : []) {
      texts.set(key, texts.get(key) ?? text);
    }
  }
  return texts;
}

/** What made a file, as far as it tells; `null` when it tells nothing, or is damaged. */
export async function readMaking(
  file: DiskFile,
  format: FileFormat,
  name: string,
): Promise<FileMaking | null> {
  const texts = await textsOf(file, format);
  const graph = v.safeParse(apiGraphSchema, parsed(texts.get('prompt')));
  if (!graph.success) {
    return null;
  }
  const made = summarizeGraph(graph.output, savingNode(graph.output, name));
  const darkroom = v.safeParse(darkroomSchema, parsed(texts.get('darkroom')));
  const { recipe, parent } = darkroom.success ? darkroom.output : { recipe: null, parent: null };
  return withoutEmpty({
    p: made.prompt?.slice(0, LONGEST_TEXT) ?? null,
    n: made.negative?.slice(0, LONGEST_TEXT) ?? null,
    m: made.model,
    l: made.loras.length > 0 ? made.loras.slice(0, MOST_LORAS).map(({ name }) => name) : null,
    s: made.seed === null ? null : String(made.seed),
    st: made.steps,
    c: made.cfg,
    d: made.denoise,
    sa: made.sampler,
    sc: made.scheduler,
    r: recipe,
    o: parent && toAnnotated(parent),
  });
}

function withoutEmpty(fields: { [K in keyof FileMaking]-?: FileMaking[K] | null }): FileMaking {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ''));
}

function parsed(text: string | undefined): ExactJson {
  try {
    return text === undefined ? null : parseExact(text);
  } catch {
    // Other programs write what is not JSON, and files are cut off: nothing is known of how they were made.
    return null;
  }
}

/** Chunks that are looked at: pictures of 30 MB come in a thousand pieces. */
const MOST_CHUNKS = 4_000;
const MOST_BYTES = 8 * 1024 * 1024;
const TEXT_CHUNKS: ReadonlySet<string> = new Set(['tEXt', 'iTXt', 'zTXt']);
const PNG_START = 33;

/** Chunks of text that stand behind the pixels, where some programs put them; found by the lengths of the others. */
function textsAfterPixels(file: DiskFile): Uint8Array | null {
  const found: Uint8Array[] = [];
  let bytes = 0;
  for (let at = PNG_START, count = 0; count < MOST_CHUNKS && at + 8 <= file.length; count += 1) {
    const header = file.readNow(at, at + 8);
    if (header.length < 8) {
      break;
    }
    const size = 12 + header.readUInt32BE(0);
    if (TEXT_CHUNKS.has(header.toString('latin1', 4)) && bytes + size <= MOST_BYTES) {
      found.push(file.readNow(at, at + size));
      bytes += size;
    }
    at += size;
  }
  return found.length > 0 ? concatBytes([file.head.subarray(0, PNG_START), ...found]) : null;
}
