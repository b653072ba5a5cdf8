import { pastSource } from '../mask/document-tiles';
import type { HistoryItem, HistoryLabel } from '../mask/history';
import type { MaskDocument } from '../mask/mask-document';
import { pastThumbnails } from '../mask/past-thumbnails';
import type { PixelRect } from '../mask/rect';
import { type MaskThumbnail, maskThumbnail } from '../mask/thumbnail';
import type { EditorPicture } from '../model/editor-types';
import type { Camera } from './camera.svelte';
import type { ComposedMask } from './composed-mask.svelte';
import type { Edits } from './edits.svelte';
import type { SessionCore } from './session-core.svelte';
import type { ToolInHand } from './tool-in-hand.svelte';
import { breather } from '../../ui/when-idle';

/** What the history of steps works with. */
export interface HistoryParts {
  core: SessionCore;
  camera: Camera;
  edits: Edits;
  mask: ComposedMask;
  tool: ToolInHand;
}

/** The steps done to the masks of the open picture: undo, redo, and a list to jump in. */
export class StepHistory {
  readonly #parts: HistoryParts;
  #undoLabel = $state.raw<HistoryLabel | null>(null);
  #redoLabel = $state.raw<HistoryLabel | null>(null);

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** What undo would take back; its `tool` names it (brush, eraser, clear, all, invert, load, …). */
  get undoLabel(): HistoryLabel | null {
    return this.#undoLabel;
  }

  get redoLabel(): HistoryLabel | null {
    return this.#redoLabel;
  }

  get canUndo(): boolean {
    return this.#undoLabel !== null || this.#parts.tool.unfinished !== 'none';
  }

  get canRedo(): boolean {
    return this.#redoLabel !== null;
  }

  /** Takes back the last step, or instead the stroke in progress or the newest part of an unfinished shape. */
  undo(): void {
    this.#parts.edits.step('undo');
  }

  redo(): void {
    this.#parts.edits.step('redo');
  }

  /** Undoes or redoes until a step is the last one done; 0 undoes everything. See `Edits.jumpTo`. */
  async jumpTo(id: number): Promise<void> {
    const box = await this.#parts.edits.jumpTo(id);
    if (box) {
      this.#parts.camera.revealBox(box);
    }
  }

  /** The picture whose steps these are. */
  get picture(): EditorPicture | null {
    return this.#parts.core.picture;
  }

  /** Changes whenever the list does. */
  get rev(): number {
    return this.#parts.mask.rev;
  }

  /** A stroke is being painted; it becomes a step when it ends. */
  get painting(): boolean {
    return this.#parts.edits.painting;
  }

  /** All steps, oldest first. Not reactive: read it again when `rev` changes. */
  list(): HistoryItem[] {
    return this.#parts.core.document?.history.list() ?? [];
  }

  /** See `History.turn`. Not reactive: read it again when `rev` changes. */
  get turn(): number {
    return this.#parts.core.document?.history.turn ?? 0;
  }

  /**
   * The present mask inside a box of image px, neither side longer than `most` px; null without a picture.
   */
  thumbnail(box: PixelRect, most: number): MaskThumbnail | null {
    const { document } = this.#parts.core;
    return document ? maskThumbnail(document.mips, box, most) : null;
  }

  /**
   * Small pictures of the mask as earlier steps left it, computed in idle time from the undo data, nearest steps
   * first. Stops when all are found, when a stroke begins, or at the signal. See `pastThumbnails`.
   */
  async pastThumbnails(
    wanted: ReadonlySet<number>,
    most: number,
    found: (id: number, picture: MaskThumbnail) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { core, edits } = this.#parts;
    const { document: doc } = core;
    if (doc) {
      await pastThumbnails(pastSource(doc), {
        wanted,
        most,
        found,
        unpack: (tile) => doc.history.packer.unpack(tile),
        breathe: breather(() => !signal.aborted && !edits.inGesture),
      });
    }
  }

  /** Call after every change of the document. */
  sync(document: MaskDocument | null): void {
    this.#undoLabel = document?.history.undoEntry?.label ?? null;
    this.#redoLabel = document?.history.redoEntry?.label ?? null;
  }
}
