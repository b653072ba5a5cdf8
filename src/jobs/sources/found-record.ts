import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { summarizeGraph } from '../../comfy/graph-summary';
import { savingNode } from '../../comfy/saving-node';
import type { JobGraph, JobRecord } from '../state/job';
import { mediaOf } from '../state/outputs';
import { readDarkroom } from '../state/records';

/** The id a file has as a picture of the gallery: the same in every browser. */
export function foundId(ref: FileRef): string {
  return `file-${hashOf(fileRefKey(ref))}`;
}

/** 16 hexadecimal digits for a text. */
export function hashOf(text: string): string {
  // Two 32-bit halves of FNV-1a with different seeds: far more than a folder holds files.
  const hash = (seed: number): string => {
    let value = seed;
    for (const char of text) {
      value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
    }
    return (value >>> 0).toString(16).padStart(8, '0');
  };
  return `${hash(0x811c9dc5)}${hash(0x1b873593)}`;
}

/** A picture of which only the file is known yet. */
export function foundRecord(ref: FileRef, time: number | null): JobRecord {
  return {
    id: foundId(ref),
    state: 'completed',
    number: null,
    mine: false,
    createdAt: null,
    startedAt: null,
    endedAt: time,
    outputs: [{ nodeId: '', index: 0, ref, media: mediaOf(ref) }],
    error: null,
    found: true,
    sketch: true,
    problems: [],
    summary: null,
    darkroom: null,
  };
}

/** What a picture's file tells of how it was made is known. @param job `null`: it tells nothing. */
export function withGraph({ sketch, ...record }: JobRecord, job: JobGraph | null): JobRecord {
  void sketch;
  const [output] = record.outputs;
  if (!job || !output) {
    return record;
  }
  const node = savingNode(job.graph, output.ref.filename);
  return {
    ...record,
    outputs: [{ ...output, nodeId: node ?? '' }],
    summary: summarizeGraph(job.graph, node),
    darkroom: readDarkroom(job.pngInfo),
  };
}
