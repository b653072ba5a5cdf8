import { report, reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { listOutputFiles } from '../../comfy/assets';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { serverPictures } from '../../comfy/picture-source';
import { readFromFile } from '../file-graph';
import { breathe, type MirrorFeed } from '../library/mirror-feed.svelte';
import { HistoryDetails } from '../server/history-details';
import { timeOfTag } from '../library/tag-time';
import type { JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import { mediaOf } from '../state/outputs';
import { foundId, foundRecord, withGraph } from './found-record';
import { noteRemovedFiles, removedFiles } from './removed-files';

/** Files that are looked at before those found are shown; each takes a request. */
const AT_ONCE = 40;
/** How often it is asked whether the history is read, ms: before that, every file would seem forgotten. */
const PATIENCE = 3000;

export type FilesClient = Pick<
  ComfyClient,
  'optionalJson' | 'viewUrl' | 'view' | 'viewUpTo' | 'stat' | 'server'
>;

export interface FoundFilesOptions {
  client: FilesClient;
  feed: MirrorFeed;
  table: JobTable;
  /** Jobs of pictures on screen, which are read first. */
  visible: () => Iterable<string>;
}

/**
 * Files of the output folder that no job tells of any more: made before this browser knew the server, by another
 * program, or copied there. They become pictures of the gallery with the date of the file, and what their metadata
 * tells of how they were made. Only the leading tab looks for them.
 */
export class FoundFiles {
  readonly #options: FoundFilesOptions;
  readonly #reader: HistoryDetails;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #finding = false;
  #stopped = true;

  constructor(options: FoundFilesOptions) {
    this.#options = options;
    const { feed, table } = options;
    this.#reader = new HistoryDetails({
      read: (id) => this.#readGraph(id),
      busy: () => !feed.leads || table.running.length > 0,
    });
    this.#reader.visible = options.visible;
  }

  /** Follows the jobs until the returned function is called. */
  start(): () => void {
    const { table } = this.#options;
    this.#stopped = false;
    const stops = [
      this.#reader.start(),
      table.onChange((changes) => {
        this.#giveWay(changes.added);
        this.#noteRemoved(changes.removed);
      }),
    ];
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
      stops.forEach((stop) => stop());
    };
  }

  /** Looks for files, as soon as it is known which of them jobs tell of. */
  async find(): Promise<void> {
    const { feed } = this.#options;
    clearTimeout(this.#timer);
    if (this.#stopped || this.#finding || !feed.leads) {
      return;
    }
    if (!(await feed.isComplete())) {
      this.#timer = setTimeout(() => void this.find(), PATIENCE);
      return;
    }
    this.#finding = true;
    try {
      await this.#findNow();
    } catch (error) {
      report(error, 'found-files.find');
    } finally {
      this.#finding = false;
    }
  }

  async #findNow(): Promise<void> {
    const { client, feed, table } = this.#options;
    const listed = await listOutputFiles(client).catch(reportingAs('found-files.list', []));
    const known = new Set<string>();
    for (const { record } of table.all()) {
      record.outputs.forEach(({ ref }) => known.add(fileRefKey(ref)));
    }
    const unwanted = removedFiles();
    const unknown = listed.filter(
      (ref) => mediaOf(ref) !== 'other' && !known.has(fileRefKey(ref)) && !unwanted.has(foundId(ref)),
    );
    for (let at = 0; at < unknown.length && !this.#stopped && feed.leads; at += AT_ONCE) {
      const records: JobRecord[] = [];
      for (const ref of unknown.slice(at, at + AT_ONCE)) {
        const date = await this.#dateOf(ref);
        if (date !== undefined && !this.#stopped) {
          records.push(foundRecord(ref, date));
        }
      }
      await feed.takeIn(records.map((record) => ({ record, graph: null, isNew: true, saved: true })));
      await breathe();
    }
    const unread = [...table.all()].filter(({ record }) => record.found && record.sketch);
    this.#reader.add(unread.map(({ record }) => record.id));
    this.#reader.resume();
  }

  /** When a file was written, ms since the epoch, if the server tells; `undefined` when it has no such file. */
  async #dateOf(ref: FileRef): Promise<number | null | undefined> {
    const found = await this.#options.client.stat(ref).catch(reportingAs('found-files.stat', null));
    return found ? timeOfTag(found.tag) : undefined;
  }

  async #readGraph(id: string): Promise<boolean> {
    const { client, feed, table } = this.#options;
    const record = table.peek(id)?.record;
    const [output] = record?.outputs ?? [];
    if (!record?.found || !output) {
      return true;
    }
    const job = await readFromFile(serverPictures(client), output.ref, new AbortController().signal);
    // Read meanwhile, or claimed by a job.
    if (table.peek(id)?.record === record) {
      await feed.takeIn([{ record: withGraph(record, job), graph: job, saved: true }]);
    }
    return true;
  }

  /** A job tells of a file after all. */
  #giveWay(added: readonly JobRecord[]): void {
    const { feed, table } = this.#options;
    const gone = added
      .filter(({ found }) => !found)
      .flatMap(({ outputs }) => outputs.map(({ ref }) => foundId(ref)))
      .filter((id) => table.peek(id)?.presence === 'listed');
    if (gone.length > 0) {
      queueMicrotask(() => table.batch(() => gone.forEach((id) => table.drop(id))));
      void feed.mirror
        .forget(gone)
        .then(() => feed.mirror.setSaved(gone))
        .catch(reportingAs('found-files.give-way', undefined));
    }
  }

  #noteRemoved(gone: readonly JobRecord[]): void {
    const { table } = this.#options;
    const ids = gone
      .filter(({ id, found }) => found && table.peek(id)?.presence === 'forgotten')
      .map(({ id }) => id);
    noteRemovedFiles(ids);
  }
}
