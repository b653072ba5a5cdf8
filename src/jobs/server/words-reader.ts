import * as v from 'valibot';
import { browser } from '../../base/browser';
import { ComfyError } from '../../comfy/errors';
import { parseExact } from '../../comfy/exact-json';
import { type QueueEntry, queueSchema } from '../../comfy/schemas';

/** Sent to the worker: an answer of GET /queue, and the jobs of it that are asked for. */
export interface WordsQuestion {
  answer: ArrayBuffer;
  wanted: ReadonlySet<string>;
}

/** What the worker sends back: some jobs after the other, the next to run first, then the end. */
export type WordsAnswer = { entries: QueueEntry[] } | { done: true } | { problem: string };

/** Jobs of an answer of GET /queue, in the order they will run. */
export function wordsIn(answer: ArrayBuffer, wanted: ReadonlySet<string>): QueueEntry[] {
  const { queue_running, queue_pending } = v.parse(queueSchema, parseExact(new TextDecoder().decode(answer)));
  return [...queue_running, ...queue_pending]
    .filter(({ id }) => wanted.has(id))
    .sort((a, b) => a.number - b.number);
}

/**
 * Reads an answer of GET /queue in a worker of its own, which ends with it: 100 MB are not kept for the next time. In
 * browsers without workers it is read here.
 * @param take hears of some jobs at a time.
 * @throws ComfyError `invalid` when the answer has another shape.
 */
export function readElsewhere(question: WordsQuestion, take: (entries: QueueEntry[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (problem: string): void =>
      reject(new ComfyError('invalid', 'the answer has another shape', { path: '/queue', body: problem }));
    if (!browser.worker) {
      try {
        take(wordsIn(question.answer, question.wanted));
        resolve();
      } catch (error) {
        fail(String(error));
      }
      return;
    }
    const worker = new Worker(new URL('./words-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<WordsAnswer>) => {
      if ('entries' in data) {
        take(data.entries);
        return;
      }
      worker.terminate();
      if ('done' in data) {
        resolve();
      } else {
        fail(data.problem);
      }
    };
    worker.onerror = () => {
      worker.terminate();
      fail('the worker broke');
    };
    worker.postMessage(question, [question.answer]);
  });
}
