import { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { PackedEntry } from '../state/packed-graph';
import { type MoreWords, readWordsOf, type WordsAnswer, type WordsQuestion } from './words';

/** The part of a worker's global scope that is used here; the library types are those of a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WordsQuestion | MoreWords>) => void) | null;
  postMessage(answer: WordsAnswer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let words: AsyncIterator<PackedEntry[]> | undefined;

async function answer(ask: WordsQuestion | MoreWords): Promise<void> {
  if ('wanted' in ask) {
    words = readWordsOf(new ComfyClient({ baseUrl: ask.baseUrl }), ask.wanted);
  }
  try {
    const next = await words?.next();
    const entries = next?.done === false ? next.value : [];
    // Moved, not copied.
    scope.postMessage(
      { entries },
      entries.map(({ job }) => job.packedInfo.buffer),
    );
  } catch (error) {
    scope.postMessage({ problem: String(error), isServer: error instanceof ComfyError });
  }
}

scope.onmessage = ({ data }) => void answer(data);
