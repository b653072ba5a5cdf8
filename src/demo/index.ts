import type { Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DemoAssets, EngineState } from './engine-state';
import { type Era, NEWEST_ERA, traitsOf } from './era';
import { createFaults, type DemoFaults } from './faults';
import { openFolders } from './files/folders';
import { addControlRoutes } from './http/routes/control';
import { createRoutes } from './http/routes/index';
import { HttpSide } from './http/server';
import type { HistoryEntry } from './queue/prompt-queue';
import { createRandom } from './random';
import { placeSamples, rememberSamples } from './samples/index';
import { DEMO_CHECKPOINTS, writeModels } from './checkpoints';

export { type Era, ERAS, NEWEST_ERA, parseEra } from './era';
export type { HistoryEntry } from './queue/prompt-queue';
export type { DemoFaults, PlannedFailure } from './faults';

/** How to start the engine. */
export interface DemoEngineOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0, the default: the system chooses. */
  port?: number;
  /** Holds input/ output/ temp/ user/. Default: a new temporary folder, removed on stop. */
  directory?: string;
  /** Draws sample pictures and adds them to the history. Default true. */
  samples?: boolean;
  /** Fills the folders and the history before the engine answers; a history filled so may be of any length. */
  prepare?: (place: PreparedPlace) => Promise<void>;
  /** Says nowhere that it is the demo, so that browsers treat it as any ComfyUI. Default false. */
  incognito?: boolean;
  /** As if started with --enable-assets, and whether deleting an asset deletes its file. Default: off. */
  assets?: DemoAssets;
  /** Which ComfyUI it behaves like. Default: the newest. */
  era?: Era;
  faults?: Partial<DemoFaults>;
  /** Minimum duration of a sampler step, in ms. Default 60. */
  stepDelayMs?: number;
  /** Adds HTTP routes for tests to control it, under /darkroom-demo/. Default false. */
  control?: boolean;
}

/** What {@link DemoEngineOptions.prepare} fills. */
export interface PreparedPlace {
  /** Absolute path of the output folder. */
  output: string;
  /** Adds a finished job to the history, after all others. */
  remember: (promptId: string, entry: HistoryEntry) => void;
}

/** A running engine. */
export interface DemoEngine {
  /** `http://host:port`, without a slash at the end. */
  url: string;
  port: number;
  directory: string;
  /** May be changed at any time. */
  faults: DemoFaults;
  /** Every prompt that has begun, by its id and over restarts, the latest last. */
  runs: readonly string[];
  /** Like a restarted ComfyUI: queue, history, temp and sockets are gone, files and port stay. */
  restart(): Promise<void>;
  /** Stops everything; resolves when all handles are closed. */
  stop(): Promise<void>;
}

const DEFAULT_STEP_DELAY_MS = 60;
const FAULT_SEED = 20240131;

/**
 * Starts a ComfyUI-compatible server with a real queue, validation, cache and pixels, but no AI: where a model
 * would be needed, a classical stand-in runs and says so.
 * Rejects if the port is taken.
 */
export async function startDemoEngine(options: DemoEngineOptions = {}): Promise<DemoEngine> {
  const ownDirectory = options.directory === undefined;
  const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'darkroom-demo-')));
  const folders = await openFolders(directory);
  await writeModels(folders);
  const faults = createFaults(options.faults);
  const setup = {
    folders,
    faults,
    era: traitsOf(options.era ?? NEWEST_ERA),
    incognito: options.incognito ?? false,
    assets: options.assets ?? 'off',
    checkpoints: DEMO_CHECKPOINTS,
    stepDelayMs: options.stepDelayMs ?? DEFAULT_STEP_DELAY_MS,
    runs: [] as string[],
  };
  const random = createRandom(FAULT_SEED);
  let state = new EngineState(setup);
  if (options.samples ?? true) {
    rememberSamples(state, await placeSamples(state));
  }
  await options.prepare?.({
    output: folders.output,
    remember: (promptId, entry) => state.queue.remember(promptId, entry),
  });

  const restart = async (spared?: Socket): Promise<void> => {
    http.dropConnections(spared);
    await state.shutDown();
    state = new EngineState(setup);
    http.serve(state.hub, routesOf(state));
  };
  const routesOf = (current: EngineState) => {
    const router = createRoutes(current);
    if (options.control) {
      addControlRoutes(router, { faults, hub: current.hub, restart });
    }
    return router;
  };
  const http = new HttpSide({
    router: routesOf(state),
    hub: state.hub,
    era: setup.era,
    faults,
    random,
  });
  const host = options.host ?? '127.0.0.1';
  const port = await http.listen(host, options.port ?? 0);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    directory,
    faults,
    runs: setup.runs,
    restart: () => restart(),
    async stop() {
      await http.close();
      await state.shutDown();
      if (ownDirectory) {
        // What is still being written may come in between.
        await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      }
    },
  };
}
