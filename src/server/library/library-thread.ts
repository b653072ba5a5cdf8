import { parentPort, workerData } from 'node:worker_threads';

import type { CallMessage, LibraryStart, ThreadMessage } from './library-messages';
import { LibraryWork } from './library-work';

/** The library's thread: it alone has the index, and reads the folders. Everything it does takes one core at most. */
function run(port: NonNullable<typeof parentPort>): void {
  const send = (message: ThreadMessage): void => {
    port.postMessage(message);
  };
  const work = new LibraryWork(workerData as LibraryStart, send);
  port.on('message', ({ id, call, args }: CallMessage) => {
    try {
      const answer = (work.calls[call] as (...values: unknown[]) => unknown)(...args);
      send({ kind: 'answer', id, value: answer });
    } catch (error) {
      send({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error) });
    }
    if (call === 'stop') {
      port.close();
    }
  });
}

if (parentPort) {
  run(parentPort);
}
