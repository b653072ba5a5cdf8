import { combineTiles } from '../../mask/combine';
import { MaskDocument } from '../../mask/mask-document';
import { MaskGrid } from '../../mask/mask-grid';
import { PixelSource } from '../../mask/pixel-source';
import type { PixelRect } from '../../mask/rect';
import { type PixelRange, previewRange, selectRange } from '../../mask/pixel-range';
import { wand, wandPreview } from '../../mask/wand';
import { requestedPaint } from '../../paint/paint-request';
import { PLANES } from '../../paint/planes';
import { QuickSelect } from '../../select/quick-select';
import { DEFAULT_SETTINGS, type ToolSettings } from '../tool-settings';
import { WorkerClient } from '../../worker/worker-client';
import type { Gesture, GestureKeys, GestureStart, Tool, ToolHost, ToolWorker } from '../tool';

const NO_KEYS: GestureKeys = { straight: false, centre: false };

/** Left half red, right half blue: something for the wand to tell apart. */
function twoHalves(width: number, height: number): PixelSource {
  const source = new PixelSource(width, height);
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    rgba.set(at % width < width / 2 ? [200, 30, 30, 255] : [30, 30, 200, 255], at * 4);
  }
  source.setRows(0, rgba);
  return source;
}

/**
 * What a tool sees of the session, with a real mask and the real maths done on the spot. Pointers are moved
 * by `press`, `drag` and `click`, in image px; one image px is one CSS px unless `scale` says otherwise.
 */
export class FakeHost implements ToolHost {
  readonly document: MaskDocument;
  readonly picture;
  pixels: Blob;
  readonly worker: ToolWorker;
  readonly settings: ToolSettings = structuredClone(DEFAULT_SETTINGS);
  scale = 1;
  overlays = 0;
  floats = 0;
  /** How often something to be kept changed. */
  pendings = 0;
  readonly pictures: (Blob | null)[] = [];
  readonly previews: number[] = [];
  readonly rangePreviews: PixelRange[] = [];
  /** How many quick previews were asked for. */
  quickPreviews = 0;
  readonly #client = new WorkerClient();
  readonly #work: Promise<void>[] = [];

  constructor(width = 200, height = 120) {
    this.document = new MaskDocument(width, height, {
      codec: { deflate: (bytes) => Promise.resolve(bytes), inflate: (bytes) => Promise.resolve(bytes) },
    });
    this.picture = {
      ref: { filename: 'picture.png', subfolder: '', type: 'input' as const },
      source: new Blob(['picture']),
      width,
      height,
    };
    this.pixels = this.picture.source;
    const colours = twoHalves(width, height);
    const client = this.#client;
    const quick = new QuickSelect(colours);
    this.worker = {
      colorAt: (x, y) => Promise.resolve(colours.meanColor(x, y)),
      range: (mask, range, { mode, opacity }) =>
        Promise.resolve(combineTiles(mask.grid, selectRange(colours, range), mode, opacity)),
      rangePreview: (range) => {
        this.rangePreviews.push(range);
        return Promise.resolve(previewRange(colours, range));
      },
      gradient: (...args) => client.gradient(...args),
      combine: (...args) => client.combine(...args),
      importMask: (...args) => client.importMask(...args),
      dropMask: (id) => {
        client.dropMask(id);
      },
      fill: (...args) => client.fill(...args),
      modify: (...args) => client.modify(...args),
      paint: ({ planes, limit }, request, selection) =>
        requestedPaint(request, {
          gridFor: (plane) => planes[PLANES.indexOf(plane)]?.grid ?? new MaskGrid(width, height),
          limit: limit?.grid.snapshot() ?? null,
          selection: selection ?? new MaskGrid(width, height),
          picture: () => Promise.resolve(colours),
        }),
      quick: (mask, request, { mode, opacity }) =>
        Promise.resolve(combineTiles(mask.grid, quick.select(request, mask.grid), mode, opacity)),
      quickPrepare: () => Promise.resolve(),
      quickPreview: (mask, request) => {
        this.quickPreviews++;
        return Promise.resolve(quick.preview(request, mask.grid));
      },
      setPicture: (picture) => this.pictures.push(picture),
      warmPicture: () => Promise.resolve(),
      wand: (mask, request, { mode, opacity }) =>
        Promise.resolve(combineTiles(mask.grid, wand(colours, request), mode, opacity)),
      wandPreview: (_, request) => {
        this.previews.push(request.tolerance);
        return Promise.resolve(wandPreview(colours, request));
      },
    };
  }

  get visible(): PixelRect {
    return { x0: 0, y0: 0, x1: this.document.width, y1: this.document.height };
  }

  get mask(): ToolHost['mask'] {
    return { id: 'fake', grid: this.document.grid };
  }

  get paint(): ToolHost['paint'] {
    const grids = this.document.paintPlanes();
    const { composite } = this.document;
    return {
      planes: PLANES.map((id, i) => ({ id, grid: grids[i] ?? composite })),
      limit: this.settings.paint.inMask && !composite.empty ? { id: 'limit', grid: composite } : null,
    };
  }

  readonly requestFrame = (): void => undefined;
  readonly overlayChanged = (): void => {
    this.overlays++;
  };
  readonly floatChanged = (): void => {
    this.floats++;
  };
  readonly pendingChanged = (): void => {
    this.pendings++;
  };
  readonly edit: ToolHost['edit'] = (change) => {
    change(this.document);
  };
  readonly set: ToolHost['set'] = (change) => {
    change(this.settings);
  };
  readonly busy: ToolHost['busy'] = (work) => {
    this.#work.push(work);
  };

  /** Resolves when all work begun by tools is done; rejects when some of it failed. */
  async still(): Promise<void> {
    await Promise.all(this.#work);
  }

  /** Presses the pointer down: `begin`, then its position as the first sample, as the session does. */
  press(tool: Tool, x: number, y: number, start: Partial<GestureStart> = {}): Gesture | null {
    const gesture = tool.begin(
      { x, y, pressure: 0.5, device: 'mouse', subtract: false, intersect: false, ...NO_KEYS, ...start },
      this,
    );
    gesture?.move([{ x, y, pressure: 0.5 }], { ...NO_KEYS, ...start });
    gesture?.frame();
    return gesture;
  }

  /** Moves from point to point with the button down, then releases it. */
  drag(
    tool: Tool,
    points: readonly (readonly [number, number])[],
    start: Partial<GestureStart> = {},
    keys: Partial<GestureKeys> = start,
  ): void {
    const [first = [0, 0], ...rest] = points;
    const gesture = this.press(tool, first[0], first[1], start);
    for (const [x, y] of rest) {
      gesture?.move([{ x, y, pressure: 0.5 }], { ...NO_KEYS, ...keys });
      gesture?.frame();
    }
    gesture?.end();
  }

  click(tool: Tool, x: number, y: number, start: Partial<GestureStart> = {}): void {
    this.drag(tool, [[x, y]], start);
  }

  value(x: number, y: number): number {
    return this.document.grid.valueAt(x, y);
  }

  /** Whether exactly this box is fully masked and nothing else. */
  isBox(box: PixelRect): boolean {
    const all = this.document.grid.readRect({
      x0: 0,
      y0: 0,
      x1: this.document.width,
      y1: this.document.height,
    });
    return all.every((value, at) => {
      const x = at % this.document.width;
      const y = Math.floor(at / this.document.width);
      const inside = x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1;
      return value === (inside ? 255 : 0);
    });
  }

  get steps(): string[] {
    return this.document.history.list().map(({ tool }) => tool);
  }
}
