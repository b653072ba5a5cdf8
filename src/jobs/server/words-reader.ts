import { browser } from '../../base/browser';
import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { PackedEntry } from '../state/packed-graph';
import { type MoreWords, readWordsOf, type WordsAnswer, type WordsQuestion } from './words';

/**
 * Jobs of a queue, some at a time. They are read in a worker of its own, which ends with it: 100 MB are not parsed
 * where people work. Where there are no workers they are read here.
 * @throws ComfyError when the server does not answer, or in another shape.
 */
export function readElsewhere(
  client: ComfyClient,
  wanted: ReadonlySet<string>,
): AsyncGenerator<PackedEntry[]> {
  return browser.worker && client.plain ? readInWorker(client.baseUrl, wanted) : readWordsOf(client, wanted);
}

async function* readInWorker(baseUrl: string, wanted: ReadonlySet<string>): AsyncGenerator<PackedEntry[]> {
  const worker = new Worker(new URL('./words-worker.ts', import.meta.url), { type: 'module' });
  try {
    for (let ask: WordsQuestion | MoreWords = { baseUrl, wanted }; ; ask = { more: true }) {
      const answer = await answerOf(worker, ask);
      if ('problem' in answer) {
        throw answer.isServer
          ? new ComfyError('invalid', 'the queue could not be read', { path: '/queue', body: answer.problem })
          : new Error(answer.problem);
      }
      if (answer.entries.length === 0) {
        return;
      }
      yield answer.entries;
    }
  } finally {
    worker.terminate();
  }
}

function answerOf(worker: Worker, ask: WordsQuestion | MoreWords): Promise<WordsAnswer> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<WordsAnswer>) => resolve(data);
    // Also when its code does not arrive, because the server is gone.
    worker.onerror = () => resolve({ problem: 'the worker did not start', isServer: true });
    worker.postMessage(ask);
  });
}
