/** A Darkroom with a library, in a process of its own: `library-child COMFY APP DATA FOLDER`. */
import { startDarkroom } from '../../../src/server/index';

const [comfyUrl = '', staticDir = '', dataDir = '', folder = ''] = process.argv.slice(2);
const darkroom = await startDarkroom({
  comfyUrl,
  staticDir,
  dataDir,
  library: { trees: [{ path: folder, kind: 'output' }] },
});
process.on('message', (message) => {
  if (message === 'memory') {
    process.send?.({ peak: process.resourceUsage().maxRSS / 1024 });
  } else {
    void darkroom.stop().then(() => process.exit(0));
  }
});
process.send?.({ port: darkroom.port });
