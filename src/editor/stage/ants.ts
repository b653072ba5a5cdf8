import { TILE } from '../mask/mask-grid';
import type { MipChain } from '../mask/mips';
import { type PixelRect, intersectRect, unionRect } from '../mask/rect';
import { tileOutline } from './contour';
import {
  type ScreenView,
  deviceX,
  deviceY,
  isUpright,
  pictureView,
  toScreen,
  turnMatrix,
} from './device-view';
import { ANTS_STEP, antsPattern } from './patterns';

/** Most straight pieces an outline may have; one with more is drawn from a coarser level. */
const MOST_PIECES = 12_000;

/** An outline being found: the tiles still to be searched, and what was found. */
interface Search {
  level: number;
  tiles: { column: number; row: number }[];
  at: number;
  pieces: number;
}

/**
 * The outline of what is masked by half or more, as presently visible. Found from the visible tiles of the
 * level on screen, in slices; drawn once into a picture the size of the view, through which stripes then
 * march: a step costs the same however ragged the mask is.
 */
export class Ants {
  readonly #mips: MipChain;
  /** Pieces of each tile (x0, y0, x1, y1 in px of the tile), by level and place. */
  readonly #outlines = new Map<number, number[]>();
  #search: Search | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #box: PixelRect | null = null;
  #ready = false;
  #pattern: { ratio: number; stripes: CanvasPattern | null } | null = null;

  constructor(mips: MipChain) {
    this.#mips = mips;
  }

  /** What they cover on the screen, device px; null when there are none. */
  get box(): PixelRect | null {
    return this.#ready ? this.#box : null;
  }

  /** The outline has been found for the requested view. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The mask changed inside the rectangle, image px. */
  invalidate(rect: PixelRect): void {
    this.reset();
    for (const [key] of this.#outlines) {
      const level = Math.floor(key / 65_536);
      const { columns } = this.#mips.geometry(level);
      const size = TILE * 2 ** level;
      const x0 = ((key % 65_536) % columns) * size;
      const y0 = Math.floor((key % 65_536) / columns) * size;
      // One px of the level more: the outline depends on the neighbours' edges.
      const reach = 2 ** level;
      const touched = { x0: x0 - reach, y0: y0 - reach, x1: x0 + size + reach, y1: y0 + size + reach };
      if (intersectRect(touched, rect)) {
        this.#outlines.delete(key);
      }
    }
  }

  /** The view changed: nothing is shown until `build` is done. */
  reset(): void {
    this.#ready = false;
    this.#search = null;
  }

