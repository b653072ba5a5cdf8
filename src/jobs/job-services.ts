import { report, reporting } from '../base/report';
import type { ComfyClient } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import type { ComfySocket } from '../comfy/socket';
import type { PageHost } from '../ports/page';
import type { JobMirror } from './library/job-mirror';
import { MirrorFeed } from './library/mirror-feed.svelte';
import type { OutputLibrary } from './library/output-library.svelte';
import type { TabLeader } from './library/tab-leader';
import { ConnectionState } from './server/connection.svelte';
import { EventIntake } from './server/event-intake';
import { HistoryReader } from './server/history-reader';
import { PauseWish } from './server/pause-wish';
import type { QueuePort } from './server/queue-port';
import { QueueSync } from './server/queue-sync.svelte';
import type * as QueueVerbs from './server/queue-verbs';
import { SenderMark } from './server/sender-mark';
import { StopRequests } from './server/stop-requests';
import { Submitter } from './server/submitter';
import type { ShelfDb } from './shelf/shelf-db';
import type { Steering } from './shelf/steering.svelte';
import type * as Sources from './sources/start';
import { isActive } from './state/job';
import { JobTable } from './state/job-table.svelte';
import { LiveJobs } from './state/live-jobs.svelte';

export interface JobServicesOptions {
  client: ComfyClient;
  socket: ComfySocket;
  mirror: JobMirror;
  /** Elects the tab that reads long histories and writes the mirror; without it this tab does. */
  leader?: TabLeader;
  /** Whether jobs the server no longer knows are forgotten too: true for the demo, whose files are gone with it. */
  forgetUnknown?: () => boolean;
  /**
   * Whether what the server forgets is kept on it for all devices, and found again there. `null` while that is not
   * known; never by default.
   */
  sources?: () => boolean | null;
  /** Where Darkroom's server is that may index folders; none by default. */
  library?: Sources.LibraryHost;
  /** What serves the page; ComfyUI itself by default. */
  host?: PageHost;
  /** From how many jobs on the queue is rarely read in full; a hundred by default. */
  longQueue?: number;
  /** ms since the epoch. */
  now?: () => number;
  /** What the browser's tabs share and keep: its local storage by default. */
  storage?: () => Storage;
  /** Opens what keeps jobs that are taken out of the queue; the page's memory by default. */
  openShelf?: () => Promise<ShelfDb>;
}

/** After how long a part that could not be loaded is asked for again, ms. */
const RELOAD_MS = 3000;
/** Says to the browser's other tabs that the shelf has changed. */
const SHELF_CHANGED = 'shelf-changed';

/** Wires up what keeps the jobs of one server: who tells whom what has happened. */
export class JobServices {
  readonly table = new JobTable();
  readonly live = new LiveJobs();
  readonly connection: ConnectionState;
  readonly feed: MirrorFeed;
  readonly intake: EventIntake;
  readonly history: HistoryReader;
  readonly sync: QueueSync;
  readonly submitter: Submitter;
  readonly sender: SenderMark;
  readonly wish: PauseWish;
  readonly queue: QueuePort;
  readonly #options: JobServicesOptions;
  #steering: Promise<Steering> | null = null;

  constructor(options: JobServicesOptions) {
    this.#options = options;
    const { client, socket, mirror, leader, forgetUnknown, host, now = Date.now } = options;
    const stopRequests = new StopRequests(options.storage);
    const { table, live } = this;
    const connection = (this.connection = new ConnectionState(host));
    const feed = (this.feed = new MirrorFeed({
      ...{ mirror, table, leader: leader ?? null },
      ended: (id) => {
        live.clear(id);
        this.intake.discard(id);
      },
    }));
    const intake = (this.intake = new EventIntake({
      ...{ table, live, now },
      counted: (remaining) => this.sync.told(remaining),
      ended: (id) => void this.#confirm(id),
    }));
    const { clientId } = socket;
    const stopped = (): boolean => this.sync.stopped;
    const history = (this.history = new HistoryReader({
      ...{ client, clientId, table, live, intake, feed, stopRequests, now, stopped },
    }));
    this.sync = new QueueSync({
      ...{ client, socket, connection, table, live, intake, history, feed, now },
      forgetUnknown: forgetUnknown ?? (() => false),
      returned: () =>
        void this.#steering?.then((steering) => steering.recover()).catch(reporting('jobs.recover')),
      ...(options.longQueue !== undefined && { longQueue: options.longQueue }),
    });
    leader?.onChange(() => {
      history.readOlder();
      history.details.resume();
    });
    this.wish = new PauseWish(options.storage);
    const sender = (this.sender = new SenderMark(options.storage));
    const submitter = (this.submitter = new Submitter({
      ...{ client, socket, table, live, sender, now },
      look: () => this.#lookAtAll(),
      lookSoon: () => this.sync.lookSoon(),
      accepted: (id) => this.#accepted(id),
      keep: async (record, job, request) => {
        const since = now();
        try {
          await (await this.steering()).keepUnsent(record, job, request, since);
          return true;
        } catch (error) {
          report(error, 'jobs.keep-unsent');
          return false;
        }
      },
    }));
    this.queue = {
      cancel: async (id) => {
        const { cancelJob } = await lateVerbs();
        const look = (): Promise<void> => this.lookQuietly();
        const callOff = async (unsent: string): Promise<void> =>
          void (await (await this.steering()).cancel([unsent]));
        await cancelJob(id, { client, table, submitter, stopRequests, now, look, callOff });
      },
    };
  }

