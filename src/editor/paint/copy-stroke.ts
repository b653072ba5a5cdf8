import { MaskGrid, type Tile } from '../mask/mask-grid';
import { MipChain, type MipSource } from '../mask/mips';
import type { PixelRect } from '../mask/rect';
import type { DeviceView } from '../stage/device-view';
import type { DrawView, Float } from '../tools/tool';
import type { PendingWork } from '../drafts/journal/pending-work';
import type { CopyToolId } from '../model/editor-types';
import { PaintStroke, type PaintSettings } from './paint-stroke';
import { copiedWork } from './pending-paint';

/** A stroke that paints what is seen elsewhere: shown as such while it is painted, and until the layer has it. */
export class CopyStroke implements MipSource, Float {
  readonly within: MipChain;
  readonly stroke: PaintStroke;
  /** What it covers; filled once it has ended. */
  readonly cover: MaskGrid;
  #tool: CopyToolId | null = null;
  #kept: PendingWork | null = null;

  /** @param offset from what is copied to where it goes, whole image px. */
  constructor(
    readonly width: number,
    readonly height: number,
    settings: Omit<PaintSettings, 'color' | 'mode'>,
    readonly offset: { dx: number; dy: number },
  ) {
    this.stroke = new PaintStroke(width, height, { ...settings, color: [0, 0, 0], mode: 'paint' });
    this.cover = new MaskGrid(width, height);
    this.within = new MipChain(this);
  }

  /** A stroke that has ended, from what it covers. */
  static over(cover: MaskGrid, offset: { dx: number; dy: number }): CopyStroke {
    const stroke = new CopyStroke(cover.width, cover.height, { hardness: 1, opacity: 1 }, offset);
    cover.snapshot().forEach((tile, index) => stroke.cover.put(index, tile));
    return stroke;
  }

  /** It has ended, and is to be kept with the draft until the layer has it. */
  keep(tool: CopyToolId): void {
    this.#tool = tool;
  }

  /** The draft keeps it. */
  get isKept(): boolean {
    return this.#tool !== null;
  }

  /** What the draft keeps of it, put together when first asked for; null when nothing. */
  get kept(): PendingWork | null {
    this.#kept ??= this.#tool && copiedWork({ tool: this.#tool, ...this.offset }, this.cover);
    return this.#kept;
  }

  viewTile(index: number): Tile | null {
    return this.stroke.preview(index) ?? this.cover.tile(index);
  }

  fullTile(index: number): Tile {
    return this.cover.fullTile(index);
  }

  /** Brings what is shown up to date with the samples added. */
  flush(changed: (rect: PixelRect) => void): void {
    this.stroke.flush(this.#told(changed));
  }

  /** No sample follows. False when it covers nothing. */
  finish(changed: (rect: PixelRect) => void): boolean {
    for (const { index, tile } of this.stroke.finish(this.#told(changed))) {
      this.cover.put(index, tile);
    }
    return !this.cover.empty;
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, seen: DrawView): void {
    const { dx, dy } = this.offset;
    // Whole device px, as all tiles of a view lie on them.
    const x = view.x + Math.round(dx * view.scale);
    const y = view.y + Math.round(dy * view.scale);
    seen(context, { ...view, x, y });
  }

  #told(changed: (rect: PixelRect) => void): (rect: PixelRect) => void {
    return (rect) => {
      this.within.invalidate(rect);
      changed(rect);
    };
  }
}