  /**
   * Finds the outline as long as `more` says so, at least one tile's.
   * @returns true when it is found.
   */
  build(screen: ScreenView, more: () => boolean): boolean {
    const search = (this.#search ??= this.#begin(screen, 0));
    do {
      const tile = search.tiles[search.at];
      if (!tile) {
        this.#finish(screen, search);
        return true;
      }
      const pieces = this.#outline(search.level, tile.column, tile.row);
      search.at++;
      search.pieces += pieces.length / 4;
      if (search.pieces > MOST_PIECES) {
        this.#search = search.level < this.#mips.top ? this.#begin(screen, search.level + 1) : null;
        if (!this.#search) {
          this.#box = null;
          this.#ready = true;
          return true;
        }
        return false;
      }
    } while (more());
    return false;
  }

  /**
   * Draws what lies in the clip (device px of the screen, cleared before).
   * @param phase 0 to 1: how far the ants have marched.
   */
  draw(context: CanvasRenderingContext2D, { clip, ratio }: ScreenView, phase: number): void {
    const canvas = this.#canvas;
    const part = this.box && intersectRect(this.box, clip);
    if (!canvas || !part) {
      return;
    }
    if (this.#pattern?.ratio !== ratio) {
      this.#pattern = { ratio, stripes: antsPattern(context, ratio) };
    }
    const { x0, y0 } = part;
    const width = part.x1 - x0;
    const height = part.y1 - y0;
    const shift = Math.round(phase * ANTS_STEP * ratio);
    context.save();
    context.drawImage(canvas, x0, y0, width, height, x0, y0, width, height);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = this.#pattern.stripes ?? '#fff';
    context.translate(shift, 0);
    context.fillRect(clip.x0 - shift, clip.y0, clip.x1 - clip.x0, clip.y1 - clip.y0);
    context.restore();
  }

  /** Bytes of its picture of the view. */
  bytes(): number {
    return this.#canvas ? this.#canvas.width * this.#canvas.height * 4 : 0;
  }

  close(): void {
    this.reset();
    this.#outlines.clear();
    if (this.#canvas) {
      this.#canvas.width = 0;
      this.#canvas.height = 0;
      this.#canvas = null;
    }
  }

  #begin(screen: ScreenView, atLeast: number): Search {
    const fitting = Math.floor(Math.log2(1 / screen.scale) + 1e-6);
    const level = Math.max(atLeast, Math.min(this.#mips.top, Math.max(0, fitting)));
    const view = pictureView(screen, screen.clip);
    const { columns, rows } = this.#mips.geometry(level);
    const step = TILE * 2 ** level * view.scale;
    const tiles: Search['tiles'] = [];
    const r1 = Math.min(rows, Math.ceil((view.clip.y1 - view.y) / step));
    const c1 = Math.min(columns, Math.ceil((view.clip.x1 - view.x) / step));
    for (let row = Math.max(0, Math.floor((view.clip.y0 - view.y) / step)); row < r1; row++) {
      for (let column = Math.max(0, Math.floor((view.clip.x0 - view.x) / step)); column < c1; column++) {
        tiles.push({ column, row });
      }
    }
    return { level, tiles, at: 0, pieces: 0 };
  }

  #outline(level: number, column: number, row: number): number[] {
    const { columns, rows } = this.#mips.geometry(level);
    const index = row * columns + column;
    const key = level * 65_536 + index;
    const known = this.#outlines.get(key);
    if (known) {
      return known;
    }
    const data = (at: number): Uint8Array | null => this.#mips.tile(level, at)?.data ?? null;
    const found: number[] = [];
    const sides = {
      above: row > 0 ? data(index - columns) : null,
      left: column > 0 ? data(index - 1) : null,
      lastColumn: column === columns - 1,
      lastRow: row === rows - 1,
    };
    tileOutline(data(index), sides, found, MOST_PIECES * 4);
    if (this.#outlines.size > 400) {
      this.#outlines.clear();
    }
    this.#outlines.set(key, found);
    return found;
  }

  /** Draws the outline, one CSS px wide. */
  #finish(screen: ScreenView, search: Search): void {
    const { x1: width, y1: height } = screen.clip;
    const canvas = (this.#canvas ??= document.createElement('canvas'));
    // Setting a size also clears.
    canvas.width = width;
    canvas.height = height;
    this.#search = null;
    this.#box = null;
    this.#ready = true;
    const context = canvas.getContext('2d');
    if (!context || search.pieces === 0) {
      return;
    }
    if (!isUpright(screen)) {
      context.setTransform(...turnMatrix(screen));
    }
    const view = pictureView(screen, screen.clip);
    const line = Math.max(1, Math.round(screen.ratio));
    const size = 2 ** search.level;
    const { width: imageWidth, height: imageHeight } = this.#mips.geometry(0);
    let box: PixelRect | null = null;
    for (const { column, row } of search.tiles) {
      const pieces = this.#outline(search.level, column, row);
      for (let i = 0; i < pieces.length; i += 4) {
        const left = deviceX(view, Math.min(imageWidth, (column * TILE + (pieces[i] ?? 0)) * size));
        const top = deviceY(view, Math.min(imageHeight, (row * TILE + (pieces[i + 1] ?? 0)) * size));
        const right = deviceX(view, Math.min(imageWidth, (column * TILE + (pieces[i + 2] ?? 0)) * size));
        const bottom = deviceY(view, Math.min(imageHeight, (row * TILE + (pieces[i + 3] ?? 0)) * size));
        context.fillRect(left, top, Math.max(line, right - left), Math.max(line, bottom - top));
        box = unionRect(box, { x0: left, y0: top, x1: right + line, y1: bottom + line });
      }
    }
    this.#box = box && intersectRect(toScreen(screen, box), screen.clip);
  }
}
