import type {
  DraftState,
  EditorCommand,
  EditorError,
  EditorPicture,
  EditorStatus,
  MaskExport,
  PixelRect,
  PressureSettings,
  ToolId,
  ViewMode,
  ZoomTarget,
} from './editor-types';

/* eslint-disable @typescript-eslint/no-unused-vars -- the shape comes first, the insides follow */

/** One picture being masked. Shape of the public face; see the doc comments. */
export class EditorSession {
  #state = $state({
    status: 'empty' as EditorStatus,
    tool: 'brush' as ToolId,
    size: 60,
    hardness: 0.8,
    opacity: 1,
    zoom: 1,
    rev: 0,
    coverage: 0,
    maskColor: '#ff5a36',
    maskOpacity: 0.55,
  });

  get status(): EditorStatus {
    return this.#state.status;
  }
  /** Why the last `open` failed; null otherwise. */
  get error(): EditorError | null {
    return null;
  }
  get picture(): EditorPicture | null {
    return null;
  }
  get tool(): ToolId {
    return this.#state.tool;
  }
  get size(): number {
    return this.#state.size;
  }
  get hardness(): number {
    return this.#state.hardness;
  }
  get opacity(): number {
    return this.#state.opacity;
  }
  get pressure(): PressureSettings {
    return { toSize: true, toOpacity: false, curve: 0, minimum: 0.1 };
  }
  /** Screen px (CSS) per image px; 1 = 100 %. */
  get zoom(): number {
    return this.#state.zoom;
  }
  get canUndo(): boolean {
    return false;
  }
  get canRedo(): boolean {
    return false;
  }
  /** Grows with every change of the mask, undo included. */
  get rev(): number {
    return this.#state.rev;
  }
  /** Part of the picture that will be repainted, 0 to 1, soft pixels by their strength. Follows within 200 ms. */
  get coverage(): number {
    return this.#state.coverage;
  }
  get isEmpty(): boolean {
    return true;
  }
  get draftState(): DraftState {
    return 'none';
  }
  get maskColor(): string {
    return this.#state.maskColor;
  }
  get maskOpacity(): number {
    return this.#state.maskOpacity;
  }
  get viewMode(): ViewMode {
    return 'overlay';
  }

  setTool(tool: ToolId): void {}
  setSize(imagePx: number): void {}
  setHardness(value: number): void {}
  setOpacity(value: number): void {}
  setPressure(change: Partial<PressureSettings>): void {}
  setMaskColor(cssHex: string): void {}
  setMaskOpacity(value: number): void {}
  setViewMode(mode: ViewMode): void {}

  /** Resolves when the first paintable frame is possible (draft restored). Throws EditorError. */
  open(picture: EditorPicture): Promise<void> {
    return Promise.resolve();
  }
  /** Lets go of the picture. The draft stays. */
  close(): void {}
  /** Mounts the stage in the element; the returned function takes it down. */
  attach(container: HTMLElement): () => void {
    return () => {};
  }
  /** Ends everything: workers, stage, listeners. */
  destroy(): void {}

  undo(): void {}
  redo(): void {}
  clear(): void {}
  selectAll(): void {}
  invert(): void {}
  exportMask(): Promise<MaskExport> {
    return Promise.reject(new Error());
  }
  /** Replaces the mask by a PNG's alpha (undoable). Throws EditorError. */
  loadMask(png: Uint8Array): Promise<void> {
    return Promise.resolve();
  }
  zoomTo(target: ZoomTarget): void {}
  zoomBy(factor: number): void {}
  /** The painted pixels' box, or null when the mask is empty. */
  maskBounds(): PixelRect | null {
    return null;
  }
  discardDraft(): Promise<void> {
    return Promise.resolve();
  }
  /** Does what a shortcut or a button names. False: nothing to do. */
  run(command: EditorCommand): boolean {
    return false;
  }
  /** For a keydown listener of the room. True: the key was the editor's and is consumed. */
  handleKeyDown(event: KeyboardEvent): boolean {
    return false;
  }
  handleKeyUp(event: KeyboardEvent): boolean {
    return false;
  }
}
