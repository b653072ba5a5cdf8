import * as v from 'valibot';
import { report } from '../../base/report';
import { pendingWork, type PendingWork } from '../drafts/journal/pending-work';
import { MaskGrid, TILE_BYTES, makeTile } from '../mask/mask-grid';
import type { Placement } from './placement';

const whole = v.pipe(v.number(), v.integer());
const placedSchema = v.object({
  kind: v.literal('place'),
  place: v.object({ x: whole, y: whole, width: whole, height: whole, angle: v.number() }),
});
const copiedSchema = v.object({
  kind: v.literal('copy'),
  tool: v.picklist(['clone', 'heal']),
  dx: whole,
  dy: whole,
  /** Tiles that are covered in part: their values follow one another in the data. */
  places: v.array(whole),
  /** Tiles that are covered wholly. */
  full: v.array(whole),
});

/** A stroke of clone or heal that the layer does not have yet. */
export type CopyFacts = Omit<v.InferOutput<typeof copiedSchema>, 'kind' | 'places' | 'full'>;

/** A picture that floats above the layer. @param file its encoded bytes. */
export function placedWork(place: Placement, file: Uint8Array): PendingWork {
  return pendingWork(placedFacts(place), file);
}

/** What is kept of a picture's place. */
export function placedFacts(place: Placement): unknown {
  return { kind: 'place', place } satisfies v.InferOutput<typeof placedSchema>;
}

/** @param cover what the stroke covers; it must not change any more. */
export function copiedWork(facts: CopyFacts, cover: MaskGrid): PendingWork {
  const places: number[] = [];
  const full: number[] = [];
  for (let index = 0; index < cover.length; index++) {
    if (cover.tile(index)) {
      (cover.isFull(index) ? full : places).push(index);
    }
  }
  const data = new Uint8Array(places.length * TILE_BYTES);
  places.forEach((index, i) => {
    data.set(cover.tile(index)?.data ?? [], i * TILE_BYTES);
  });
  return pendingWork({ kind: 'copy', ...facts, places, full }, data);
}

/** What was kept, to be taken up again. */
export type KeptPaint =
  { kind: 'place'; place: Placement; file: Uint8Array } | ({ kind: 'copy'; cover: MaskGrid } & CopyFacts);

/** Reads what was kept; null when it is none of these. @param size of the picture, px. */
export function readKept(
  { facts, data }: PendingWork,
  size: { width: number; height: number },
): KeptPaint | null {
  const known = v.safeParse(v.variant('kind', [placedSchema, copiedSchema]), facts);
  if (!known.success) {
    report(new Error('unknown pending work'), 'pending.read');
    return null;
  }
  if (known.output.kind === 'place') {
    return { ...known.output, file: data };
  }
  const { places, full, ...more } = known.output;
  const cover = new MaskGrid(size.width, size.height);
  places.forEach((index, i) => {
    cover.put(index, cover.normal(index, makeTile(data.slice(i * TILE_BYTES, (i + 1) * TILE_BYTES))));
  });
  for (const index of full) {
    cover.put(index, cover.fullTile(index));
  }
  return { ...more, cover };
}