  /** What reorders, holds and brings back jobs; loaded when it is asked for. */
  steering(): Promise<Steering> {
    this.#steering ??= this.#openSteering().catch((error: unknown) => {
      // The page's server may be gone for a moment.
      this.#steering = null;
      throw error;
    });
    return this.#steering;
  }

  async #openSteering(): Promise<Steering> {
    const { client, socket, leader, openShelf, now = Date.now } = this.#options;
    const [{ Steering }, { memoryShelf }] = await Promise.all([
      import('./shelf/steering.svelte'),
      import('./shelf/shelf-db'),
    ]);
    const { table, live, submitter, sender, wish } = this;
    const steering = new Steering({
      ...{ client, table, live, submitter, sender, now },
      clientId: socket.clientId,
      db: (await openShelf?.()) ?? memoryShelf(),
      lookSoon: () => this.sync.lookSoon(),
      announce: () => leader?.post(SHELF_CHANGED),
      paused: () => wish.on,
    });
    leader?.onMessage((data) => {
      if (data === SHELF_CHANGED) {
        void steering.reload().catch(reporting('steering.reload'));
      }
    });
    await steering.start();
    return steering;
  }

  /**
   * Once everything remembered is here, begins with what finds again what the server has forgotten; until the
   * returned function is called.
   */
  startSources(items: OutputLibrary): () => void {
    const { sources, client, leader = null, library = null, now = Date.now } = this.#options;
    let stop: (() => void) | null = () => undefined;
    void this.feed.all
      .then(async () => {
        if (sources && stop) {
          const { startSources } = await loadSources();
          const { feed, table } = this;
          const end = startSources({
            ...{ client, feed, table, items, leader, library, now, allowed: sources },
            visible: () => this.history.details.visible(),
          });
          if (stop) {
            stop = end;
          } else {
            end();
          }
        }
      })
      .catch(reporting('jobs.sources'));
    return () => {
      stop?.();
      stop = null;
    };
  }

  /** Looks at queue and history; a failure is told by the connection alone. */
  lookQuietly(): Promise<void> {
    this.history.stale = true;
    return this.sync.lookQuietly();
  }

  #lookAtAll(): Promise<void> {
    this.history.stale = true;
    return this.sync.look();
  }

  #accepted(id: string): void {
    const job = this.table.peek(id);
    if (job?.settled && !isActive(job.record.state)) {
      // Only the answer to its sending tells which outputs the server left out.
      void this.feed.put([{ record: job.record, graph: null }]);
    }
    this.intake.replay(id);
  }

  /** A run is over: only the history tells how. */
  async #confirm(id: string): Promise<void> {
    const found = await this.history.confirm(id).catch((error: unknown) => {
      if (!(error instanceof ComfyError)) {
        throw error;
      }
      return false;
    });
    if (!found) {
      this.history.stale = true;
      this.sync.lookSoon();
    }
  }
}

/** What the gallery cannot do without, also when the page's server was gone for a moment. */
async function loadSources(): Promise<typeof Sources> {
  try {
    return await import('./sources/start');
  } catch (error) {
    report(error, 'jobs.load-sources');
    await new Promise((resolve) => setTimeout(resolve, RELOAD_MS));
    return loadSources();
  }
}

/** What nobody needs at once. It comes from where the page does: without that, nothing can be cancelled either. */
function lateVerbs(): Promise<typeof QueueVerbs> {
  return import('./server/queue-verbs').catch((cause: unknown) => {
    throw new ComfyError('unreachable', 'the server does not answer', { cause });
  });
}
