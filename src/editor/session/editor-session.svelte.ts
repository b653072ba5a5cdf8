import { untrack } from 'svelte';
import type { Point } from '../../ui/viewport';
import { type DraftChoice, DraftKeeper } from '../drafts/draft-keeper.svelte';
import {
  type DraftState,
  type EditorBytes,
  type EditorCommand,
  EditorError,
  type EditorPicture,
  type EditorStatus,
  type HistoryItem,
  type MaskExport,
  type MaskPngVariant,
  type PixelRect,
  type ToolId,
} from '../model/editor-types';
import { masksAlone, replaceMasks } from '../drafts/journal/document-state';
import { maskHash } from '../mask/hash';
import type { HistoryLabel } from '../mask/history';
import { type MaskCommit, MaskDocument } from '../mask/mask-document';
import { type MaskStack, newMask } from '../mask/mask-stack';
import { gridFromTiles } from '../mask/mask-tiles';
import { pastThumbnails } from '../mask/past-thumbnails';
import { type MaskThumbnail, maskThumbnail } from '../mask/thumbnail';
import { Masks } from '../mask-list/masks.svelte';
import { asEditorError } from './as-editor-error';
import { Camera } from './camera.svelte';
import { Edits } from './edits.svelte';
import { KeyboardPainting } from './keyboard-painting.svelte';
import { MaskExporter } from './mask-exporter';
import { canRun, runCommand } from './session-commands';
import { SessionCore } from './session-core.svelte';
import { SessionKeys } from './session-keys';
import { StageMount } from './stage-mount';
import { StagePointers } from './stage-pointers.svelte';
import { ToolOptions } from './tool-options.svelte';
import { breather, cancelIdle, whenIdle } from './when-idle';
import { ImagePyramid } from '../stage/image-pyramid';
import type { ToolHost, Unfinished } from '../tools/tool';
import { ViewState } from '../view/view-state.svelte';
import { WorkerClient } from '../worker/worker-client';

/** Longest side of the picture of a draft, px: sharp on dense screens too. */
const DRAFT_THUMBNAIL = 64;
/** Shorter side of the small copy of the picture, px: a tile of the strip, sharp on dense screens too. */
const OVERVIEW = 144;

/** The small facts that views depend on. */
interface MaskState {
  rev: number;
  empty: boolean;
  coverage: number | null;
  undo: HistoryLabel | null;
  redo: HistoryLabel | null;
  /** What the tool in hand has begun; complete: mask can be made of it. */
  unfinished: 'none' | 'begun' | 'complete';
  /** Pieces of work under way that take their time. */
  working: number;
}

/**
 * One picture being masked: what the toolbar, the stage and the generate panel of the editor share. Small
 * facts are reactive; pixels live in plain classes and are announced by `rev`. Its parts are in `session/`:
 * the camera, the options of the tools, the order of edits, pointers, keyboard and stage.
 */
