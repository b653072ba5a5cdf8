import type { EngineAnswer, EngineQuestion } from './difference-client';
import { DifferenceEngine } from './difference-engine';

const engine = new DifferenceEngine();

addEventListener('message', (event: MessageEvent<EngineQuestion>) => {
  const { id, verb, args } = event.data;
  // Each verb takes what the client's method of the same name takes.
  const run = engine[verb].bind(engine) as (...args: unknown[]) => unknown;
  Promise.resolve()
    .then(() => run(...args))
    .then(
      (value) => answer({ id, value }, value instanceof ImageBitmap ? [value] : []),
      (error: unknown) => answer({ id, problem: error instanceof Error ? error.message : String(error) }, []),
    );
});

function answer(message: EngineAnswer, transfer: Transferable[]): void {
  postMessage(message, { transfer });
}
