import { report, reporting } from '../../base/report';
import type { Combine } from '../mask/combine';
import type { MaskPoint } from '../mask/coverage';
import type { ByteCodec } from '../mask/history';
import { type ImportTarget, MaskShapeError } from '../mask/mask-fit';
import { MaskGrid, type TileChange } from '../mask/mask-grid';
import type { ImportedMask, MaskChannel } from '../mask/mask-import';
import { type MaskTiles, gridFromTiles } from '../mask/mask-tiles';
import type { MaskModifiers } from '../mask/modifiers';
import { type PngProblem, PngError } from '../mask/png-read';
import type { MaskPngVariant } from '../mask/png-write';
import type { PixelRange } from '../mask/pixel-range';
import type { MaskGradient } from '../mask/gradient-mask';
import type { QuickPreview, QuickRequest } from '../select/quick-select';
import type { QuickWindow } from '../select/quick-window';
import type { PaintRequest } from '../paint/paint-request';
import { type PaintChanges, PLANES } from '../paint/planes';
import { breathe } from './breathe';
import { Newest } from './newest';
import { type EditorJobs, JobHost, type JobName, type JobReply, type WandRequest } from './jobs';
import { type TileDelta, changesOf } from './mirror';
import { PictureError, type PictureProblem } from './picture';

export type { WandRequest } from './jobs';

/** Tiles in one message: 2 MB are copied in about a millisecond. */
const TILES_A_MESSAGE = 32;
/** How often a mask may change during the work before it is abandoned. */
const MOST_TRIES = 5;

interface Waiting {
  resolve: (output: EditorJobs[JobName]['out']) => void;
  reject: (error: Error) => void;
}

/** A mask for the worker: a stable id, and its pixels as they are now. */
export interface MaskRef {
  readonly id: string;
  readonly grid: MaskGrid;
}

/** The paint layer for the worker: its planes, and the mask outside of which nothing is painted, if any. */
export interface PaintLayerRef {
  readonly planes: readonly MaskRef[];
  readonly limit: MaskRef | null;
}

/** What the worker has of a mask. */
interface Sent {
  width: number;
  height: number;
  /** `rev` of each tile, 0 where there is none. */
  revs: Float64Array;
}

/**
 * The editor's worker: heavy work off the main thread. Where workers cannot start, the work is done in place.
 *
 * The worker keeps a copy of every mask it was asked about and is sent the tiles it does not have, in pieces;
 * so callers always pass masks as they are. Answers about a mask are the tiles that change, in normal form,
 * ready to become one step of the history. When the mask changes during the work at one of these places, the
 * work is done again.
 */
export class WorkerClient {
  #worker: Worker | null = null;
  #failed = false;
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  /** Does the work where there is no worker. */
  #host: JobHost | null = null;
  /** Kept in case the worker fails. */
  #picture: Blob | null = null;
  readonly #sent = new Map<string, Sent>();
  /** Masks are sent one after another. */
  #sending: Promise<void> = Promise.resolve();
  /** Newest `modify` of each mask, and whether one for all places was requested and not yet sent. */
  readonly #modifying = new Map<string, { newest: number; all: boolean }>();
  readonly #previews = new Newest();

  readonly #still: () => Promise<void>;

  /**
   * @param still resolves when no stroke is in progress: only then is it known whether an answer still fits.
   */
  constructor(still: () => Promise<void> = () => Promise.resolve()) {
    this.#still = still;
  }

