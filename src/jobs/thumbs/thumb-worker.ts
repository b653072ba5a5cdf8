import { makeThumb } from './make-thumb';
import type { WorkerAnswer, WorkerQuestion } from './thumb-maker';

addEventListener('message', (event: MessageEvent<WorkerQuestion>) => {
  const { id, picture } = event.data;
  makeThumb(picture).then(
    (made) => answer({ id, made }, [made.bytes]),
    (error: unknown) => answer({ id, problem: error instanceof Error ? error.message : String(error) }, []),
  );
});

function answer(message: WorkerAnswer, transfer: Transferable[]): void {
  postMessage(message, { transfer });
}
