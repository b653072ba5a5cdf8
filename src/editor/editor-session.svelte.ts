import { untrack } from 'svelte';
import {
  type Point,
  type Size,
  StickyZoom,
  type Viewport,
  centreOn,
  clamp,
  fit,
  fitBox,
  nearestTurn,
  nextStep,
  pan,
  pinch,
  resize,
  scaleLimits,
  toImage,
  toView,
  turnAt,
  visibleBox,
  zoomAt,
} from '../ui/viewport';
import { type DraftChoice, DraftKeeper } from './draft-keeper.svelte';
import {
  type BrushSettings,
  type CombineChoice,
  type DraftState,
  type EditorBytes,
  type EditorCommand,
  EditorError,
  type EditorPicture,
  type EditorStatus,
  type HistoryItem,
  type MaskExport,
  type MaskPngVariant,
  type PaintTool,
  type PixelRect,
  type PressureSettings,
  type ToolId,
  type ViewMode,
  type ZoomTarget,
} from './editor-types';
import {
  type PointerAction,
  type PointerContext,
  type PointerInput,
  PointerPolicy,
} from './input/pointer-policy';
import { editorCommand, holdKey } from './input/shortcuts';
import { WheelZoom, wheelPixels } from './input/wheel';
import { HoldMachine } from './keys/hold-machine';
import { maskHash } from './mask/hash';
import type { HistoryLabel } from './mask/history';
import { type MaskCommit, MaskDocument } from './mask/mask-document';
import { newMask, withMask } from './mask/mask-stack';
import { gridFromTiles, maskTiles } from './mask/mask-tiles';
import { type MaskThumbnail, maskThumbnail } from './mask/thumbnail';
import { PngError, type PngProblem } from './mask/png-read';
import { Masks } from './masks.svelte';
import { FrameMeter } from './stage/frame-meter';
import { ImagePyramid } from './stage/image-pyramid';
import { ImageError } from './stage/image-tiles';
import type { BrushCursor } from './stage/overlay';
import { type StageSample, type StageWheel, listenToStage } from './stage/stage-input';
import { StageView } from './stage/stage-view';
import {
  type ToolSettings,
  clamp01,
  loadSettings,
  imageSize,
  keptSize,
  saveSettings,
  steppedSize,
} from './tool-settings';
import type { Gesture, GestureKeys, GestureStart, ToolHost } from './tools/tool';
import { makeTools } from './tools/tools';
import { TurnGesture, settledTurn } from './view/turn-gesture';
import { ViewState } from './view/view-state.svelte';
import { WorkerClient } from './worker/worker-client';

/** Space around a fitted picture, CSS px, and how far small pictures are blown up. */
const FIT = { padding: 24, maxScale: 8 };

const PNG_PROBLEMS = {
  'not-png': 'mask-not-png',
  unsupported: 'mask-unsupported-png',
  damaged: 'mask-not-png',
} as const satisfies Record<PngProblem, string>;

/** A place the keyboard paints at, image px. */
export type KeyboardCursor = Point;

/** The small facts that views depend on. */
interface SessionState {
  status: EditorStatus;
  tool: ToolId;
  zoom: number;
  angle: number;
  rev: number;
  empty: boolean;
  coverage: number | null;
  undo: HistoryLabel | null;
  redo: HistoryLabel | null;
  viewMode: ViewMode;
  penMode: boolean;
  painting: boolean;
  /** Pieces of work under way that take their time. */
  working: number;
}

/**
 * One picture being masked: what the toolbar, the stage and the generate panel of the editor share. Small
 * facts are reactive; pixels live in plain classes and are announced by `rev`.
 */
