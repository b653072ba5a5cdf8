import type { HistoryRecord, StepRecord, StepTile } from '../../mask/history';
import { tilesOf } from '../../mask/document-tiles';
import type { MaskDocument } from '../../mask/mask-document';
import { MaskGrid, type Tile, type TileChange, makeTile } from '../../mask/mask-grid';
import type { MaskFacts, MaskStack } from '../../mask/mask-stack';
import { newMask } from '../../mask/mask-stack';
import { type PixelRect, unionRect } from '../../mask/rect';
import { isPlane } from '../../paint/planes';
import type { JournalState } from './journal-state';
import type { RestoredJournal } from './journal-store';
import type { PendingWork } from './pending-work';

/** A stroke so far; its tiles are still being painted into. */
export interface UnfinishedStroke {
  tool: string;
  tiles: TileChange[];
}

/** Turns a document into what the journal stores. Strokes in progress are stored as far as they got. */
export class DocumentStates {
  readonly #doc: MaskDocument;
  readonly #pending: () => readonly PendingWork[];
  /** Copies of the tiles under the brush, valid while nothing is painted there. */
  readonly #copies = new Map<number, Tile>();

  /** @param pending work that is not a step yet; see `PendingWork`. */
  constructor(doc: MaskDocument, pending: () => readonly PendingWork[] = () => []) {
    this.#doc = doc;
    this.#pending = pending;
  }

  /** The document now. Its tiles become shared: later strokes copy them. */
  state(extra: unknown): JournalState {
    const { width, height, stack, history } = this.#doc;
    const masks = tilesOf(this.#doc);
    const record = this.#withTrial(history.record());
    const stroke = this.#doc.unfinished();
    if (!stroke) {
      this.#copies.clear();
    }
    const tiles = masks.find(({ id }) => id === stack.active)?.tiles;
    return {
      width,
      height,
      masks,
      meta: stack,
      extra,
      history: stroke && tiles ? this.#withStroke(record, stroke, tiles) : record,
      pending: this.#pending(),
      coverage: this.#share(),
    };
  }

  /** What is being tried out, as the step it would become: after a crash it can still be undone. */
  #withTrial({ steps, present }: HistoryRecord): HistoryRecord {
    const { triedFrom: before, stack: after, history, width, height } = this.#doc;
    if (!before) {
      return { steps, present };
    }
    const step: StepRecord = {
      id: history.nextId,
      label: { tool: 'modifiers', box: { x0: 0, y0: 0, x1: width, y1: height } },
      kind: 'state',
      mask: after.active,
      state: { before, after },
      tiles: [],
    };
    return { steps: [...steps.slice(0, present), step], present: present + 1 };
  }

  /** The stroke as a step of its own, which the finished one will replace. Adds its tiles to `tiles`. */
  #withStroke(
    { steps, present }: HistoryRecord,
    { tool, tiles: painted }: UnfinishedStroke,
    tiles: StepTile[],
  ): HistoryRecord {
    const { grid, history, stack } = this.#doc;
    const changes: StepRecord['tiles'] = [];
    let box: PixelRect | null = null;
    for (const { index, tile } of painted) {
      changes.push({ index, tile: tiles[index] ?? null });
      const copy = grid.normal(index, tile && this.#copy(index, tile));
      tiles[index] = copy !== null && copy === grid.fullTile(index) ? 'full' : copy;
      const x0 = (index % grid.columns) * 256;
      const y0 = Math.floor(index / grid.columns) * 256;
      box = unionRect(box, {
        x0,
        y0,
        x1: x0 + grid.insideWidth(index),
        y1: y0 + grid.insideHeight(index),
      });
    }
    if (!box) {
      return { steps, present };
    }
    const step: StepRecord = {
      id: Math.max(history.nextId, (steps[present - 1]?.id ?? 0) + 1),
      label: { tool, box },
      kind: 'tiles',
      mask: stack.active,
      state: null,
      tiles: changes,
    };
    return { steps: [...steps.slice(0, present), step], present: present + 1 };
  }

  #copy(index: number, tile: Tile): Tile {
    let copy = this.#copies.get(index);
    if (copy?.rev !== tile.rev) {
      copy = makeTile(tile.data.slice(), true);
      copy.rev = tile.rev;
      this.#copies.set(index, copy);
    }
    return copy;
  }

  /** Uses the count made in idle time; never counts much itself. */
  #share(): number | null {
    const grid = this.#doc.composite;
    let left = 16;
    return grid.countSums(() => left-- > 0) ? grid.coverage() : null;
  }
}

