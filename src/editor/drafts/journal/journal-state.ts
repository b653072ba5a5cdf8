import type { HistoryRecord, StepRecord, StepTile } from '../../mask/history';
import { TILE_BYTES, type Tile } from '../../mask/mask-grid';
import type { PackedTile } from '../../mask/tile-packer';
import { type PendingWork, pendingFacts } from './pending-work';

/** A document at one moment, as the journal stores it. Its tiles must be shared: nobody writes into them. */
export interface JournalState {
  /** px. */
  width: number;
  height: number;
  /** Tiles of each mask by place. */
  masks: { id: string; tiles: readonly StepTile[] }[];
  /** Everything else about the masks (names, order, modifiers), as plain JSON. */
  meta: unknown;
  /** The room's data for the picture, as plain JSON. */
  extra: unknown;
  history: HistoryRecord;
  /** Work that is not a step yet. */
  pending: readonly PendingWork[];
  /** Share of the picture that is masked, 0 to 1; null when not counted. */
  coverage: number | null;
}

/** A tile with contents of its own. */
export type OwnTile = Tile | PackedTile;

const EMPTY = 0;
const FULL = -1;

/** One number per tile: 0 empty, −1 fully painted, else its rev. */
export function revOf(tile: StepTile): number {
  return tile === null ? EMPTY : tile === 'full' ? FULL : tile.rev;
}

/** A tile in the database. */
export interface StoredTile {
  rev: number;
  /** Bytes in the database. */
  size: number;
  packed: boolean;
}

/** What the database holds of a document, or will once a transaction completes. */
export interface Ledger {
  tiles: ReadonlyMap<number, StoredTile>;
  /** `revOf` by place. */
  masks: ReadonlyMap<string, Float64Array>;
  /** What each step looks like there. */
  steps: ReadonlyMap<number, Float64Array>;
  /** Bytes of the data of pending work, by id. */
  pending: ReadonlyMap<string, number>;
  /** Everything else, as JSON. */
  rest: string;
}

/** Nothing at all. */
export const EMPTY_LEDGER: Ledger = {
  ...{ tiles: new Map(), masks: new Map(), steps: new Map(), pending: new Map() },
  rest: '',
};

/** The rest of a ledger: everything in the head that a save has to write. */
export function restOf(meta: unknown, extra: unknown, present: number, pending: string): string {
  return JSON.stringify([meta ?? null, extra ?? null, present, pending]);
}

/** What has to be written for the database to hold a state. */
export interface JournalPlan {
  putTiles: { tile: OwnTile; stored: StoredTile }[];
  /** Revs. */
  dropTiles: number[];
  putPlaces: { mask: string; index: number; rev: number }[];
  dropPlaces: { mask: string; index: number }[];
  putSteps: StepRecord[];
  dropSteps: number[];
  putPending: PendingWork[];
  dropPending: { id: string; size: number }[];
  /** False: at most the head differs. */
  changed: boolean;
  rest: boolean;
  /** What the database holds afterwards. */
  ledger: Ledger;
}

/** All tiles with contents that a state needs, by rev. */
export function neededTiles(state: JournalState): Map<number, OwnTile> {
  const needed = new Map<number, OwnTile>();
  const add = (tile: StepTile): void => {
    if (tile !== null && tile !== 'full') {
      needed.set(tile.rev, tile);
    }
  };
  for (const { tiles } of state.masks) {
    tiles.forEach(add);
  }
  for (const step of state.history.steps) {
    for (const { tile } of step.tiles) {
      add(tile);
    }
  }
  return needed;
}

/**
 * Compares a state with what the database may hold: several ledgers while transactions may or may not
 * complete. Writes whatever differs in any of them.
 * @param form the form in which a tile not yet stored would be written.
 */
export function planSave(
  state: JournalState,
  ledgers: readonly Ledger[],
  form: (tile: OwnTile) => { size: number; packed: boolean },
): JournalPlan {
  const needed = neededTiles(state);
  const tiles = new Map<number, StoredTile>();
  const putTiles: JournalPlan['putTiles'] = [];
  for (const [rev, tile] of needed) {
    const known = ledgers.map((ledger) => ledger.tiles.get(rev));
    const there = known.every((stored) => stored !== undefined) ? known[0] : undefined;
    const now = there?.packed ? there : { rev, ...form(tile) };
    // Tiles stored unpacked are written again once packed.
    if (there && (there.packed || !now.packed)) {
      tiles.set(rev, there);
    } else {
      tiles.set(rev, now);
      putTiles.push({ tile, stored: now });
    }
  }
  const masks = new Map(
    state.masks.map((mask) => [mask.id, Float64Array.from(mask.tiles, (tile) => revOf(tile))]),
  );
  const steps = new Map(state.history.steps.map((step) => [step.id, signature(step, tiles)]));
  const pending = new Map(state.pending.map(({ id, data }) => [id, data.length]));
  const rest = restOf(state.meta, state.extra, state.history.present, pendingFacts(state.pending));
  const plan: JournalPlan = {
    putTiles,
    dropTiles: gone(ledgers, 'tiles', tiles),
    ...planPlaces(masks, ledgers),
    putSteps: state.history.steps.filter(({ id }) =>
      ledgers.some((ledger) => !sameNumbers(ledger.steps.get(id), steps.get(id))),
    ),
    dropSteps: gone(ledgers, 'steps', steps),
    putPending: state.pending.filter(({ id }) => ledgers.some((ledger) => !ledger.pending.has(id))),
    dropPending: ledgers
      .flatMap((ledger) => [...ledger.pending])
      .filter(([id]) => !pending.has(id))
      .map(([id, size]) => ({ id, size })),
    changed: false,
    rest: ledgers.some((ledger) => ledger.rest !== rest),
    ledger: { tiles, masks, steps, pending, rest },
  };
  plan.changed = [
    plan.putTiles,
    plan.dropTiles,
    plan.putPlaces,
    plan.dropPlaces,
    plan.putSteps,
    plan.dropSteps,
    plan.putPending,
    plan.dropPending,
  ].some((list) => list.length > 0);
  return plan;
}

