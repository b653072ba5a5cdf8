import { type Combine, combineTiles } from '../mask/combine';
import { contourTiles } from '../mask/contour';
import type { MaskSize } from '../mask/coverage';
import { fillRegion } from '../mask/flood';
import { maskHash } from '../mask/hash';
import { islandsOf } from '../mask/islands';
import { type ImportTarget, MaskShapeError } from '../mask/mask-fit';
import { MaskGrid, type TileChange } from '../mask/mask-grid';
import type { MaskChannel } from '../mask/mask-import';
import { type MaskTiles, gridFromTiles, maskTiles } from '../mask/mask-tiles';
import type { MaskModifiers } from '../mask/modifiers';
import { PixelSource } from '../mask/pixel-source';
import { decodeMaskPng } from '../mask/png-read';
import { type MaskPngVariant, encodeMaskPng } from '../mask/png-write';
import type { PixelRect } from '../mask/rect';
import { type PixelRange, previewRange, selectRange } from '../mask/pixel-range';
import { fillHoles, removeSpecks } from '../mask/regions';
import { wand, wandPreview } from '../mask/wand';
import { encodePaint } from '../paint/paint-png';
import { type PaintRequest, requestedPaint } from '../paint/paint-request';
import { type Plane, PLANES } from '../paint/planes';
import { type QuickRequest, QuickSelect } from '../select/quick-select';
import type { QuickWindow } from '../select/quick-window';
import { gradientGrid, type MaskGradient } from '../mask/gradient-mask';
import { MaskMirror, type TileDelta, deltaOf } from './mirror';
import { PictureError, decodeColors, importMaskFile } from './picture';

/** What the magic wand is asked for. See `WandOptions`. */
export interface WandRequest {
  /** px of the picture. */
  x: number;
  y: number;
  /** 0 to 100, OKLab distance × 100. */
  tolerance: number;
  contiguous: boolean;
  /** An edge about 1 px soft; on by default. */
  soft?: boolean;
  /** Painted pixels of the mask (128 and more) are neither entered nor selected. */
  avoidPainted?: boolean;
}

/**
 * What to do to the mask as a whole. Holes are filled and specks cleared up to `maxArea` px; of its contour a border
 * `width` px wide is left.
 */
export type RegionsRequest =
  { kind: 'holes' | 'specks'; maxArea: number } | { kind: 'contour'; width: number };

/** Size (px) of a mask file that needs a fit. */
export interface MaskShape {
  tiles: null;
  sourceWidth: number;
  sourceHeight: number;
}

/** A `MaskReading` that can be sent. */
export interface TilesReading {
  tiles: MaskTiles;
  channel: MaskChannel;
}

/**
 * Heavy work on plain data: runs in a worker, or in place where there is none. `mask` and `selection` name
 * masks that `mirror` has brought before.
 */
export interface EditorJobs {
  encode: {
    in: { tiles: MaskTiles; variant: MaskPngVariant };
    /**
     * `bounds`: the smallest box around all pixels above 0, px; null when there are none. `islands`: see
     * `islandsOf`.
     */
    out: {
      png: Uint8Array<ArrayBuffer>;
      hash: string;
      bounds: PixelRect | null;
      islands: readonly PixelRect[];
    };
  };
  decode: { in: { png: Uint8Array }; out: MaskTiles };
  deflate: { in: { bytes: Uint8Array }; out: { bytes: Uint8Array } };
  inflate: { in: { bytes: Uint8Array }; out: { bytes: Uint8Array } };
  /** Changed tiles of a mask; a new mask, or one of another size, starts empty. */
  mirror: { in: MaskSize & { mask: string; delta: TileDelta }; out: null };
  dropMask: { in: { mask: string }; out: null };
  fill: {
    in: { mask: string; x: number; y: number; target: 'empty' | 'painted'; how: Combine };
    out: TileDelta;
  };
  combine: { in: { mask: string; selection: string; how: Combine }; out: TileDelta };
  regions: { in: { mask: string; request: RegionsRequest }; out: TileDelta };
  /** Keeps a picture for the wand and quick select; a file is decoded when needed. */
  setPicture: { in: { picture: Blob | PixelSource | null }; out: null };
  warmPicture: { in: null; out: null };
  wand: { in: { mask: string; request: WandRequest; how: Combine }; out: TileDelta };
  wandPreview: { in: { mask: string | null; request: WandRequest }; out: MaskTiles };
  /** Mean sRGB of the 3 × 3 px around a pixel of the picture. */
  colorAt: { in: { x: number; y: number }; out: { color: [number, number, number] } };
  range: { in: { mask: string; range: PixelRange; how: Combine }; out: TileDelta };
  rangePreview: { in: { range: PixelRange }; out: MaskTiles };
  gradient: { in: { mask: string; gradient: MaskGradient; how: Combine }; out: TileDelta };
  /**
   * Work on the paint layer. `planes` names the masks that hold it, in the order of `PLANES`, as do the answers;
   * `limit` the one outside of which nothing is painted, `selection` the one the request is about.
   */
  paint: {
    in: { planes: readonly string[]; limit: string | null; selection: string | null; request: PaintRequest };
    out: { planes: TileDelta[] };
  };
  /** What is painted of the layer; null when nothing is. `opacity`: of the layer, 0 to 1. */
  encodePaint: {
    in: { planes: readonly string[]; opacity: number };
    out: { png: Uint8Array<ArrayBuffer>; box: PixelRect } | null;
  };
  /** Looks at a part of the picture, so that `quickPreview` need not. */
  quickPrepare: { in: { window: QuickWindow }; out: null };
  quickPreview: { in: { mask: string; request: QuickRequest }; out: { tiles: MaskTiles; rect: PixelRect } };
  quick: { in: { mask: string; request: QuickRequest; how: Combine }; out: TileDelta };
  /** Null: a newer `modify` of this mask has arrived. */
  modify: { in: { mask: string; modifiers: MaskModifiers; all: boolean }; out: TileDelta | null };
  /** Without tiles: the file has another shape, and no fit was given. */
  importMask: {
    in: { file: Blob; wanted: ImportTarget | null; channel: MaskChannel | 'auto' };
    out: (TilesReading & { other?: TilesReading; sourceWidth: number; sourceHeight: number }) | MaskShape;
  };
}

