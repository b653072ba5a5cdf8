import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { HistoryKind, HistoryLabel, StateChange } from '../../mask/history';
import type { PendingRow } from './pending-work';

/** A stored document, without its contents. */
export interface JournalHead {
  id: string;
  /** Key of the picture. */
  picture: string;
  /** px. */
  width: number;
  height: number;
  /** ms since 1970. */
  changedAt: number;
  /** The tab that writes it; empty when it was released properly. */
  owner: string;
  /** Everything about the masks except tiles, and the room's data, as JSON. */
  meta: string;
  extra: string;
  /** Work that is not a step yet; see `pendingFacts`. Drafts of version 2 have none. */
  pending?: string;
  /** Steps before this are done. */
  present: number;
  /** Share of the picture that is masked, 0 to 1; null when not counted. */
  coverage: number | null;
  /** Its size in the database, by our own count. */
  bytes: number;
  /** All tile and step ids so far are below this. */
  nextTile: number;
}

/** A tile's contents. */
export interface TileRow {
  doc: string;
  id: number;
  bytes: Uint8Array;
  packed: boolean;
}

/** Which tile is at a place of a mask; 0 = fully painted. Empty places have no row. */
export interface PlaceRow {
  doc: string;
  mask: string;
  index: number;
  tile: number;
}

/** A step. For each place, the tile that is not in the mask: −1 none, 0 fully painted, else its id. */
export interface StepRow {
  doc: string;
  id: number;
  label: HistoryLabel;
  kind: HistoryKind;
  mask: string;
  state: StateChange | null;
  places: Uint32Array;
  tiles: Float64Array;
  /** Bytes of each tile in the database. */
  sizes: Uint32Array;
}

/** Version 1: a mask without history, as rows to be replayed. */
export interface OldDraftHead {
  id: string;
  picture: string;
  width: number;
  height: number;
  changedAt: number;
}

/** The new state of some tiles: 0 empty, 1 fully painted, 2 contents, concatenated in `bytes`. */
export interface OldDraftRow {
  draft: string;
  seq: number;
  /** Holds the whole mask: earlier rows do not count. */
  whole: boolean;
  places: Uint32Array;
  kinds: Uint8Array;
  bytes: Uint8Array;
  packed: boolean;
}

export interface JournalSchema extends DBSchema {
  heads: { key: string; value: JournalHead; indexes: { picture: string } };
  tiles: { key: [doc: string, id: number]; value: TileRow };
  places: { key: [doc: string, mask: string, index: number]; value: PlaceRow };
  steps: { key: [doc: string, id: number]; value: StepRow };
  pending: { key: [doc: string, id: string, part: number]; value: PendingRow };
  drafts: { key: string; value: OldDraftHead; indexes: { picture: string } };
  rows: { key: [draft: string, seq: number]; value: OldDraftRow };
}

export type JournalDb = IDBPDatabase<JournalSchema>;

/** Stores of a document's contents. */
export const CONTENT_STORES = ['tiles', 'places', 'steps', 'pending'] as const;
/** All stores of the present version. */
export const JOURNAL_STORES = ['heads', ...CONTENT_STORES] as const;

/**
 * Opens the database; drafts of version 1 stay readable.
 * @param lost called when another page needs the database in a newer version, or the browser closed it.
 * @throws whatever IndexedDB throws where storage is forbidden (private windows of some browsers).
 */
export function openJournalDb(name: string, lost: () => void): Promise<JournalDb> {
  return openDB<JournalSchema>(name, 3, {
    upgrade: (db, before) => {
      if (before < 1) {
        db.createObjectStore('drafts', { keyPath: 'id' }).createIndex('picture', 'picture');
        db.createObjectStore('rows', { keyPath: ['draft', 'seq'] });
      }
      if (before < 2) {
        db.createObjectStore('heads', { keyPath: 'id' }).createIndex('picture', 'picture');
        db.createObjectStore('tiles', { keyPath: ['doc', 'id'] });
        db.createObjectStore('places', { keyPath: ['doc', 'mask', 'index'] });
        db.createObjectStore('steps', { keyPath: ['doc', 'id'] });
      }
      db.createObjectStore('pending', { keyPath: ['doc', 'id', 'part'] });
    },
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      lost();
    },
    terminated: lost,
  });
}

/** All rows of a document in one of the content stores. Arrays sort after every number and string. */
export function rowsOf(doc: string): IDBKeyRange {
  return IDBKeyRange.bound([doc], [doc, []], true, true);
}
