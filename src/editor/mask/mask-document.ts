import { BrushProfile, type TipShape, type Dab } from './brush';
import { type CombineMode, combineTiles } from './combine';
import {
  type ByteCodec,
  History,
  type HistoryEntry,
  type HistoryLabel,
  ONLY_MASK,
  type StateChange,
} from './history';
import { isSolid, MaskGrid, type Tile, type TileChange, invertTile, sameTile } from './mask-grid';
import { previewTile } from './compose';
import { MaskComposer, type Modify } from './mask-composer';
import {
  type MaskFacts,
  type MaskStack,
  inverseModifiers,
  maskById,
  newMask,
  sameModifiers,
  singleMask,
  withAdded,
  withMask,
  withRemoved,
} from './mask-stack';
import type { MergeMode } from './merge';
import { MipChain, type MipSource } from './mips';
import { type PixelRect, unionRect } from './rect';
import { Stroke, StrokeScratch } from './stroke';
import { allPlaces } from './places';
import { PaintStroke, type PaintSettings } from '../paint/paint-stroke';
import {
  ALPHA,
  strokedPaint,
  type TileWork,
  type PaintChanges,
  type PaintLimit,
  type Plane,
  PLANES,
  isPlane,
  paintChanges,
} from '../paint/planes';

/** A brush as one stroke uses it. */
export interface StrokeSettings {
  mode: MergeMode;
  /** 0 to 1. */
  hardness: number;
  /** Round when not given. */
  tip?: TipShape;
  /** 0 to 1. */
  opacity: number;
  /** No soft pixels: half covered ones count fully. */
  binary?: boolean;
  /** Name of the step in the history. */
  tool: string;
}

/** A mask to be added. */
export interface NewMask {
  name?: string;
  /** `#rrggbb`; see `MaskFacts.color`. */
  color?: string | undefined;
  /** The mask whose pixels, mode and modifiers it begins with. */
  copyOf?: string | undefined;
}

/** A finished change, for those who keep copies of the mask. */
export interface MaskCommit {
  label: HistoryLabel;
  /** The mask that changed. */
  mask: string;
  /** Its tiles whose contents changed. */
  indices: readonly number[];
  /** The set of masks, or how they are used, changed. */
  restacked: boolean;
  cause: 'do' | 'undo' | 'redo';
}

export interface MaskEvents {
  /** Shown pixels changed inside the rectangle (image px). Called many times while painting. */
  shown?: (rect: PixelRect) => void;
  /** The paint layer looks different inside the rectangle (image px). Called many times while painting. */
  paintShown?: (rect: PixelRect) => void;
  /** A mask itself, or the set of masks, changed. */
  committed?: (commit: MaskCommit) => void;
  /** The composite of all masks changed without a step: modifiers were evaluated, or are being tried out. */
  composed?: () => void;
}

export interface MaskOptions {
  codec: ByteCodec;
  /** Bytes for undo and redo. */
  historyBudget?: number;
  /** Evaluates modifiers. Without it, masks are shown unmodified. */
  modify?: Modify;
  events?: MaskEvents;
}

/** Bytes by purpose, without the picture. */
export interface MaskBytes {
  tiles: number;
  mips: number;
  history: number;
  stroke: number;
}

/**
 * The masks of a picture, what is being done to them, and what can be undone. All pixel truth of the editor
 * lives here; whoever shows it asks `mips.tile`, and `events.shown` says what to ask again. One mask is
 * painted on; what is shown and sent is the composite of all, each with its modifiers.
 */
export class MaskDocument implements MipSource {
  readonly mips: MipChain;
  readonly history: History;
  readonly #events: MaskEvents;
  readonly #composer: MaskComposer;
  readonly #scratch: StrokeScratch;
  /** Of the last stroke. */
  #profile: BrushProfile | null = null;
  readonly #grids = new Map<string, MaskGrid>();
  #stack = singleMask(ONLY_MASK);
  #stroke: Stroke | null = null;
  #strokeSettings: StrokeSettings | null = null;
  /** Composite tiles that show a finished stroke until the composite itself does. */
  readonly #ahead = new Map<number, Tile>();
  /** Composite tiles with the stroke in progress, valid while the stroke does not continue there. */
  readonly #previews = new Map<number, { rev: number; tile: Tile }>();
  /** The stack before what is being tried out. */
  #trial: MaskStack | null = null;
  #composedMasks = this.#stack.masks;
  /** A step is being made: it is reported as a whole. */
  #committing = false;
  #rev = 0;
  #paintStroke: PaintStroke | null = null;
  #moving: Promise<boolean> | null = null;