export class EditorSession {
  readonly #state = $state<SessionState>({
    status: 'empty',
    tool: 'brush',
    zoom: 1,
    angle: 0,
    rev: 0,
    empty: true,
    coverage: null,
    undo: null,
    redo: null,
    viewMode: 'overlay',
    penMode: false,
    painting: false,
    working: 0,
  });
  readonly #settings: ToolSettings = $state(loadSettings());
  #picture = $state.raw<EditorPicture | null>(null);
  #error = $state.raw<EditorError | null>(null);
  #keyboard = $state.raw<KeyboardCursor | null>(null);
  #trouble = $state.raw<EditorError | null>(null);

  /** Style of the mask, ants, grid, checkerboard. */
  readonly view = new ViewState(() => this.#stage?.lookChanged());

  readonly #worker = new WorkerClient();
  readonly #drafts = new DraftKeeper(this.#worker.codec);
  /** The masks of the picture, their modifiers, and what is done to a mask as a whole. */
  readonly masks: Masks;
  readonly #policy = new PointerPolicy();
  readonly #wheel = new WheelZoom();
  readonly #sticky = new StickyZoom();
  readonly #frames = new FrameMeter();
  readonly #views = new FrameMeter();
  readonly #ends = new FrameMeter();

  #doc: MaskDocument | null = null;
  #pyramid: ImagePyramid | null = null;
  #stage: StageView | null = null;
  #container: HTMLElement | null = null;
  #viewport: Viewport = { scale: 1, x: 0, y: 0 };
  /** The picture has not been shown in a stage of known size yet. */
  #unplaced = true;

  #hover: Point | null = null;
  readonly #held = new HoldMachine((event) => holdKey(event));
  #moving = false;
  /** The view is being turned by a drag. */
  #turning: TurnGesture | null = null;
  /** Fingers have turned the view. */
  #fingersTurned = false;
  #adjust: BrushSettings | null = null;
  readonly #tools = makeTools();
  #gesture: Gesture | null = null;
  /** Keys held at the newest pointer event. */
  #keys: GestureKeys = { straight: false, centre: false };
  readonly #viewWatchers = new Set<() => void>();
  /** Pointer work that came while an undo was waiting for its tiles. */
  #waiting: (() => void)[] = [];
  #keyStroke = false;
  /** Changes that wait for the end of a stroke. */
  #edits: ((doc: MaskDocument) => boolean)[] = [];

  /** Several steps are being undone or redone at once. */
  #jumping = false;
  #idle: number | undefined;
  #opened = 0;
  #exported: { rev: number; variant: MaskPngVariant; file: Promise<MaskExport> } | null = null;
  readonly #off = new AbortController();

  constructor() {
    const doc = (): MaskDocument | null => this.#doc;
    this.masks = new Masks({
      get document() {
        return doc();
      },
      worker: this.#worker,
      workerId: (mask) => this.#workerId(mask),
      edit: (change) => {
        this.#editLater(change);
      },
      busy: (work) => {
        this.#busy(work);
      },
    });
    if (typeof document !== 'undefined') {
      const options = { signal: this.#off.signal };
      document.addEventListener(
        'visibilitychange',
        () => {
          if (document.visibilityState === 'hidden') {
            void this.#drafts.save(true);
          }
        },
        options,
      );
      window.addEventListener(
        'pagehide',
        () => {
          // A stroke that is under way counts as far as it goes.
          this.#endGesture();
          void this.#drafts.save(true);
        },
        options,
      );
    }
  }

  // What is so -------------------------------------------------------------------------------------------

  get status(): EditorStatus {
    return this.#state.status;
  }

  /** Why the last `open` failed; null otherwise. */
  get error(): EditorError | null {
    return this.#error;
  }

  get picture(): EditorPicture | null {
    return this.#picture;
  }

  get tool(): ToolId {
    return this.#state.tool;
  }

  /** Diameter of the current brush, image px. With the hand tool, that of the brush. */
  get size(): number {
    return imageSize(this.#brush.size, this.#settings.sizeUnit, this.zoom);
  }

  /** 0 soft to 1 hard. */
  get hardness(): number {
    return this.#brush.hardness;
  }

  /** 0 to 1. */
  get opacity(): number {
    return this.#brush.opacity;
  }

  get pressure(): Readonly<PressureSettings> {
    return this.#settings.pressure;
  }

  /** CSS px per image px; 1 = 100 %. */
  get zoom(): number {
    return this.#state.zoom;
  }

  /** How the view is turned, radians clockwise, −π to π. Never how the mask is. */
  get angle(): number {
    return this.#state.angle;
  }

  get canUndo(): boolean {
    return this.#state.undo !== null;
  }

  get canRedo(): boolean {
    return this.#state.redo !== null;
  }

  /** What undo would take back; `tool` names it (brush, eraser, clear, all, invert, load). */
  get undoLabel(): HistoryLabel | null {
    return this.#state.undo;
  }

  get redoLabel(): HistoryLabel | null {
    return this.#state.redo;
  }

  /** Grows with every change of the mask, undo and redo included. */
  get rev(): number {
    return this.#state.rev;
  }

  /** Nothing is to be repainted. */
  get isEmpty(): boolean {
    return this.#state.empty;
  }

  /**
   * Part of the picture to be repainted, 0 to 1, soft pixels by their strength. Follows within moments; null
   * when nothing is painted or what is has not been counted yet.
   */
  get coverage(): number | null {
    return this.#state.coverage;
  }

  /** Fill, selection or a filter is under way. */
  get working(): boolean {
    return this.#state.working > 0;
  }

  /** Why the last piece of such work failed; null when it did not, or once it was dismissed. */
  get trouble(): EditorError | null {
    return this.#trouble;
  }

  dismissTrouble(): void {
    this.#trouble = null;
  }

  /** Marks the editor as working until this is through; what fails becomes its `trouble`. */
  wait(work: Promise<void>): void {
    this.#busy(work);
  }

  /** A stroke is being painted: nothing on the page should move. */
  get painting(): boolean {
    return this.#state.painting;
  }

  /** A pen has been used: fingers move the picture and do not paint. */
  get penMode(): boolean {
    return this.#state.penMode;
  }

  get draftState(): DraftState {
    return this.#drafts.state;
  }

  /** The mask shown at first came from a draft of this browser. */
  get restoredDraft(): boolean {
    return this.#drafts.restored;
  }

  /** Another tab has this picture open. Each keeps a draft of its own. */
  get openElsewhere(): boolean {
    return this.#drafts.openElsewhere;
  }

  /** What the room keeps with the draft; null when nothing. */
  get draftExtra(): unknown {
    return this.#drafts.extra;
  }

  /** Keeps something with the draft, such as the values of a form. Must be plain JSON. */
  setDraftExtra(extra: unknown): void {
    this.#drafts.setExtra(extra);
  }

  /** `#rrggbb`. */
  get maskColor(): string {
    return this.#settings.maskColor;
  }

  /** 0 to 1. Only how the mask looks, never what it holds. */
  get maskOpacity(): number {
    return this.#settings.maskOpacity;
  }

  get viewMode(): ViewMode {
    return this.#state.viewMode;
  }

  /** Where the keyboard paints; null while a pointer is used. */
  get keyboardCursor(): KeyboardCursor | null {
    return this.#keyboard;
  }

  /** All steps of the history, oldest first. Not reactive: read it anew when `rev` changes. */
  history(): HistoryItem[] {
    return this.#doc?.history.list() ?? [];
  }

  /** The mask now, inside a box of image px, neither side longer than `most` px; null without a picture. */
  maskThumbnail(box: PixelRect, most: number): MaskThumbnail | null {
    return this.#doc ? maskThumbnail(this.#doc.mips, box, most) : null;
  }

  /** The smallest box around all painted pixels, image px; null when nothing is painted. */
  maskBounds(): PixelRect | null {
    return this.#doc?.composite.bounds() ?? null;
  }

  /** Exact mask values (0 keep, 255 repaint) of a rectangle of image px, row by row. */
  readMask(rect: PixelRect): Uint8Array {
    return this.#document().composite.readRect(rect);
  }

  /** Where an image point is on the page, client px; null without a stage. */
  clientPoint(image: Point): Point | null {
    const bounds = this.#container?.getBoundingClientRect();
    if (!bounds) {
      return null;
    }
    const at = toView(this.#viewport, image);
    return { x: at.x + bounds.left, y: at.y + bounds.top };
  }

  /** Where the picture lies in the stage: stage px (CSS) = image px × scale, turned by the angle, + (x, y). */
  viewTransform(): Viewport {
    return this.#viewport;
  }

  /**
   * Calls back after every move of the view, zoom and resize, for what is laid over the stage.
   * @returns ends it.
   */
  onView(callback: () => void): () => void {
    this.#viewWatchers.add(callback);
    return () => {
      this.#viewWatchers.delete(callback);
    };
  }

  /** The part of the picture in view, image px; null without a stage or a picture. */
  visibleImage(): { x: number; y: number; width: number; height: number } | null {
    return this.#stage && this.#picture ? visibleBox(this.#viewport, this.#picture, this.#stage.size) : null;
  }

  /** Bytes held beside the picture. */
  bytes(): EditorBytes {
    const none = { tiles: 0, mips: 0, history: 0, stroke: 0 };
    return { ...(this.#doc?.bytes() ?? none), canvases: this.#stage?.bytes() ?? 0 };
  }

  /**
   * CPU time of the newest pieces of work, ms: frames while painting, other frames (pan, zoom, undo), ends of
   * strokes without the frame that follows.
   */
  timings(): { paint: number[]; view: number[]; strokeEnd: number[] } {
    return { paint: this.#frames.values(), view: this.#views.values(), strokeEnd: this.#ends.values() };
  }

  resetTimings(): void {
    for (const meter of [this.#frames, this.#views, this.#ends]) {
      meter.reset();
    }
  }

  // Settings ---------------------------------------------------------------------------------------------

  setTool(tool: ToolId): void {
    if (tool !== this.tool) {
      this.#cancelPainting();
      this.#tools.get(this.tool)?.leave?.(false);
      this.#state.tool = tool;
      this.#enterTool();
      this.#stage?.overlayChanged();
    }
    this.#showPointer();
  }

  /** Diameter in image px, 1 to 2000. */
  setSize(imagePx: number): void {
    this.#setBrush({ size: keptSize(imagePx, this.#settings.sizeUnit, this.zoom) });
  }

  setHardness(value: number): void {
    this.#setBrush({ hardness: clamp01(value) });
  }

  setOpacity(value: number): void {
    this.#setBrush({ opacity: clamp01(value) });
  }

  /** What the person set for the tools. Read only; see `set`. */
  get settings(): Readonly<ToolSettings> {
    return this.#settings;
  }

  /** Changes settings and keeps them. */
  set(change: (settings: ToolSettings) => void): void {
    change(this.#settings);
    this.#keepSettings();
    this.#stage?.cursorChanged();
  }

  setPressure(change: Partial<PressureSettings>): void {
    Object.assign(this.#settings.pressure, change);
    this.#keepSettings();
  }

  /** @param color `#rrggbb`; anything else is ignored. */
  setMaskColor(color: string): void {
    if (/^#[0-9a-f]{6}$/i.test(color)) {
      this.#settings.maskColor = color;
      this.#keepSettings();
      this.#stage?.lookChanged();
    }
  }

  setMaskOpacity(value: number): void {
    this.#settings.maskOpacity = clamp01(value);
    this.#keepSettings();
    this.#stage?.lookChanged();
  }

  setViewMode(mode: ViewMode): void {
    this.#state.viewMode = mode;
    this.#stage?.lookChanged();
  }

  /** Lets fingers paint again after a pen was used. */
  allowTouchPainting(): void {
    this.#policy.forgetPen();
    this.#state.penMode = false;
  }

  // The picture ------------------------------------------------------------------------------------------

  /**
   * Shows a picture and brings its draft back. Resolves when it can be painted on; a later `open` or
   * `close` makes it resolve without effect.
   * @throws EditorError; `status` is then `failed`.
   */
  async open(picture: EditorPicture): Promise<void> {
    this.close();
    const turn = this.#opened;
    const doc = new MaskDocument(picture.width, picture.height, {
      codec: this.#worker.codec,
      events: {
        shown: (rect) => {
          this.#stage?.maskChanged(rect);
        },
        committed: (commit) => {
          if (this.#doc === doc) {
            this.#committed(doc, commit);
          }
        },
        composed: () => {
          if (this.#doc === doc) {
            this.#sync();
            this.#planIdle();
          }
        },
      },
      modify: async (mask, grid, modifiers, changed) => {
        const target = { id: this.#workerId(mask), grid };
        return (await this.#worker.modify(target, modifiers, changed === null)) ?? [];
      },
    });
    this.#doc = doc;
    this.#picture = picture;
    this.#state.status = 'opening';
    this.#pyramid = this.#newPyramid(picture);
    this.#unplaced = true;
    this.#place();
    this.#stage?.documentChanged();
    try {
      const restoring = this.#drafts.begin(doc, picture.ref).then(() => {
        this.#planIdle();
      });
      const { first, all } = this.#pyramid.load(picture.source);
      all.catch((error: unknown) => {
        if (turn === this.#opened) {
          this.#fail(error);
        }
      });
      await Promise.all([first, restoring]);
    } catch (error) {
      if (turn === this.#opened) {
        throw this.#fail(error);
      }
      return;
    }
    if (turn === this.#opened) {
      this.#state.status = 'ready';
      this.#enterTool();
      this.#sync();
      this.#stage?.documentChanged();
    }
  }

  /**
   * Shows other pixels of the same size below the same mask, such as a result. Resolves when they are shown.
   * @throws EditorError; what was shown stays.
   */
  async showPixels(source: Blob | string): Promise<void> {
    const picture = this.#picture;
    const turn = this.#opened;
    if (!picture) {
      throw new Error('no picture is open');
    }
    const pyramid = this.#newPyramid(picture);
    try {
      await pyramid.load(source).all;
    } catch (error) {
      pyramid.close();
      throw asEditorError(error);
    }
    if (turn !== this.#opened) {
      pyramid.close();
      return;
    }
    this.#pyramid?.close();
    this.#pyramid = pyramid;
    this.#stage?.pictureChanged();
  }

  /** Lets go of the picture. Its draft stays. */
  close(): void {
    this.#cancelPainting();
    this.masks.keepModifiers();
    for (const { id } of this.masks.list) {
      this.#worker.dropMask(this.#workerId(id));
    }
    this.#drafts.end();
    this.#edits = [];
    this.#opened++;
    this.#pyramid?.close();
    this.#pyramid = null;
    this.#doc = null;
    this.#picture = null;
    this.#exported = null;
    this.#error = null;
    for (const tool of this.#tools.values()) {
      tool.leave?.(true);
    }
    this.#keyboard = null;
    Object.assign(this.#state, { status: 'empty', rev: 0, coverage: null });
    this.#sync();
    this.#stage?.documentChanged();
  }

  /**
   * Mounts the stage in the element, which it fills.
   * @returns takes it down; the session and its mask stay.
   */
  attach(container: HTMLElement): () => void {
    // Mounted from an effect, which must not run again when a tool or a size changes.
    return untrack(() => this.#attach(container));
  }

  #attach(container: HTMLElement): () => void {
    const stage = new StageView(
      container,
      () => ({
        document: this.#doc,
        pyramid: this.#pyramid,
        viewMode: this.#state.viewMode,
        tint: { color: this.#settings.maskColor, opacity: this.#settings.maskOpacity },
        look: this.view.settings,
        hidden: this.view.hidden,
        painting: this.#gesture !== null,
        cursor: this.#cursor(),
        tool: this.#tools.get(this.tool) ?? null,
      }),
      {
        resized: (before, after) => {
          this.#resized(before, after);
        },
        frame: () => {
          this.#gestureFrame();
        },
        drawn: (ms) => {
          (this.#gesture ? this.#frames : this.#views).add(ms);
        },
      },
    );
    this.#stage = stage;
    this.#container = container;
    const unlisten = listenToStage(container, {
      pointer: this.#onPointer,
      wheel: this.#onWheel,
      keyDown: (event) => {
        this.handleKeyDown(event);
      },
      keyUp: (event) => {
        this.handleKeyUp(event);
      },
      blur: () => {
        this.#held.clear();
        this.#endKeyStroke();
        this.#heldChanged();
      },
    });
    this.#place();
    this.#showPointer();
    return () => {
      unlisten();
      this.#cancelPainting();
      stage.destroy();
      if (this.#stage === stage) {
        this.#stage = null;
        this.#container = null;
        this.#hover = null;
      }
    };
  }

  /** Ends everything: workers, listeners, storage. The session cannot be used afterwards. */
  destroy(): void {
    this.close();
    this.#off.abort();
    cancelIdle(this.#idle);
    void this.#drafts.destroy().then(() => {
      this.#worker.close();
    });
  }

  // The mask ---------------------------------------------------------------------------------------------

  /** Takes the last step back; a stroke in progress instead, if there is one. */
  undo(): void {
    this.#step('undo');
  }

  redo(): void {
    this.#step('redo');
  }

  /**
   * Undoes or redoes until a step is the last one done; with 0 until nothing is. Frames are drawn on the way; it
   * ends early when something else is done meanwhile.
   */
  async jumpTo(id: number): Promise<void> {
    const doc = this.#doc;
    if (!doc || this.#jumping) {
      return;
    }
    this.#cancelPainting();
    this.#jumping = true;
    let box: PixelRect | null = null;
    let since = performance.now();
    try {
      while (doc === this.#doc && !doc.painting) {
        const steps = doc.history.list();
        const present = steps.filter(({ done }) => done).length;
        const wanted = id === 0 ? 0 : steps.findIndex((step) => step.id === id) + 1;
        const direction = wanted < present ? 'undo' : 'redo';
        if (wanted === present || (wanted === 0 && id !== 0)) {
          break;
        }
        box = steps[direction === 'undo' ? present - 1 : present]?.box ?? null;
        const done = await doc[direction]();
        if (!done) {
          break;
        }
        if (performance.now() - since > 12) {
          await new Promise((resolve) => setTimeout(resolve));
          since = performance.now();
        }
      }
    } finally {
      this.#jumping = false;
      this.#doWaiting();
    }
    if (box && doc === this.#doc) {
      this.#revealChange(doc, box);
    }
  }

  clear(): void {
    this.#edit((doc) => doc.clear());
  }

  selectAll(): void {
    this.#edit((doc) => doc.selectAll());
  }

  invert(): void {
    this.#edit((doc) => doc.invert());
  }

  /**
   * Replaces the mask by what a PNG's alpha says (alpha 0 = repaint), as one step that can be undone. A PNG
   * without alpha empties it.
   * @throws EditorError
   */
  async loadMask(png: Uint8Array): Promise<void> {
    const doc = this.#document();
    const turn = this.#opened;
    const tiles = await this.#worker.decode(png).catch((error: unknown) => {
      throw asEditorError(error);
    });
    if (tiles.width !== doc.width || tiles.height !== doc.height) {
      throw new EditorError('mask-size-mismatch', {
        width: tiles.width,
        height: tiles.height,
        wantedWidth: doc.width,
        wantedHeight: doc.height,
      });
    }
    if (turn === this.#opened) {
      this.#edit((now) => {
        // The file is a whole composite: nothing may be done to it, or added, once more.
        const { stack, active } = now;
        const masks = stack.masks.map((mask) =>
          mask.id === active.id
            ? { ...newMask(mask.id, mask.name), visible: true }
            : { ...mask, visible: false },
        );
        now.restack('load', { ...stack, masks });
        return now.replace('load', gridFromTiles(tiles));
      });
    }
  }

  /**
   * The composite of all masks, modifiers included, as a PNG written beside the page; asked again without a change in between it is the same file.
   * A stroke in progress is not in it.
   * @throws Error when no picture is open.
   */
  async exportMask(variant: MaskPngVariant = 'indexed'): Promise<MaskExport> {
    const doc = this.#document();
    this.masks.keepModifiers();
    await doc.settled();
    if (this.#exported?.rev !== doc.rev || this.#exported.variant !== variant) {
      const file = this.#encode(doc, variant);
      const exported = { rev: doc.rev, variant, file };
      this.#exported = exported;
      file.catch(() => {
        if (this.#exported === exported) {
          this.#exported = null;
        }
      });
    }
    return this.#exported.file;
  }

  /**
   * The hash `exportMask` would give for the mask in a PNG's alpha, read beside the page: to compare what a
   * server stored.
   * @throws EditorError
   */
  async hashOf(png: Uint8Array): Promise<string> {
    try {
      return maskHash(await this.#worker.decode(png));
    } catch (error) {
      throw asEditorError(error);
    }
  }

  /** Other drafts of this picture in this browser, newest first. */
  drafts(): Promise<DraftChoice[]> {
    return this.#drafts.drafts();
  }

  /** Shows another draft; the present one stays among the drafts. False when it is gone. */
  async chooseDraft(id: string): Promise<boolean> {
    this.#cancelPainting();
    const turn = this.#opened;
    const chosen = await this.#drafts.choose(id);
    if (chosen && turn === this.#opened) {
      this.#sync();
      this.#planIdle();
      this.#stage?.documentChanged();
    }
    return chosen;
  }

  /** Forgets the drafts of this picture. The mask on screen stays as it is. */
  discardDraft(): Promise<void> {
    return this.#drafts.discard();
  }

  // The view ---------------------------------------------------------------------------------------------

  zoomTo(target: ZoomTarget): void {
    const picture = this.#picture;
    const view = this.#stage?.size;
    if (!picture || !view) {
      return;
    }
    if (target === 'fit') {
      this.#setViewport(fit(picture, view, { ...FIT, angle: this.angle }));
    } else if (target === 'mask') {
      const box = this.maskBounds();
      if (box) {
        const place = { x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 };
        this.#setViewport(fitBox(place, view, { padding: 64, maxScale: FIT.maxScale, angle: this.angle }));
      }
    } else {
      const scale = target === '100%' ? 1 : target;
      const middle = { x: view.width / 2, y: view.height / 2 };
      this.#setViewport(zoomAt(this.#viewport, middle, scale, scaleLimits(picture, view, this.angle)));
    }
  }

  /** Zooms by a factor at the pointer, or the middle of the view. */
  zoomBy(factor: number): void {
    const view = this.#stage?.size;
    if (this.#picture && view) {
      const at = this.#hover ?? { x: view.width / 2, y: view.height / 2 };
      const scale = this.#viewport.scale * factor;
      this.#setViewport(zoomAt(this.#viewport, at, scale, scaleLimits(this.#picture, view, this.angle)));
    }
  }

  /** To the next round scale, in (1) or out (-1). */
  zoomStep(direction: 1 | -1): void {
    this.zoomBy(nextStep(this.#viewport.scale, direction) / this.#viewport.scale);
  }

  /**
   * Turns the view about its middle. A picture that was fitted stays so.
   * @param angle radians clockwise from upright.
   */
  rotateTo(angle: number): void {
    const view = this.#stage?.size;
    const picture = this.#picture;
    if (!view || !picture) {
      return;
    }
    const fitted = fit(picture, view, { ...FIT, angle: this.angle });
    const wasFitted = Math.abs(this.#viewport.scale / fitted.scale - 1) < 1e-3;
    const turned = turnAt(this.#viewport, { x: view.width / 2, y: view.height / 2 }, angle);
    this.#setViewport(wasFitted ? fit(picture, view, { ...FIT, angle: turned.angle ?? 0 }) : turned);
  }

  /** Turns the view by radians, clockwise. */
  rotateBy(angle: number): void {
    this.rotateTo(this.angle + angle);
  }

  // Commands and keys ------------------------------------------------------------------------------------

  /** Whether a command would do something now. */
  can(command: EditorCommand): boolean {
    if (/^(?:tool|brush|combine)\./.test(command)) {
      return true;
    }
    switch (command) {
      case 'history.undo':
        return this.canUndo || this.painting;
      case 'history.redo':
        return this.canRedo;
      case 'mask.clear':
      case 'view.mask':
        return this.status === 'ready' && !this.isEmpty;
      default:
        return this.status === 'ready';
    }
  }

  /** Does what a shortcut or a button names. False: there was nothing to do. */
  run(command: EditorCommand): boolean {
    if (!this.can(command)) {
      return false;
    }
    this.#run(command);
    return true;
  }

  /**
   * For keydown events of the stage and of the room. Keys of text fields, and events somebody else has
   * taken, are left alone.
   * @returns true when the key was the editor's; its default is prevented then.
   */
  handleKeyDown(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing || isField(event.target)) {
      return false;
    }
    const onStage = event.target === this.#container || event.target === document.body;
    this.#keysChanged(event);
    const host = this.#toolHost();
    const taken =
      (host !== null && this.#tools.get(this.tool)?.key?.(event, host) === true) ||
      this.#cancelKey(event) ||
      (onStage && (this.#cursorKey(event) || this.#holdKey(event))) ||
      this.#commandKey(event);
    if (taken) {
      event.preventDefault();
    }
    return taken;
  }

  /** The counterpart of `handleKeyDown` for keyup events. */
  handleKeyUp(event: KeyboardEvent): boolean {
    if (this.#keyStroke && (event.code === 'Space' || event.key === 'Enter')) {
      if (!this.#toggles) {
        this.#endKeyStroke();
      }
      return true;
    }
    this.#keysChanged(event);
    if (!this.#held.release(event)) {
      return false;
    }
    this.#heldChanged();
    event.preventDefault();
    return true;
  }

  #run(command: EditorCommand): void {
    switch (command) {
      case 'tool.brush':
      case 'tool.eraser':
      case 'tool.rect':
      case 'tool.ellipse':
      case 'tool.lasso':
      case 'tool.polygon':
      case 'tool.fill':
      case 'tool.wand':
      case 'tool.hand':
        this.setTool(command.slice(5) as ToolId);
        return;
      case 'tool.swap':
        this.#swap();
        return;
      case 'combine.add':
      case 'combine.subtract':
      case 'combine.intersect':
        this.set((settings) => (settings.combine = command.slice(8) as CombineChoice));
        return;
      case 'brush.unit':
        this.#swapUnit();
        return;
      case 'brush.smaller':
        this.setSize(steppedSize(this.size, -1));
        return;
      case 'brush.larger':
        this.setSize(steppedSize(this.size, 1));
        return;
      case 'brush.softer':
        this.setHardness(Math.round(this.hardness * 10 - 1) / 10);
        return;
      case 'brush.harder':
        this.setHardness(Math.round(this.hardness * 10 + 1) / 10);
        return;
      case 'history.undo':
        this.undo();
        return;
      case 'history.redo':
        this.redo();
        return;
      case 'mask.all':
        this.selectAll();
        return;
      case 'mask.clear':
        this.clear();
        return;
      case 'mask.invert':
        this.invert();
        return;
      case 'view.fit':
        this.zoomTo('fit');
        return;
      case 'view.actual':
        this.zoomTo('100%');
        return;
      case 'view.mask':
        this.zoomTo('mask');
        return;
      case 'view.in':
        this.zoomStep(1);
        return;
      case 'view.out':
        this.zoomStep(-1);
        return;
      case 'view.rotateLeft':
        this.rotateTo(nearestTurn(this.angle, Math.PI / 2) - Math.PI / 2);
        return;
      case 'view.rotateRight':
        this.rotateTo(nearestTurn(this.angle, Math.PI / 2) + Math.PI / 2);
        return;
      case 'view.rotateReset':
        this.rotateTo(0);
        return;
      case 'view.maskOnly':
        this.setViewMode(this.viewMode === 'mask' ? 'overlay' : 'mask');
        return;
      default:
        this.setOpacity(Number(command.slice('brush.opacity.'.length)) / 100);
    }
  }

  /** Brush and eraser change places; other tools take away instead of adding. */
  #swap(): void {
    if (this.tool === 'brush' || this.tool === 'eraser') {
      this.setTool(this.tool === 'eraser' ? 'brush' : 'eraser');
    } else {
      this.set((settings) => (settings.combine = settings.combine === 'subtract' ? 'add' : 'subtract'));
    }
  }

  /** Sizes are kept in the other unit from now on; what is on screen stays. */
  #swapUnit(): void {
    this.set((settings) => {
      const unit = settings.sizeUnit === 'image' ? 'screen' : 'image';
      for (const brush of Object.values(settings.tools)) {
        brush.size = keptSize(imageSize(brush.size, settings.sizeUnit, this.zoom), unit, this.zoom);
      }
      settings.sizeUnit = unit;
    });
  }

  #commandKey(event: KeyboardEvent): boolean {
    const command = editorCommand(event);
    // The editor's keys stay its own even when there is nothing to do: Ctrl+Z must not reach anything else.
    return command !== null && (this.run(command) || true);
  }

  #cancelKey(event: KeyboardEvent): boolean {
    if (event.key !== 'Escape' || !(this.painting || this.#keyboard)) {
      return false;
    }
    this.#cancelPainting();
    this.#setKeyboard(null);
    return true;
  }

  #holdKey(event: KeyboardEvent): boolean {
    if (!this.#held.press(event)) {
      return false;
    }
    this.#heldChanged();
    return true;
  }

  #heldChanged(): void {
    this.view.hide(this.#held.is('peek'));
    this.#showPointer();
  }

  /** Shift or Ctrl pressed or let go while the pointer rests: what is dragged becomes a square, a line, … */
  #keysChanged({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): void {
    if (this.#gesture && !this.#keyStroke && /^(?:Shift|Control|Meta)$/.test(key)) {
      this.#keys = { straight: shiftKey, centre: ctrlKey || metaKey };
      this.#gesture.move([], this.#keys);
      this.#stage?.requestFrame();
    }
  }

  /** Arrow keys move a cursor of their own; Space or Enter paints there, held down a line. */
  #cursorKey(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey || this.status !== 'ready') {
      return false;
    }
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? 1 : Math.max(1, Math.round(this.size / 4));
      const from = this.#keyboard ?? this.#middle();
      this.#setKeyboard(this.#keyboard ? { x: from.x + arrow[0] * step, y: from.y + arrow[1] * step } : from);
      if (this.#keyStroke) {
        this.#sampleKeyboard();
      }
      return true;
    }
    if (event.key === 'Enter' || (event.code === 'Space' && this.#keyboard)) {
      if (!event.repeat && this.#gesture && this.#toggles) {
        this.#endKeyStroke();
      } else if (!event.repeat && !this.#keyStroke) {
        this.#setKeyboard(this.#keyboard ?? this.#middle());
        this.#keyStroke = true;
        this.#whenStill(() => {
          const at = this.#keyboard;
          if (at) {
            this.#beginGesture({ ...at, pressure: 0.5, device: 'mouse', ...PLAIN_START });
          }
        });
        this.#sampleKeyboard();
      }
      return true;
    }
    return false;
  }

  /** The present tool is begun by one press of a key and ended by another. */
  get #toggles(): boolean {
    return this.#tools.get(this.tool)?.keyboard === 'toggle';
  }

  #sampleKeyboard(): void {
    const at = this.#keyboard;
    if (at) {
      this.#whenStill(() => {
        this.#gesture?.move([{ ...at, pressure: 0.5 }], PLAIN_START);
        this.#stage?.drawNow();
      });
    }
  }

  #endKeyStroke(): void {
    if (this.#keyStroke) {
      this.#keyStroke = false;
      this.#whenStill(() => {
        this.#endGesture();
      });
    }
  }

  #setKeyboard(at: KeyboardCursor | null): void {
    const picture = this.#picture;
    this.#keyboard =
      at && picture
        ? {
            x: Math.min(picture.width - 0.5, Math.max(0.5, at.x)),
            y: Math.min(picture.height - 0.5, Math.max(0.5, at.y)),
          }
        : null;
    if (this.#keyboard) {
      this.#reveal(this.#keyboard);
      const host = this.#toolHost();
      if (host) {
        this.#tools.get(this.tool)?.hover?.(this.#keyboard, host);
      }
    }
    this.#stage?.cursorChanged();
  }

  /** The middle of what is in view, at a pixel's centre. */
  #middle(): Point {
    const box = this.visibleImage();
    return box
      ? { x: Math.floor(box.x + box.width / 2) + 0.5, y: Math.floor(box.y + box.height / 2) + 0.5 }
      : { x: 0.5, y: 0.5 };
  }

  /** Moves the picture so that an image point is in view, not at its very edge. */
  #reveal(point: Point): void {
    const view = this.#stage?.size;
    if (!view) {
      return;
    }
    const at = toView(this.#viewport, point);
    const marginX = Math.min(48, view.width / 4);
    const marginY = Math.min(48, view.height / 4);
    const dx = Math.max(marginX - at.x, 0) + Math.min(view.width - marginX - at.x, 0);
    const dy = Math.max(marginY - at.y, 0) + Math.min(view.height - marginY - at.y, 0);
    if (dx !== 0 || dy !== 0) {
      this.#setViewport(pan(this.#viewport, dx, dy));
    }
  }

  // Pointers ---------------------------------------------------------------------------------------------

  readonly #onPointer = (input: PointerInput, samples: readonly StageSample[]): void => {
    if (this.status !== 'ready') {
      return;
    }
    const { alt, shift, ctrl = false } = input;
    if (this.#held.sync({ altKey: alt, shiftKey: shift, ctrlKey: ctrl, metaKey: ctrl })) {
      this.#heldChanged();
    }
    const context: PointerContext = {
      panning: this.tool === 'hand' || this.#held.is('pan') || this.#held.is('turn'),
      erasing: this.#held.is('erase'),
    };
    this.#keys = { straight: input.shift, centre: input.ctrl === true };
    for (const action of this.#policy.handle(input, context)) {
      this.#act(action, samples);
    }
    this.#state.penMode = this.#policy.penMode;
  };

  #act(action: PointerAction, samples: readonly StageSample[]): void {
    switch (action.type) {
      case 'stroke-begin':
        this.#setKeyboard(null);
        this.#hover = action.device === 'touch' ? null : { x: action.x, y: action.y };
        this.#whenStill(() => {
          const { device, erase: subtract } = action;
          const [first] = samples;
          const at = toImage(this.#viewport, first ?? action);
          // The erase key with Shift keeps what lies in the area; Shift is then not for straight lines.
          const intersect = this.#held.is('erase') && action.straight;
          const straight = action.straight && !intersect;
          const pressure = first?.pressure ?? 0.5;
          this.#beginGesture({ ...this.#keys, ...at, pressure, device, subtract, intersect, straight });
          this.#addSamples(samples);
          // The first dab is seen before the next frame.
          this.#stage?.drawNow();
        });
        return;
      case 'stroke-move':
        this.#follow(samples);
        this.#whenStill(() => {
          this.#addSamples(samples);
          this.#stage?.requestFrame();
        });
        return;
      case 'stroke-end':
        this.#whenStill(() => {
          this.#endGesture();
        });
        return;
      case 'stroke-cancel':
        this.#whenStill(() => {
          this.#cancelGesture();
        });
        return;
      case 'stroke-revert':
        this.#step('undo');
        return;
      case 'view-begin':
        this.#moving = true;
        this.#turning = this.#held.is('turn') ? new TurnGesture(this.angle) : null;
        this.#showPointer();
        return;
      case 'view-move':
        this.#moveView(action.centre, action.factor, action.dx, action.dy, action.turn ?? 0);
        return;
      case 'view-end':
        this.#moving = false;
        if (this.#fingersTurned) {
          this.rotateTo(settledTurn(this.angle));
        }
        this.#fingersTurned = false;
        this.#showPointer();
        return;
      case 'adjust-begin':
        this.#adjust = { ...this.#brush, size: this.size };
        this.#hover = { x: action.x, y: action.y };
        return;
      case 'adjust-move':
        this.#adjustBrush(action.dx, action.dy);
        return;
      case 'adjust-end':
        this.#adjust = null;
        return;
      case 'hover':
        this.#setKeyboard(null);
        this.#setHover({ x: action.x, y: action.y });
        return;
      case 'hover-end':
        this.#setHover(null);
        return;
      case 'undo':
      case 'redo':
        this.#step(action.type);
    }
  }

  readonly #onWheel = (wheel: StageWheel): void => {
    const picture = this.#picture;
    const view = this.#stage?.size;
    if (!picture || !view || this.painting) {
      return;
    }
    const { x, y } = wheelPixels(wheel);
    if (wheel.ctrl) {
      if (y !== 0) {
        this.setSize(steppedSize(this.size, y < 0 ? 1 : -1));
      }
    } else if (wheel.shift) {
      this.#setViewport(pan(this.#viewport, -(x || y), 0));
    } else {
      const factor = this.#wheel.factor(wheel, wheel.pinch);
      const scale = this.#sticky.apply(this.#viewport.scale, factor);
      this.#hover = { x: wheel.x, y: wheel.y };
      this.#setViewport(zoomAt(this.#viewport, this.#hover, scale, scaleLimits(picture, view, this.angle)));
    }
  };

  #moveView(centre: Point, factor: number, dx: number, dy: number, turn: number): void {
    const view = this.#stage?.size;
    if (this.#picture && view) {
      this.#hover = this.#hover && centre;
      if (this.#turning) {
        const angle = this.#turning.move(centre, dx, dy, view, this.#keys.straight);
        this.#setViewport(turnAt(this.#viewport, { x: view.width / 2, y: view.height / 2 }, angle));
        return;
      }
      this.#fingersTurned ||= turn !== 0;
      const limits = scaleLimits(this.#picture, view, this.angle);
      this.#setViewport(pinch(this.#viewport, centre, factor, dx, dy, limits, turn));
    }
  }

  /** Right for larger, up for harder; the ring stays where it was taken hold of. */
  #adjustBrush(dx: number, dy: number): void {
    const adjust = this.#adjust;
    if (adjust) {
      // Kept apart from the settings, so that rounding there does not swallow slow movements.
      adjust.size = Math.min(2000, Math.max(1, adjust.size + (2 * dx) / this.#viewport.scale));
      adjust.hardness = clamp01(adjust.hardness - dy * 0.005);
      this.setSize(adjust.size);
      this.setHardness(Math.round(adjust.hardness * 100) / 100);
    }
  }

  #follow(samples: readonly StageSample[]): void {
    const last = samples[samples.length - 1];
    if (last && this.#hover) {
      this.#setHover({ x: last.x, y: last.y });
    }
  }

  #setHover(at: Point | null): void {
    this.#hover = at;
    const host = this.#toolHost();
    if (host) {
      this.#tools.get(this.tool)?.hover?.(at && toImage(this.#viewport, at), host);
    }
    this.#stage?.cursorChanged();
  }

  // Strokes ----------------------------------------------------------------------------------------------

  #beginGesture(start: GestureStart): void {
    const host = this.#toolHost();
    if (!host || this.status !== 'ready') {
      return;
    }
    this.#endGesture();
    this.masks.keepModifiers();
    if (!host.document.active.visible) {
      const { stack, active } = host.document;
      // Nobody paints on what cannot be seen.
      host.document.restack('mask-show', withMask(stack, active.id, { visible: true }));
    }
    const subtract = start.subtract || this.#held.is('erase');
    this.#gesture = this.#tools.get(this.tool)?.begin({ ...start, subtract }, host) ?? null;
    this.#state.painting = this.#gesture !== null;
  }

  #addSamples(samples: readonly StageSample[]): void {
    const places = samples.map((sample) => ({
      ...toImage(this.#viewport, sample),
      pressure: sample.pressure,
    }));
    this.#gesture?.move(places, this.#keys);
  }

  /** One frame's work: samples become dabs, dabs become mask. Drawing follows in the stage. */
  #gestureFrame(): void {
    this.#gesture?.frame();
  }

  #endGesture(): void {
    const gesture = this.#gesture;
    if (gesture) {
      const start = performance.now();
      this.#gesture = null;
      gesture.end();
      this.#state.painting = false;
      this.#ends.add(performance.now() - start);
      this.#editWaiting();
    }
  }

  #cancelGesture(): void {
    const gesture = this.#gesture;
    this.#gesture = null;
    gesture?.cancel();
    this.#state.painting = false;
    this.#editWaiting();
  }

  /** Changes the mask at once, or after the stroke under way: what comes late must not spoil it. */
  #editLater(change: (doc: MaskDocument) => boolean): void {
    if (this.#gesture) {
      this.#edits.push(change);
    } else {
      this.#edit(change);
    }
  }

  #editWaiting(): void {
    const edits = this.#edits;
    this.#edits = [];
    for (const change of edits) {
      this.#edit(change);
    }
  }

  /** What the present tool may use; null without a picture. */
  #toolHost(): ToolHost | null {
    const document = this.#doc;
    const picture = this.#picture;
    if (!document || !picture) {
      return null;
    }
    const scale = (): number => this.#viewport.scale;
    return {
      document,
      mask: { id: this.#workerId(document.active.id), grid: document.grid },
      picture,
      worker: this.#worker,
      settings: this.#settings,
      get scale() {
        return scale();
      },
      requestFrame: () => {
        this.#stage?.requestFrame();
      },
      overlayChanged: () => {
        this.#stage?.overlayChanged();
      },
      edit: (change) => {
        this.#editLater(change);
      },
      set: (change) => {
        change(this.#settings);
        this.#keepSettings();
      },
      busy: (work) => {
        this.#busy(work);
      },
    };
  }

  #enterTool(): void {
    const host = this.#toolHost();
    if (host && this.status === 'ready') {
      this.#tools.get(this.tool)?.enter?.(host);
    }
  }

  /** The worker knows masks of all pictures by name. */
  #workerId(mask: string): string {
    return `${this.#opened}:${mask}`;
  }

  /** Shows that something takes its time, and what became of it. */
  #busy(work: Promise<void>): void {
    this.#state.working++;
    const turn = this.#opened;
    void work
      .catch((error: unknown) => {
        if (turn === this.#opened) {
          this.#trouble = asEditorError(error);
        }
      })
      .finally(() => {
        this.#state.working--;
      });
  }

  /** Ends pointer and keyboard strokes as if they had not been. */
  #cancelPainting(): void {
    this.#keyStroke = false;
    this.#waiting = [];
    for (const action of this.#policy.abort()) {
      this.#act(action, []);
    }
    this.#cancelGesture();
  }

  /** Does pointer work now, or when an undo that waits for its tiles is through; always in order. */
  #whenStill(work: () => void): void {
    if (this.#doc?.moving || this.#waiting.length > 0) {
      this.#waiting.push(work);
    } else {
      work();
    }
  }

  #step(direction: 'undo' | 'redo'): void {
    const doc = this.#doc;
    if (!doc) {
      return;
    }
    if (this.painting) {
      if (direction === 'undo') {
        this.#cancelPainting();
      }
      return;
    }
    const result = doc[direction]();
    if (result instanceof Promise) {
      void result
        .catch(() => false)
        .then(() => {
          this.#doWaiting();
        });
    }
  }

  /** Does the pointer work that came while tiles were waited for. */
  #doWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) {
      this.#whenStill(work);
    }
  }

  #edit(change: (doc: MaskDocument) => boolean): void {
    this.#cancelPainting();
    this.#whenStill(() => {
      if (this.#doc && this.status === 'ready') {
        change(this.#doc);
      }
    });
  }

  #committed(doc: MaskDocument, commit: MaskCommit): void {
    this.#sync();
    this.#drafts.committed(commit);
    this.#planIdle();
    if (commit.cause !== 'do' && !this.#jumping) {
      this.#revealChange(doc, commit.label.box);
    }
  }

  /** After undo and redo: what changed must not be out of sight. */
  #revealChange(doc: MaskDocument, box: PixelRect): void {
    const seen = this.visibleImage();
    const view = this.#stage?.size;
    const visible =
      seen &&
      box.x0 < seen.x + seen.width &&
      box.x1 > seen.x &&
      box.y0 < seen.y + seen.height &&
      box.y1 > seen.y;
    if (view && !visible && doc === this.#doc) {
      const place = { x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 };
      this.#setViewport(centreOn(place, view, this.#viewport.scale, this.angle));
    }
  }

  /** Brings the reactive facts in line with the document. */
  #sync(): void {
    const doc = this.#doc;
    this.#state.rev = doc?.rev ?? 0;
    this.#state.empty = doc?.composite.empty ?? true;
    this.masks.sync(doc);
    this.#state.undo = doc?.history.undoEntry?.label ?? null;
    this.#state.redo = doc?.history.redoEntry?.label ?? null;
    if (this.#state.empty) {
      this.#state.coverage = null;
    }
  }

  // Files and drafts -------------------------------------------------------------------------------------

  async #encode(doc: MaskDocument, variant: MaskPngVariant): Promise<MaskExport> {
    const { rev, width, height } = doc;
    const empty = doc.composite.empty;
    const tiles = maskTiles(doc.composite);
    // A worker that dies is replaced by work in place: ask once more.
    const file = await this.#worker.encode(tiles, variant).catch(() => this.#worker.encode(tiles, variant));
    const blob = new Blob([file.png], { type: 'image/png' });
    return { blob, hash: file.hash, width, height, empty, rev };
  }

  /** Leisure work: halved levels, coverage, packing of old steps. */
  #planIdle(): void {
    this.#idle ??= whenIdle((more) => {
      this.#idle = undefined;
      const doc = this.#doc;
      if (!doc) {
        return;
      }
      if (this.painting || !doc.mips.settle(more) || !doc.composite.countSums(more)) {
        this.#planIdle();
        return;
      }
      this.#state.coverage = doc.composite.empty ? null : doc.composite.coverage();
      void doc.history.settle().catch(() => undefined);
    });
  }

  // Odds and ends ----------------------------------------------------------------------------------------

  get #brush(): BrushSettings {
    return this.#settings.tools[this.#paintTool];
  }

  get #paintTool(): PaintTool {
    return this.#state.tool === 'eraser' ? 'eraser' : 'brush';
  }

  #setBrush(change: Partial<BrushSettings>): void {
    Object.assign(this.#brush, change);
    this.#keepSettings();
    this.#stage?.cursorChanged();
  }

  #keepSettings(): void {
    saveSettings($state.snapshot(this.#settings));
  }

  #document(): MaskDocument {
    if (!this.#doc) {
      throw new Error('no picture is open');
    }
    return this.#doc;
  }

  #newPyramid({ width, height }: EditorPicture): ImagePyramid {
    return new ImagePyramid(width, height, () => {
      this.#stage?.pictureChanged();
    });
  }

  #fail(error: unknown): EditorError {
    const known = asEditorError(error);
    this.#error = known;
    this.#state.status = 'failed';
    return known;
  }

  /** Fits a picture that has not been seen yet. */
  #place(): void {
    const view = this.#stage?.size;
    if (this.#picture && view && view.width > 0 && view.height > 0) {
      if (this.#unplaced) {
        this.#unplaced = false;
        this.#setViewport(fit(this.#picture, view, FIT));
      } else {
        this.#setViewport(this.#viewport);
      }
    }
  }

  #resized(before: Size, after: Size): void {
    if (this.#unplaced || before.width === 0 || before.height === 0) {
      this.#place();
    } else if (this.#picture) {
      this.#setViewport(resize(this.#viewport, this.#picture, before, after, FIT));
    }
  }

  #setViewport(viewport: Viewport): void {
    const stage = this.#stage;
    if (stage && this.#picture) {
      this.#viewport = stage.setViewport(clamp(viewport, this.#picture, stage.size));
      this.#state.zoom = this.#viewport.scale;
      this.#state.angle = this.#viewport.angle ?? 0;
      for (const watcher of this.#viewWatchers) {
        watcher();
      }
    }
  }

  #cursor(): BrushCursor | null {
    const pan = this.#held.is('pan');
    const turn = this.#held.is('turn');
    if (this.status !== 'ready' || this.#moving || this.tool === 'hand' || pan || turn) {
      return null;
    }
    const at = this.#keyboard ?? (this.#hover && toImage(this.#viewport, this.#hover));
    const rings = this.#tools.get(this.tool)?.cursor === 'brush';
    const size = rings ? this.size : 0;
    return at && { ...at, size, hardness: this.hardness, keyboard: this.#keyboard !== null };
  }

  /** The browser's own cursor: hidden below the brush rings, a hand for moving. */
  #showPointer(): void {
    if (this.#container) {
      const hand = this.tool === 'hand' || this.#held.is('pan') || this.#held.is('turn');
      this.#container.style.cursor = this.#moving ? 'grabbing' : hand ? 'grab' : 'none';
    }
    this.#stage?.cursorChanged();
  }
}

