import { reporting } from '../../base/report';
import type { GraphSummary } from '../../comfy/graph-summary';
import { type FileRef, parseAnnotated } from '../../comfy/file-ref';
import type { LibraryEndLine, LibraryHead } from '../../ports/library-wire';

/** How a file was made, as far as the file tells. */
export interface FileMaking {
  summary: GraphSummary;
  /** Darkroom's recipe, and the picture it edited. */
  recipe: string | null;
  parent: FileRef | null;
}

/** Where a file is. `folder` is the path below the tree, `/` between names and none at its ends. */
export interface FilePlace {
  tree: string;
  folder: string;
  name: string;
}

/** A file of a library. Sizes in bytes and px (0: none, or not known), `modified` in ms since the epoch. */
export interface LibraryFile extends FilePlace {
  key: string;
  bytes: number;
  modified: number;
  width: number;
  height: number;
  duration: number;
  making: FileMaking | null;
}

/** What became of a file. */
export type FileNews = { gone: false; file: LibraryFile } | { gone: true; place: FilePlace };

/** The stream cannot be understood, so nothing it says may be taken for the whole. */
export class LibraryStreamError extends Error {
  override readonly name = 'LibraryStreamError';
}

/** Files that are read between two breaths: some 3 ms of work. */
const AT_ONCE = 500;
/** No line is longer, characters: what does not end would fill the memory. */
const LONGEST_LINE = 4 * 2 ** 20;

/** A stream that brings nothing for so long has broken off unnoticed, ms: a computer that slept, a network that went. */
const LONGEST_SILENCE = 60_000;

/** Takes in a stream of changes, piece by piece. */
export interface ChangesReader {
  head: (head: LibraryHead) => void;
  /** The next piece; input and frames go first before another one is read. */
  news: (news: readonly FileNews[]) => Promise<void>;
}

/**
 * Reads `GET /darkroom/library/changes` to its end; resolves with its head.
 * @throws LibraryStreamError for a damaged line, a stream without its last one or one that goes silent, and whatever a
 *   cut connection throws: then not all was read.
 */
export async function readChanges(
  body: ReadableStream<Uint8Array>,
  reader: ChangesReader,
): Promise<LibraryHead> {
  const lines = new LineReader();
  let head: LibraryHead | null = null;
  let ended = false;
  let news: FileNews[] = [];
  const take = async (line: string): Promise<void> => {
    const json = parsed(line);
    if (!head) {
      head = readHead(json);
      reader.head(head);
      return;
    }
    if (isEnd(json)) {
      ended = true;
      return;
    }
    const found = lines.read(json);
    if (found) {
      news.push(found);
    }
    if (news.length >= AT_ONCE) {
      const full = news;
      news = [];
      await reader.news(full);
    }
  };
  await eachLine(body, take);
  if (!head || !ended) {
    throw new LibraryStreamError('the stream was cut off');
  }
  if (news.length > 0) {
    await reader.news(news);
  }
  return head;
}

/** Calls back with each whole line. */
async function eachLine(
  body: ReadableStream<Uint8Array>,
  take: (line: string) => Promise<void>,
): Promise<void> {
  const bytes = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await inTime(bytes.read());
      const parts = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        await take(line);
      }
      if (rest.length > LONGEST_LINE) {
        throw new LibraryStreamError('a line has no end');
      }
      if (done) {
        return;
      }
    }
  } finally {
    // Whoever does not read on must not leave the server sending. A connection that is dead may never answer.
    void bytes.cancel().catch(reporting('library.cancel'));
  }
}

/** @throws LibraryStreamError when it takes too long. */
async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LibraryStreamError('the stream went silent')), LONGEST_SILENCE);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    throw new LibraryStreamError('a line is no JSON', { cause: error });
  }
}

function readHead(json: unknown): LibraryHead {
  const { v, epoch, revision, reset } = (typeof json === 'object' && json !== null ? json : {}) as Partial<
    Record<keyof LibraryHead, unknown>
  >;
  if (v !== 1 || typeof epoch !== 'string' || !isCount(revision) || typeof reset !== 'boolean') {
    throw new LibraryStreamError('the first line is no head of this version');
  }
  return { v, epoch, revision, reset };
}

