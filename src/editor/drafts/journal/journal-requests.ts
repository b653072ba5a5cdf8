import type { IDBPTransaction } from 'idb';
import type { JournalPlan, OwnTile } from './journal-state';
import { partsOf } from './pending-work';
import type { JOURNAL_STORES, JournalSchema, StepRow, TileRow } from './journal-schema';

/** A transaction that writes a document. */
export type Writing = IDBPTransaction<JournalSchema, typeof JOURNAL_STORES, 'readwrite'>;

/** One request to the database. */
export interface JournalRequest {
  /** About how much the main thread copies for it, bytes. */
  bytes: number;
  /** @throws whatever IndexedDB throws at once (the row cannot be copied, the transaction has ended). */
  send: (writing: Writing) => Promise<unknown>;
}

/**
 * What one piece of a save may copy, bytes, and how many requests it may make: together some milliseconds of
 * the main thread on a slow machine.
 */
export const PIECE_BYTES = 2 * 1024 * 1024;
export const PIECE_REQUESTS = 96;

/** Ids of tiles in the database. */
export interface TileIds {
  /** That of a tile; a new one when it has none yet. */
  of: (rev: number) => number;
  /** That of a tile which may have been stored. */
  known: (rev: number) => number | undefined;
}

/**
 * What brings the database up to a plan, in any order.
 * @param bytesOf in the form the plan says. Asked now: packing goes on while requests are sent.
 */
export function requestsOf(
  doc: string,
  plan: JournalPlan,
  ids: TileIds,
  bytesOf: (tile: OwnTile) => Uint8Array | null,
): JournalRequest[] {
  const requests: JournalRequest[] = [];
  const add = (bytes: number, send: JournalRequest['send']): void => void requests.push({ bytes, send });
  for (const { tile, stored } of plan.putTiles) {
    const bytes = bytesOf(tile);
    if (bytes) {
      const row: TileRow = { doc, id: ids.of(stored.rev), bytes, packed: stored.packed };
      add(bytes.length, (writing) => writing.objectStore('tiles').put(row));
    }
  }
  for (const { mask, index, rev } of plan.putPlaces) {
    const row = { doc, mask, index, tile: rev > 0 ? ids.of(rev) : 0 };
    add(0, (writing) => writing.objectStore('places').put(row));
  }
  for (const { mask, index } of plan.dropPlaces) {
    add(0, (writing) => writing.objectStore('places').delete([doc, mask, index]));
  }
  for (const { id, label, kind, mask, state, tiles } of plan.putSteps) {
    const row: StepRow = {
      ...{ doc, id, label, kind, mask, state },
      places: Uint32Array.from(tiles, ({ index }) => index),
      tiles: Float64Array.from(tiles, ({ tile }) =>
        tile === null ? -1 : tile === 'full' ? 0 : ids.of(tile.rev),
      ),
      sizes: Uint32Array.from(tiles, ({ tile }) =>
        tile === null || tile === 'full' ? 0 : (plan.ledger.tiles.get(tile.rev)?.size ?? 0),
      ),
    };
    add(16 * tiles.length, (writing) => writing.objectStore('steps').put(row));
  }
  for (const id of plan.dropSteps) {
    add(0, (writing) => writing.objectStore('steps').delete([doc, id]));
  }
  for (const { id, data } of plan.putPending) {
    for (const { part, from, to } of partsOf(data.length)) {
      // A copy of just this part: a view would be stored with all of its buffer.
      add(to - from, (writing) =>
        writing.objectStore('pending').put({ doc, id, part, bytes: data.slice(from, to) }),
      );
    }
  }
  for (const { id, size } of plan.dropPending) {
    for (const { part } of partsOf(size)) {
      add(0, (writing) => writing.objectStore('pending').delete([doc, id, part]));
    }
  }
  for (const rev of plan.dropTiles) {
    const id = ids.known(rev);
    if (id !== undefined) {
      add(0, (writing) => writing.objectStore('tiles').delete([doc, id]));
    }
  }
  return requests;
}

/** The requests in pieces that do not hold the main thread up; one that is larger makes a piece of its own. */
export function piecesOf(requests: readonly JournalRequest[]): JournalRequest[][] {
  const pieces: JournalRequest[][] = [];
  let bytes = 0;
  for (const request of requests) {
    const piece = pieces.at(-1);
    if (piece && piece.length < PIECE_REQUESTS && bytes + request.bytes <= PIECE_BYTES) {
      piece.push(request);
      bytes += request.bytes;
    } else {
      pieces.push([request]);
      bytes = request.bytes;
    }
  }
  return pieces;
}
