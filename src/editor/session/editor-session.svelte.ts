import { reporting, reportingAs } from '../../base/report';
import { untrack } from 'svelte';
import { commands } from '../../ui/commands.svelte';
import { DraftKeeper } from '../drafts/draft-keeper.svelte';
import { replaceMasks } from '../drafts/journal/document-state';
import type { PendingWork } from '../drafts/journal/pending-work';
import { commandId } from '../input/shortcuts';
import { maskHash } from '../mask/hash';
import { type MaskCommit, MaskDocument } from '../mask/mask-document';
import { type MaskStack, newMask } from '../mask/mask-stack';
import { gridFromTiles, maskTiles } from '../mask/mask-tiles';
import type { MaskPngVariant } from '../mask/png-write';
import { Masks } from '../mask-list/masks.svelte';
import {
  type EditorBytes,
  EditorError,
  type EditorPicture,
  type EditorStatus,
  type MaskExport,
} from '../model/editor-types';
import type { PaintExport } from '../paint/paint-png';
import { readKept } from '../paint/pending-paint';
import type { Placement } from '../paint/placement';
import { ImagePyramid } from '../stage/image-pyramid';
import { WorkerClient } from '../worker/worker-client';
import { asEditorError } from './as-editor-error';
import { isPaintLayerTool } from '../tools/paint-layer-tools';
import { Camera } from './camera.svelte';
import { ComposedMask } from './composed-mask.svelte';
import { Edits } from './edits.svelte';
import { KeyboardPainting } from './keyboard-painting.svelte';
import { MaskExporter } from './mask-exporter';
import { SessionCore } from './session-core.svelte';
import { SessionKeys } from './session-keys';
import type { SmartSelection } from '../smart/smart-selection.svelte';
import { StageMount } from './stage-mount';
import { StagePointers } from './stage-pointers.svelte';
import { StepHistory } from './step-history.svelte';
import { ToolInHand } from './tool-in-hand.svelte';
import { ToolOptions } from './tool-options.svelte';
import { ViewState } from './view-state.svelte';
import { cancelIdle, whenIdle } from '../../ui/when-idle';
import { Work } from './work.svelte';

/** Shorter side of the small copy of the picture, px: one tile of the strip, sharp on dense screens too. */
const OVERVIEW = 144;

/**
 * One picture being masked. Opens and closes pictures, and reads and writes whole masks; everything else is done
 * by its parts, which toolbar, stage and panels take one by one. Small facts are reactive; pixels live in plain
 * classes and are announced by `mask.rev`.
 */
export class EditorSession {
  readonly #core = new SessionCore();
  #error = $state.raw<EditorError | null>(null);

  readonly #worker = new WorkerClient(() => this.edits.rest());
  readonly #exporter = new MaskExporter(this.#worker);
  readonly #mount: StageMount;

