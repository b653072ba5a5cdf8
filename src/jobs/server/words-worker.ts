import { type WordsAnswer, type WordsQuestion, wordsIn } from './words-reader';

/** The part of a worker's global scope that is used here; the library types are those of a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WordsQuestion>) => void) | null;
  postMessage(answer: WordsAnswer): void;
}

/** A page takes in so many jobs between two frames. */
const AT_ONCE = 20;

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { answer, wanted } }) => {
  try {
    const entries = wordsIn(answer, wanted);
    for (let at = 0; at < entries.length; at += AT_ONCE) {
      scope.postMessage({ entries: entries.slice(at, at + AT_ONCE) });
    }
    scope.postMessage({ done: true });
  } catch (error) {
    scope.postMessage({ problem: String(error) });
  }
};
