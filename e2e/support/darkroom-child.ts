/**
 * Runs a Darkroom server in a process of its own, so that its memory can be watched.
 * Arguments: address of ComfyUI, directory of the app. Messages out: `{ port }` once, then an answer to
 * each `reset` or `peak` message: the highest resident size in bytes since the last reset.
 */
import { startDarkroom } from '../../src/server/index';

const SAMPLE_MS = 10;

const [comfyUrl = '', staticDir = ''] = process.argv.slice(2);
const darkroom = await startDarkroom({ comfyUrl, staticDir });

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
process.send?.({ port: darkroom.port });
