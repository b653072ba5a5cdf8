import { report, reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { TabLeader } from '../library/tab-leader';
import { markDocumentsOf, marksOf } from '../marks/marks-of';
import type { JobTable } from '../state/job-table.svelte';
import { deviceId } from '../user-document';
import { DaySync } from './day-sync';
import { FoundFiles } from './found-files';
import { LibraryClient } from './library-client';
import { openLibraryDb } from './library-db';
import { LibraryMarks } from './library-marks';
import { LibrarySource } from './library-source';
import { dropRemovedFiles, noteRemovedFiles, removedFiles } from './removed-files';

/** After how long it is asked again whether there is a library, where the server did not answer, ms. */
const PAUSE = 1000;

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
  let stopFiles: (() => void) | null = null;
  const follow = async (): Promise<boolean> => {
    const source = await library?.catch(reportingAs('sources.library', null));
    const on = source ? await begin(source) : false;
    if (on) {
      stopFiles?.();
      stopFiles = null;
    } else {
      stopFiles ??= files.start();
    }
    return on;
  };
  let begun = follow();
  const find = async (): Promise<void> => {
    if (!(await begun)) {
      await files.find();
    }
  };
  const days = new DaySync({ ...options, device: deviceId(), synced: () => void find() });
  const stops = [days.start(), client.server.onReconnect(() => void (begun = follow()))];
  return () => {
    stops.forEach((stop) => stop());
    stopFiles?.();
    void library?.then((source) => source.stop()).catch((error: unknown) => report(error, 'sources.stop'));
  };
}

/** Whether there is a library. Asking for each file instead is worth a second look. */
async function begin(source: LibrarySource, tries = 3): Promise<boolean> {
  try {
    return await source.begin();
  } catch (error) {
    report(error, 'sources.library-status');
  }
  if (tries === 1) {
    return false;
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  return begin(source, tries - 1);
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
