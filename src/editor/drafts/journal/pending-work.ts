import * as v from 'valibot';
import { randomUuid } from '../../../comfy/uuid';
import { report } from '../../../base/report';

/**
 * Work on the picture that is not a step yet, such as a picture that floats above the paint layer. It is kept with the
 * draft, and taken up again after a reload.
 */
export interface PendingWork {
  /** Equal ids mean equal data, in every page. */
  readonly id: string;
  /** Everything about it except its data, as plain JSON; may change. */
  readonly facts: unknown;
  readonly data: Uint8Array;
}

/** A part of the data of such work: large data is written in parts. */
export interface PendingRow {
  doc: string;
  id: string;
  part: number;
  bytes: Uint8Array;
}

const PART_BYTES = 1024 * 1024;

/** New work. The data must not be written into again. */
export function pendingWork(facts: unknown, data: Uint8Array): PendingWork {
  return { id: randomUuid(), facts, data };
}

const factsSchema = v.array(v.object({ id: v.string(), size: v.number(), facts: v.unknown() }));

/** What the head of a document says about its pending work. */
export function pendingFacts(pending: readonly PendingWork[]): string {
  return JSON.stringify(pending.map(({ id, facts, data }) => ({ id, size: data.length, facts })));
}

/** The ranges of the parts of some work's data. */
export function partsOf(size: number): { part: number; from: number; to: number }[] {
  return Array.from({ length: Math.ceil(size / PART_BYTES) }, (_, part) => ({
    ...{ part, from: part * PART_BYTES },
    to: Math.min(size, (part + 1) * PART_BYTES),
  }));
}

/** Puts pending work together again; what is not whole is left out. @param rows of one document, in order. */
export function readPending(facts: string, rows: readonly PendingRow[]): PendingWork[] {
  const known = v.safeParse(factsSchema, JSON.parse(facts));
  if (!known.success) {
    report(new Error('unreadable pending work'), 'journal.pending');
    return [];
  }
  return known.output.flatMap(({ id, size, facts: about }) => {
    const data = new Uint8Array(size);
    let at = 0;
    for (const { bytes } of rows.filter((row) => row.id === id)) {
      data.set(bytes.subarray(0, size - at), at);
      at += bytes.length;
    }
    return at === size ? [{ id, facts: about, data }] : [];
  });
}
