import type { MaskTiles } from '../mask/mask-tiles';
import { PngError } from '../mask/png-read';
import { type EditorJobs, type JobReply, type JobRequest, type TilesAhead, runJob } from './jobs';

/** Tiles that came ahead of their job. */
const ahead = new Map<number, MaskTiles['mixed']>();

self.addEventListener('message', ({ data }: MessageEvent<JobRequest | TilesAhead>) => {
  if (data.name === 'tiles') {
    ahead.set(data.id, [...(ahead.get(data.id) ?? []), ...data.mixed]);
    return;
  }
  if (data.name === 'encode') {
    const { tiles } = data.input as EditorJobs['encode']['in'];
    tiles.mixed = [...(ahead.get(data.id) ?? []), ...tiles.mixed];
    ahead.delete(data.id);
  }
  runJob(data.name, data.input).then(
    (output) => {
      reply({ id: data.id, ok: true, output }, buffersOf(output));
    },
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const problem = error instanceof PngError ? { problem: error.problem } : {};
      reply({ id: data.id, ok: false, error: { name, message, ...problem } }, []);
    },
  );
});

function reply(message: JobReply, transfer: Transferable[]): void {
  self.postMessage(message, { transfer });
}

function buffersOf(output: EditorJobs[keyof EditorJobs]['out']): Transferable[] {
  if ('mixed' in output) {
    return output.mixed.map(({ data }) => data.buffer as ArrayBuffer);
  }
  return ['png' in output ? output.png.buffer : (output.bytes.buffer as ArrayBuffer)];
}