  /** Sizes in px. */
  constructor(
    readonly width: number,
    readonly height: number,
    options: MaskOptions,
  ) {
    this.#grids.set(ONLY_MASK, new MaskGrid(width, height));
    this.mips = new MipChain(this);
    this.history = new History(options.codec, this.#isFree, options.historyBudget);
    this.#events = options.events ?? {};
    this.#scratch = new StrokeScratch(width, height);
    const unmodified: Modify = (_, grid, __, changed) =>
      Promise.resolve(
        (changed ?? allPlaces(this.grid)).map((index) => ({ index, tile: shared(grid.tile(index)) })),
      );
    this.#composer = new MaskComposer(this, options.modify ?? unmodified, this.#composed);
  }

  /** Grows with every change of a mask or of the composite, undo and redo included. */
  get rev(): number {
    return this.#rev;
  }

  /** Which masks there are. */
  get stack(): MaskStack {
    return this.#stack;
  }

  /** The mask that is painted on. */
  get active(): MaskFacts {
    return maskById(this.#stack, this.#stack.active) ?? newMask(this.#stack.active);
  }

  /** Painted pixels of the mask that is painted on. */
  get grid(): MaskGrid {
    return this.#gridFor(this.#stack.active);
  }

  /** Painted pixels of a mask; null when there is none with that id. */
  gridOf(mask: string): MaskGrid | null {
    return this.#grids.get(mask) ?? null;
  }

  /**
   * What is sent and what counts: all visible masks with their modifiers. May lag a moment while modifiers
   * are evaluated; see `settled`. Do not write into it.
   */
  get composite(): MaskGrid {
    return this.#composer.grid;
  }

  /** A mask as it goes into the composite; see `MaskComposer.shown`. */
  shownGrid(mask: string): MaskGrid | null {
    return this.#composer.shown(mask);
  }

  /** Why the composite lacks modifiers that it should have; null when it does not. */
  get modifierFailure(): unknown {
    return this.#composer.failure;
  }

  /** Modifiers are being evaluated. */
  get composing(): boolean {
    return this.#composer.busy;
  }

  /** Resolves when `composite` is up to date; rejects when a modifier could not be evaluated. */
  settled(): Promise<void> {
    return this.#composer.settled();
  }

  /** The stack shown is not a step yet. */
  get trying(): boolean {
    return this.#trial !== null;
  }

  /** The stack before what is being tried out; null when nothing is. */
  get triedFrom(): MaskStack | null {
    return this.#trial;
  }

  get painting(): boolean {
    return this.#stroke !== null;
  }

  /** An undo or redo is waiting for its tiles; strokes must wait too. */
  get moving(): boolean {
    return this.#moving !== null;
  }

  /** The composite's tile as it should be shown: with the stroke in progress. */
  viewTile(index: number): Tile | null {
    const now = this.#stroke?.preview(index);
    if (this.#composer.plain && this.active.visible) {
      return now ?? this.grid.tile(index);
    }
    const base = this.#ahead.get(index) ?? this.#composer.grid.tile(index);
    if (now === undefined) {
      return base;
    }
    const known = this.#previews.get(index);
    if (known?.rev === now?.rev && known) {
      return known.tile;
    }
    const tile = previewTile(base, this.grid.tile(index), now, this.active.mode !== 'subtract');
    this.#previews.set(index, { rev: now.rev, tile });
    return tile;
  }

  fullTile(index: number): Tile {
    return this.grid.fullTile(index);
  }

  /** Starts a stroke; ends one in progress first. */
  beginStroke(settings: StrokeSettings): void {
    this.endStroke();
    const { hardness, tip = 'round' } = settings;
    let profile = this.#profile;
    if (profile?.hardness !== hardness || profile.tip !== tip) {
      profile = new BrushProfile(hardness, tip);
      this.#profile = profile;
    }
    this.#strokeSettings = settings;
    this.#stroke = new Stroke(this.grid, this.#scratch, {
      mode: settings.mode,
      profile,
      opacity: settings.opacity,
      binary: settings.binary ?? false,
    });
  }

