import { maskHash } from '../mask/hash';
import type { MaskTiles } from '../mask/mask-tiles';
import { decodeMaskPng } from '../mask/png-read';
import { type MaskPngVariant, encodeMaskPng } from '../mask/png-write';

/** Heavy work on plain data: runs in a worker, or on the spot where there is none. */
export interface EditorJobs {
  encode: {
    in: { tiles: MaskTiles; variant: MaskPngVariant };
    out: { png: Uint8Array<ArrayBuffer>; hash: string };
  };
  decode: { in: { png: Uint8Array }; out: MaskTiles };
  deflate: { in: { bytes: Uint8Array }; out: { bytes: Uint8Array } };
  inflate: { in: { bytes: Uint8Array }; out: { bytes: Uint8Array } };
}

export type JobName = keyof EditorJobs;

/** A job for the worker. Tiles of an `encode` job may have been sent ahead. */
export interface JobRequest<Name extends JobName = JobName> {
  id: number;
  name: Name;
  input: EditorJobs[Name]['in'];
}

/** Tiles of an `encode` job to come, sent in pieces so that no single message takes long. */
export interface TilesAhead {
  id: number;
  name: 'tiles';
  mixed: MaskTiles['mixed'];
}

export type JobReply =
  | { id: number; ok: true; output: EditorJobs[JobName]['out'] }
  | { id: number; ok: false; error: { name: string; message: string; problem?: string } };

type Runner = { [Name in JobName]: (input: EditorJobs[Name]['in']) => Promise<EditorJobs[Name]['out']> };

const RUN: Runner = {
  encode: async ({ tiles, variant }) => ({ png: await encodeMaskPng(tiles, variant), hash: maskHash(tiles) }),
  decode: ({ png }) => decodeMaskPng(png),
  deflate: async ({ bytes }) => ({ bytes: await through(bytes, new CompressionStream('deflate-raw')) }),
  inflate: async ({ bytes }) => ({ bytes: await through(bytes, new DecompressionStream('deflate-raw')) }),
};

/** Does the job here and now. */
export function runJob<Name extends JobName>(
  name: Name,
  input: EditorJobs[Name]['in'],
): Promise<EditorJobs[Name]['out']> {
  return RUN[name](input);
}

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}