/** Reads the lines behind the head: folders and texts are named by numbers of this stream. */
class LineReader {
  readonly #folders = new Map<number, { tree: string; folder: string }>();
  readonly #texts = new Map<number, string>();

  /** What a line tells of a file; `null` where it only tells what later lines need, or is of a later version. */
  read(json: unknown): FileNews | null {
    if (!Array.isArray(json)) {
      throw damaged('line');
    }
    const line: readonly unknown[] = json;
    const [kind, first, second, third] = line;
    switch (kind) {
      case 'd':
        if (!isCount(first) || typeof second !== 'string' || !isPath(third)) {
          throw damaged('folder');
        }
        this.#folders.set(first, { tree: second, folder: third });
        return null;
      case 't':
        if (!isCount(first) || typeof second !== 'string') {
          throw damaged('text');
        }
        this.#texts.set(first, second);
        return null;
      case 'f':
        return { gone: false, file: this.#file(line) };
      case 'x':
        return { gone: true, place: this.#place(first, second) };
      default:
        return null;
    }
  }

  #place(folder: unknown, name: unknown): FilePlace {
    const known = typeof folder === 'number' ? this.#folders.get(folder) : undefined;
    if (!known || typeof name !== 'string' || name === '' || name.includes('/')) {
      throw damaged('file');
    }
    return { ...known, name };
  }

  #file([
    ,
    key,
    folder,
    name,
    bytes,
    modified,
    width,
    height,
    duration,
    making,
  ]: readonly unknown[]): LibraryFile {
    const place = this.#place(folder, name);
    if (
      typeof key !== 'string' ||
      !/^[\w-]{1,64}$/.test(key) ||
      !isCount(bytes) ||
      !isAmount(modified) ||
      !isCount(width) ||
      !isCount(height) ||
      !isAmount(duration)
    ) {
      throw damaged('file');
    }
    return {
      ...place,
      key,
      bytes,
      modified,
      width,
      height,
      duration,
      making: this.#making(making, width, height),
    };
  }

  #making(json: unknown, width: number, height: number): FileMaking | null {
    if (json === 0) {
      return null;
    }
    if (typeof json !== 'object' || json === null) {
      throw damaged('making');
    }
    const { p, n, m, l, s, st, c, d, sa, sc, r, o } = json as Record<string, unknown>;
    const loras = Array.isArray(l) ? (l as unknown[]) : [];
    return {
      summary: {
        ...{ prompt: this.#text(p), negative: this.#text(n), model: this.#text(m) },
        loras: loras.map((lora) => ({ name: this.#text(lora) ?? '', strength: null })),
        seed: seedOf(s),
        ...{ steps: numberOf(st), cfg: numberOf(c), denoise: numberOf(d) },
        ...{ sampler: this.#text(sa), scheduler: this.#text(sc) },
        width: width || null,
        height: height || null,
      },
      recipe: typeof r === 'string' ? r : null,
      parent: typeof o === 'string' && o !== '' ? parseAnnotated(o, 'output') : null,
    };
  }

  /** A text by its number. */
  #text(number: unknown): string | null {
    if (number === undefined) {
      return null;
    }
    const text = typeof number === 'number' ? this.#texts.get(number) : undefined;
    if (text === undefined) {
      throw damaged('text');
    }
    return text;
  }
}

function damaged(what: string): LibraryStreamError {
  return new LibraryStreamError(`a ${what} is damaged`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Times of files may have fractions, and lie before 1970. */
function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isEnd(line: unknown): boolean {
  return Array.isArray(line) && line[0] === ('e' satisfies LibraryEndLine[0]);
}

/** A path below a tree: it leads out of none. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && (value === '' || !/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(value));
}

function numberOf(value: unknown): number | null {
  return isAmount(value) ? value : null;
}

function seedOf(value: unknown): number | bigint | null {
  if (typeof value !== 'string' || !/^-?\d{1,40}$/.test(value)) {
    return null;
  }
  const exact = BigInt(value);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}
