import { type ImageFacts, ImageError, type ImageProblem, type ImageTile, cutImage } from './image-tiles';

export interface ImageRequest {
  source: Blob | string;
  width: number;
  height: number;
}

export type ImageReply =
  | { kind: 'facts'; facts: ImageFacts }
  | { kind: 'tile'; tile: ImageTile }
  | { kind: 'done' }
  | { kind: 'failed'; problem: ImageProblem; facts: Record<string, string | number> };

self.addEventListener('message', ({ data }: MessageEvent<ImageRequest>) => {
  cutImage(
    data.source,
    { width: data.width, height: data.height },
    (facts) => {
      reply({ kind: 'facts', facts });
    },
    (tile) => {
      reply({ kind: 'tile', tile }, [tile.bitmap]);
    },
  ).then(
    () => {
      reply({ kind: 'done' });
    },
    (error: unknown) => {
      const known = error instanceof ImageError;
      reply({
        kind: 'failed',
        problem: known ? error.problem : 'decode-failed',
        facts: known ? error.facts : { reason: String(error) },
      });
    },
  );
});

function reply(message: ImageReply, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}