export type JobName = keyof EditorJobs;

/** A job for the worker. Tiles of an `encode` job may have been sent ahead. */
export interface JobRequest<Name extends JobName = JobName> {
  id: number;
  name: Name;
  input: EditorJobs[Name]['in'];
}

/** Tiles of a coming `encode` job, sent in pieces so that no single message takes long. */
export interface TilesAhead {
  id: number;
  name: 'tiles';
  mixed: MaskTiles['mixed'];
}

export type JobReply =
  | { id: number; ok: true; output: EditorJobs[JobName]['out'] }
  | { id: number; ok: false; error: { name: string; message: string; problem?: string } };

type Runner = {
  [Name in JobName]: (
    input: EditorJobs[Name]['in'],
  ) => EditorJobs[Name]['out'] | Promise<EditorJobs[Name]['out']>;
};

/** Does jobs, and keeps what they need from one to the next: masks and the picture. */
export class JobHost {
  readonly #masks = new Map<string, MaskMirror>();
  #picture: Blob | PixelSource | null = null;
  /** The picture being decoded, once for all callers. */
  #decoding: Promise<PixelSource> | null = null;
  #quick: { source: PixelSource; select: QuickSelect } | null = null;

  /** Begins the job at once. */
  async run<Name extends JobName>(
    name: Name,
    input: EditorJobs[Name]['in'],
  ): Promise<EditorJobs[Name]['out']> {
    return this.#jobs[name](input);
  }