  /** For the history: packs and unpacks tiles. */
  readonly codec: ByteCodec = {
    deflate: async (bytes) => (await this.#run('deflate', { bytes }, [bytes.buffer as ArrayBuffer])).bytes,
    // The packed bytes stay here until the unpacked ones have arrived.
    inflate: async (bytes) => (await this.#run('inflate', { bytes })).bytes,
  };

  /** The mask as PNG, with the hash of its contents and the box around them. The tiles must not change meanwhile. */
  async encode(tiles: MaskTiles, variant: MaskPngVariant): Promise<EditorJobs['encode']['out']> {
    const worker = this.#start();
    if (!worker) {
      return this.#run('encode', { tiles, variant });
    }
    const id = this.#nextId++;
    for (let at = 0; at < tiles.mixed.length; at += TILES_A_MESSAGE) {
      worker.postMessage({ id, name: 'tiles', mixed: tiles.mixed.slice(at, at + TILES_A_MESSAGE) });
      await breathe();
    }
    return this.#send('encode', { tiles: { ...tiles, mixed: [] }, variant }, [], id);
  }

  /** The mask represented by a PNG's alpha. @throws PngError */
  decode(png: Uint8Array): Promise<MaskTiles> {
    return this.#run('decode', { png });
  }

  /** The changes that fill the region around a point (px). See `fillRegion`. */
  fill(
    mask: MaskRef,
    { x, y }: MaskPoint,
    how: Combine,
    target: 'empty' | 'painted' = 'empty',
  ): Promise<TileChange[]> {
    return this.#change(mask, 'fill', { mask: mask.id, x, y, target, how });
  }

  /** The changes that combine another mask or selection of the same size. */
  async combine(mask: MaskRef, selection: MaskGrid, how: Combine): Promise<TileChange[]> {
    const id = `selection ${this.#nextId++}`;
    try {
      await this.#bring({ id, grid: selection });
      return await this.#change(mask, 'combine', { mask: mask.id, selection: id, how });
    } finally {
      this.dropMask(id);
    }
  }

  /** The changes that fill holes of at most `maxArea` px. See `fillHoles`. */
  fillHoles(mask: MaskRef, maxArea = Infinity): Promise<TileChange[]> {
    return this.#change(mask, 'regions', { mask: mask.id, request: { kind: 'holes', maxArea } });
  }

  /** The changes that clear specks of at most `maxArea` px. See `removeSpecks`. */
  removeSpecks(mask: MaskRef, maxArea: number): Promise<TileChange[]> {
    return this.#change(mask, 'regions', { mask: mask.id, request: { kind: 'specks', maxArea } });
  }

  /** The changes that leave a border `width` px wide along the mask's edge. See `contourTiles`. */
  contour(mask: MaskRef, width: number): Promise<TileChange[]> {
    return this.#change(mask, 'regions', { mask: mask.id, request: { kind: 'contour', width } });
  }

  /**
   * Sets the picture the wand and quick select look at; null when there is none. Only the file is kept until one is
   * used, then its colours: three bytes a pixel, 201 MB for 8192 × 8192 px.
   */
  setPicture(picture: Blob | null): void {
    this.#picture = picture;
    this.#run('setPicture', { picture }).catch(reporting('worker.set-picture'));
  }

  /** Decodes the picture now, so that the first use of the wand need not wait. @throws PictureError */
  async warmPicture(): Promise<void> {
    await this.#run('warmPicture', null);
  }

  /** The changes a magic wand selection makes. @throws PictureError */
  wand(mask: MaskRef, request: WandRequest, how: Combine): Promise<TileChange[]> {
    return this.#change(mask, 'wand', { mask: mask.id, request, how });
  }

  /**
   * What the wand would select, at a quarter of the size (⌈width / 4⌉ × ⌈height / 4⌉ px). Null: a newer
   * preview was requested meanwhile.
   * @throws PictureError
   */
  wandPreview(mask: MaskRef, request: WandRequest): Promise<MaskGrid | null> {
    return this.#previews.run(async (newest) => {
      if (request.avoidPainted) {
        await this.#bring(mask);
      }
      if (!newest()) {
        return null;
      }
      const tiles = await this.#run('wandPreview', { mask: request.avoidPainted ? mask.id : null, request });
      return gridFromTiles(tiles);
    });
  }