export class EditorSession {
  readonly #core = new SessionCore();
  readonly #state = $state<MaskState>({
    rev: 0,
    empty: true,
    coverage: null,
    undo: null,
    redo: null,
    unfinished: 'none',
    working: 0,
  });
  #error = $state.raw<EditorError | null>(null);
  #trouble = $state.raw<EditorError | null>(null);

  readonly #worker = new WorkerClient(() => this.#edits.rest());
  readonly #exporter = new MaskExporter(this.#worker);
  readonly #drafts = new DraftKeeper(this.#worker.codec);

  /** Zoom, place and turn of the picture in the stage. */
  readonly camera = new Camera(this.#core);
  /** What the person set for the tools. */
  readonly options = new ToolOptions(this.#core, this.camera);
  /** What is shown of the mask, and how: style, ants, grid, checkerboard. */
  readonly view = new ViewState(() => this.#core.stage?.lookChanged());
  /** The masks of the picture, their modifiers, and what is done to a mask as a whole. */
  readonly masks: Masks;

  readonly #edits: Edits;
  readonly #keyboard: KeyboardPainting;
  readonly #pointers: StagePointers;
  readonly #keys: SessionKeys;
  readonly #mount: StageMount;

  #idle: number | undefined;
  readonly #off = new AbortController();

  constructor() {
    const core = this.#core;
    this.masks = new Masks({
      get document() {
        return core.document;
      },
      worker: this.#worker,
      workerId: (mask) => core.workerId(mask),
      edit: (change) => {
        this.#edits.editLater((doc) => {
          const changed = change(doc);
          this.#drafts.restacked();
          return changed;
        });
      },
      busy: (work) => {
        this.wait(work);
      },
    });
    const toolHost = (): ToolHost | null => this.#toolHost();
    this.#edits = new Edits(core, {
      get toolHost() {
        return toolHost();
      },
      takeBack: () =>
        this.#withUnfinished((work, host) => {
          work.back(host);
        }),
      beforeStroke: () => {
        this.masks.keepModifiers();
        if (this.view.mode === 'image') {
          this.view.setMode('overlay');
        }
      },
      abandon: () => {
        this.#keyboard.forget();
        this.#pointers.abort();
      },
      lost: (doc, direction, error) => {
        if (doc === core.document) {
          doc.history.cut(direction);
          this.#trouble = asEditorError(error, 'history-lost');
          this.#sync();
        }
      },
    });
    const { camera, options } = this;
    const edits = this.#edits;
    this.#keyboard = new KeyboardPainting({
      core,
      camera,
      options,
      edits,
      moved: (at) => {
        if (at) {
          this.#hoverTool(at);
        }
        core.stage?.cursorChanged();
      },
    });
    this.#pointers = new StagePointers({
      core,
      camera,
      options,
      view: this.view,
      edits,
      keyboard: this.#keyboard,
      hovered: (at) => {
        this.#hoverTool(at);
        core.stage?.cursorChanged();
      },
      heldChanged: () => {
        this.#mount.heldChanged();
      },
    });
    this.#mount = new StageMount({
      core,
      camera,
      options,
      edits,
      view: this.view,
      keyboard: this.#keyboard,
      pointers: this.#pointers,
      handleKeyDown: (event) => this.handleKeyDown(event),
      handleKeyUp: (event) => this.handleKeyUp(event),
    });
    this.#keys = new SessionKeys({
      core,
      edits,
      keyboard: this.#keyboard,
      pointers: this.#pointers,
      toolKey: (event) => {
        const host = this.#toolHost();
        return host !== null && core.tool?.key?.(event, host) === true;
      },
      run: (command) => this.run(command),
      heldChanged: () => {
        this.#mount.heldChanged();
      },
    });
    this.#saveWhenLeft();
  }

  // What is so -------------------------------------------------------------------------------------------

  get status(): EditorStatus {
    return this.#core.status;
  }

  /** Why the last `open` failed; null otherwise. */
  get error(): EditorError | null {
    return this.#error;
  }

  get picture(): EditorPicture | null {
    return this.#core.picture;
  }

  /** The picture itself, small, whatever is shown in its place; null until it is there. Gone with the picture. */
  get overview(): ImageBitmap | null {
    return this.#core.overview;
  }

  get tool(): ToolId {
    return this.#core.toolId;
  }

  get canUndo(): boolean {
    return this.#state.undo !== null || this.unfinished !== 'none';
  }

  get canRedo(): boolean {
    return this.#state.redo !== null;
  }

  /**
   * Whether something is begun with the tool in hand that is not mask yet, such as a polygon: undo takes its
   * newest part back. `complete`: `finish` can make mask of it.
   */
  get unfinished(): 'none' | 'begun' | 'complete' {
    return this.#state.unfinished;
  }

  /** Makes mask of what is begun, if it is complete. */
  finish(): void {
    this.#withUnfinished((work, host) => {
      work.finish(host);
    });
  }

  /** Gives up what is begun. */
  dropUnfinished(): void {
    this.#withUnfinished((work, host) => {
      work.drop(host);
    });
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
    this.#state.working++;
    const { turn } = this.#core;
    void work
      .catch((error: unknown) => {
        if (turn === this.#core.turn) {
          this.#trouble = asEditorError(error, 'work-failed');
        }
      })
      .finally(() => {
        this.#state.working--;
      });
  }

  /** A stroke is being painted: nothing on the page should move. */
  get painting(): boolean {
    return this.#edits.painting;
  }

  /** Where the pointer is over the stage, CSS px; null when it is elsewhere. Not reactive. */
  get pointer(): Point | null {
    return this.#pointers.hover;
  }

  /** A pen has been used: fingers move the picture and do not paint. */
  get penMode(): boolean {
    return this.#pointers.penMode;
  }

  /** Lets fingers paint again after a pen was used. */
  allowTouchPainting(): void {
    this.#pointers.allowTouchPainting();
  }

  /** Where the keyboard paints, image px; null while a pointer is used. */
  get keyboardCursor(): Point | null {
    return this.#keyboard.cursor;
  }

  /** Bytes held beside the picture. */
  bytes(): EditorBytes {
    const none = { tiles: 0, mips: 0, history: 0, stroke: 0 };
    const { document, stage } = this.#core;
    return { ...(document?.bytes() ?? none), canvases: stage?.bytes() ?? 0 };
  }

  // The picture ------------------------------------------------------------------------------------------

  /**
   * Shows a picture and brings its draft back. Resolves when it can be painted on; a later `open` or
   * `close` makes it resolve without effect.
   * @param keepView zoom, place and turn stay, if the picture has the size of the one before.
   * @throws EditorError; `status` is then `failed`.
   */
  async open(picture: EditorPicture, { keepView = false } = {}): Promise<void> {
    const core = this.#core;
    const before = core.picture;
    this.close();
    const { turn } = core;
    const doc = this.#newDocument(picture);
    core.document = doc;
    core.picture = picture;
    core.status = 'opening';
    core.pyramid = this.#newPyramid(picture);
    core.pixels = picture.source;
    const alike = before?.width === picture.width && before.height === picture.height;
    this.camera.begin(keepView && alike);
    core.stage?.documentChanged();
    try {
      const restoring = this.#drafts.begin(doc, picture.ref).then(() => {
        this.#planIdle();
      });
      const { first, all } = core.pyramid.load(picture.source);
      all.catch((error: unknown) => {
        if (turn === core.turn) {
          this.#fail(error);
        }
      });
      await Promise.all([first, restoring]);
    } catch (error) {
      if (turn === core.turn) {
        throw this.#fail(error);
      }
      return;
    }
    // The picture may have failed meanwhile, after its first pixels.
    if (turn === core.turn && this.status === 'opening') {
      core.status = 'ready';
      void this.#keepOverview();
      this.#enterTool();
      this.#sync();
      core.stage?.documentChanged();
    }
  }

  /** Keeps a small copy of the picture, which lasts while other pixels are shown in its place. */
  async #keepOverview(): Promise<void> {
    const core = this.#core;
    const { turn } = core;
    const source = core.pyramid?.overview;
    const shorter = source && Math.min(source.width, source.height);
    const small =
      source && shorter
        ? await createImageBitmap(source, {
            resizeHeight: Math.max(1, Math.round((source.height * Math.min(OVERVIEW, shorter)) / shorter)),
            resizeQuality: 'high',
          }).catch(() => null)
        : null;
    if (turn === core.turn) {
      core.overview = small;
    } else {
      small?.close();
    }
  }

  /**
   * Shows other pixels of the same size below the same mask, such as a result. Resolves when they are shown.
   * @throws EditorError; what was shown stays.
   */
  async showPixels(source: Blob | string): Promise<void> {
    const core = this.#core;
    const { picture, turn } = core;
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
    if (turn !== core.turn) {
      pyramid.close();
      return;
    }
    core.pyramid?.close();
    core.pyramid = pyramid;
    core.pixels = source;
    core.stage?.pictureChanged();
  }

  /** Lets go of the picture. Its draft stays. */
  close(): void {
    const core = this.#core;
    // A stroke that is under way counts as far as it goes.
    this.#edits.end();
    this.#edits.cancelAll();
    this.masks.keepModifiers();
    for (const { id } of this.masks.list) {
      this.#worker.dropMask(core.workerId(id));
    }
    this.#drafts.end();
    core.turn++;
    core.pyramid?.close();
    core.pyramid = null;
    core.pixels = null;
    core.overview?.close();
    core.overview = null;
    core.document = null;
    core.picture = null;
    core.status = 'empty';
    this.#exporter.forget();
    this.#error = null;
    this.#trouble = null;
    for (const tool of core.tools.values()) {
      tool.leave?.(true);
    }
    this.#keyboard.moveTo(null);
    this.#sync();
    core.stage?.documentChanged();
  }

  /**
   * Mounts the stage in the element, which it fills.
   * @returns takes it down; the session and its mask stay.
   */
  attach(container: HTMLElement): () => void {
    // Mounted from an effect, which must not run again when a tool or a size changes.
    return untrack(() => this.#mount.attach(container));
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

  setTool(tool: ToolId): void {
    const core = this.#core;
    if (tool !== core.toolId) {
      this.#edits.cancelAll();
      core.tool?.leave?.(false);
      core.toolId = tool;
      this.#enterTool();
      core.stage?.overlayChanged();
      this.#syncUnfinished();
    }
    this.#mount.showPointer();
  }

  /** Takes the last step back; a stroke in progress, or the newest part of what is unfinished, instead. */
  undo(): void {
    this.#edits.step('undo');
  }

  redo(): void {
    this.#edits.step('redo');
  }

  /** Undoes or redoes until a step is the last one done; with 0 until nothing is. See `Edits.jumpTo`. */
  async jumpTo(id: number): Promise<void> {
    const box = await this.#edits.jumpTo(id);
    if (box) {
      this.camera.revealBox(box);
    }
  }

  clear(): void {
    this.#edits.edit((doc) => doc.clear());
  }

  selectAll(): void {
    this.#edits.edit((doc) => doc.selectAll());
  }

  invert(): void {
    this.#edits.edit((doc) => doc.invert());
  }

  /** All steps of the history, oldest first. Not reactive: read it anew when `rev` changes. */
  history(): HistoryItem[] {
    return this.#core.document?.history.list() ?? [];
  }

  /** See `History.turn`. Not reactive: read it anew when `rev` changes. */
  get historyTurn(): number {
    return this.#core.document?.history.turn ?? 0;
  }

  /** The mask now, inside a box of image px, neither side longer than `most` px; null without a picture. */
  maskThumbnail(box: PixelRect, most: number): MaskThumbnail | null {
    const { document } = this.#core;
    return document ? maskThumbnail(document.mips, box, most) : null;
  }

  /**
   * Small pictures of the mask as steps left it, worked out at leisure from what is kept, the nearest steps
   * first. Ends when all are found, at a stroke, or with the signal. See `pastThumbnails`.
   */
  async pastThumbnails(
    wanted: ReadonlySet<number>,
    most: number,
    found: (id: number, picture: MaskThumbnail) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { document: doc } = this.#core;
    if (doc) {
      const source = { ...masksAlone(doc), stack: doc.stack, history: doc.history.record() };
      await pastThumbnails(source, {
        wanted,
        most,
        found,
        unpack: (tile) => doc.history.packer.unpack(tile),
        breathe: breather(() => !signal.aborted && !this.#edits.inGesture),
      });
    }
  }

  /** The smallest box around all painted pixels, image px; null when nothing is painted. */
  maskBounds(): PixelRect | null {
    return this.#core.document?.composite.bounds() ?? null;
  }

  /** Part of the mask (0 to 1) that lies within a rectangle of image px; null when nothing is painted. */
  maskShareWithin(rect: PixelRect): number | null {
    return this.#core.document?.composite.shareWithin(rect) ?? null;
  }

  /** Exact mask values (0 keep, 255 repaint) of a rectangle of image px, row by row. */
  readMask(rect: PixelRect): Uint8Array {
    return this.#document().composite.readRect(rect);
  }

  /**
   * Replaces the mask by what a PNG's alpha says (alpha 0 = repaint), as one step that can be undone. A PNG
   * without alpha empties it.
   * @throws EditorError
   */
  async loadMask(png: Uint8Array): Promise<void> {
    const doc = this.#document();
    const { turn } = this.#core;
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
    if (turn === this.#core.turn) {
      this.#edits.edit((now) => {
        // The file is a whole composite: nothing may be done to it, or added, once more.
        const { stack, active } = now;
        const masks = stack.masks.map((mask) =>
          mask.id === active.id ? newMask(mask.id, mask.name) : { ...mask, visible: false },
        );
        const grid = gridFromTiles(tiles);
        const painted = grid.snapshot().map((tile, index) => ({ index, tile }));
        now.replaceAll('load', { ...stack, masks }, new Map([[active.id, painted]]));
        return true;
      });
    }
  }

  /**
   * Keeps the masks an export was made of, in this browser, for `bringMasks`.
   * @returns the key they are kept under, which begins with the file's hash, and what there is to know of them
   *   beside their pixels; null for one mask without modifiers, which the file itself holds.
   */
  keepMasks(file: MaskExport): { key: string; stack: MaskStack } | null {
    const made = this.#exporter.masksOf(file);
    if (!made) {
      return null;
    }
    void this.#drafts.keepMade(made.key, made.masks);
    return { key: made.key, stack: made.masks.meta as MaskStack };
  }

  /**
   * Puts masks that were kept in place of the present ones, raw and with their modifiers, as one step that can
   * be undone. False when this browser did not keep them.
   */
  async bringMasks(key: string): Promise<boolean> {
    const { turn } = this.#core;
    const found = await this.#drafts.made(key);
    let brought = false;
    if (found && turn === this.#core.turn) {
      this.#edits.edit((doc) => (brought = replaceMasks(doc, found)));
    }
    return brought;
  }

  /**
   * The composite of all masks, modifiers included, as a PNG written beside the page; asked again without a
   * change in between it is the same file. A stroke in progress is not in it.
   * @throws Error when no picture is open.
   */
  async exportMask(variant: MaskPngVariant = 'indexed'): Promise<MaskExport> {
    const document = this.#document();
    this.masks.keepModifiers();
    return this.#exporter.export(document, variant);
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

  // Drafts -----------------------------------------------------------------------------------------------

  get draftState(): DraftState {
    return this.#drafts.state;
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

  /** Other drafts of this picture in this browser, newest first. */
  drafts(): Promise<DraftChoice[]> {
    return this.#drafts.drafts();
  }

  /**
   * Shows another draft; the present one stays among the drafts. False when it is gone.
   * @throws DraftNotKept when the present one could not be kept; also when the other cannot be read. What was
   *   shown stays.
   */
  async chooseDraft(id: string): Promise<boolean> {
    const { turn } = this.#core;
    try {
      return await this.#drafts.choose(id, () => {
        if (turn === this.#core.turn) {
          this.#edits.cancelAll();
        }
      });
    } finally {
      if (turn === this.#core.turn) {
        this.#sync();
        this.#planIdle();
        this.#core.stage?.documentChanged();
      }
    }
  }

  /** What a draft masks, for lists; null when it is gone. */
  draftThumbnail(id: string): Promise<MaskThumbnail | null> {
    return this.#drafts.thumbnail(id, DRAFT_THUMBNAIL);
  }

  /** Forgets one of the other drafts. */
  forgetDraft(id: string): Promise<void> {
    return this.#drafts.forget(id);
  }

  // Commands and keys ------------------------------------------------------------------------------------

  /** Whether a command would do something now. */
  can(command: EditorCommand): boolean {
    return canRun(this, command);
  }

  /** Does what a shortcut or a button names. False: there was nothing to do. */
  run(command: EditorCommand): boolean {
    if (!this.can(command)) {
      return false;
    }
    runCommand(this, command);
    return true;
  }

  /**
   * For keydown events of the stage and of the room. Keys of text fields, and events somebody else has
   * taken, are left alone.
   * @returns true when the key was the editor's; its default is prevented then.
   */
  handleKeyDown(event: KeyboardEvent): boolean {
    return this.#keys.down(event);
  }

  /** The counterpart of `handleKeyDown` for keyup events. */
  handleKeyUp(event: KeyboardEvent): boolean {
    return this.#keys.up(event);
  }

  // Tools ------------------------------------------------------------------------------------------------

  /** What the present tool may use; null without a picture. */
  #toolHost(): ToolHost | null {
    const core = this.#core;
    const { document, picture, pixels } = core;
    if (!document || !picture) {
      return null;
    }
    const { camera, options } = this;
    // Where the picture is seen through, there are no colours to go by but those beneath.
    const seen = pixels === null || pixels === picture.clear ? picture.source : pixels;
    return {
      document,
      mask: { id: core.workerId(document.active.id), grid: document.grid },
      picture,
      pixels: seen,
      worker: this.#worker,
      settings: options.settings,
      get scale() {
        return camera.viewport.scale;
      },
      requestFrame: () => {
        core.stage?.requestFrame();
      },
      overlayChanged: () => {
        core.stage?.overlayChanged();
        this.#syncUnfinished();
      },
      edit: (change) => {
        // What was worked out for this picture must not land on the next one.
        this.#edits.editLater((doc) => doc === document && change(doc));
      },
      set: (change) => {
        options.set(change);
      },
      busy: (work) => {
        this.wait(work);
      },
    };
  }

  #withUnfinished(work: (unfinished: Unfinished, host: ToolHost) => void): boolean {
    const unfinished = this.#core.tool?.unfinished;
    const host = this.#toolHost();
    if (!unfinished || !host) {
      return false;
    }
    work(unfinished, host);
    return true;
  }

  #syncUnfinished(): void {
    const unfinished = this.#core.tool?.unfinished;
    this.#state.unfinished = !unfinished ? 'none' : unfinished.complete ? 'complete' : 'begun';
  }

  #hoverTool(at: Point | null): void {
    const host = this.#toolHost();
    if (host) {
      this.#core.tool?.hover?.(at, host);
    }
  }

  #enterTool(): void {
    const host = this.#toolHost();
    if (host && this.#core.ready) {
      this.#core.tool?.enter?.(host);
    }
  }

  // The document -----------------------------------------------------------------------------------------

  #document(): MaskDocument {
    const { document } = this.#core;
    if (!document) {
      throw new Error('no picture is open');
    }
    return document;
  }

  #newDocument({ width, height }: EditorPicture): MaskDocument {
    const core = this.#core;
    const doc: MaskDocument = new MaskDocument(width, height, {
      codec: this.#worker.codec,
      events: {
        shown: (rect) => {
          core.stage?.maskChanged(rect);
        },
        committed: (commit) => {
          if (core.document === doc) {
            this.#committed(commit);
          }
        },
        composed: () => {
          if (core.document === doc) {
            if (doc.modifierFailure !== null) {
              this.#trouble = asEditorError(doc.modifierFailure, 'work-failed');
            }
            this.#sync();
            this.#planIdle();
            this.#drafts.restacked();
          }
        },
      },
      modify: async (mask, grid, modifiers, changed) => {
        if (core.document !== doc) {
          throw new Error('the picture is closed');
        }
        const target = { id: core.workerId(mask), grid };
        const tiles = await this.#worker.modify(target, modifiers, changed === null);
        if (!tiles) {
          throw new Error('other modifiers were evaluated in between');
        }
        return tiles;
      },
    });
    return doc;
  }

  #newPyramid({ width, height }: EditorPicture): ImagePyramid {
    return new ImagePyramid(width, height, () => {
      this.#core.stage?.pictureChanged();
    });
  }

  #committed(commit: MaskCommit): void {
    this.#sync();
    this.#drafts.committed();
    this.#planIdle();
    if (commit.cause !== 'do' && !this.#edits.jumping) {
      this.camera.revealBox(commit.label.box);
    }
  }

  #fail(error: unknown): EditorError {
    const known = asEditorError(error);
    this.#error = known;
    this.#core.status = 'failed';
    return known;
  }

  /** Brings the reactive facts in line with the document. */
  #sync(): void {
    const doc = this.#core.document;
    this.masks.sync(doc);
    this.#syncUnfinished();
    Object.assign(this.#state, {
      rev: doc?.rev ?? 0,
      empty: doc?.composite.empty ?? true,
      undo: doc?.history.undoEntry?.label ?? null,
      redo: doc?.history.redoEntry?.label ?? null,
    });
    if (this.#state.empty) {
      this.#state.coverage = null;
    }
  }

  /** Leisure work: halved levels, coverage, packing of old steps. */
  #planIdle(): void {
    this.#idle ??= whenIdle((more) => {
      this.#idle = undefined;
      const doc = this.#core.document;
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

  #saveWhenLeft(): void {
    if (typeof document === 'undefined') {
      return;
    }
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
        this.#edits.end();
        void this.#drafts.save(true);
      },
      options,
    );
  }
}