  readonly #jobs: Runner = {
    encode: async ({ tiles, variant }) => {
      const grid = gridFromTiles(tiles);
      return {
        png: await encodeMaskPng(tiles, variant),
        hash: maskHash(tiles),
        bounds: grid.bounds(),
        islands: islandsOf(grid),
      };
    },
    decode: ({ png }) => decodeMaskPng(png),
    deflate: async ({ bytes }) => ({ bytes: await through(bytes, new CompressionStream('deflate-raw')) }),
    inflate: async ({ bytes }) => ({ bytes: await through(bytes, new DecompressionStream('deflate-raw')) }),
    mirror: ({ mask, width, height, delta }) => {
      let mirror = this.#masks.get(mask);
      if (mirror?.grid.width !== width || mirror.grid.height !== height) {
        mirror = new MaskMirror(width, height);
        this.#masks.set(mask, mirror);
      }
      mirror.update(delta);
      return null;
    },
    dropMask: ({ mask }) => {
      this.#masks.delete(mask);
      return null;
    },
    fill: ({ mask, x, y, target, how }) =>
      this.#combined(mask, (grid) => fillRegion(grid, x, y, target), how),
    combine: ({ mask, selection, how }) => this.#combined(mask, () => this.#mirror(selection).grid, how),
    regions: ({ mask, request }) => this.#answer(mask, (grid) => wholeChanges(grid, request)),
    setPicture: ({ picture }) => {
      this.#picture = picture;
      this.#decoding = null;
      this.#quick = null;
      return null;
    },
    warmPicture: async () => {
      await this.#colors();
      return null;
    },
    wand: async ({ mask, request, how }) => {
      const colors = await this.#colors();
      return this.#combined(mask, (grid) => wand(colors, wandOptions(request, grid)), how);
    },
    wandPreview: async ({ mask, request }) => {
      const colors = await this.#colors();
      return maskTiles(
        wandPreview(colors, wandOptions(request, mask === null ? null : this.#mirror(mask).grid)),
      );
    },
    colorAt: async ({ x, y }) => ({ color: (await this.#colors()).meanColor(x, y) }),
    range: async ({ mask, range, how }) => {
      const colors = await this.#colors();
      return this.#combined(mask, () => selectRange(colors, range), how);
    },
    rangePreview: async ({ range }) => maskTiles(previewRange(await this.#colors(), range)),
    gradient: ({ mask, gradient, how }) =>
      this.#combined(mask, ({ width, height }) => gradientGrid(gradient, width, height), how),
    paint: async ({ planes, limit, selection, request }) => {
      const gridFor = this.#planes(planes);
      const { width, height } = gridFor(PLANES[0]);
      const changes = await requestedPaint(request, {
        gridFor,
        limit: limit === null ? null : this.#mirror(limit).grid.snapshot(),
        selection: selection === null ? new MaskGrid(width, height) : this.#mirror(selection).grid,
        picture: () => this.#colors(),
      });
      return { planes: PLANES.map((plane) => deltaOf(gridFor(plane), changes.get(plane) ?? [])) };
    },
    encodePaint: ({ planes, opacity }) => encodePaint(this.#planes(planes), opacity),
    quickPrepare: async ({ window }) => {
      (await this.#quickSelect()).prepare(window);
      return null;
    },
    quickPreview: async ({ mask, request }) => {
      const { grid, rect } = (await this.#quickSelect()).preview(request, this.#mirror(mask).grid);
      return { tiles: maskTiles(grid), rect };
    },
    quick: async ({ mask, request, how }) => {
      const select = await this.#quickSelect();
      return this.#combined(mask, (grid) => select.select(request, grid), how);
    },
    modify: async ({ mask, modifiers, all }) => {
      const mirror = this.#mirror(mask);
      const changes = await mirror.modify(modifiers, all);
      return changes && deltaOf(mirror.grid, changes);
    },
    importMask: async ({ file, wanted, channel }) => {
      try {
        const { other, ...facts } = await importMaskFile(file, wanted, channel);
        const { grid, ...more } = facts;
        return {
          tiles: maskTiles(grid),
          ...more,
          ...(other && { other: { tiles: maskTiles(other.grid), channel: other.channel } }),
        };
      } catch (error) {
        if (error instanceof MaskShapeError) {
          return { tiles: null, sourceWidth: error.width, sourceHeight: error.height };
        }
        throw error;
      }
    },
  };

  #mirror(mask: string): MaskMirror {
    const mirror = this.#masks.get(mask);
    if (!mirror) {
      throw new Error(`no mask ${mask}`);
    }
    return mirror;
  }

  #planes(ids: readonly string[]): (plane: Plane) => MaskGrid {
    const grids = new Map(PLANES.map((plane, i) => [plane, this.#mirror(ids[i] ?? '').grid]));
    return (plane) => grids.get(plane) ?? this.#mirror(plane).grid;
  }

  #answer(mask: string, work: (grid: MaskGrid) => TileChange[]): TileDelta {
    const { grid } = this.#mirror(mask);
    return deltaOf(grid, work(grid));
  }

  #combined(mask: string, select: (grid: MaskGrid) => MaskGrid, { mode, opacity }: Combine): TileDelta {
    return this.#answer(mask, (grid) => combineTiles(grid, select(grid), mode, opacity));
  }

  async #quickSelect(): Promise<QuickSelect> {
    const source = await this.#colors();
    if (this.#quick?.source !== source) {
      this.#quick = { source, select: new QuickSelect(source) };
    }
    return this.#quick.select;
  }

  async #colors(): Promise<PixelSource> {
    const picture = this.#picture;
    if (!picture) {
      throw new PictureError('no-picture', 'none was set');
    }
    if (picture instanceof PixelSource) {
      return picture;
    }
    this.#decoding ??= decodeColors(picture);
    const decoding = this.#decoding;
    try {
      return await decoding;
    } catch (error) {
      // There may be enough memory the next time.
      if (this.#decoding === decoding) {
        this.#decoding = null;
      }
      throw error;
    }
  }
}

function wholeChanges(grid: MaskGrid, request: RegionsRequest): TileChange[] {
  switch (request.kind) {
    case 'holes':
      return fillHoles(grid, request.maxArea);
    case 'specks':
      return removeSpecks(grid, request.maxArea);
    case 'contour':
      return contourTiles(grid, request.width);
  }
}

function wandOptions(
  { avoidPainted, ...options }: WandRequest,
  grid: MaskGrid | null,
): Parameters<typeof wand>[1] {
  return { ...options, border: avoidPainted ? grid : null };
}

/** Does a job that needs nothing from others, or all with the same host, here and now. */
export function runJob<Name extends JobName>(
  name: Name,
  input: EditorJobs[Name]['in'],
  host: JobHost = new JobHost(),
): Promise<EditorJobs[Name]['out']> {
  return host.run(name, input);
}

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}
