import type { Readable, Writable } from 'node:stream';

/** Freeing less is not worth the call. */
const LEAST_BYTES = 4 * 1024;

const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Copies the body of an HTTP message into another, with back-pressure, as `pipe` does. The memory of each chunk is
 * given back as soon as it is written: left to the garbage collector, 32 MB of them gather before it looks.
 * @param from one that nobody else reads: its chunks are empty afterwards.
 * @returns a function that stops copying and leaves both as they are.
 */
export function pour(from: Readable, to: Writable): () => void {
  const write = (chunk: Buffer): void => {
    const isRoomLeft = to.write(chunk, (error) => {
      if (!error) {
        release(chunk);
      }
    });
    if (!isRoomLeft) {
      from.pause();
    }
  };
  const goOn = (): void => {
    from.resume();
  };
  const end = (): void => {
    to.end();
  };
  const stop = (): void => {
    from.off('data', write).off('end', end);
    to.off('drain', goOn).off('close', stop);
  };
  to.on('drain', goOn).once('close', stop);
  from.on('data', write).once('end', end);
  return stop;
}

/** Frees the memory of a chunk that fills its buffer alone: sent over a closed port, it has no owner left. */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength && byteLength >= LEAST_BYTES) {
    nowhere.postMessage(undefined, [buffer]);
  }
}