/** A gesture of the keyboard, which has its modifiers for other things. */
const PLAIN_START = { subtract: false, intersect: false, straight: false, centre: false } as const;

const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether keys belong to what has the focus: text fields, sliders and other widgets moved by arrows. */
function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]') !==
      null
  );
}

function asEditorError(error: unknown): EditorError {
  if (error instanceof EditorError) {
    return error;
  }
  if (error instanceof ImageError) {
    return new EditorError(error.problem, error.facts, error);
  }
  if (error instanceof PngError) {
    return new EditorError(PNG_PROBLEMS[error.problem], { reason: error.message }, error);
  }
  return new EditorError(
    'decode-failed',
    { reason: error instanceof Error ? error.message : String(error) },
    error,
  );
}

/** Calls back when the page has nothing better to do. `more`: there is still time. */
function whenIdle(work: (more: () => boolean) => void): number {
  // Safari has no idle callbacks.
  if (typeof requestIdleCallback !== 'function') {
    return setTimeout(() => {
      const end = performance.now() + 6;
      work(() => performance.now() < end);
    }, 50) as unknown as number;
  }
  return requestIdleCallback(
    (deadline) => {
      // On a busy page it comes late and without time: a little is done all the same.
      const end = deadline.didTimeout ? performance.now() + 4 : 0;
      work(() => deadline.timeRemaining() > 2 || performance.now() < end);
    },
    { timeout: 400 },
  );
}

function cancelIdle(handle: number | undefined): void {
  if (handle !== undefined) {
    if (typeof cancelIdleCallback === 'function') {
      cancelIdleCallback(handle);
    } else {
      clearTimeout(handle);
    }
  }
}
