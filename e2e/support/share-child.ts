/**
 * Runs a Darkroom server in a process of its own, so that it can be killed. Arguments: directory of the app, data
 * folder. Message out: `{ port, lanPort }` once it listens.
 */
import { startDarkroom } from '../../src/server/index';

const [staticDir = '', dataDir = ''] = process.argv.slice(2);
const lan = { addresses: ['127.0.0.1'], requestLimit: { burst: 1_000_000, perSecond: 1_000_000 } };
const darkroom = await startDarkroom({ comfyUrl: 'http://127.0.0.1:1', staticDir, dataDir, lan });
process.once('disconnect', () => process.exit(0));
process.send?.({ port: darkroom.port, lanPort: darkroom.lanPort });