function planPlaces(
  masks: ReadonlyMap<string, Float64Array>,
  ledgers: readonly Ledger[],
): Pick<JournalPlan, 'putPlaces' | 'dropPlaces'> {
  const putPlaces: JournalPlan['putPlaces'] = [];
  const dropPlaces: JournalPlan['dropPlaces'] = [];
  const ids = new Set([...masks.keys(), ...ledgers.flatMap((ledger) => [...ledger.masks.keys()])]);
  for (const mask of ids) {
    const now = masks.get(mask);
    const before = ledgers.map((ledger) => ledger.masks.get(mask));
    const length = Math.max(now?.length ?? 0, ...before.map((places) => places?.length ?? 0));
    for (let index = 0; index < length; index++) {
      const rev = now?.[index] ?? EMPTY;
      if (before.some((places) => (places?.[index] ?? EMPTY) !== rev)) {
        if (rev === EMPTY) {
          dropPlaces.push({ mask, index });
        } else {
          putPlaces.push({ mask, index, rev });
        }
      }
    }
  }
  return { putPlaces, dropPlaces };
}

/** Keys that some ledger has and the present state has not. */
function gone(
  ledgers: readonly Ledger[],
  part: 'tiles' | 'steps',
  present: ReadonlyMap<number, unknown>,
): number[] {
  const keys = new Set(ledgers.flatMap((ledger) => [...ledger[part].keys()]));
  return [...keys].filter((key) => !present.has(key));
}

/** Differs when the step's row has to be rewritten. */
export function signature(
  step: Pick<StepRecord, 'tiles' | 'label' | 'state'>,
  tiles: ReadonlyMap<number, StoredTile>,
): Float64Array {
  const { x0, y0, x1, y1 } = step.label.box;
  const numbers = new Float64Array(step.tiles.length * 3 + 5);
  // The first steps of a stroke that was taken back and of the next one share an id, and so do the positions
  // of a moving slider.
  const what = step.label.tool + (step.state ? JSON.stringify(step.state) : '');
  const tool = [...what].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) | 0, 7);
  numbers.set([x0, y0, x1, y1, tool], step.tiles.length * 3);
  step.tiles.forEach(({ index, tile }, i) => {
    const rev = revOf(tile);
    numbers.set([index, rev, tiles.get(rev)?.packed === false ? 1 : 0], i * 3);
  });
  return numbers;
}

function sameNumbers(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  return a?.length === b?.length && (a?.every((value, i) => value === b?.[i]) ?? true);
}

/**
 * The history without the steps that need a lost tile. Only what is contiguous with the present stays: undo
 * and redo reach as far as the first lost step.
 */
export function withoutSteps(history: HistoryRecord, lost: (tile: OwnTile) => boolean): HistoryRecord {
  const broken = history.steps.map(({ tiles }) =>
    tiles.some(({ tile }) => tile !== null && tile !== 'full' && lost(tile)),
  );
  const first = broken.lastIndexOf(true, history.present - 1) + 1;
  const after = broken.indexOf(true, history.present);
  const from = history.present === 0 ? 0 : first;
  return {
    steps: history.steps.slice(from, after < 0 ? undefined : after),
    present: history.present - from,
  };
}

/** Bytes a ledger represents in the database, rows included. */
export function ledgerBytes({ tiles, masks, steps, pending }: Ledger): number {
  let bytes = 512;
  for (const { size } of tiles.values()) {
    bytes += size + 64;
  }
  for (const places of masks.values()) {
    bytes += 48 * places.reduce((count, rev) => count + (rev === EMPTY ? 0 : 1), 0);
  }
  for (const numbers of steps.values()) {
    bytes += 256 + numbers.length * 4;
  }
  for (const size of pending.values()) {
    bytes += 64 + size;
  }
  return bytes;
}

/** Bytes of an unpacked tile. */
export const RAW_BYTES = TILE_BYTES;
