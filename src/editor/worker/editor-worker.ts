import type { MaskTiles } from '../mask/mask-tiles';
import { PngError } from '../mask/png-read';
import { type EditorJobs, JobHost, type JobReply, type JobRequest, type TilesAhead } from './jobs';
import { PictureError } from './picture';

const host = new JobHost();
/** Tiles that arrived ahead of their job. */
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
  host.run(data.name, data.input).then(
    (output) => {
      reply({ id: data.id, ok: true, output }, buffersOf(output));
    },
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const known = error instanceof PngError || error instanceof PictureError;
      reply(
        { id: data.id, ok: false, error: { name, message, ...(known ? { problem: error.problem } : {}) } },
        [],
      );
    },
  );
});

function reply(message: JobReply, transfer: Transferable[]): void {
  self.postMessage(message, { transfer });
}

function buffersOf(output: EditorJobs[keyof EditorJobs]['out']): Transferable[] {
  if (!output) {
    return [];
  }
  if ('png' in output) {
    return [output.png.buffer];
  }
  if ('planes' in output) {
    return output.planes.flatMap(({ mixed }) => mixed.map(({ data }) => data.buffer as ArrayBuffer));
  }
  if ('bytes' in output) {
    return [output.bytes.buffer as ArrayBuffer];
  }
  if ('color' in output) {
    return [];
  }
  const tiles = 'tiles' in output ? output.tiles : output;
  return (tiles?.mixed ?? []).map(({ data }) => data.buffer as ArrayBuffer);
}
