import type {
  LibraryAsked,
  LibraryDelete,
  LibraryDone,
  LibraryEmpty,
  LibraryFolder,
  LibraryFolders,
  LibraryMark,
  LibraryMarks,
  LibraryMissing,
  LibraryMove,
  LibraryMoved,
  LibraryPath,
  LibraryRestore,
  LibraryStatus,
  LibraryTrash,
  LibraryTrashed,
} from '../../ports/library-wire';
import { type ChangesReader, readChanges } from './library-stream';
import type { LibraryHead } from '../../ports/library-wire';

/** Which revision of an index somebody holds. */
export type Held = Pick<LibraryHead, 'epoch' | 'revision'>;

/** How long a short answer may take, ms. */
const PATIENCE = 30_000;

/** The server did not do it: it does not answer, or said no. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';
  /** Of the answer; `null` when there was none. */
  readonly status: number | null;

  constructor(status: number | null, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** Talks to Darkroom's server about the folders it indexes. */
export class LibraryClient {
  readonly #base: string;
  readonly #fetch: typeof fetch;

  /** @param base address of the page, without a slash at its end. */
  constructor(base: string, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#base = `${base}/darkroom/library`;
    this.#fetch = fetcher;
  }

  /**
   * What is indexed. `null` where nothing is known of libraries: another server, or an earlier version.
   * @throws LibraryError when the server cannot say just now.
   */
  async status(): Promise<LibraryStatus | null> {
    const response = await this.#ask('');
    if (response.status >= 500 || response.status === 429) {
      throw new LibraryError(response.status, `the library answers ${response.status}`);
    }
    if (response.status === 404 || response.status === 405) {
      return null;
    }
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    // A page in place of an answer: whoever serves it knows nothing of libraries.
    return isJson ? readStatus(await jsonOf(response)) : null;
  }

  /**
   * Reads everything that has changed since a revision (`null`: everything there is); resolves with the revision that
   * is held then.
   * @throws LibraryError, or LibraryStreamError: then not all was read.
   */
  async changes(held: Held | null, reader: ChangesReader, signal: AbortSignal): Promise<LibraryHead> {
    const query = held ? `since=${held.revision}&epoch=${encodeURIComponent(held.epoch)}` : 'since=0';
    const control = new AbortController();
    const stop = (): void => control.abort(signal.reason);
    signal.addEventListener('abort', stop);
    // Until it begins; how long the stream itself may be silent is for its reader to say.
    const timer = setTimeout(
      () => control.abort(new LibraryError(null, 'Darkroom’s server does not answer')),
      PATIENCE * 2,
    );
    try {
      const response = await this.#ask(`/changes?${query}`, { signal: control.signal });
      clearTimeout(timer);
      if (!response.ok || !response.body) {
        throw new LibraryError(response.status, `the changes of the library: ${response.status}`);
      }
      return await readChanges(response.body, reader);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** A thumbnail by content key; `null` when there is none. */
  async readThumb(key: string, signal: AbortSignal): Promise<Blob | null> {
    const response = await this.#ask(`/thumb/${key}`, { signal, cache: 'default' });
    const isPicture = response.headers.get('content-type')?.startsWith('image/') ?? false;
    return response.ok && isPicture ? response.blob() : null;
  }

  /** Tells for each file, in the order asked, whether it is certain that it is not there. */
  async missing(files: LibraryPath[]): Promise<boolean[]> {
    const response = await this.#post('/missing', { files } satisfies LibraryAsked);
    const { missing } = ((await jsonOf(response)) ?? {}) as Partial<LibraryMissing>;
    if (!Array.isArray(missing)) {
      throw new LibraryError(response.status, 'the server did not say which files are missing');
    }
    return missing;
  }

  /** Moves files to the trash; tells for each, in the order asked, what became of it. */
  delete(files: LibraryPath[]): Promise<LibraryMoved['results']> {
    return this.#change<LibraryMoved>('/delete', { files } satisfies LibraryDelete);
  }

  /** Brings files back from the trash, by the names they got there. */
  restore(trash: string[]): Promise<LibraryMoved['results']> {
    return this.#change<LibraryMoved>('/restore', { trash } satisfies LibraryRestore);
  }

  /** What is in the trash, the newest first. */
  async trash(): Promise<LibraryTrashed[]> {
    const { files } = (await jsonOf(await this.#ask('/trash'))) as Partial<LibraryTrash>;
    return Array.isArray(files) ? files : [];
  }

  /** Removes files of the trash for good. */
  empty(trash: string[]): Promise<LibraryDone['results']> {
    return this.#change('/empty', { trash } satisfies LibraryEmpty);
  }

  /** Moves or renames files and folders. */
  move(moves: LibraryMove['moves']): Promise<LibraryDone['results']> {
    return this.#change('/move', { moves } satisfies LibraryMove);
  }

  /** Marks by content that changed since a revision; all without one. */
  async marks(since: number, epoch: string | null): Promise<LibraryMarks> {
    const query = epoch === null ? '' : `?since=${since}&epoch=${encodeURIComponent(epoch)}`;
    return readMarks(await jsonOf(await this.#ask(`/marks${query}`)));
  }

  /** Merges marks in. */
  async sendMarks(marks: LibraryMark[]): Promise<void> {
    const body = JSON.stringify({ marks });
    const headers = { 'Content-Type': 'application/json' };
    await jsonOf(await this.#ask('/marks', { method: 'POST', body, headers }));
  }

  /** All folders, also empty ones: their tree, and the path below it. */
  async folders(): Promise<LibraryPath[]> {
    const { trees } = (await jsonOf(await this.#ask('/folders'))) as Partial<LibraryFolders>;
    return (Array.isArray(trees) ? trees : []).flatMap(({ id, folders }) =>
      (Array.isArray(folders) ? folders : []).flatMap((path) =>
        typeof path === 'string' ? [{ tree: id, path }] : [],
      ),
    );
  }

  makeFolder(folder: LibraryFolder): Promise<LibraryDone['results']> {
    return this.#change('/folder', folder);
  }

  /** Address of the socket that tells of changes. */
  get liveUrl(): string {
    return `${this.#base}/live`.replace(/^http/, 'ws');
  }

  async #change<T extends LibraryDone>(path: string, body: object): Promise<T['results']> {
    const response = await this.#post(path, body);
    const answer = (await jsonOf(response)) as Partial<T> | null;
    if (!Array.isArray(answer?.results)) {
      throw new LibraryError(response.status, 'the server did not say what became of the files');
    }
    return answer.results;
  }

  #post(path: string, body: object): Promise<Response> {
    return this.#ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const signal = init.signal ?? AbortSignal.timeout(PATIENCE);
    try {
      return await this.#fetch(this.#base + path, { cache: 'no-store', ...init, signal });
    } catch (error) {
      if (init.signal?.aborted) {
        throw error;
      }
      throw new LibraryError(null, 'Darkroom’s server does not answer', error);
    }
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  if (!response.ok) {
    throw new LibraryError(response.status, `the library answers ${response.status}`);
  }
  try {
    return (await response.json()) as unknown;
  } catch (error) {
    throw new LibraryError(response.status, 'the library’s answer cannot be read', error);
  }
}

/** Untrusted JSON as the state of a library; `null` when it is none of this version. */
export function readStatus(json: unknown): LibraryStatus | null {
  const status = (typeof json === 'object' && json !== null ? json : {}) as Partial<
    Record<
      'on' | 'epoch' | 'revision' | 'trees' | 'scan' | 'folders' | 'canDelete' | 'sidecars' | 'marks',
      unknown
    >
  >;
  if (status.on === false) {
    return { on: false, why: 'no_folder' };
  }
  const { epoch, revision, trees, scan, folders, marks } = status;
  if (
    status.on !== true ||
    typeof epoch !== 'string' ||
    typeof revision !== 'number' ||
    !Array.isArray(trees)
  ) {
    return null;
  }
  return {
    ...{ on: true, epoch, revision },
    trees: (trees as unknown[]).flatMap((tree) => readTree(tree) ?? []),
    scan: readScan(scan),
    // An earlier version of the server tells none.
    folders: typeof folders === 'number' ? folders : 0,
    canDelete: status.canDelete === true,
    sidecars: status.sidecars === true,
    marks: typeof marks === 'number' ? marks : 0,
  };
}

type Tree = Extract<LibraryStatus, { on: true }>['trees'][number];

function readTree(json: unknown): Tree | null {
  const { id, name, kind, online, files } = (json ?? {}) as Partial<Record<keyof Tree, unknown>>;
  return typeof id === 'string' &&
    typeof name === 'string' &&
    (kind === 'output' || kind === 'input' || kind === 'other' || kind === 'other-input') &&
    typeof files === 'number'
    ? { id, name, kind, online: online === true, files }
    : null;
}

function readScan(json: unknown): { done: number; total: number } | null {
  const { done, total } = (json ?? {}) as { done?: unknown; total?: unknown };
  return typeof done === 'number' && typeof total === 'number' ? { done, total } : null;
}

function readMarks(json: unknown): LibraryMarks {
  const { epoch, revision, marks } = (json ?? {}) as Partial<Record<keyof LibraryMarks, unknown>>;
  if (typeof epoch !== 'string' || typeof revision !== 'number' || !Array.isArray(marks)) {
    throw new LibraryError(null, 'the marks cannot be read');
  }
  return { epoch, revision, marks: (marks as unknown[]).filter(isMark) };
}

function isMark(json: unknown): json is LibraryMark {
  const [key, field, at, by, value] = (Array.isArray(json) ? json : []) as unknown[];
  return (
    typeof key === 'string' &&
    typeof field === 'string' &&
    Number.isSafeInteger(at) &&
    typeof by === 'string' &&
    (value === undefined || typeof value === 'number' || typeof value === 'string')
  );
}
