/**
 * Runs a Darkroom server in a process of its own, so that its memory can be watched.
 * Arguments: address of ComfyUI, directory of the app, and, to share, a data folder: then there is a door to the
 * network on loopback. Messages out: `{ port, lanPort }` once, then an answer to
 * each `reset` or `peak` message: the highest resident size in bytes since the last reset.
 */
import { startDarkroom } from '../../src/server/index';

const SAMPLE_MS = 10;

const [comfyUrl = '', staticDir = '', dataDir] = process.argv.slice(2);
const lan = { addresses: ['127.0.0.1'], requestLimit: { burst: 1_000_000, perSecond: 1_000_000 } };
const darkroom = await startDarkroom({
  comfyUrl,
  staticDir,
  ...(dataDir === undefined ? {} : { dataDir, lan }),
});

let peak = 0;
const sample = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
setInterval(sample, SAMPLE_MS);

process.on('message', (message) => {
  sample();
  if (message === 'reset') {
    globalThis.gc?.();
    peak = process.memoryUsage.rss();
  }
  process.send?.({ peak });
});
process.once('disconnect', () => {
  void darkroom.stop().then(() => process.exit(0));
});
process.send?.({ port: darkroom.port, lanPort: darkroom.lanPort });
