import { TILE, type TileChange } from '../../mask/mask-grid';
import type { MaskFacts, MaskMode, MaskStack } from '../../mask/mask-stack';
import type { MaskThumbnail } from '../../mask/thumbnail';
import type { RestoredJournal } from './journal-store';

/** Samples per pixel of the thumbnail, along each side: a thin stroke still shows. */
const LOOKS = 3;

/**
 * A thumbnail of what a stored document masks, neither side longer than `most` px. Its masks combine as in
 * the document; modifiers, which need the whole mask, are left out.
 */
export function draftThumbnail(
  { masks, meta }: Pick<RestoredJournal, 'masks' | 'meta'>,
  size: { width: number; height: number },
  most: number,
): MaskThumbnail {
  const scale = Math.min(1, most / Math.max(size.width, size.height));
  const width = Math.max(1, Math.round(size.width * scale));
  const height = Math.max(1, Math.round(size.height * scale));
  const columns = Math.ceil(size.width / TILE);
  const layers = layersOf(masks, meta);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let look = 0; look < LOOKS * LOOKS; look++) {
        const px = place(x, look % LOOKS, width, size.width);
        const py = place(y, Math.floor(look / LOOKS), height, size.height);
        const index = Math.floor(py / TILE) * columns + Math.floor(px / TILE);
        const at = (py % TILE) * TILE + (px % TILE);
        let value = 0;
        for (const { tiles, mode } of layers) {
          value = meet(value, tiles.get(index)?.tile?.data[at] ?? 0, mode);
        }
        sum += value;
      }
      values[y * width + x] = Math.round(sum / (LOOKS * LOOKS));
    }
  }
  return { width, height, values };
}

/** The pixels of the picture that are sampled. */
function place(at: number, look: number, count: number, side: number): number {
  return Math.min(side - 1, Math.floor(((at + (look + 0.5) / LOOKS) * side) / count));
}

function meet(below: number, own: number, mode: MaskMode): number {
  return mode === 'add' ? Math.max(below, own) : Math.min(below, mode === 'subtract' ? 255 - own : own);
}

interface Layer {
  tiles: Map<number, TileChange>;
  mode: MaskMode;
}

/** Visible masks, bottom first. */
function layersOf(masks: RestoredJournal['masks'], meta: unknown): Layer[] {
  const stack = meta as MaskStack | null;
  const facts: readonly Pick<MaskFacts, 'id' | 'visible' | 'mode'>[] = Array.isArray(stack?.masks)
    ? stack.masks
    : masks.map(({ id }) => ({ id, visible: true, mode: 'add' as const }));
  return facts
    .filter(({ visible }) => visible)
    .map(({ id, mode }) => ({
      tiles: new Map(masks.find((mask) => mask.id === id)?.changes.map((change) => [change.index, change])),
      mode,
    }));
}