  /** The mean colour around a pixel of the picture, sRGB 0 to 255 with fractions. @throws PictureError */
  async colorAt(x: number, y: number): Promise<[number, number, number]> {
    return (await this.#run('colorAt', { x, y })).color;
  }

  /** The changes that select a range of colours or of brightness. @throws PictureError */
  range(mask: MaskRef, range: PixelRange, how: Combine): Promise<TileChange[]> {
    return this.#change(mask, 'range', { mask: mask.id, range, how });
  }

  /**
   * What a range selects; see `previewRange`. Null: a newer preview was requested meanwhile.
   * @throws PictureError
   */
  rangePreview(range: PixelRange): Promise<MaskGrid | null> {
    return this.#previews.run(async (newest) =>
      newest() ? gridFromTiles(await this.#run('rangePreview', { range })) : null,
    );
  }

  /** The changes that lay a gradient on the mask. */
  gradient(mask: MaskRef, gradient: MaskGradient, how: Combine): Promise<TileChange[]> {
    return this.#change(mask, 'gradient', { mask: mask.id, gradient, how });
  }

  /**
   * What work changes in the paint layer.
   * @param selection what the request is about, if anything; it must not change meanwhile.
   * @throws PictureError
   */
  async paint(
    { planes, limit }: PaintLayerRef,
    request: PaintRequest,
    selection: MaskGrid | null = null,
  ): Promise<PaintChanges> {
    const selected = selection && { id: `selection ${this.#nextId++}`, grid: selection };
    const input = {
      planes: planes.map(({ id }) => id),
      limit: limit?.id ?? null,
      selection: selected?.id ?? null,
      request,
    };
    try {
      for (const mask of [limit, selected]) {
        await (mask && this.#bring(mask));
      }
      return await this.#fitting(async () => {
        const known: Float64Array[] = [];
        for (const plane of planes) {
          known.push(await this.#bring(plane));
        }
        const { planes: deltas } = await this.#run('paint', input);
        const changes = planes.map(({ grid }, i) => {
          const delta = deltas[i];
          return delta ? changesOf(grid, delta) : [];
        });
        return {
          answer: new Map(PLANES.map((plane, i) => [plane, changes[i] ?? []])),
          fits: () => planes.every(({ grid }, i) => fits(grid, changes[i] ?? [], known[i])),
        };
      });
    } finally {
      if (selected) {
        this.dropMask(selected.id);
      }
    }
  }

  /**
   * The painted part of the layer as a PNG; null when nothing is painted. It is the layer of the moment of the call.
   * @param opacity of the layer, 0 to 1.
   */
  async encodePaint(planes: readonly MaskRef[], opacity: number): Promise<EditorJobs['encodePaint']['out']> {
    const frozen = planes.map(({ id, grid }) => ({ id, grid: frozenGrid(grid) }));
    const input = { planes: planes.map(({ id }) => id), opacity };
    const { encoding } = await this.#inTurn(async () => {
      for (const plane of frozen) {
        await this.#sendTiles(plane);
      }
      // In the same turn: tiles of later moments must not come in between.
      return { encoding: this.#run('encodePaint', input) };
    });
    return encoding;
  }

  /** Looks at a part of the picture ahead of `quickPreview`. @throws PictureError */
  async quickPrepare(window: QuickWindow): Promise<void> {
    await this.#run('quickPrepare', { window });
  }

