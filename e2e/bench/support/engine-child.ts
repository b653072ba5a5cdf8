/**
 * Runs the demo engine in a process of its own, so that the time its event loop is busy is not that of the bench.
 * Arguments: the seed of its gallery and the engine's options, each as JSON. Messages out: `{ url }` once, then an answer to each message: how long the
 * event loop was busy so far, ms, and what all threads of the process took of the processors, ms.
 */
import { performance } from 'node:perf_hooks';

import { type DemoEngineOptions, startDemoEngine } from '../../../src/demo/index';
import { type Seed, seedGallery } from './seeded-gallery';

const seed = JSON.parse(process.argv[2] ?? '') as Seed;
const options = JSON.parse(process.argv[3] ?? '{}') as DemoEngineOptions;
const engine = await startDemoEngine({ samples: false, prepare: seedGallery(seed), ...options });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ busy: performance.eventLoopUtilization().active, cpu: (user + system) / 1000 });
});
process.once('disconnect', () => {
  void engine.stop().then(() => process.exit(0));
});
process.send?.({ url: engine.url });
