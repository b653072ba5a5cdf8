import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { DemoEngineOptions } from '../../../src/demo/index';
import type { Seed } from './seeded-gallery';

/** What an engine has taken since it was started, ms. */
export interface EngineTime {
  /** How long its event loop was busy. */
  busy: number;
  /** What its threads took of the processors. */
  cpu: number;
}

/** A demo engine in a process of its own. */
export interface EngineProcess {
  url: string;
  time(): Promise<EngineTime>;
  stop(): Promise<void>;
}

/** Starts an engine with a seeded gallery, and with options that JSON can tell. */
export async function startEngineProcess(
  seed: Seed,
  options: Omit<DemoEngineOptions, 'prepare'> = {},
): Promise<EngineProcess> {
  const child = fork(
    fileURLToPath(new URL('engine-child.ts', import.meta.url)),
    [JSON.stringify(seed), JSON.stringify(options)],
    { execArgv: ['--import', 'tsx'] },
  );
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    url,
    time: async () => {
      child.send('time');
      const [time] = (await once(child, 'message')) as [EngineTime];
      return time;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
