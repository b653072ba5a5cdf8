import { browser } from '../../base/browser';
import { PageReader } from './page-reader';
import type { PageAnswer, PageQuestion } from './history-pages';

/** The part of a worker's global scope that is used here; the library types are those of a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<PageQuestion>) => void) | null;
  postMessage(answer: PageAnswer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const reader = new PageReader(browser.compressionStreams);

async function answer({ id, ...ask }: PageQuestion): Promise<void> {
  try {
    if ('bytes' in ask) {
      scope.postMessage({ id, names: reader.names(ask.bytes) });
    } else {
      const entries = await reader.entries(ask.page, ask.wish);
      const packed = entries.find(({ pack }) => pack)?.pack?.bytes.buffer;
      // Moved, not copied.
      scope.postMessage({ id, entries }, packed ? [packed] : []);
    }
  } catch (error) {
    scope.postMessage({ id, problem: String(error) });
  }
}

scope.onmessage = ({ data }) => void answer(data);
