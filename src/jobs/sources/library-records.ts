import type { FileRef } from '../../comfy/file-ref';
import type { JobRecord } from '../state/job';
import { foundRecord } from './found-record';
import type { FileRow } from './library-files';
import type { FileMaking } from './library-stream';

/** A file of the library as a picture of the gallery, where no job tells of it. */
export function libraryRecord(ref: FileRef, row: FileRow, making: FileMaking | null): JobRecord {
  const { sketch, ...record } = foundRecord(ref, timeOf(row));
  void sketch;
  const { key, bytes, width, height } = row;
  return {
    ...record,
    outputs: record.outputs.map((output) => ({ ...output, file: { key, bytes, width, height } })),
    summary: making?.summary ?? null,
    darkroom:
      making && (making.recipe !== null || making.parent)
        ? { recipe: making.recipe ?? '', parent: making.parent, mask: null }
        : null,
  };
}

/** Whether a picture of the gallery says what the library says of its file. */
export function isUpToDate({ found, sketch, endedAt, outputs: [output] }: JobRecord, row: FileRow): boolean {
  return found === true && !sketch && output?.file?.key === row.key && endedAt === timeOf(row);
}

function timeOf({ modified }: FileRow): number {
  return Math.floor(modified);
}

/** A job's record after one of its files has moved. */
export function withMovedFile(record: JobRecord, isFile: (ref: FileRef) => boolean, to: FileRef): JobRecord {
  return {
    ...record,
    outputs: record.outputs.map((output) => (isFile(output.ref) ? { ...output, ref: to } : output)),
  };
}
