import { report, reporting, reportingAs } from '../../../base/report';
import { type FileRef, fileRefKey } from '../../../comfy/file-ref';
import type { PictureSource } from '../../../comfy/picture-source';
import type { GalleryItem, JobStore } from '../../../jobs/job-store.svelte';
import { jobTime } from '../../../jobs/state/job';
import { NameTaker } from './file-names';
import { sidecarText, usedFiles } from './sidecar';

/** What goes into an archive: the pictures, or also how each was made and from which files. */
export type ZipContents = 'pictures' | 'everything';

/** A file of the archive. */
export interface ZipEntry {
  name: string;
  lastModified: Date;
  input: Blob | string;
}

export interface ZipSource {
  pictures: Pick<PictureSource, 'read'>;
  jobs: Pick<JobStore, 'graph'>;
  signal: AbortSignal;
  /** A file could not be had and is left out. */
  onfailed: (name: string, error: unknown) => void;
  /** A picture is dealt with. */
  ondone: (item: GalleryItem) => void;
  now?: () => number;
}

/**
 * Reads files one after another as an archive takes them, the next one always under way: of a thousand pictures two
 * are in memory. One that cannot be had is named and left out.
 * @throws the reason of the signal.
 */
export async function* zipEntries(
  items: readonly GalleryItem[],
  contents: ZipContents,
  source: ZipSource,
): AsyncGenerator<ZipEntry, void> {
  const names = new NameTaker();
  const sources = new Map<string, string>();
  const { signal } = source;
  const read = async (ref: FileRef): Promise<Blob | null> => {
    try {
      return await source.pictures.read(ref, { signal });
    } catch (error) {
      signal.throwIfAborted();
      report(error, 'selection.zip');
      source.onfailed(ref.filename, error);
      return null;
    }
  };
  const begin = (item: GalleryItem | undefined): Promise<Blob | null> | null => {
    const started = item ? read(item.output.ref) : null;
    // Whoever waits for it hears of it; by then the archive may have been given up.
    started?.catch(reporting('selection.zip'));
    return started;
  };
  let next = begin(items[0]);
  for (const [at, item] of items.entries()) {
    const file = await next;
    next = begin(items[at + 1]);
    if (file) {
      const name = names.take(item.output.ref.filename);
      const lastModified = new Date(jobTime(item.job) || (source.now ?? Date.now)());
      yield { name, lastModified, input: file };
      if (contents === 'everything') {
        yield* sidecar(item, name, lastModified);
      }
    }
    source.ondone(item);
  }

  async function* sidecar(
    item: GalleryItem,
    name: string,
    lastModified: Date,
  ): AsyncGenerator<ZipEntry, void> {
    const made = await source.jobs.graph(item.job.id).catch(reportingAs('selection.zip-graph', null));
    const inputs: string[] = [];
    for (const ref of made ? usedFiles(made.graph) : []) {
      const key = fileRefKey(ref);
      if (!sources.has(key)) {
        const file = await read(ref);
        const given = file ? `inputs/${names.take(ref.filename)}` : '';
        sources.set(key, given);
        if (file) {
          yield { name: given, lastModified, input: file };
        }
      }
      inputs.push(...[sources.get(key) ?? ''].filter(Boolean));
    }
    yield { name: names.take(`${name}.json`), lastModified, input: sidecarText(item, made, inputs) };
  }
}
