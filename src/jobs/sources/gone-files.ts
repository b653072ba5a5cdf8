import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { breathe } from '../library/mirror-feed.svelte';
import type { JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import { mediaOf } from '../state/outputs';
import { type LibraryClient, LibraryError } from './library-client';
import type { LibraryFiles } from './library-files';
import type { LibraryJoin } from './library-join';
import type { LibraryPaths } from './library-paths';

/** Files asked about at once, and jobs looked at between two breaths. */
const AT_ONCE = 500;

export interface GoneFilesOptions {
  table: Pick<JobTable, 'all' | 'onChange'>;
  client: Pick<LibraryClient, 'missing'>;
  files: Pick<LibraryFiles, 'get'>;
  paths: Pick<LibraryPaths, 'placeOf' | 'pathOf'>;
  join: Pick<LibraryJoin, 'gone' | 'noteGone' | 'noteBack'>;
  /** Told when jobs came that may name files which are gone. */
  wanted: () => void;
}

/**
 * Finds out which files that jobs name had left the folder before the library first saw it: the history of another
 * device tells of pictures deleted long ago. What the library does not have may be there all the same, behind a link or
 * in a hidden folder, so the server looks for each.
 */
export class GoneFiles {
  readonly #options: GoneFilesOptions;
  /** Not looked for yet, by key. Before the first look: of all jobs. */
  #named: Map<string, FileRef> | null = null;
  /** An earlier version of the server cannot tell. */
  #isRefused = false;

  constructor(options: GoneFilesOptions) {
    this.#options = options;
  }

  /** Follows the jobs until the returned function is called. */
  start(): () => void {
    const { table, wanted } = this.#options;
    return table.onChange(({ added }) => {
      const named = this.#named;
      const before = named?.size ?? 0;
      for (const record of named ? added : []) {
        savedFiles(record).forEach((ref) => named?.set(fileRefKey(ref), ref));
      }
      if (named && named.size > before) {
        wanted();
      }
    });
  }

  /**
   * Looks for the files that jobs name and the library does not have; the first time also for those that were gone.
   * @returns whether some turned out to be gone, or to be there again.
   * @throws LibraryError when the server does not tell: then they are looked for the next time.
   */
  async look(): Promise<boolean> {
    const { files, paths, join } = this.#options;
    if (this.#isRefused) {
      return false;
    }
    const named = this.#named ?? (await this.#ofAllJobs());
    const known = new Set(join.gone.map(fileRefKey));
    for (const [key, ref] of named) {
      const place = paths.placeOf(ref);
      if (!place || files.get(place) || (this.#named && known.has(key))) {
        named.delete(key);
      }
    }
    this.#named = named;
    const refs = [...named.values()];
    let isChanged = false;
    for (let at = 0; at < refs.length && !this.#isRefused; at += AT_ONCE) {
      isChanged = (await this.#ask(refs.slice(at, at + AT_ONCE), known)) || isChanged;
    }
    return isChanged;
  }

  async #ofAllJobs(): Promise<Map<string, FileRef>> {
    const { table, join } = this.#options;
    const named = new Map(join.gone.map((ref) => [fileRefKey(ref), ref]));
    let count = 0;
    for (const { record } of table.all()) {
      savedFiles(record).forEach((ref) => named.set(fileRefKey(ref), ref));
      if (++count % AT_ONCE === 0) {
        await breathe();
      }
    }
    return named;
  }

  async #ask(refs: readonly FileRef[], known: ReadonlySet<string>): Promise<boolean> {
    const { client, files, paths, join } = this.#options;
    const missing = await client.missing(refs.map((ref) => paths.pathOf(ref))).catch((error: unknown) => {
      this.#isRefused = error instanceof LibraryError && error.status !== null && error.status < 429;
      throw error;
    });
    refs.forEach((ref) => this.#named?.delete(fileRefKey(ref)));
    // What came meanwhile, the library has told of by now, or will.
    const asked = refs.flatMap((ref, i) => {
      const place = paths.placeOf(ref);
      return place && !files.get(place) ? [{ ref, gone: missing[i] === true }] : [];
    });
    const gone = asked.filter((one) => one.gone && !known.has(fileRefKey(one.ref))).map(({ ref }) => ref);
    const back = asked.filter((one) => !one.gone && known.has(fileRefKey(one.ref))).map(({ ref }) => ref);
    join.noteGone(gone);
    join.noteBack(back);
    return gone.length + back.length > 0;
  }
}

function savedFiles({ found, outputs }: JobRecord): FileRef[] {
  return found
    ? []
    : outputs.map(({ ref }) => ref).filter((ref) => ref.type === 'output' && mediaOf(ref) !== 'other');
}