  /** Slow work under way, and what went wrong with it. */
  readonly work = new Work(() => this.#core.turn);
  /** Zoom, place and turn of the picture in the stage. */
  readonly camera = new Camera(this.#core);
  /** What the person set for the tools. */
  readonly options = new ToolOptions(this.#core, this.camera);
  /** What is shown of the mask, and how: style, ants, grid, checkerboard. */
  readonly view = new ViewState(() => this.#core.stage?.lookChanged());
  /** All masks put together. */
  readonly mask = new ComposedMask(this.#core);
  /** The masks one by one, their modifiers, and what is done to one as a whole. */
  readonly masks: Masks;
  /** The tool in hand. */
  readonly tool: ToolInHand;
  /** Strokes and other changes to the mask, in order. */
  readonly edits: Edits;
  /** Undo, redo, and the list of steps. */
  readonly history: StepHistory;
  /** What is kept of the masks in this browser. */
  readonly drafts = new DraftKeeper(this.#worker.codec, this.#core.kept);
  /** Painting by keyboard. */
  readonly keyboard: KeyboardPainting;
  /** Mouse, fingers and pens over the stage. */
  readonly pointers: StagePointers;
  /** Key presses of the stage and of the room. */
  readonly keys: SessionKeys;

  #idle: number | undefined;
  readonly #off = new AbortController();

  constructor() {
    const { camera, options, view, work } = this;
    const core = this.#core;
    const worker = this.#worker;
    const busy = (done: Promise<void>): void => {
      work.wait(done);
    };
    this.masks = new Masks({
      get document() {
        return core.document;
      },
      worker,
      get maskColor() {
        return options.maskColor;
      },
      workerId: (mask) => core.workerId(mask),
      paintLayer: (doc) => core.paintLayer(doc, false),
      edit: (change) => {
        this.edits.editLater((doc) => {
          const changed = change(doc);
          this.drafts.restacked();
          return changed;
        });
      },
      busy,
    });
    this.tool = new ToolInHand({
      core,
      camera,
      options,
      worker,
      edit: (change) => {
        this.edits.editLater(change);
      },
      pendingChanged: () => {
        this.drafts.pendingChanged();
      },
      cancelAll: () => {
        this.edits.cancelAll();
      },
      busy,
      chosen: () => {
        this.#mount.showPointer();
      },
    });
    const { tool } = this;
    core.smart.attach(() => tool.host);
    this.edits = new Edits(core, {
      tool,
      beforeStroke: () => {
        this.masks.keepModifiers();
        // Colour is seen without the mask.
        if (view.mode === 'image' && !isPaintLayerTool(core.toolId)) {
          view.setMode('overlay');
        }
      },
      abandon: () => {
        this.keyboard.forget();
        this.pointers.abort();
      },
      lost: (doc, direction, error) => {
        if (doc === core.document) {
          doc.history.cut(direction);
          work.fail(error, 'history-lost');
          this.#sync();
        }
      },
    });
    const { edits } = this;
    this.history = new StepHistory({ core, camera, edits, mask: this.mask, tool });
    this.keyboard = new KeyboardPainting({
      core,
      camera,
      options,
      edits,
      moved: (at) => {
        if (at) {
          tool.hover(at);
        }
        core.stage?.cursorChanged();
      },
    });
    const { keyboard } = this;
    const heldChanged = (): void => {
      this.#mount.heldChanged();
    };
    this.pointers = new StagePointers({
      core,
      camera,
      options,
      view,
      edits,
      keyboard,
      hovered: (at) => {
        tool.hover(at);
        core.stage?.cursorChanged();
      },
      heldChanged,
    });
    const { pointers } = this;
    this.keys = new SessionKeys({
      core,
      edits,
      keyboard,
      pointers,
      tool,
      run: (command) => {
        commands.run(commandId(command));
      },
      heldChanged,
    });
    this.#mount = new StageMount({ core, camera, options, edits, view, keyboard, pointers, keys: this.keys });
    this.#saveWhenLeft();
  }

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

  /** A small copy of the picture itself, even while other pixels are shown in its place; null until it is there. */
  get overview(): ImageBitmap | null {
    return this.#core.overview;
  }

  /** What a model on the server selects. */
  get smart(): SmartSelection {
    return this.#core.smart;
  }

  /** Bytes held besides the picture. */
  bytes(): EditorBytes {
    const none = { tiles: 0, mips: 0, history: 0, stroke: 0 };
    const { document, stage } = this.#core;
    return { ...(document?.bytes() ?? none), canvases: stage?.bytes() ?? 0 };
  }

  // The picture ------------------------------------------------------------------------------------------

  /**
   * Shows a picture and restores its draft. Resolves when it can be painted on; a later `open` or `close`
   * makes it resolve without effect.
   * @param keepView keep zoom, position and rotation if the picture has the same size as the previous one.
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
    this.#mount.showPointer();
    core.stage?.documentChanged();
    try {
      const restoring = this.drafts.begin(doc, picture.ref).then(() => {
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
    // The picture may have failed in the meantime, after its first pixels.
    if (turn === core.turn && this.status === 'opening') {
      core.status = 'ready';
      void this.#keepOverview();
      this.tool.enter();
      this.#sync();
      this.#mount.showPointer();
      core.stage?.documentChanged();
      this.#resume();
    }
  }

  /** Goes on with what was under way on the paint layer when the draft was left. */
  #resume(): void {
    const core = this.#core;
    const { document, turn } = core;
    const resume = async (work: PendingWork): Promise<void> => {
      const kept = document && readKept(work, document);
      if (kept?.kind === 'place') {
        const bitmap = await createImageBitmap(new Blob([kept.file.slice()]));
        await this.#float({ bitmap, file: kept.file }, turn, kept.place);
      } else if (kept && this.tool.host && turn === core.turn) {
        core.copyTool(kept.tool)?.resume(kept, kept.cover, this.tool.host);
      }
    };
    this.work.wait(core.kept.resume(resume));
  }

  /** Lets a picture float, unless another picture was opened since `turn`. */
  async #float(
    picture: { bitmap: ImageBitmap; file: Uint8Array },
    turn: number,
    place?: Placement,
  ): Promise<boolean> {
    if (turn !== this.#core.turn) {
      picture.bitmap.close();
      return false;
    }
    this.tool.choose('place');
    const { host } = this.tool;
    if (host) {
      await this.#core.place.take(picture, host, place);
    }
    return host !== null;
  }

  /** Keeps a small copy of the picture, even while other pixels are shown in its place. */
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
          }).catch(reportingAs('session.overview', null))
        : null;
    if (turn === core.turn) {
      core.overview = small;
    } else {
      small?.close();
    }
  }

  /**
   * Shows other pixels of the same size below the same mask, such as a result. Resolves once they are shown.
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
    core.smart.pixelsChanged();
    core.stage?.pictureChanged();
  }

  /** Closes the picture. Its draft stays. */
  close(): void {
    const core = this.#core;
    // A stroke in progress counts as far as it got.
    this.edits.end();
    this.edits.cancelAll();
    this.masks.keepModifiers();
    for (const id of [...this.masks.list.map((mask) => core.workerId(mask.id)), ...core.paintIds()]) {
      this.#worker.dropMask(id);
    }
    this.drafts.end();
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
    this.work.dismiss();
    for (const tool of core.tools.values()) {
      tool.leave?.(true);
    }
    core.kept.restore([]);
    this.keyboard.moveTo(null);
    this.#sync();
    core.stage?.documentChanged();
  }

  /**
   * Mounts the stage in the element, which it fills.
   * @returns unmounts it; the session and its mask stay.
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
    void this.drafts.destroy().then(() => {
      this.#worker.close();
    });
  }

  /**
   * Replaces the mask with a PNG's alpha (alpha 0 = repaint), as one step that can be undone. A PNG without
   * alpha empties it.
   * @throws EditorError
   */
  async loadMask(png: Uint8Array): Promise<void> {
    const doc = this.#core.openDocument();
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
      this.edits.edit((now) => {
        // The file is a finished composite: no modifier or other mask may be applied to it again.
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
   * Keeps the masks an export was made from in this browser, for `bringMasks`.
   * @returns the key they are kept under, which begins with the file's hash, and everything about them except
   *   their pixels; null for a single mask without modifiers, which the file itself holds.
   */
  keepMasks(file: MaskExport): { key: string; stack: MaskStack } | null {
    const made = this.#exporter.masksOf(file);
    if (!made) {
      return null;
    }
    void this.drafts.keepMade(made.key, made.masks);
    return { key: made.key, stack: made.masks.meta as MaskStack };
  }

  /**
   * Replaces the present masks with kept ones, unmodified pixels and modifiers included, as one step that can
   * be undone. False when this browser did not keep them.
   */
  async bringMasks(key: string): Promise<boolean> {
    const { turn } = this.#core;
    const found = await this.drafts.made(key);
    let brought = false;
    if (found && turn === this.#core.turn) {
      this.edits.edit((doc) => (brought = replaceMasks(doc, found)));
    }
    return brought;
  }

  /**
   * The composite of all masks, modifiers included, as a PNG encoded off the main thread. Without a change in
   * between, it is the same file. A stroke in progress is not included.
   * @throws Error when no picture is open.
   */
  async exportMask(variant: MaskPngVariant = 'indexed'): Promise<MaskExport> {
    const document = this.#core.openDocument();
    this.masks.keepModifiers();
    return this.#exporter.export(document, variant);
  }

  /**
   * Lets a picture float above the paint layer, in the middle of what is in view: it can be moved and scaled, and
   * becomes paint as one step.
   */
  placePicture(file: Blob): void {
    const core = this.#core;
    const { turn } = core;
    const place = async (): Promise<void> => {
      const [bitmap, bytes] = await Promise.all([createImageBitmap(file), file.arrayBuffer()]).catch(
        (error: unknown) => {
          throw asEditorError(error);
        },
      );
      if (await this.#float({ bitmap, file: new Uint8Array(bytes) }, turn)) {
        // Its keys come next: arrows, Enter and Escape.
        core.container?.focus({ preventScroll: true });
      }
    };
    this.work.wait(place());
  }

  /** Turns the picture that floats, degrees clockwise. */
  turnPlaced(by: number): void {
    const { host } = this.tool;
    if (host) {
      this.#core.place.turn(by, host);
    }
  }

  /**
   * What is painted in colour above the picture, as a file made off the main thread; null when nothing is. Of the
   * moment it is called; what a tool is still putting on the layer counts.
   */
  async exportPaint(): Promise<PaintExport | null> {
    const core = this.#core;
    const { host } = this.tool;
    if (host && core.place.busy) {
      await core.place.settle(host);
    }
    await core.copies.settled;
    const { planes } = core.paintLayer(core.openDocument(), false);
    const made = await this.#worker.encodePaint(planes, this.options.settings.paint.layer);
    return made && { blob: new Blob([made.png], { type: 'image/png' }), box: made.box };
  }

  /**
   * The hash `exportMask` would give for the mask in a PNG's alpha, decoded off the main thread: to check
   * what a server stored.
   * @throws EditorError
   */
  async hashOf(png: Uint8Array): Promise<string> {
    try {
      return maskHash(await this.#worker.decode(png));
    } catch (error) {
      throw asEditorError(error);
    }
  }

  /**
   * A file's alpha channel as an RGBA mask file, read off the main thread; null when every pixel is opaque.
   * @throws EditorError
   */
  async readAlpha(file: Blob): Promise<MaskExport | null> {
    try {
      const { grid } = await this.#worker.importMask(file, null, 'alpha');
      if (grid.empty) {
        return null;
      }
      const { width, height } = grid;
      const { png, hash, bounds } = await this.#worker.encode(maskTiles(grid), 'rgba');
      const blob = new Blob([png], { type: 'image/png' });
      return { blob, hash, width, height, empty: false, bounds, rev: 0 };
    } catch (error) {
      throw asEditorError(error);
    }
  }

  // Drafts -----------------------------------------------------------------------------------------------

  /**
   * Switches to another draft; the present one is kept. False when the other is gone.
   * @throws DraftNotKept when the present one could not be saved; also throws when the other cannot be read.
   *   What was shown stays.
   */
  async chooseDraft(id: string): Promise<boolean> {
    const { turn } = this.#core;
    try {
      return await this.drafts.choose(id, () => {
        if (turn === this.#core.turn) {
          this.edits.cancelAll();
        }
      });
    } finally {
      if (turn === this.#core.turn) {
        this.#sync();
        this.#planIdle();
        this.#core.stage?.documentChanged();
        this.#resume();
      }
    }
  }

  // The document -----------------------------------------------------------------------------------------

  #newDocument({ width, height }: EditorPicture): MaskDocument {
    const core = this.#core;
    const doc: MaskDocument = new MaskDocument(width, height, {
      codec: this.#worker.codec,
      events: {
        shown: (rect) => {
          core.stage?.maskChanged(rect);
        },
        paintShown: (rect) => {
          core.stage?.paintChanged(rect);
        },
        committed: (commit) => {
          if (core.document === doc) {
            this.#committed(commit);
          }
        },
        composed: () => {
          if (core.document === doc) {
            if (doc.modifierFailure !== null) {
              this.work.fail(doc.modifierFailure, 'work-failed');
            }
            this.#sync();
            this.#planIdle();
            this.drafts.restacked();
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
    this.drafts.committed();
    this.#planIdle();
    if (commit.cause !== 'do' && !this.edits.jumping) {
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
    this.tool.sync();
    this.mask.sync(doc);
    this.history.sync(doc);
  }

  /** Idle work: mip levels, coverage, packing of old steps. */
  #planIdle(): void {
    this.#idle ??= whenIdle((more) => {
      this.#idle = undefined;
      const doc = this.#core.document;
      if (!doc) {
        return;
      }
      if (this.edits.painting || !doc.mips.settle(more) || !doc.composite.countSums(more)) {
        this.#planIdle();
        return;
      }
      this.mask.counted(doc);
      void doc.history.settle().catch(reporting('session.settle'));
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
          void this.drafts.save(true);
        }
      },
      options,
    );
    window.addEventListener(
      'pagehide',
      () => {
        // A stroke in progress counts as far as it got.
        this.edits.end();
        void this.drafts.save(true);
      },
      options,
    );
  }
}