/** Just the masks of a document, as they were painted: no history, nothing of a stroke in progress. */
export function masksAlone(doc: MaskDocument): JournalState {
  const { width, height, stack } = doc;
  const history = { steps: [], present: 0 };
  const masks = tilesOf(doc).filter(({ id }) => !isPlane(id));
  return { width, height, masks, meta: stack, extra: null, history, pending: [], coverage: 0 };
}

/**
 * Replaces everything in a document with kept masks, as one step. A single mask replaces a single one. False
 * when what was kept has no valid stack.
 */
export function replaceMasks(doc: MaskDocument, kept: RestoredJournal): boolean {
  const stack = stackOf(kept, doc.stack);
  const [only, more] = stack.masks;
  if (stack === doc.stack || !only) {
    return false;
  }
  const tiles = new Map(stack.masks.map(({ id }): [string, TileChange[]] => [id, []]));
  for (const { id, changes } of kept.masks) {
    tiles.set(id, changes);
  }
  if (!more && doc.stack.masks.length === 1) {
    const id = doc.active.id;
    doc.replaceAll(
      'load',
      { masks: [{ ...only, id }], active: id },
      new Map([[id, tiles.get(only.id) ?? []]]),
    );
  } else {
    doc.replaceAll('load', stack, tiles);
  }
  return true;
}

/** Whether it holds any work. */
export function holdsWork({ masks, history, pending }: RestoredJournal): boolean {
  return history.steps.length > 0 || pending.length > 0 || masks.some(({ changes }) => changes.length > 0);
}

/** What a document is restored from. */
type KeptDocument = Pick<RestoredJournal, 'masks' | 'meta' | 'history'>;

/** Restores a document as it was in memory. */
export function reopenDocument(doc: MaskDocument, { masks, meta, history }: JournalState): void {
  const grid = new MaskGrid(doc.width, doc.height);
  const changes = (tiles: readonly StepTile[]): TileChange[] =>
    tiles.flatMap((tile, index) => {
      if (tile === 'full') {
        return [{ index, tile: grid.fullTile(index) }];
      }
      return tile && 'data' in tile ? [{ index, tile }] : [];
    });
  restoreDocument(doc, {
    meta,
    history,
    masks: masks.map(({ id, tiles }) => ({ id, changes: changes(tiles) })),
  });
}

/** Restores a document as it was stored. */
export function restoreDocument(doc: MaskDocument, kept: KeptDocument): void {
  const tiles = new Map(kept.masks.map(({ id, changes }) => [id, changes]));
  doc.restoreStack(stackOf(kept, doc.stack), tiles);
  const grid = new MaskGrid(doc.width, doc.height);
  doc.history.restore(kept.history, (_mask, index) => grid.fullTile(index));
}

/** The stored stack; if it is invalid, the masks that have pixels. */
function stackOf({ meta, masks }: Pick<KeptDocument, 'meta' | 'masks'>, fresh: MaskStack): MaskStack {
  if (isStack(meta)) {
    return meta;
  }
  const known = masks.filter(({ id }) => !isPlane(id));
  const [first] = known;
  return first ? { masks: known.map(({ id }) => newMask(id)), active: first.id } : fresh;
}

/** Whether a stack has everything the editor reads. */
function isStack(meta: unknown): meta is MaskStack {
  const { masks, active } = (meta ?? {}) as Partial<MaskStack>;
  return (
    Array.isArray(masks) &&
    masks.every(
      (mask: Partial<MaskFacts> | null) =>
        typeof mask?.id === 'string' && typeof mask.modifiers === 'object' && mask.modifiers !== null,
    ) &&
    masks.some(({ id }) => id === active)
  );
}