  /** Adds a brush sample to the stroke (image px). The next `flushStroke` draws it. */
  strokeTo(sample: Dab): void {
    this.#stroke?.add(sample);
  }

  /** Brings what is shown up to date with the samples added. */
  flushStroke(): void {
    this.#stroke?.flush(this.#shown);
  }

  /** Makes the stroke part of the mask. False when it changed nothing. */
  endStroke(): boolean {
    const stroke = this.#stroke;
    const settings = this.#strokeSettings;
    if (!stroke || !settings) {
      return false;
    }
    const changes = stroke.finish(this.#shown);
    if (!this.#composer.plain) {
      // Until the composite has caught up, the stroke must not vanish.
      const adds = this.active.mode !== 'subtract';
      for (const { index, tile } of changes) {
        const base = this.#ahead.get(index) ?? this.#composer.grid.tile(index);
        this.#ahead.set(index, previewTile(base, this.grid.tile(index), tile, adds));
      }
    }
    this.#previews.clear();
    this.#stroke = null;
    this.#strokeSettings = null;
    return this.#apply(settings.tool, changes);
  }

  /**
   * The stroke so far: the tiles of the mask it would leave behind. They are still being painted into. Null
   * when there is none.
   */
  unfinished(): { tool: string; tiles: TileChange[] } | null {
    const stroke = this.#stroke;
    if (!stroke || !this.#strokeSettings) {
      return null;
    }
    const tiles = allPlaces(this.grid).flatMap((index) => {
      const tile = stroke.preview(index);
      return tile ? [{ index, tile }] : [];
    });
    return { tool: this.#strokeSettings.tool, tiles };
  }

  /** Discards the stroke in progress. */
  cancelStroke(): void {
    const stroke = this.#stroke;
    this.#stroke = null;
    this.#strokeSettings = null;
    this.#previews.clear();
    stroke?.cancel();
    if (stroke?.box) {
      this.#shown(stroke.box);
    }
  }

  // The paint layer ---------------------------------------------------------------------------------------

  /** The stroke over the paint layer that is in progress; null when none is. */
  get paintStroke(): PaintStroke | null {
    return this.#paintStroke;
  }

  /** A plane of the paint layer; null while nothing was painted. Do not write into it. */
  paintGrid(plane: Plane): MaskGrid | null {
    return this.#grids.get(plane) ?? null;
  }

  /** Whether nothing is painted. */
  get paintEmpty(): boolean {
    return this.paintGrid(ALPHA)?.empty ?? true;
  }

  /** Starts a stroke over the paint layer; ends any other first. */
  beginPaint(settings: PaintSettings): void {
    this.endStroke();
    this.endPaint();
    this.#paintStroke = new PaintStroke(this.width, this.height, settings);
  }

  /** Brings what is shown of the paint layer up to date with the samples added to its stroke. */
  flushPaint(): void {
    this.#paintStroke?.flush(this.#paintShown);
  }

  /** Makes the stroke part of the paint layer, as one step. False when it changed nothing. */
  endPaint(): boolean {
    const stroke = this.#paintStroke;
    if (!stroke) {
      return false;
    }
    const covered = stroke.finish(this.#paintShown);
    this.#paintStroke = null;
    this.#endTrial();
    const tiles = new Map(covered.map(({ index, tile }) => [index, tile]));
    return this.paint(stroke.mode === 'erase' ? 'paint-erase' : 'paint', tiles.keys(), (index, below) => {
      const tile = tiles.get(index);
      return tile && !(stroke.mode === 'erase' && !below[3])
        ? strokedPaint(below, tile, stroke.color, stroke.mode)
        : null;
    });
  }

  /** The planes of the paint layer, in the order of `PLANES`. Do not write into them. */
  paintPlanes(): MaskGrid[] {
    return PLANES.map((plane) => this.#gridFor(plane));
  }

  /** Puts tiles computed off the main thread into the paint layer, as one step. False when there are none. */
  changePaint(tool: string, changes: PaintChanges): boolean {
    this.endStroke();
    this.endPaint();
    this.#endTrial();
    return this.#applyPaint(tool, changes);
  }

  /**
   * Changes places of the paint layer, as one step. False when that changed nothing.
   * @param tool name of the step in the history.
   */
  paint(tool: string, places: Iterable<number>, work: TileWork): boolean {
    this.endStroke();
    this.endPaint();
    this.#endTrial();
    return this.#applyPaint(
      tool,
      paintChanges((plane) => this.#gridFor(plane), places, work),
    );
  }

  /** The mask as it is now, for paint that stays inside it; null when nothing is masked: there is no inside. */
  paintLimit(): PaintLimit | null {
    return this.composite.empty ? null : this.composite.snapshot();
  }

  /** Puts tiles into the planes of the paint layer as one step. */
  #applyPaint(tool: string, changes: PaintChanges): boolean {
    let box: PixelRect | null = null;
    for (const { index } of [...changes.values()].flat()) {
      box = unionRect(box, this.#tileBox(index));
    }
    if (!box) {
      return false;
    }
    const steps = [...changes].filter(([, tiles]) => tiles.length > 0);
    const commits = steps.map(([plane, tiles], i) => {
      const grid = this.#gridFor(plane);
      const kept = tiles.map(({ index, tile }) => ({ index, tile: grid.put(index, tile) }));
      const label = { tool, box, ...(i > 0 && { joined: true }) };
      this.history.push(label, 'tiles', kept, { mask: plane });
      return { label, plane, indices: kept.map(({ index }) => index) };
    });
    // Not before all planes are there: whoever is told may store what it sees.
    commits.forEach(({ label, plane, indices }) => {
      this.#committed(label, plane, indices, 'do');
    });
    return true;
  }

  /** Discards the stroke over the paint layer. */
  cancelPaint(): void {
    const box = this.#paintStroke?.box;
    this.#paintStroke = null;
    if (box) {
      this.#paintShown(box);
    }
  }

  // Masks -------------------------------------------------------------------------------------------------

  /** Empties the mask. False when it was empty. */
  clear(): boolean {
    return this.#everywhere('clear', () => null);
  }

  /** Paints everything. False when it already was. */
  selectAll(): boolean {
    return this.#everywhere('all', (index) => this.grid.fullTile(index));
  }

  /**
   * Combines a selection of the picture's size with the mask, as one step. False when it changed nothing.
   * @param opacity 0 to 1.
   */
  combine(tool: string, selection: MaskGrid, mode: CombineMode, opacity = 1): boolean {
    this.endStroke();
    this.#endTrial();
    return this.#apply(tool, combineTiles(this.grid, selection, mode, opacity));
  }

  /** Puts tiles computed off the main thread into the mask, as one step. False when there are none. */
  change(tool: string, changes: readonly TileChange[]): boolean {
    this.endStroke();
    this.#endTrial();
    return this.#apply(tool, [...changes]);
  }

  /**
   * Swaps keep and repaint of the mask as shown, inverting its modifiers with it. The step holds no tiles: it
   * is its own reverse.
   */
  invert(): boolean {
    this.endStroke();
    this.#endTrial();
    const label = { tool: 'invert', box: this.#whole() };
    const mask = this.#stack.active;
    const before = this.#stack;
    const { modifiers } = this.active;
    const inverse = inverseModifiers(modifiers);
    const turned = !sameModifiers(inverse, modifiers);
    if (turned) {
      this.#stack = withMask(before, mask, { modifiers: inverse });
    }
    const state = turned ? { before, after: this.#stack } : null;
    this.history.push(label, 'invert', [], { mask, state });
    this.#invertTiles(this.grid);
    this.#committed(label, mask, allPlaces(this.grid), 'do', turned);
    return true;
  }

  /** Adds an empty mask, or a copy of one, above the one painted on, and paints on it from now on. */
  addMask(id: string, { name = '', color, copyOf }: NewMask = {}): void {
    const source = copyOf === undefined ? null : this.gridOf(copyOf);
    const facts = (copyOf !== undefined && maskById(this.#stack, copyOf)) || newMask(id);
    const tiles = (source?.snapshot() ?? []).flatMap((tile, index) => (tile ? [{ index, tile }] : []));
    this.#restack(
      'mask-add',
      withAdded(this.#stack, { ...facts, id, name, ...(color && { color }) }),
      id,
      tiles,
    );
  }

  /** Removes a mask, pixels included. The last one stays. False when nothing was done. */
  removeMask(id: string): boolean {
    const after = withRemoved(this.#stack, id);
    if (after === this.#stack) {
      return false;
    }
    const tiles = (this.gridOf(id)?.snapshot() ?? []).flatMap((tile, index) =>
      tile ? [{ index, tile: null }] : [],
    );
    this.#restack('mask-remove', after, id, tiles);
    return true;
  }

  /**
   * Changes the masks' names, order, mode, visibility or modifiers, as one step. Does not change which masks
   * there are.
   */
  restack(tool: string, stack: MaskStack): void {
    if (JSON.stringify(stack) !== JSON.stringify(this.#trial ?? this.#stack)) {
      this.#restack(tool, stack, stack.active, []);
    } else if (this.#trial) {
      this.tryStack(this.#trial);
      this.#trial = null;
    }
  }

  /** Paints on another mask from now on; not a step. */
  activate(id: string): void {
    if (maskById(this.#stack, id) && id !== this.#stack.active) {
      this.endStroke();
      this.#endTrial();
      this.#stack = { ...this.#stack, active: id };
      this.#restacked();
    }
  }

  /**
   * Shows a stack without making it a step, while a slider is dragged. The next `restack` makes a step
   * starting from before the first trial; any other change keeps what was tried as a step of its own.
   */
  tryStack(stack: MaskStack): void {
    this.endStroke();
    this.#trial ??= this.#stack;
    this.#stack = stack;
    this.#restacked();
    this.#rev++;
    this.#events.composed?.();
  }

  /** Replaces the contents of the whole mask, as one step. The grid must have the same size. */
  replace(tool: string, grid: MaskGrid): boolean {
    if (grid.width !== this.width || grid.height !== this.height) {
      throw new RangeError(`mask of ${grid.width}×${grid.height} px for ${this.width}×${this.height} px`);
    }
    return this.#everywhere(tool, (index) => shared(grid.tile(index)));
  }

  /**
   * Replaces all masks, as one step.
   * @param tiles the non-empty tiles of each mask; a mask not named keeps its pixels.
   */
  replaceAll(tool: string, stack: MaskStack, tiles: ReadonlyMap<string, readonly TileChange[]>): void {
    this.endStroke();
    this.#endTrial();
    let joined = false;
    const step = (after: MaskStack, mask: string, changes: readonly TileChange[]): void => {
      this.#restack(tool, after, mask, changes, joined);
      joined = true;
    };
    for (const mask of stack.masks) {
      const known = maskById(this.#stack, mask.id) !== null;
      const changes = this.#toBecome(mask.id, tiles.get(mask.id));
      if (!known || changes.length > 0) {
        const masks = known ? this.#stack.masks : [...this.#stack.masks, mask];
        step({ ...this.#stack, masks }, mask.id, changes);
      }
    }
    for (const { id } of this.#stack.masks) {
      if (!maskById(stack, id)) {
        const masks = this.#stack.masks.filter((mask) => mask.id !== id);
        step({ masks, active: stack.active }, id, this.#toBecome(id, []));
      }
    }
    if (JSON.stringify(stack) !== JSON.stringify(this.#stack)) {
      step(stack, stack.active, []);
    }
  }

  /** The changes that give a mask these tiles and no others. */
  #toBecome(mask: string, tiles: readonly TileChange[] | undefined): TileChange[] {
    if (!tiles) {
      return [];
    }
    const grid = this.#gridFor(mask);
    const wanted = new Map(tiles.map(({ index, tile }) => [index, grid.normal(index, tile)]));
    return allPlaces(this.grid).flatMap((index) => {
      const tile = wanted.get(index) ?? null;
      return sameTile(tile, grid.tile(index)) ? [] : [{ index, tile: shared(tile) }];
    });
  }

  /** Contents to start with: not a step, nothing to undo. */
  restore(changes: readonly TileChange[]): void {
    for (const { index, tile } of changes) {
      this.grid.put(index, this.grid.normal(index, tile));
    }
    this.history.clear();
    this.#restored();
  }

  /** Like `restore`, with all masks. */
  restoreStack(stack: MaskStack, tiles: ReadonlyMap<string, readonly TileChange[]>): void {
    this.#grids.clear();
    for (const { id } of stack.masks) {
      const grid = this.#gridFor(id);
      for (const { index, tile } of tiles.get(id) ?? []) {
        grid.put(index, grid.normal(index, tile));
      }
    }
    for (const plane of PLANES) {
      for (const { index, tile } of tiles.get(plane) ?? []) {
        const grid = this.#gridFor(plane);
        grid.put(index, grid.normal(index, tile));
      }
    }
    this.#stack = stack;
    this.#trial = null;
    this.history.clear();
    this.#restored();
    this.#paintShown(this.#whole());
  }

  #restored(): void {
    this.#rev++;
    this.#ahead.clear();
    this.#composedMasks = this.#stack.masks;
    this.#composer.restacked();
    this.#shown(this.#whole());
  }

  /**
   * Undoes the last step. At once when its tiles are at hand (then the result is a boolean), otherwise once
   * they have been unpacked; `moving` is true meanwhile. False: nothing to undo.
   */
  undo(): boolean | Promise<boolean> {
    return this.#moveWhole('undo');
  }

  /** Restores the step undone last. See `undo`. */
  redo(): boolean | Promise<boolean> {
    return this.#moveWhole('redo');
  }

  bytes(): MaskBytes {
    return {
      tiles: this.#allGrids().reduce((sum, grid) => sum + grid.bytes(), 0) + this.#composer.bytes(),
      mips: this.mips.bytes(),
      history: this.history.bytes(),
      stroke: this.#scratch.bytes() + (this.#stroke?.bytes() ?? 0),
    };
  }

  /** A step with everything joined to it. */
  #moveWhole(direction: 'undo' | 'redo'): boolean | Promise<boolean> {
    if (this.#moving) {
      return this.#moving.then(() => this.#moveWhole(direction));
    }
    for (let moved = false; ; moved = true) {
      const done = this.#move(direction);
      if (done instanceof Promise) {
        this.#moving = this.#moveRest(direction, done).finally(() => {
          this.#moving = null;
        });
        return this.#moving;
      }
      if (!done || !this.#joined) {
        return done || moved;
      }
    }
  }

  async #moveRest(direction: 'undo' | 'redo', first: Promise<boolean>): Promise<boolean> {
    let done = await first;
    const any = done;
    while (done && this.#joined) {
      done = await this.#move(direction);
    }
    return any;
  }

  /** The present lies inside joined steps: after an undo, as after a redo, there is more to do. */
  get #joined(): boolean {
    return this.history.redoEntry?.label.joined === true;
  }

  #move(direction: 'undo' | 'redo'): boolean | Promise<boolean> {
    this.endStroke();
    this.endPaint();
    this.#endTrial();
    const entry = direction === 'undo' ? this.history.undoEntry : this.history.redoEntry;
    if (!entry) {
      return false;
    }
    if (!entry.packed) {
      this.#exchange(entry, direction);
      return true;
    }
    return this.history.ready(entry).then(() => {
      this.#exchange(entry, direction);
      return true;
    });
  }

  #exchange(entry: HistoryEntry, direction: 'undo' | 'redo'): void {
    const { mask, state } = entry;
    const indices: number[] = [];
    if (state) {
      this.#stack = stackOf(direction === 'undo' ? state.before : state.after, this.#stack);
    } else if (mask !== this.#stack.active && maskById(this.#stack, mask)) {
      this.#stack = { ...this.#stack, active: mask };
    }
    const grid = this.#gridFor(mask);
    if (entry.kind === 'invert') {
      this.#invertTiles(grid);
      indices.push(...allPlaces(this.grid));
    } else {
      entry.exchange((index, tile) => {
        indices.push(index);
        return grid.put(index, tile);
      });
    }
    this.history.step(direction);
    this.#forgetGrids();
    this.#committed(entry.label, mask, indices, direction, state !== null);
  }

  #everywhere(tool: string, wanted: (index: number) => Tile | null): boolean {
    this.endStroke();
    this.#endTrial();
    const changes: TileChange[] = [];
    for (let index = 0; index < this.grid.length; index++) {
      const tile = wanted(index);
      if (!sameTile(tile, this.grid.tile(index))) {
        changes.push({ index, tile });
      }
    }
    return this.#apply(tool, changes);
  }

  /** Puts tiles into the mask as one step. */
  #apply(tool: string, changes: TileChange[]): boolean {
    let box: PixelRect | null = null;
    for (const change of changes) {
      box = unionRect(box, this.#tileBox(change.index));
      change.tile = this.grid.put(change.index, change.tile);
    }
    if (!box) {
      return false;
    }
    const label = { tool, box };
    const mask = this.#stack.active;
    this.history.push(label, 'tiles', changes, { mask });
    this.#committed(
      label,
      mask,
      changes.map((change) => change.index),
      'do',
    );
    return true;
  }

  /** A step that changes the stack, and tiles of one mask with it. */
  #restack(tool: string, after: MaskStack, mask: string, tiles: readonly TileChange[], joined = false): void {
    this.endStroke();
    const state: StateChange = { before: this.#trial ?? this.#stack, after };
    this.#trial = null;
    this.#stack = after;
    const grid = this.#gridFor(mask);
    const changes = tiles.map(({ index, tile }) => ({ index, tile: grid.put(index, tile) }));
    const label = { tool, box: this.#whole(), ...(joined && { joined }) };
    this.history.push(label, 'state', changes, { mask, state });
    this.#forgetGrids();
    this.#committed(
      label,
      mask,
      changes.map(({ index }) => index),
      'do',
      true,
    );
  }

  /** Makes a step of what is being tried out. */
  #endTrial(): void {
    const before = this.#trial;
    const after = this.#stack;
    if (before) {
      this.#restack('modifiers', after, after.active, []);
    }
  }

  #committed(
    label: HistoryLabel,
    mask: string,
    indices: readonly number[],
    cause: MaskCommit['cause'],
    restacked = false,
  ): void {
    this.#rev++;
    this.#committing = true;
    if (restacked || cause !== 'do') {
      this.#restacked();
    }
    if (isPlane(mask)) {
      this.#paintShown(label.box);
    } else {
      this.#composer.painted(mask, indices);
    }
    this.#committing = false;
    this.#events.committed?.({ label, mask, indices, cause, restacked });
  }

  #restacked(): void {
    // Which mask is painted on makes no difference to the composite.
    if (this.#composedMasks !== this.#stack.masks) {
      this.#composedMasks = this.#stack.masks;
      this.#composer.restacked();
    }
  }

  readonly #composed = (places: readonly number[]): void => {
    for (const index of places) {
      this.#ahead.delete(index);
      this.#shown(this.#tileBox(index));
    }
    this.#previews.clear();
    if (!this.#committing) {
      this.#rev++;
      this.#events.composed?.();
    }
  };

  #gridFor(mask: string): MaskGrid {
    let grid = this.#grids.get(mask);
    if (!grid) {
      grid = new MaskGrid(this.width, this.height);
      this.#grids.set(mask, grid);
    }
    return grid;
  }

  /** Releases masks that no longer exist: their pixels are in the step that removed them. */
  #forgetGrids(): void {
    for (const id of [...this.#grids.keys()]) {
      if (!maskById(this.#stack, id) && !isPlane(id)) {
        this.#grids.delete(id);
      }
    }
  }

  #allGrids(): MaskGrid[] {
    return [...this.#grids.values()];
  }

  #invertTiles(grid: MaskGrid): void {
    for (let index = 0; index < grid.length; index++) {
      const tile = grid.tile(index);
      if (tile === null || grid.isFull(index)) {
        grid.put(index, tile === null ? grid.fullTile(index) : null);
      } else {
        grid.put(index, invertTile(tile, grid.insideWidth(index), grid.insideHeight(index)));
      }
    }
  }

  readonly #isFree = (change: TileChange): boolean =>
    change.tile === null || isSolid(change.tile) || change.tile === this.grid.fullTile(change.index);

  readonly #paintShown = (rect: PixelRect): void => {
    this.#events.paintShown?.(rect);
  };

  readonly #shown = (rect: PixelRect): void => {
    this.mips.invalidate(rect);
    this.#events.shown?.(rect);
  };

  #whole(): PixelRect {
    return { x0: 0, y0: 0, x1: this.width, y1: this.height };
  }

  #tileBox(index: number): PixelRect {
    const x0 = (index % this.grid.columns) * 256;
    const y0 = Math.floor(index / this.grid.columns) * 256;
    return { x0, y0, x1: x0 + this.grid.insideWidth(index), y1: y0 + this.grid.insideHeight(index) };
  }
}

/** A tile shared by two holders: neither writes into it. */
function shared(tile: Tile | null): Tile | null {
  if (tile) {
    tile.shared = true;
  }
  return tile;
}

/** A stack as a step stored it; the present one if it is invalid (a step of another version). */
function stackOf(kept: unknown, present: MaskStack): MaskStack {
  const stack = kept as MaskStack | null;
  return Array.isArray(stack?.masks) && typeof stack.active === 'string' ? stack : present;
}
