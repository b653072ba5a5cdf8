import { report } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { TabLeader } from '../library/tab-leader';
import { markDocumentsOf, marksOf } from '../marks/marks-of';
import type { JobTable } from '../state/job-table.svelte';
import { deviceId } from '../user-document';
import { DaySync } from './day-sync';
import { FoundFiles } from './found-files';
import { LibraryBeginning } from './library-beginning';
import { LibraryClient } from './library-client';
import { openLibraryDb } from './library-db';
import { LibraryMarks } from './library-marks';
import { LibrarySource } from './library-source';
import { dropRemovedFiles, noteRemovedFiles, removedFiles } from './removed-files';

/** Where Darkroom's server is that may index folders. */
export interface LibraryHost {
  /** Address of the page, without a slash at its end. */
  base: string;
  /** Names what this browser keeps of the server. */
  kept: string;
  /** Address of ComfyUI, as people know it. */
  address: string;
}

export interface SourcesOptions {
  client: ComfyClient;
  feed: MirrorFeed;
  table: JobTable;
  items: OutputLibrary;
  leader: TabLeader | null;
  now: () => number;
  /** Whether this server's jobs are worth it: false for the demo, `null` while that is not known. */
  allowed: () => boolean | null;
  /** Jobs of pictures on screen, which are read first. */
  visible: () => Iterable<string>;
  /** `null` where something else serves the page. */
  library: LibraryHost | null;
}

/**
 * Begins with everything that finds again what the server has forgotten, until the returned function is called: first
 * what other browsers wrote down of it, then the files that nobody tells of. Those Darkroom's server knows, if it
 * indexes their folder; else each has to be asked for.
 */
export function startSources(options: SourcesOptions): () => void {
  const { client, library: host } = options;
  const files = new FoundFiles(options);
  const library = host && openSource(options, host);
  let isOn: boolean | null = null;
  let isSynced = false;
  let stopFiles: (() => void) | null = null;
  const find = (): void => {
    if (isSynced && isOn === false) {
      void files.find();
    }
  };
  const beginning = new LibraryBeginning({
    begin: async () => (library ? (await library).begin() : 'never'),
    decided: (now) => {
      isOn = now;
      if (now) {
        stopFiles?.();
        stopFiles = null;
      } else {
        stopFiles ??= files.start();
      }
      find();
    },
  });
  beginning.look();
  const synced = (): void => {
    isSynced = true;
    find();
  };
  const days = new DaySync({ ...options, device: deviceId(), synced });
  const stops = [days.start(), client.server.onReconnect(beginning.look), () => beginning.stop()];
  return () => {
    stops.forEach((stop) => stop());
    stopFiles?.();
    void library?.then((source) => source.stop()).catch((error: unknown) => report(error, 'sources.stop'));
  };
}

async function openSource(options: SourcesOptions, host: LibraryHost): Promise<LibrarySource> {
  const { client, allowed } = options;
  const libraryClient = new LibraryClient(host.base);
  const marks = new LibraryMarks({
    client: libraryClient,
    documents: markDocumentsOf(client, host.address),
    keyOf: (ref) => source.keyOf(ref),
    files: (keys) => source.files(keys),
  });
  const source: LibrarySource = new LibrarySource({
    ...options,
    comfy: client,
    client: libraryClient,
    db: await openLibraryDb(host.kept),
    moveMarks: async (moves) => {
      const book = marksOf(client, host.address);
      await book.inStep();
      book.move(moves);
    },
    removed: {
      load: removedFiles,
      // Each demo has other files under the same names.
      note: (ids) => void (allowed() && noteRemovedFiles(ids)),
      drop: dropRemovedFiles,
    },
    onFiles: (files) => marks.follow(files),
    onMarks: () => marks.hear(),
    onStop: () => marks.stop(),
  });
  return source;
}
