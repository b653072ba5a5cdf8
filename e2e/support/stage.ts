import { join } from 'node:path';

import { type DemoEngine, type DemoEngineOptions, startDemoEngine } from '../../src/demo/index';
import { PROJECT_ROOT } from '../../src/server/build-app';
import { type Darkroom, startDarkroom } from '../../src/server/index';
import { LAN_HOST } from './browser-args';

/** An engine and the Darkroom in front of it, on ports of their own. */
export interface Stage {
  engine: DemoEngine;
  darkroom: Darkroom;
  stop(): Promise<void>;
}

/** Directory of the app's build. */
export const BUILT_APP = join(PROJECT_ROOT, 'dist');

/** Starts a Darkroom for the built app, for any address of ComfyUI, also one where nothing listens. */
export function serveApp(comfyUrl: string, port = 0): Promise<Darkroom> {
  return startDarkroom({ comfyUrl, port, staticDir: BUILT_APP, allowedHosts: [LAN_HOST] });
}

/** Starts an engine and a Darkroom for one test that needs them to itself (faults, restarts). */
export async function openStage(options: DemoEngineOptions = {}): Promise<Stage> {
  const engine = await startDemoEngine({ control: true, ...options });
  const darkroom = await serveApp(engine.url);
  return {
    engine,
    darkroom,
    stop: async () => {
      await darkroom.stop();
      await engine.stop();
    },
  };
}