  /**
   * What quick select would select, roughly. Null: a newer preview was requested meanwhile.
   * @throws PictureError
   */
  quickPreview(mask: MaskRef, request: QuickRequest): Promise<QuickPreview | null> {
    return this.#previews.run(async (newest) => {
      await this.#bring(mask);
      if (!newest()) {
        return null;
      }
      const { tiles, rect } = await this.#run('quickPreview', { mask: mask.id, request });
      return { grid: gridFromTiles(tiles), rect };
    });
  }

  /** The changes a quick selection makes, exactly. @throws PictureError */
  quick(mask: MaskRef, request: QuickRequest, how: Combine): Promise<TileChange[]> {
    return this.#change(mask, 'quick', { mask: mask.id, request, how });
  }

  /**
   * Modified tiles of a mask, for a second grid that shows the result: all places at the first call and after
   * other modifiers, otherwise those that may differ from the last answer. Null: a newer call for this mask
   * was made, whose answer covers these places too.
   * @param all every place, for a grid that does not have the last answers.
   */
  async modify(mask: MaskRef, modifiers: MaskModifiers, all = false): Promise<TileChange[] | null> {
    const state = this.#modifying.get(mask.id) ?? { newest: 0, all: false };
    this.#modifying.set(mask.id, state);
    const turn = ++state.newest;
    state.all ||= all;
    await this.#bring(mask);
    if (turn !== state.newest) {
      return null;
    }
    const every = state.all;
    state.all = false;
    const delta = await this.#run('modify', { mask: mask.id, modifiers: { ...modifiers }, all: every });
    return delta && changesOf(mask.grid, delta);
  }

  /** A whole mask with its modifiers. Does not affect what `modify` answers for it. */
  async modified(grid: MaskGrid, modifiers: MaskModifiers): Promise<MaskGrid> {
    const id = `modified ${this.#nextId++}`;
    try {
      const changes = await this.modify({ id, grid }, modifiers, true);
      const result = new MaskGrid(grid.width, grid.height);
      for (const { index, tile } of changes ?? []) {
        result.put(index, tile === grid.fullTile(index) ? result.fullTile(index) : tile);
      }
      return result;
    } finally {
      this.dropMask(id);
    }
  }

  /** The mask was closed: frees what the worker has of it. */
  dropMask(id: string): void {
    this.#modifying.delete(id);
    if (this.#sent.delete(id)) {
      this.#run('dropMask', { mask: id }).catch(reporting('worker.drop-mask'));
    }
  }

  /**
   * The mask in a picture file, placed on the wanted size, by default the file's own. Detects whether alpha
   * (0 = repaint) or brightness (white = repaint) holds it, unless told; returns both where nothing tells.
   * @throws PngError damaged file, PictureError not a picture, RangeError picture too large, MaskShapeError
   *   another shape without a fit.
   */
  async importMask(
    file: Blob,
    wanted: ImportTarget | null,
    channel: MaskChannel | 'auto' = 'auto',
  ): Promise<ImportedMask> {
    const size = wanted && { width: wanted.width, height: wanted.height, fit: wanted.fit };
    const answer = await this.#run('importMask', { file, wanted: size, channel });
    if (answer.tiles === null) {
      throw new MaskShapeError(answer.sourceWidth, answer.sourceHeight);
    }
    const { tiles, other, ...facts } = answer;
    return {
      grid: gridFromTiles(tiles),
      ...facts,
      ...(other && { other: { grid: gridFromTiles(other.tiles), channel: other.channel } }),
    };
  }

  /** Ends the worker; work in progress is rejected. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#failed = true;
    this.#picture = null;
    this.#forget();
    this.#rejectAll(new Error('the editor was closed'));
  }

  /** Sends the worker the tiles of a mask that it does not have. */
  #bring(mask: MaskRef): Promise<Float64Array> {
    return this.#inTurn(() => this.#sendTiles(mask));
  }

  /** Sends once what was to be sent before is sent. */
  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const sending = this.#sending.then(send);
    this.#sending = sending.then(
      () => undefined,
      // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
      () => undefined,
    );
    return sending;
  }

  /** @returns the `rev` of every tile as the worker has it now. */
  async #sendTiles({ id, grid }: MaskRef): Promise<Float64Array> {
    const { width, height } = grid;
    // Before looking at what was sent: a worker that fails forgets.
    const worker = this.#start();
    let sent = this.#sent.get(id);
    const unknown = sent?.width !== width || sent.height !== height;
    if (!sent || unknown) {
      sent = { width, height, revs: new Float64Array(grid.length) };
      this.#sent.set(id, sent);
    }
    const { revs } = sent;
    const delta: TileDelta = { mixed: [], full: [], empty: [] };
    grid.snapshot().forEach((tile, index) => {
      const rev = tile?.rev ?? 0;
      if (revs[index] === rev) {
        return;
      }
      revs[index] = rev;
      if (!tile) {
        delta.empty.push(index);
      } else if (grid.isFull(index)) {
        delta.full.push(index);
      } else {
        delta.mixed.push({ index, data: tile.data });
      }
    });
    const { mixed } = delta;
    if (!unknown && mixed.length + delta.full.length + delta.empty.length === 0) {
      return revs.slice();
    }
    const known = revs.slice();
    for (let at = 0; at === 0 || at < mixed.length; at += TILES_A_MESSAGE) {
      const rest = at === 0 ? delta : { full: [], empty: [] };
      const piece: TileDelta = {
        mixed: mixed.slice(at, at + TILES_A_MESSAGE),
        full: rest.full,
        empty: rest.empty,
      };
      const input = { mask: id, width, height, delta: piece };
      if (worker) {
        if (worker !== this.#worker) {
          throw new Error('the worker has ended');
        }
        // Arrives before any question about the mask; needs no answer of its own.
        worker.postMessage({ id: 0, name: 'mirror', input });
      } else {
        await this.#run('mirror', input);
      }
      if (at + TILES_A_MESSAGE < mixed.length) {
        await breathe();
      }
    }
    return known;
  }

  /** Has the worker compute a change that still fits the mask when it arrives. */
  async #change<Name extends 'fill' | 'combine' | 'regions' | 'wand' | 'range' | 'gradient' | 'quick'>(
    mask: MaskRef,
    name: Name,
    input: EditorJobs[Name]['in'],
  ): Promise<TileChange[]> {
    return this.#fitting(async () => {
      const known = await this.#bring(mask);
      const answer = changesOf(mask.grid, await this.#run(name, input));
      return { answer, fits: () => fits(mask.grid, answer, known) };
    });
  }

  /** Asks again until an answer fits what it is about. */
  async #fitting<T>(ask: () => Promise<{ answer: T; fits: () => boolean }>): Promise<T> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { answer, fits } = await ask();
      // A stroke in progress is not in the mask yet: a result that does not know it must not be laid over it.
      await this.#still();
      if (fits()) {
        return answer;
      }
    }
    throw new Error('the mask kept changing');
  }

  async #run<Name extends JobName>(
    name: Name,
    input: EditorJobs[Name]['in'],
    transfer: Transferable[] = [],
  ): Promise<EditorJobs[Name]['out']> {
    if (this.#start()) {
      return this.#send(name, input, transfer, this.#nextId++);
    }
    if (!this.#host) {
      this.#host = new JobHost();
      await this.#host.run('setPicture', { picture: this.#picture });
    }
    return this.#host.run(name, input);
  }

  #send<Name extends JobName>(
    name: Name,
    input: EditorJobs[Name]['in'],
    transfer: Transferable[],
    id: number,
  ): Promise<EditorJobs[Name]['out']> {
    const worker = this.#worker;
    if (!worker) {
      return Promise.reject(new Error('the worker has ended'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve, reject });
      worker.postMessage({ id, name, input }, transfer);
    });
  }

  #start(): Worker | null {
    if (!this.#worker && !this.#failed) {
      try {
        this.#worker = new Worker(new URL('./editor-worker.ts', import.meta.url), { type: 'module' });
      } catch (error) {
        report(error, 'worker.start');
        this.#failed = true;
        return null;
      }
      this.#worker.addEventListener('message', ({ data }: MessageEvent<JobReply>) => {
        this.#settle(data);
      });
      this.#worker.addEventListener('error', (event) => {
        this.#worker?.terminate();
        this.#worker = null;
        this.#failed = true;
        this.#forget();
        this.#rejectAll(new Error(event.message || 'the worker did not start'));
      });
    }
    return this.#worker;
  }

  /** The worker's copies are gone. */
  #forget(): void {
    this.#host = null;
    this.#sent.clear();
  }

  #settle(reply: JobReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) {
      waiting?.resolve(reply.output);
    } else {
      waiting?.reject(errorOf(reply.error));
    }
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) {
      reject(error);
    }
    this.#waiting.clear();
  }
}

/** The mask is still as the worker knew it, wherever it would be changed. */
function fits(grid: MaskGrid, changes: readonly TileChange[], known: Float64Array | undefined): boolean {
  return changes.every(({ index }) => (grid.tile(index)?.rev ?? 0) === known?.[index]);
}

/** A mask as it is now: later changes do not reach it. */
function frozenGrid(grid: MaskGrid): MaskGrid {
  const frozen = new MaskGrid(grid.width, grid.height);
  grid.snapshot().forEach((tile, index) => {
    frozen.put(index, tile);
  });
  return frozen;
}

/** The error as it was thrown in the worker. */
function errorOf({ name, message, problem }: Extract<JobReply, { ok: false }>['error']): Error {
  const detail = message.slice(message.indexOf(': ') + 2);
  if (name === 'PictureError') {
    return new PictureError(problem as PictureProblem, detail);
  }
  if (name === 'PngError') {
    return new PngError(problem as PngProblem, detail);
  }
  return name === 'RangeError' ? new RangeError(message) : new Error(message);
}
